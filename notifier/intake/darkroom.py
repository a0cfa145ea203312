"""Pictures made fit to go out: light enough for an email, the right way up, and without what the camera wrote in.

A telephone's photograph has 4 MB and says where it was taken, often a child's home. Decoding it takes memory and can
break, so a process of its own does it, one picture at a time, within bounds.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from notifier.aside import Aside
from notifier.intake import limits
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, advice

LONGEST = 30.0
"""Seconds for one picture; a process that takes longer is ended."""
_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SUFFIX = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture must fit: dots across and down, its bytes, and the bytes that all pictures have together."""

    width: int
    height: int
    each: int
    together: int


SHOWN = Frame(1200, 1800, limits.PICTURE_SHOWN, limits.PICTURES_SHOWN)
"""In the words: twice the 600 dots of an email's column, for the telephones that draw two for one."""
ATTACHED = Frame(2000, 2800, limits.PICTURE_ATTACHED, limits.PICTURES_ATTACHED)
"""Beside them: an A4 sheet at some 240 dots an inch, so that a photographed notice can be read."""


@dataclass(frozen=True, slots=True)
class Developed:
    """``picture`` is None for one that cannot be read. ``place``: it said where it was taken."""

    before: Enclosure
    picture: Enclosure | None
    place: bool = False

    @property
    def saved(self) -> int:
        return self.before.attachment.size - self.picture.attachment.size if self.picture is not None else 0


WORTH_SAYING = 200 * 1024


def is_picture(one: Enclosure) -> bool:
    return one.attachment.media_type in _TYPES


def developed(pictures: Sequence[Enclosure], frame: Frame) -> tuple[Developed, ...]:
    """Each picture as it goes out, in order. Blocks for about a fifth of a second, and as long for a large one."""
    if not pictures:
        return ()
    room = Aside(Path(__file__).with_name("darkroom_worker.py"))
    try:
        each = min(frame.each, frame.together // len(pictures))
        return tuple(_developed(one, room.ask(_job(one.content, frame, each), LONGEST)) for one in pictures)
    finally:
        room.end()


def _job(content: bytes, frame: Frame, weight: int) -> bytes:
    job = {
        **{"size": len(content), "pixels": limits.PIXELS},
        **{"width": frame.width, "height": frame.height, "bytes": weight},
    }
    return json.dumps(job).encode() + b"\n" + content


def _developed(before: Enclosure, answer: tuple[dict[str, Any], list[bytes]] | None) -> Developed:
    if answer is None or "fault" in answer[0]:
        return Developed(before, None)
    head, (made,) = answer
    if "kept" in head:
        return Developed(before, before)
    old = before.attachment
    name = old.name
    if head["type"] != old.media_type:
        name = f"{name.rpartition('.')[0] or name}.{_SUFFIX[head['type']]}"
    digest = hashlib.sha256(made).hexdigest()
    new = replace(old, name=name, media_type=head["type"], digest=digest, size=len(made))
    return Developed(before, Enclosure(new, made), head["place"])


def told(found: Sequence[Developed], where: str) -> Iterator[Problem]:
    """What was done to them, for the answer."""
    lighter = [one for one in found if one.saved > 0]
    if (saved := sum(one.saved for one in lighter)) > WORTH_SAYING:
        before = sum(one.before.attachment.size for one in lighter)
        sizes = f"from {limits.in_words(before)} to {limits.in_words(before - saved)}"
        yield advice(
            "picture-smaller",
            f"I made {_many(len(lighter))} smaller, {sizes}, so that the email reaches every family. "
            "You need do nothing.",
            where,
        )
    if placed := sum(one.place for one in found):
        it, they = ("it was", "it") if placed == 1 else ("they were", "them")
        yield advice(
            "picture-place",
            f"{_many(placed).capitalize()} said where {it} taken. I took that out of {they}. You need do nothing.",
            where,
        )


def _many(number: int) -> str:
    return "a picture" if number == 1 else f"{number} pictures"
