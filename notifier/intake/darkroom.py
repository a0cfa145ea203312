"""Pictures made fit to go out: light enough for an email, the right way up, and without what the camera wrote in.

A telephone's photograph has 4 MB and says where it was taken, often a child's home. Decoding it takes memory and can
break, so a process of its own does it, one picture at a time, within bounds.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

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
    room = Darkroom()
    try:
        each = min(frame.each, frame.together // len(pictures))
        return tuple(_developed(one, room.take(one.content, frame, each)) for one in pictures)
    finally:
        room.close()


def _developed(before: Enclosure, told: tuple[dict[str, Any], bytes]) -> Developed:
    head, made = told
    if "fault" in head:
        return Developed(before, None)
    if "kept" in head:
        return Developed(before, before)
    old = before.attachment
    name = old.name
    if head["type"] != old.media_type:
        name = f"{name.rpartition('.')[0] or name}.{_SUFFIX[head['type']]}"
    digest = hashlib.sha256(made).hexdigest()
    new = replace(old, name=name, media_type=head["type"], digest=digest, size=len(made))
    return Developed(before, Enclosure(new, made), head["place"])


class Darkroom:
    """The process, started with the first picture and again where one ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def take(self, content: bytes, frame: Frame, weight: int) -> tuple[dict[str, Any], bytes]:
        process, into, out = self._started()
        watch = threading.Timer(LONGEST, process.kill)
        watch.start()
        job = {
            **{"size": len(content), "pixels": limits.PIXELS},
            **{"width": frame.width, "height": frame.height, "bytes": weight},
        }
        try:
            into.write(json.dumps(job).encode() + b"\n" + content)
            into.flush()
            line = out.readline()
            head: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
            made = out.read(head.get("size", 0))
            if head and len(made) == head["size"]:
                return head, made
        except BrokenPipeError:
            pass
        finally:
            watch.cancel()
        self.close()
        return {"fault": "broken"}, b""

    def _started(self) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
        if self._process is None:
            worker = Path(__file__).with_name("darkroom_worker.py")
            self._process = subprocess.Popen(  # noqa: S603 - our own file with our own interpreter
                [sys.executable, "-I", str(worker)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise AssertionError("it was started with both pipes")
        return process, process.stdin, process.stdout

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
