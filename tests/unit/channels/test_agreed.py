"""Poster, call sheet and web pages as agreed: every line with its place. ``NOTIFIER_WRITE_GOLDEN=1`` after a change."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from channels.base import Outgoing, Surroundings
from channels.call import Call, CallSettings
from channels.noticeboard import Noticeboard, NoticeboardSettings
from channels.website import Website, WebsiteSettings
from notifier.model.payload import CALL_ITEM, PAGE, POSTER, PagePayload
from notifier.rendering import Renderer
from tests import pdf
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, LETTER, NOW, SCHOOL

Makes = Callable[..., Outgoing]
GOLDEN = Path(__file__).parents[2] / "golden"
PUBLIC = Renderer(replace(SCHOOL, pages="https://www.meadowbank.example.org/news/", pages_on="website"))
EVERYWHERE = replace(LETTER, public_on=("website", "noticeboard"))


def agreed(name: str, made: str) -> None:
    file = GOLDEN / name
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        file.write_text(made, encoding="utf-8", newline="\n")
    assert made == file.read_text(encoding="utf-8")


def laid(content: bytes) -> str:
    """Page, place (mm), size (points) and words of every line."""
    return "".join(
        f"{run.page + 1} {run.x:6.1f} {run.y:6.1f} {run.size:5.1f}  {run.text}\n" for run in pdf.runs(content)
    )


def page(medium: str, at: datetime = NOW) -> PagePayload:
    made = PUBLIC.render(medium, EVERYWHERE, None, DIRECTORY, at)
    assert isinstance(made, PagePayload)
    return made


@pytest.mark.parametrize("board", ["inside", "outside"])
async def test_the_poster_stands_on_the_sheet_as_agreed(board: str, live: Surroundings, outgoing: Makes) -> None:
    channel = Noticeboard(NoticeboardSettings(), live)
    await channel.send(outgoing(page(POSTER)))
    await channel.close()
    (sheet,) = (
        one for one in (live.outbox / "noticeboard").glob("*.pdf") if ("-outside" in one.name) == (board == "outside")
    )
    agreed(f"poster-{board}.pdf.txt", laid(sheet.read_bytes()))


async def test_the_call_sheet_stands_on_the_sheet_as_agreed(live: Surroundings, outgoing: Makes) -> None:
    channel = Call(CallSettings(), live)
    await channel.send(outgoing(PUBLIC.render(CALL_ITEM, CLOSED, KHANS, DIRECTORY, NOW)))
    html, table, sheet = channel.collate("m1")
    await channel.close()
    agreed("call-sheet.csv", table.read_text("utf-8-sig").replace("\r\n", "\n"))
    agreed("call-sheet.html", html.read_text("utf-8").partition("<body>")[2])
    agreed("call-sheet.pdf.txt", laid(sheet.read_bytes()))


async def test_the_website_reads_as_agreed(live: Surroundings, outgoing: Makes, tmp_path: Path) -> None:
    target = {"folder": tmp_path / "www", "base_url": "https://www.meadowbank.example.org/news/"}
    channel = Website(WebsiteSettings.model_validate({"targets": [target]}), live)
    await channel.send(outgoing(page(PAGE)))
    (written,) = (one for one in (tmp_path / "www").glob("*.html") if one.name not in {"index.html", "banner.html"})
    for name, file in (("website-page", written), ("website-index", tmp_path / "www" / "index.html")):
        agreed(f"{name}.html", file.read_text("utf-8").partition("<body>")[2])
    agreed("website-feed.xml", (tmp_path / "www" / "feed.xml").read_text("utf-8"))
