"""What the press is told of letters: each as a sheet, and a run in the order in which they are handed out."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from channels import _codes, _files, _pictures, _tree
from channels._items import Item
from notifier.model.payload import PaperPayload

LetterItem = Item[PaperPayload]

COLUMNS = (
    *("number", "class", "way", "addressee", "address", "postcode", "second home", "large print"),
    *("pages", "enclose"),
)
SIZE, SMALLER = 11.5, 10.5
"""Points; a letter that is a few lines too long for its sheets is set smaller, but never large print."""
BOOK_BAG, POST = "book bag", "post"
NO_CLASS = "No class"


def by_post(item: LetterItem, hand_out: str) -> bool:
    """A second home's copy is never put into a child's book bag (H27)."""
    return item.payload.second_home or hand_out == POST


def order(item: LetterItem, hand_out: str) -> tuple[bool, str, str, str]:
    """Book bags first, class by class; then what is posted."""
    payload = item.payload
    return by_post(item, hand_out), payload.class_.casefold(), payload.address[0].casefold(), item.stem


def sheet(item: LetterItem, folder: Path, hand_out: str) -> dict[str, Any]:
    """One letter with its own papers behind it. ``folder`` is the message's, where its pictures lie."""
    payload = item.payload
    made: dict[str, Any] = {
        "sort": "letter",
        "lang": payload.language.split("-")[0].lower() or "en",
        "large": payload.large_print,
        "size": SIZE,
        "address": [_tree.printable(line) for line in payload.address],
        "post": payload.second_home,
        "words": _tree.tree(payload.html, _pictures.lying(folder)),
        "papers": [
            {"file": f"papers/{path.name}", "alt": "The paper that comes with this letter"}
            for path in sorted(folder.glob(f"papers/{_files.stem(item.stem)}-*.pdf"))
        ],
    }
    if payload.online:
        made["qr"] = {
            "file": _codes.file_name(payload.online),
            "alt": payload.online,
            "words": payload.online_words,
            "shown": _codes.shown(payload.online),
        }
    if payload.slip is not None:
        made["slip"] = {
            "cut": payload.slip.cut,
            "title": _tree.printable(payload.slip.title),
            "lines": [{"name": name, "value": _tree.printable(value)} for name, value in payload.slip.lines],
            "choices": list(payload.slip.choices),
            "blanks": list(payload.slip.blanks),
        }
    return made


def run(found: Sequence[LetterItem], hand_out: str) -> Iterator[dict[str, Any]]:
    """The letters' files in order; where there are several heaps, a separator lies before each."""
    heaps = [(key, list(items)) for key, items in groupby(found, lambda item: _heap(item, hand_out))]
    for (posted, class_), items in heaps:
        if len(heaps) > 1:
            count = "1 letter" if len(items) == 1 else f"{len(items)} letters"
            way = "Post, not book bag" if posted else "Book bags"
            yield {"sheet": {"sort": "separator", "title": class_ or NO_CLASS, "way": way, "count": count}}
        for item in items:
            yield {"file": file_name(item.stem)}


def file_name(item: str) -> str:
    return f"letter-{_files.stem(item)}.pdf"


def _heap(item: LetterItem, hand_out: str) -> tuple[bool, str]:
    return by_post(item, hand_out), item.payload.class_


def rows(found: Sequence[LetterItem], hand_out: str, papers: Mapping[str, int]) -> list[tuple[str, ...]]:
    """One line for each letter, in the order of the run; ``papers`` counts the papers printed behind each."""
    made: list[tuple[str, ...]] = []
    for number, item in enumerate(found, 1):
        payload = item.payload
        first, *rest = payload.address
        postcode = rest.pop() if rest else ""
        second, large = "yes" if payload.second_home else "", "yes" if payload.large_print else ""
        way = POST if by_post(item, hand_out) else BOOK_BAG
        printed = papers.get(item.stem, 0)
        behind = "" if not printed else "1 paper printed behind it" if printed == 1 else f"{printed} papers behind it"
        where = (str(number), payload.class_, way, first, ", ".join(rest), postcode)
        made.append((*where, second, large, behind, "; ".join(item.enclosed)))
    return made
