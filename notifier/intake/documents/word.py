"""Word documents: the only module that knows mammoth."""

import io
import re
from typing import Any

from notifier.intake import limits
from notifier.intake.documents import wordfile
from notifier.intake.documents.draft import Draft
from notifier.intake.pictures import picture
from notifier.logs import logger
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, advice

_log = logger("intake")
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
r[style-name='Strong'] => strong
u => u
strike => s
"""
_FOOTNOTES = re.compile(r'<a href="#(?:footnote|endnote)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


class _Album:
    """mammoth's image callback: keeps the pictures that can go, counts the others."""

    def __init__(self) -> None:
        self.pictures: dict[str, Enclosure] = {}
        self.dropped: list[str] = []

    def __call__(self, image: Any) -> dict[str, str]:
        if len(self.pictures) >= limits.PICTURES:
            self.dropped.append(f"there are more than {limits.PICTURES}")
            return {}
        try:
            with image.open() as opened:
                content: bytes = opened.read(limits.FILE + 1)
        except ValueError:  # a picture that only lies on somebody's disk or on the internet
            self.dropped.append("it is only linked, not in the document")
            return {}
        found = picture(content, "")
        if isinstance(found, str):
            self.dropped.append(found)
            return {}
        source = f"cid:{found.attachment.digest}"
        self.pictures[source] = found
        return {"src": source}


def read(content: bytes, name: str) -> Draft:
    refused = wordfile.refusal(content, name)
    if refused is not None:
        return Draft(problems=(refused,))
    import mammoth  # slow to load, and needed for Word files only

    album = _Album()
    try:
        prepared, problems = wordfile.prepare(content, name)
        result: Any = mammoth.convert_to_html(
            io.BytesIO(prepared),
            convert_image=mammoth.images.img_element(album),
            style_map=_STYLES,
            include_embedded_style_map=False,
            ignore_empty_paragraphs=False,
            external_file_access=False,
        )
        html: str = result.value
    except Exception as damage:  # a damaged file fails mammoth in any place at all, each with another exception
        _log.info("a Word file could not be read", file=name, kind=type(damage).__name__)
        return Draft(problems=(wordfile.broken(name),))
    return Draft(
        html=_FOOTNOTES.sub(r"\1", html),
        leading=True,
        pictures=album.pictures,
        problems=(*problems, *_about_pictures(album, name)),
    )


def _about_pictures(album: _Album, name: str) -> list[Problem]:
    return [
        advice("picture-left-out", f"A picture in {name} does not go out: {why}. Put it in again as PNG or JPEG.", name)
        for why in dict.fromkeys(album.dropped)
    ]
