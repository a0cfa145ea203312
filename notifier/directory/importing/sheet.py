"""A table of a foreign program, read row by row: its columns may be misspelt, and are found all the same."""

import csv
import re
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain

from notifier.directory.importing.notes import Notes
from notifier.directory.importing.parcel import Parcel

CELL = 1 << 17
NOISE = re.compile(r"[\s_\-]+")
DELIMITERS = ",;\t"


class Sheet:
    """``places`` maps a column to its position, from 1. ``header`` are the names as they stand in the file."""

    def __init__(self, parcel: Parcel, name: str, notes: Notes) -> None:
        self.parcel, self.name, self.notes = parcel, name, notes
        self.file = parcel.called(name)
        self.places: dict[str, int] = {}
        self.header: list[str] = []

    def rows(self) -> Generator[tuple[int, list[str]], None, None]:
        """The line where each row begins and its cells, trimmed, as many as the header has; the header first."""
        with self.parcel.text(self.name) as (file, unicode):
            if not unicode:
                self.notes.advise(
                    "import-not-utf8",
                    "This file was not saved as UTF-8, so accented letters may be wrong. Look at the names.",
                    self.file,
                )
            first, skipped = file.readline(CELL), 0
            while first and not first.strip():
                first, skipped = file.readline(CELL), skipped + 1
            delimiter = max(DELIMITERS, key=first.count)
            reader = csv.reader(chain([first], file), delimiter=delimiter, strict=True)
            ended = 0
            while True:
                line = ended + 1 + skipped
                try:
                    fields = next(reader, None)
                except csv.Error:
                    self.notes.refuse(
                        "import-broken-off",
                        "From this line on the file cannot be read: a quotation mark is missing or too many. "
                        "Export the file once more.",
                        self.file,
                        line,
                    )
                    return
                ended = reader.line_num
                if fields is None:
                    return
                cells = [cell.strip() if cell.isascii() else _composed(cell) for cell in fields]
                if not self.header:
                    if not any(cells):
                        continue
                    self.header = cells
                    yield line, cells
                elif any(cells):
                    if len(cells) > len(self.header) and any(cells[len(self.header) :]):
                        self.notes.refuse(
                            "import-row-too-long",
                            "This row has more cells than the header has columns, so it has slipped. "
                            "Export the file once more.",
                            self.file,
                            line,
                            len(self.header) + 1,
                        )
                        continue
                    yield line, cells[: len(self.header)] + [""] * (len(self.header) - len(cells))

    def records(
        self, known: Sequence[str], wanted: Sequence[str], needed: Sequence[str] = ()
    ) -> Iterator[tuple[int, list[str]]]:
        """Rows with the cells of ``wanted``, in that order; ``known`` are all columns the format has.

        A column that is missing gives blanks, unless it is one of ``needed``; :attr:`places` tells which were there.
        """
        rows = self.rows()
        if next(rows, None) is None:
            self.notes.refuse("import-file-empty", "This file is empty. Export the files once more.", self.file)
            return
        self._find(known)
        missing = [column for column in needed if column not in self.places]
        for column in missing:
            sentence = f"The column {column} is missing. Export all tables once more."
            self.notes.refuse("import-column-missing", sentence, self.file, 1)
        if missing:
            return
        order = [self.places.get(column, 0) - 1 for column in wanted]
        for line, cells in rows:
            cells.append("")
            yield line, [cells[place] for place in order]

    def _find(self, known: Sequence[str]) -> None:
        exact = {_plain(column): column for column in known}
        strangers = []
        for place, name in enumerate(self.header, start=1):
            column = exact.get(_plain(name), "")
            if column and column not in self.places:
                self.places[column] = place
            elif name and not name.lower().startswith("metadata."):
                strangers.append((place, name))
        for place, name in strangers:
            absent = [column for column in known if column not in self.places]
            near = get_close_matches(name, absent, n=1, cutoff=0.85)
            if near:
                self.places[near[0]] = place
                sentence = f"The column {name} is read as {near[0]}."
                self.notes.advise("import-column-misspelt", sentence, self.file, 1, place)
            else:
                sentence = f"The column {name} is not known and is not read."
                self.notes.advise("import-column-unknown", sentence, self.file, 1, place)


def _plain(name: str) -> str:
    return NOISE.sub("", name).lower()


def _composed(cell: str) -> str:
    return unicodedata.normalize("NFC", cell.strip())
