"""Letters on paper: one page for each family with its address in the window, and a print run of them all.

letters/MESSAGE/items/ITEM.json    one letter, as it was rendered
letters/MESSAGE/ITEM.html          the same to look at or print alone
letters/MESSAGE/letters.html       the print run, by class, rebuilt from the items
letters/MESSAGE/postage.csv        whom it goes to, in the same order
letters/MESSAGE/enclosures/        what goes into the envelope besides
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from channels import _cards, _files, _items, _markup
from channels.base import Outgoing, PermanentFailure, Sent, Surroundings
from channels.outbox import base
from notifier.model.payload import PAPER, PaperPayload
from notifier.model.policy import AddressKind

LETTERS = "letters"
COLUMNS = ("number", "class", "addressee", "address", "postcode", "second home", "large print", "enclose")

FOLDING = {
    "dl_uk": "Fold each sheet in three; window envelope DL (110 × 220 mm).",
    "c5_notify": "Fold each sheet once; window envelope C5 (162 × 229 mm).",
}


class LetterSettings(BaseModel):
    """``[channels.letter]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    envelope: Literal["c5_notify", "dl_uk"] = Field(
        description='Where the window is: "dl_uk" for DL envelopes, "c5_notify" for C5.'
    )


LetterItem = _items.Item[PaperPayload]


