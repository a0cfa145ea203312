"""Letters on paper: one PDF for each family with its address in the window, and a print run of them all.

letters/MESSAGE/items/ITEM.json      one letter, as it was rendered
letters/MESSAGE/letter-ITEM.pdf      the same to look at or print alone
letters/MESSAGE/letters.pdf          the print run, rebuilt from the items; in parts where it is long
letters/MESSAGE/letters.csv          whom they go to, in the same order
letters/MESSAGE/postage.csv          those that go by post
letters/MESSAGE/pictures, codes      what the letters show
letters/MESSAGE/papers/ITEM-N.pdf    a child's own papers, printed behind that letter
letters/MESSAGE/enclosures/          what goes into every envelope besides
letters/MESSAGE/printed/NNN/         a run that was given to the printer, and is closed
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from channels import _cards, _codes, _files, _items, _letter_sheets, _markup, _pictures, _printer
from channels._letter_press import LetterPress
from channels._letter_sheets import LetterItem
from channels._press import PressFault
from channels.base import Outgoing, PermanentFailure, Sent, Surroundings
from channels.outbox import base
from notifier.logs import logger
from notifier.model.message import Enclosure
from notifier.model.payload import PAPER, PaperPayload
from notifier.model.policy import AddressKind
from notifier.model.problem import Problem, advice

LETTERS = "letters"
PART = 500
"""Letters in one file of a print run: a longer one comes in parts, so that memory does not grow with the school."""
_AGAIN = timedelta(minutes=10)
"""How long a printer that took nothing is left alone."""
_log = logger("channels.letter")


class LetterSettings(BaseModel):
    """``[channels.letter]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    envelope: Literal["c5_notify", "dl_uk"] = Field(
        description='Where the window is: "dl_uk" for DL envelopes, "c5_notify" for C5.'
    )
    logo: Path | None = Field(
        default=None, description="A picture for the head of the letter (PNG, JPEG or SVG), relative to this file."
    )
    hand_out: Literal["book bag", "post"] = Field(
        default="book bag",
        description='How letters reach a child\'s main home: "book bag" or "post". Second homes always get post.',
    )
    both_sides: bool = Field(default=False, description="Whether the print run is printed on both sides of the paper.")
    printer: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.@/-]*$",
        description="The printer that gets each print run by itself (its name in lp); empty: somebody prints the PDF.",
    )


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
        self._setting = LetterPress(
            surroundings,
            envelope=settings.envelope,
            logo=surroundings.folder / settings.logo if settings.logo is not None else None,
            hand_out=settings.hand_out,
            both_sides=settings.both_sides,
        )
        self._print_again: datetime | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, PaperPayload):
            raise TypeError(f"letter carries paper, not {type(outgoing.payload).__name__}")
        if not any(line.strip() for line in outgoing.payload.address):
            raise PermanentFailure("There is no postal address to print. Add it in contacts.csv.")
        with _files.writing():
            return Sent(reference=await asyncio.to_thread(self._write, outgoing, outgoing.payload))

    async def close(self) -> None:
        await asyncio.to_thread(self._setting.close)

    async def check(self) -> list[Problem]:
        """A logo that is not there, and runs of which nobody knows whether they were printed."""
        found = []
        logo = self._setting.logo
        if logo is not None and not logo.is_file():
            found.append(
                advice(
                    "letter-logo-missing",
                    f"There is no picture {self.settings.logo} for the head of the letters; they go without it.",
                    "config.toml: channels.letter.logo",
                )
            )
        for folder in (base(self.surroundings) / LETTERS).glob("*"):
            for run in _printer.closed(folder):
                if run.state != "printed":
                    place = run.folder.relative_to(self.surroundings.folder)
                    found.append(
                        advice(
                            "print-run-unknown",
                            f"Nobody can tell whether the print run in {place} was printed. Look into the printer's "
                            f"tray; if it is not there, print its PDF. Then delete {_printer.RECORD} in that folder.",
                            str(place),
                        )
                    )
        return found

    def items(self, message: str) -> Sequence[str]:
        gone = self._printed(message)
        return [stem for stem in self._items.stems(message) if stem not in gone]

    def withdraw(self, message: str, item: str) -> None:
        with _files.writing():
            folder = self._items.folder(message)
            self._items.remove(message, item)
            _files.remove(self._sheet_file(message, item), *folder.glob(f"papers/{_files.stem(item)}-*.pdf"))
            _cards.remove(self.surroundings.outbox, "letter", item)

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        """Rebuild the print run from the items that were not given to the printer yet."""
        folder = self._items.folder(message)
        hand_out = self.settings.hand_out
        with _files.writing():
            gone = self._printed(message)
            found = [item for item in self._items.read(message) if item.stem not in gone]
            found.sort(key=lambda item: _letter_sheets.order(item, hand_out))
            parts = [found[at : at + PART] for at in range(0, len(found), PART)]
            names = ["letters.pdf"] if len(parts) == 1 else [f"letters-{n}-of-{len(parts)}.pdf" for n in _from_1(parts)]
            _files.remove(*(path for path in folder.glob("letters*.pdf") if path.name not in names))
            if not found:
                self._take_away(message, folder, whole=not gone)
                return []
            runs = [self._setting.gather(part, folder, name) for name, part in zip(names, parts, strict=True)]
            self._setting.rest()
            tables = self._tables(folder, found)
            self._card(message, found, runs[0])
            self._print(message, folder, [*runs, *tables], [item.stem for item in found])
        return [*runs, *tables]

    def _tables(self, folder: Path, found: Sequence[LetterItem]) -> list[Path]:
        trial, drill = self.surroundings.trial, any(item.drill for item in found)
        papers = {item.stem: len(list(folder.glob(f"papers/{_files.stem(item.stem)}-*.pdf"))) for item in found}
        rows = _letter_sheets.rows(found, self.settings.hand_out, papers)
        posted = [row for row in rows if row[_letter_sheets.COLUMNS.index("way")] == _letter_sheets.POST]
        written = []
        for name, some in (("letters.csv", rows), ("postage.csv", posted)):
            _files.write(folder / name, _items.csv(_letter_sheets.COLUMNS, some, trial=trial, drill=drill))
            written.append(folder / name)
        return written

    def _card(self, message: str, found: Sequence[LetterItem], run: Path) -> None:
        shown = str(run.relative_to(self.surroundings.outbox))
        card = _cards.Card(
            channel="letter",
            item=f"run-{message}",
            message=message,
            title=f"Letters: {found[0].payload.subject}",
            family=f"The whole print run ({len(found)})",
            trial=self.surroundings.trial,
            drill=any(item.drill for item in found),
            whole=True,
            file=shown,
            page=shown,
            attachments=tuple(sorted({name for item in found for name in item.enclosed})),
        )
        _cards.write(self.surroundings.outbox, card)

    def _take_away(self, message: str, folder: Path, *, whole: bool) -> None:
        """Nothing is left to print; ``whole``: and nothing was printed before either."""
        _files.remove(folder / "letters.csv", folder / "postage.csv")
        _cards.remove(self.surroundings.outbox, "letter", f"run-{message}")
        if whole:
            for inner in ("pictures", "codes", "papers", "enclosures", "head"):
                _files.remove(*(folder / inner).iterdir() if (folder / inner).is_dir() else ())
                _files.prune(folder / inner)
            self._items.prune(message)

    def _printed(self, message: str) -> frozenset[str]:
        runs = _printer.closed(self._items.folder(message))
        return frozenset(item for run in runs for item in run.items)

    def _print(self, message: str, folder: Path, files: Sequence[Path], items: Sequence[str]) -> None:
        now = self.surroundings.clock.now()
        if not self.settings.printer or self.surroundings.trial:
            return
        if self._print_again is not None and now < self._print_again:
            return
        try:
            both = self.settings.both_sides
            _printer.close_and_print(folder, files, items, self.settings.printer, both_sides=both)
        except _printer.PrinterFault as fault:
            self._print_again = now + _AGAIN
            _log.warning("the letters are not printed", message=message, says=str(fault))

    def _sheet_file(self, message: str, item: str) -> Path:
        return self._items.folder(message) / _letter_sheets.file_name(item)

    def _write(self, outgoing: Outgoing, payload: PaperPayload) -> str:
        outbox, folder = self.surroundings.outbox, self._items.folder(outgoing.message)
        _pictures.lay(folder, payload.html, outgoing.attachments)
        if payload.online:
            _codes.write(folder, payload.online)
        self._lay_papers(folder, outgoing)
        enclosed = self._enclose(folder, outgoing, payload)
        item = LetterItem(outgoing.item, outgoing.language, outgoing.drill, payload, enclosed)
        path = self._sheet_file(outgoing.message, outgoing.item)
        try:
            content = self._setting.one(item, folder)
        except PressFault as fault:
            if fault.sort != "picture":
                raise
            enclosed = self._set_aside(folder, outgoing, enclosed)
            item = LetterItem(outgoing.item, outgoing.language, outgoing.drill, payload, enclosed)
            content = self._setting.one(item, folder)
        _files.write(path, content)
        self._items.write(outgoing, payload, enclosed)
        card = _cards.Card(
            channel="letter",
            item=outgoing.item,
            message=outgoing.message,
            title=payload.subject,
            family=outgoing.family or payload.address[0],
            address=", ".join(payload.address[1:]),
            language=payload.language,
            trial=self.surroundings.trial,
            drill=outgoing.drill,
            file=str(path.relative_to(outbox)),
            page=str(path.relative_to(outbox)),
            attachments=enclosed,
        )
        _cards.write(outbox, card)
        return card.file

    def _lay_papers(self, folder: Path, outgoing: Outgoing) -> None:
        """A child's own papers are printed behind its letter, so that no hand can enclose another child's."""
        own = [one for one in outgoing.attachments if _own(one)]
        for number, one in enumerate(own, 1):
            if not _pictures.unprintable(folder, one.attachment.digest).exists():
                _files.write(folder / "papers" / f"{_files.stem(outgoing.item)}-{number}.pdf", one.content)

    def _enclose(self, folder: Path, outgoing: Outgoing, payload: PaperPayload) -> tuple[str, ...]:
        """Put what goes into the envelope beside the run, under a name that two different files never share."""
        names = []
        for one in _markup.files(payload.html, outgoing.attachments):
            if _own(one) and not _pictures.unprintable(folder, one.attachment.digest).exists():
                continue
            stem, dot, suffix = one.attachment.name.rpartition(".")
            name = (
                f"{_files.stem(stem or suffix)}-{one.attachment.digest[:8]}{dot}{_files.stem(suffix) if stem else ''}"
            )
            _files.write(folder / "enclosures" / name, one.content)
            names.append(name)
        return tuple(names)

    def _set_aside(self, folder: Path, outgoing: Outgoing, enclosed: tuple[str, ...]) -> tuple[str, ...]:
        """Pictures that cannot be printed leave their description; papers that cannot are enclosed by hand."""
        for one in outgoing.attachments:
            digest = one.attachment.digest
            files = [*folder.glob(f"pictures/{digest}.*"), *self._papers_of(folder, outgoing.item, digest)]
            for file in files:
                if not self._setting.can_be_printed(file, folder):
                    _files.write(_pictures.unprintable(folder, digest), b"\n")
                    _files.remove(file)
                    _log.warning("a file cannot be printed", message=outgoing.message, file=digest[:10])
        return self._enclose(folder, outgoing, outgoing.payload)

    def _papers_of(self, folder: Path, item: str, digest: str) -> list[Path]:
        return [
            path
            for path in folder.glob(f"papers/{_files.stem(item)}-*.pdf")
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest
        ]


def _own(one: Enclosure) -> bool:
    return bool(one.attachment.pupil_id) and one.attachment.media_type == "application/pdf"


def _from_1(parts: Sequence[object]) -> range:
    return range(1, len(parts) + 1)
