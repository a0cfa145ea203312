"""Make the pictures of all that arrives again: ``python -m tools.pictures [FOLDER]`` (needs Chromium).

It runs the demonstration in a temporary folder, sets what it wrote once more as a school in live
mode would, and paints the first sheets into docs/pictures/paper, emails and pages into
docs/pictures/screen beside it. They are to be looked at: no clipped words, no empty boxes, the
address in the window, right-to-left from right to left.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from channels import _letter_sheets
from channels._items import Item, Items
from channels._press import Press
from channels.base import Outgoing, Surroundings
from channels.call import SHEETS, Call, CallSettings
from channels.letter import LETTERS, Letter, LetterSettings
from channels.noticeboard import Noticeboard, NoticeboardSettings
from notifier.clock import FixedClock
from notifier.model.payload import CallPayload, PagePayload, PaperPayload, Slip
from tools import paint_languages, paint_pages

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures" / "paper"
DOTS = 64
FARM = "Year 2 visit the city farm"
PAGE = "https://www.minstergreen.example.org/news/2026-11-27-year-2-visit-the-city-farm-4f21c9.html"
SLIP = Slip(
    f"Reply slip: {FARM}",
    "Please cut here and send this part back to school.",
    (("Child", "Mina (Oak)"),),
    ("Yes", "No"),
    ("Your name", "Signature", "Date"),
)


class Painter(Press):
    """A press that keeps a picture of every page it set last."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: Sequence[bytes] = ()
        self.inside: Sequence[bytes] = ()
        """The pages before those."""

    def pdf(self, template: str, root: Path, data: Mapping[str, Any], *, rare: bool = False) -> bytes:
        self.inside = self.pages
        self.pages = self.make(template, root, data, rare=rare, format="png", ppi=DOTS)
        return super().pdf(template, root, data, rare=rare)


def outgoing(payload: object, item: str = "picture", language: str = "en", message: str = "m") -> Outgoing:
    return Outgoing("a", "", "", payload, (), language, None, item, message, item)


def letters(outbox: Path) -> Iterator[Item[PaperPayload]]:
    kept = Items(outbox / LETTERS, PaperPayload, trial=True)
    for folder in sorted((outbox / LETTERS).iterdir()):
        yield from kept.read(folder.name)


def farm_letter(found: Sequence[Item[PaperPayload]], *, large: bool) -> PaperPayload:
    some = [one.payload for one in found if one.payload.subject == FARM and one.payload.large_print == large]
    return min(some, key=lambda payload: payload.address)


async def paint_letters(outbox: Path, own: Surroundings, folder: Path) -> None:
    found = list(letters(outbox))
    plain = farm_letter(found, large=False)
    for envelope in ("dl_uk", "c5_notify"):
        letter = Letter(LetterSettings.model_validate({"envelope": envelope}), own)
        letter._setting._press = painter = Painter()
        wanted = {f"letter-{language}-{envelope}": payload for language, payload in paint_languages.letters()}
        if envelope == "dl_uk":
            wanted["letter-large"] = replace(plain, large_print=True)
        coded = replace(plain, slip=SLIP, online=PAGE, online_words="You can also read this letter online:")
        if envelope == "c5_notify":
            wanted["letter-slip"] = coded
        for name, payload in wanted.items():
            await letter.send(outgoing(payload, language=payload.language))
            save(folder, name, painter.pages)
        if envelope == "dl_uk":
            second = replace(plain, second_home=True)
            heap = [Item("a", "en", False, plain), Item("b", "en", False, second)]
            parts = [part["sheet"] for part in _letter_sheets.run(heap, "book bag") if "sheet" in part]
            root = own.outbox / LETTERS / "m"
            for name, part in zip(("separator-bag", "separator-post"), parts, strict=True):
                painter.pdf("letters", root, letter._setting.data(heap[0], root) | {"sheet": part})
                save(folder, name, painter.pages)
        await letter.close()


async def paint_posters(outbox: Path, own: Surroundings, folder: Path) -> None:
    html = (
        '<section lang="en" dir="ltr"><p class="event"><strong>Thursday 17 December 2026, 9:30am to 2:45pm</strong><br>'
        "The city farm</p><p>All Year 2 classes visit the city farm. Please send:</p><ul><li>a packed lunch and a drink"
        "</li><li>a warm coat</li><li>wellingtons in a bag with a name on it</li></ul></section>"
        '<section lang="ur" dir="rtl" class="translation"><h2>سال دوم کا سٹی فارم کا دورہ</h2>'
        "<p>سال دوم کی تمام جماعتیں سٹی فارم دیکھنے جائیں گی۔</p></section>"
    )
    page = PagePayload(
        "farm",
        FARM,
        html,
        "",
        "en",
        own.clock.now(),
        date(2026, 12, 17),
        "letter",
        PAGE,
        "Read it online",
        outside='<section lang="en" dir="ltr"><p>All Year 2 classes visit the city farm.</p></section>',
    )
    for paper in ("a4", "a3"):
        board = Noticeboard(NoticeboardSettings.model_validate({"paper": paper}), own)
        board._press = painter = Painter()
        await board.send(outgoing(page))
        save(folder, f"poster-{paper}", painter.inside)
        save(folder, f"poster-{paper}-outside", painter.pages)
        await board.close()


async def paint_calls(outbox: Path, own: Surroundings, folder: Path) -> None:
    kept = Items(outbox / SHEETS, CallPayload, trial=True)
    call = Call(CallSettings(), own)
    call._press = painter = Painter()
    for place in sorted((outbox / SHEETS).iterdir()):
        for item in kept.read(place.name):
            if item.payload.kind == "emergency":
                await call.send(outgoing(item.payload, item.stem, item.language, "m"))
    call.collate("m")
    save(folder, "call-sheet", painter.pages)
    await call.close()


def save(folder: Path, name: str, pages: Sequence[bytes]) -> None:
    for number, page in enumerate(pages[:4], 1):
        (folder / f"{name}{f'-{number}' if len(pages) > 1 else ''}.png").write_bytes(paint_pages.small(page))


async def paint(outbox: Path, own: Surroundings, folder: Path) -> None:
    for one in (paint_letters, paint_posters, paint_calls):
        await one(outbox, own, folder)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as spare:
        school = Path(spare) / "school"
        subprocess.run([sys.executable, "-m", "notifier", "demo", str(school)], check=True, cwd=ROOT)  # noqa: S603
        own = Surroundings(
            Path(spare) / "outbox",
            "Minster Green Infant School",
            "020 7946 0900",
            "https://www.minstergreen.example.org",
            trial=False,
            clock=FixedClock(datetime(2026, 11, 27, 15, 30, tzinfo=UTC)),
        )
        asyncio.run(paint(school / "outbox" / "trial", own, folder))
        screen = folder.parent / "screen"
        screen.mkdir(exist_ok=True)
        paint_pages.paint(school, screen)


if __name__ == "__main__":
    main()