class Letter:
    medium: ClassVar[str] = PAPER
    address: ClassVar[AddressKind] = AddressKind.POSTAL
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = LetterSettings
    rehearsal: ClassVar[BaseModel] = LetterSettings(envelope="dl_uk")

    def __init__(self, settings: LetterSettings, surroundings: Surroundings) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = 4
        self.per_minute: float | None = None
        self._items = _items.Items(base(surroundings) / LETTERS, PaperPayload, trial=surroundings.trial)

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, PaperPayload):
            raise TypeError(f"letter carries paper, not {type(outgoing.payload).__name__}")
        if not any(line.strip() for line in outgoing.payload.address):
            raise PermanentFailure("There is no postal address to print. Add it in contacts.csv.")
        with _files.writing():
            return Sent(reference=await asyncio.to_thread(self._write, outgoing, outgoing.payload))

    async def close(self) -> None:
        """Nothing is held open."""

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        """Rebuild the print run from its items: by class, then by addressee."""
        folder = self._items.folder(message)
        run, postage = folder / "letters.html", folder / "postage.csv"
        with _files.writing():
            found = sorted(self._items.read(message), key=_order)
            if not found:
                _files.remove(run, postage, *(folder / "enclosures").glob("*"))
                _files.prune(folder / "enclosures")
                _cards.remove(self.surroundings.outbox, "letter", f"run-{message}")
                self._items.prune(message)
                return []
            drill = any(item.drill for item in found)
            title = f"Letters: {found[0].payload.subject}"
            body = self._cover(found) + "\n".join(self._sheet(item) for item in found)
            trial = self.surroundings.trial
            _files.write(run, _markup.page(title, body, sheet="letter", trial=trial, drill=drill))
            _files.write(postage, _items.csv(COLUMNS, _rows(found), trial=trial, drill=drill))
            outbox = self.surroundings.outbox
            shown = str(run.relative_to(outbox))
            card = _cards.Card(
                channel="letter",
                item=f"run-{message}",
                message=message,
                title=title,
                family=f"The whole print run ({len(found)})",
                trial=trial,
                drill=drill,
                whole=True,
                file=shown,
                page=shown,
            )
            _cards.write(outbox, card)
        return [run, postage]

    def items(self, message: str) -> Sequence[str]:
        return self._items.stems(message)

    def withdraw(self, message: str, item: str) -> None:
        with _files.writing():
            self._items.remove(message, item)
            _files.remove(self._page(message, item))
            _cards.remove(self.surroundings.outbox, "letter", item)

    def _page(self, message: str, item: str) -> Path:
        return self._items.folder(message) / f"letter-{_files.stem(item)}.html"

    def _write(self, outgoing: Outgoing, payload: PaperPayload) -> str:
        outbox, trial = self.surroundings.outbox, self.surroundings.trial
        enclosed = self._enclose(outgoing, payload)
        inside = _markup.with_pictures(payload.html, outgoing.attachments)
        whole = replace(payload, html=inside)
        path = self._page(outgoing.message, outgoing.item)
        item = LetterItem(outgoing.item, outgoing.language, outgoing.drill, whole, enclosed)
        body, language = self._sheet(item), payload.language
        _files.write(
            path,
            _markup.page(payload.subject, body, sheet="letter", language=language, trial=trial, drill=outgoing.drill),
        )
        self._items.write(outgoing, whole, enclosed)
        card = _cards.Card(
            channel="letter",
            item=outgoing.item,
            message=outgoing.message,
            title=payload.subject,
            family=outgoing.family or payload.address[0],
            address=", ".join(payload.address[1:]),
            language=payload.language,
            trial=trial,
            drill=outgoing.drill,
            file=str(path.relative_to(outbox)),
            page=str(path.relative_to(outbox)),
            attachments=enclosed,
        )
        _cards.write(outbox, card)
        return card.file

    def _enclose(self, outgoing: Outgoing, payload: PaperPayload) -> tuple[str, ...]:
        """Put what goes into the envelope beside the run, under a name that two different files never share."""
        names = []
        for one in _markup.files(payload.html, outgoing.attachments):
            stem, dot, suffix = one.attachment.name.rpartition(".")
            name = (
                f"{_files.stem(stem or suffix)}-{one.attachment.digest[:8]}{dot}{_files.stem(suffix) if stem else ''}"
            )
            _files.write(self._items.folder(outgoing.message) / "enclosures" / name, one.content)
            names.append(name)
        return tuple(names)

    def _cover(self, found: Sequence[LetterItem]) -> str:
        """For the screen only: what the person at the printer needs to know."""
        posted = sum(item.payload.second_home for item in found)
        large = sum(item.payload.large_print for item in found)
        said = [f"{len(found)} letters, sorted by class." if len(found) > 1 else "1 letter."]
        said += [f"Print on A4, one side, at 100 %. {FOLDING[self.settings.envelope]}"]
        said += [f"{posted} to second homes: post these; no child carries them in a book bag."] if posted else []
        said += [f"{large} in large print."] if large else []
        enclosed = sorted({name for item in found for name in item.enclosed})
        said += [f"Enclose, from the folder enclosures: {', '.join(enclosed)} (see postage.csv)."] if enclosed else []
        return '<aside class="cover">' + "".join(f"<p>{escape(line)}</p>" for line in said) + "</aside>\n"

    def _head(self) -> str:
        own = self.surroundings
        rest = [f"<bdi>{escape(line)}</bdi>" for line in (own.phone, own.website.removeprefix("https://")) if line]
        return f"<b>{escape(own.school)}</b>" + "<br>".join(rest)

    def _sheet(self, item: LetterItem) -> str:
        payload = item.payload
        lines = "<br>".join(escape(line) for line in payload.address)
        size = " large" if payload.large_print else ""
        mark = '<p class="practice">TRIAL — not to be posted</p>\n' if self.surroundings.trial else ""
        words = f'lang="{escape(payload.language)}" dir="{_markup.direction(payload.language)}"'
        return (
            f'<article class="letter {self.settings.envelope}{size}">\n{mark}'
            f'<address class="window">{lines}</address>\n<div class="letterhead">{self._head()}</div>\n'
            f'<div class="words" {words}>{_markup.fragment(payload.html)}</div>\n</article>'
        )


def _order(item: LetterItem) -> tuple[str, str, str]:
    return item.payload.class_.casefold(), item.payload.address[0].casefold(), item.stem


def _rows(found: Sequence[LetterItem]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for number, item in enumerate(found, 1):
        payload = item.payload
        first, *rest = payload.address
        postcode = rest.pop() if rest else ""
        second, large = "yes" if payload.second_home else "", "yes" if payload.large_print else ""
        rows.append(
            (str(number), payload.class_, first, ", ".join(rest), postcode, second, large, "; ".join(item.enclosed))
        )
    return rows
