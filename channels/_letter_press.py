"""How letters are set: each alone, a run gathered from them, and a look whether a file can be printed at all."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channels import _codes, _files, _letter_sheets, _markup, _tree
from channels._letter_sheets import LetterItem
from channels._press import Press, PressFault
from channels.base import PermanentFailure, Surroundings, TemporaryFailure
from notifier.model.payload import PaperPayload

_COUNT = re.compile(rb"/Type/Pages/Count (\d+)")


class LetterPress:
    """Knows the envelope and the letterhead. ``folder`` is always a message's own, where its pictures lie."""

    def __init__(
        self, surroundings: Surroundings, *, envelope: str, logo: Path | None, hand_out: str, both_sides: bool
    ) -> None:
        self._own = surroundings
        self.envelope = envelope
        self.logo = logo
        self.hand_out = hand_out
        self.both_sides = both_sides
        self._press = Press()

    def rest(self) -> None:
        self._press.rest()

    def close(self) -> None:
        self._press.close()

    def one(self, item: LetterItem, folder: Path) -> bytes:
        sheet = _letter_sheets.sheet(item, folder, self.hand_out)
        content = self._pdf(item, sheet, folder)
        if not item.payload.large_print and (pages := _pages(content)) > 1:
            smaller = self._pdf(item, sheet | {"size": _letter_sheets.SMALLER}, folder)
            if _pages(smaller) < pages:  # no sheet is printed for a few lines
                return smaller
        return content

    def gather(self, found: Sequence[LetterItem], folder: Path, name: str) -> Path:
        for item in found:
            path = folder / _letter_sheets.file_name(item.stem)
            if not path.exists():  # somebody tidied up
                _files.write(path, self.one(item, folder))
        run = list(_letter_sheets.run(found, self.hand_out))
        data = self.data(found[0], folder)
        self._press.into(folder / name, "letters", folder, data, run=run, both_sides=self.both_sides)
        return folder / name

    def _pdf(self, item: LetterItem, sheet: Mapping[str, Any], folder: Path) -> bytes:
        data = self.data(item, folder) | {"sheet": sheet}
        try:
            return self._press.pdf("letters", folder, data, rare=_tree.rare(data))
        except PressFault as fault:
            if fault.sort != "glyph":
                raise
            raise PermanentFailure(
                "This computer has no letter shapes for a language in this letter. Install the fonts of Noto "
                "(on Debian: fonts-noto-core), or tell the family in another way."
            ) from fault

    def data(self, item: LetterItem, folder: Path) -> dict[str, Any]:
        """What all sheets of a message share."""
        own = self._own
        title = _tree.printable(item.payload.subject) or "Letter"
        data: dict[str, Any] = {
            "envelope": self.envelope,
            "title": f"{_markup.TRIAL}: {title}" if own.trial else title,
            "school": own.school,
            "contact": [line for line in (own.phone, _codes.shown(own.website)) if line],
            "trial": own.trial,
        }
        logo = self.logo
        if logo is not None and logo.is_file():
            name = f"head/logo{logo.suffix.lower()}"
            _files.write(folder / name, logo.read_bytes())
            data["logo"] = name
        return data

    def can_be_printed(self, file: Path, folder: Path) -> bool:
        name = str(file.relative_to(folder))
        papers = [{"file": name, "alt": "paper"}] if file.suffix == ".pdf" else []
        words = [] if papers else [{"t": "p", "c": [{"t": "img", "c": [], "alt": "picture", "file": name}]}]
        plain = PaperPayload("Trial", ("-",), "", "en")
        probe = _letter_sheets.sheet(LetterItem("-", "en", False, plain), folder, self.hand_out)
        try:
            self._pdf(LetterItem("-", "en", False, plain), probe | {"words": words, "papers": papers}, folder)
        except PressFault as fault:
            if fault.sort == "broken":
                raise TemporaryFailure("The press broke down over a picture. It is tried again by itself.") from fault
            return False
        return True


def _pages(content: bytes) -> int:
    """How many pages a document of our own press has."""
    found = _COUNT.search(content)
    return int(found[1]) if found else 1
