"""One CSV file as rows whose cells stand in a known order, each with its place (DESIGN 3.1)."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from notifier.directory.findings import Findings, fault
from notifier.model.problem import Problem

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one file in the order in which its rows are handed out.

    A column of ``nearly`` that is missing is taken from one that is a letter off:
    leaving a mistyped ``until`` unread would make a permission endless. The words of a
    column of ``again`` come again in other rows and files, and are kept once.
    """

    file: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    nearly: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()


@dataclass(slots=True)
class Row:
    """One row: ``line`` is where it begins, ``cells`` are trimmed and in the schema's order.

    ``slipped``: it has more cells than the header. ``swallowed``: a cell runs over
    several lines and may hold other rows.
    """

    table: "Table"
    line: int
    cells: list[str]
    slipped: bool = False
    swallowed: bool = False
    spoilt: bool = False

    @property
    def damaged(self) -> bool:
        """Its cells may stand in the wrong columns, so nothing more is said of them."""
        return self.slipped or self.swallowed

    def at(self, column: str) -> str:
        return f"{self.table.where}:{self.line}:{self.table.places.get(column, 1)}"

    def report(self, id: str, column: str, sentence: str, rule: str = "") -> Problem:
        """A problem with this cell; an error marks the row as one that cannot be used."""
        problem = fault(id, sentence, self.at(column), rule)
        self.table.findings.add(self.table.schema.file, problem)
        if problem.severity == "error":
            self.spoilt = True
        return problem

    def advise(self, id: str, column: str, sentence: str, many: str, rule: str = "") -> None:
        """Advice that is told once per file when it comes often."""
        self.table.findings.alike(self.table.schema.file, self.line, fault(id, sentence, self.at(column), rule), many)


@dataclass(slots=True)
class Table:
    """A file whose header could be read. ``places`` maps a column to its position in a row, from 1."""

    schema: Schema
    where: str
    findings: Findings
    text: str = ""
    delimiter: str = ","
    places: dict[str, int] = field(default_factory=dict)
    width: int = 0
    skipped: int = 0
    shared: dict[str, str] = field(default_factory=dict)
    """Words kept once, for all files of one reading."""

    def rows(self) -> Iterator[Row]:
        reader = csv.reader(StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        order = [
            (self.places.get(column, self.width + 1) - 1, column in self.schema.again) for column in self.schema.columns
        ]
        once = self.shared.setdefault
        suspect = CONTROL.search(self.text) is not None
        width, ended, header_seen = self.width, 0, False
        while True:
            try:
                fields = next(reader, None)
            except csv.Error as error:
                self._broken_off(ended + 1 + self.skipped, too_long="larger than field limit" in str(error))
                return
            if fields is None:
                return
            line, lines, ended = ended + 1 + self.skipped, reader.line_num - ended, reader.line_num
            if not header_seen:
                header_seen = says_something(fields)
                continue
            excess = fields[width:]
            if len(fields) < width:
                fields.extend([""] * (width - len(fields)))
            else:
                del fields[width:]
            fields.append("")
            cells = [
                once(cell, cell) if again else cell
                for cell, again in ((fields[at].strip(), again) for at, again in order)
            ]
            slipped = bool(excess) and any(cell.strip() for cell in excess)
            if not slipped and not any(cells) and not any(cell.strip() for cell in fields):
                continue
            row = Row(self, line, cells, slipped, lines > 1)
            if slipped or lines > 1 or suspect:
                self._inspect(row, fields)
            yield row

    def _inspect(self, row: Row, fields: Sequence[str]) -> None:
        if row.slipped:
            problem = fault(
                "row-too-long",
                f"This row has more cells than the header has columns. Put quotation marks around a cell that holds "
                f"{'a comma' if self.delimiter == ',' else 'a semicolon' if self.delimiter == ';' else 'a tab'}.",
                f"{self.where}:{row.line}:{self.width + 1}",
            )
            self.findings.add(self.schema.file, problem)
            row.spoilt = True
        for place, cell in enumerate(fields, start=1):
            where = f"{self.where}:{row.line}:{place}"
            if "\n" in cell or "\r" in cell:
                sentence = (
                    "This cell runs over several lines. A quotation mark is probably missing or too many; "
                    "write the cell in one line."
                )
                self.findings.add(self.schema.file, fault("cell-over-lines", sentence, where))
                row.spoilt = True
            elif CONTROL.search(cell) and self.places.get("email") != place:
                sentence = "This cell holds an invisible control character. Delete the cell and type it again."
                self.findings.add(self.schema.file, fault("control-character", sentence, where))
                row.spoilt = True

    def _broken_off(self, line: int, *, too_long: bool) -> None:
        sentence = (
            "From this line on the file cannot be read: a cell holds more than 100,000 letters. "
            "Perhaps a quotation mark is opened and never closed."
            if too_long
            else "From this line on the file cannot be read: a quotation mark is opened and never closed, "
            "or stands in the middle of a cell. Correct the quotation marks."
        )
        self.findings.add(self.schema.file, fault("file-broken-off", sentence, f"{self.where}:{line}:1"))
        self.findings.unread.add(self.schema.file)


def says_something(fields: Sequence[str]) -> bool:
    return any(character.isalnum() for cell in fields for character in cell)
