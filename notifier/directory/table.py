"""One CSV file as rows whose cells stand in a known order, each with its place (DESIGN 3.1).

UTF-8 with or without BOM; Windows text and Excel's "Unicode text" are read too.
Commas, semicolons and tabs; columns in any order; unknown columns are left out.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from notifier.directory.findings import Findings, fault
from notifier.model.problem import Problem

DELIMITERS = ",;\t"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
SEPARATOR_LINE = re.compile(r"\A\"?sep=(.)\"?\r?\n", re.IGNORECASE)
NOT_READ = "Nothing in this file can be used until that is put right."


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one file in the order in which its rows are handed out.

    A column of ``nearly`` that is missing is taken from one that is a letter off:
    leaving a mistyped ``until`` unread would make a permission endless.
    """

    file: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    nearly: frozenset[str] = frozenset()


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

    def rows(self) -> Iterator[Row]:
        reader = csv.reader(StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        order = [self.places.get(column, self.width + 1) - 1 for column in self.schema.columns]
        suspect = CONTROL.search(self.text) is not None
        width, ended, header_seen = self.width, 0, False
        while True:
            try:
                fields = next(reader, None)
            except csv.Error:
                self._broken_off(ended + 1 + self.skipped)
                return
            if fields is None:
                return
            line, lines, ended = ended + 1 + self.skipped, reader.line_num - ended, reader.line_num
            if not header_seen:
                header_seen = _says_something(fields)
                continue
            excess = fields[width:]
            if len(fields) < width:
                fields.extend([""] * (width - len(fields)))
            else:
                del fields[width:]
            fields.append("")
            cells = [fields[place].strip() for place in order]
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

    def _broken_off(self, line: int) -> None:
        sentence = (
            "From this line on the file cannot be read: a quotation mark is opened and never closed, "
            "or stands in the middle of a cell. Correct the quotation marks."
        )
        self.findings.add(self.schema.file, fault("file-broken-off", sentence, f"{self.where}:{line}:1"))
        self.findings.unread.add(self.schema.file)


def open_table(path: Path, schema: Schema, findings: Findings) -> Table | None:
    """The table, or None with the reason among the findings. A missing file is the caller's to tell."""
    where = f"{path.parent.name}/{schema.file}"
    try:
        data = path.read_bytes()
    except OSError:
        sentence = "This file cannot be opened. Close it elsewhere and try again."
        _unread(schema, findings, "file-unreadable", where, sentence)
        return None
    text = _decoded(data, schema, where, findings)
    if text is None:
        return None
    skipped = 0
    separator = SEPARATOR_LINE.match(text)
    if separator:
        text, skipped = text[separator.end() :], 1
    table = Table(schema, where, findings, text=text, skipped=skipped)
    return table if _header(table) else None


def _unread(schema: Schema, findings: Findings, id: str, where: str, sentence: str) -> None:
    findings.add(schema.file, fault(id, sentence, where))
    findings.unread.add(schema.file)


def _decoded(data: bytes, schema: Schema, where: str, findings: Findings) -> str | None:
    """The text, composed (NFC); Windows text only with advice."""
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        windows = _windows_text(data)
        if windows is None:
            sentence = f"This is not a CSV file. Save it as CSV UTF-8. {NOT_READ}"
            _unread(schema, findings, "file-unreadable", where, sentence)
            return None
        text = windows
        sentence = (
            "This file was not saved as UTF-8, so accented letters may be wrong. "
            "In Excel choose Save as, CSV UTF-8, and look at the names."
        )
        findings.add(schema.file, fault("file-not-utf8", sentence, where))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _windows_text(data: bytes) -> str | None:
    """The bytes as cp1252, None where that gives control characters and so was no text."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if CONTROL.search(text) else text


def _header(table: Table) -> bool:
    """Find delimiter and columns; False when no row can be read."""
    schema, findings = table.schema, table.findings
    best: list[str] = []
    line = 1
    for delimiter in DELIMITERS:
        names, at = _first_row(table.text, delimiter)
        if _known(names, schema) > _known(best, schema) or not best:
            best, line, table.delimiter = names, at + table.skipped, delimiter
    if not any(best):
        sentence = f"This file is empty: not even the row with the column names is there. {NOT_READ}"
        _unread(schema, findings, "file-empty", table.where, sentence)
        return False
    table.width = len(best)
    good = True
    for place, name in enumerate(best, start=1):
        if name not in schema.columns:
            continue
        if name in table.places:
            sentence = f"There are two columns called {name}. Delete or rename one of them."
            findings.add(schema.file, fault("column-twice", sentence, f"{table.where}:{line}:{place}"))
            good = False
        else:
            table.places[name] = place
    _strangers(table, best, line)
    for name in schema.required:
        if name not in table.places:
            sentence = f"The column {name} is missing. Add it to the first row. {NOT_READ}"
            findings.add(schema.file, fault("column-missing", sentence, f"{table.where}:{line}:1"))
            good = False
    if not good:
        findings.unread.add(schema.file)
    return good


def _strangers(table: Table, names: Sequence[str], line: int) -> None:
    schema = table.schema
    for place, name in enumerate(names, start=1):
        if not name or name in schema.columns:
            continue
        absent = [column for column in schema.columns if column not in table.places]
        near = get_close_matches(name, absent, n=1, cutoff=0.7)
        where = f"{table.where}:{line}:{place}"
        if near and near[0] in schema.nearly and get_close_matches(name, near, cutoff=0.8):
            table.places[near[0]] = place
            sentence = f"The column {name} is read as {near[0]}. Please correct its name."
            problem = fault("column-misspelt", sentence, where)
        else:
            hint = f" Did you mean {near[0]}?" if near else ""
            problem = fault("column-unknown", f"The column {name} is not known and is not read.{hint}", where)
        table.findings.add(schema.file, problem)


def _first_row(text: str, delimiter: str) -> tuple[list[str], int]:
    """The column names as we write them, and the line they stand in."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    ended = 0
    try:
        for fields in reader:
            if _says_something(fields):
                return [re.sub(r"[\s\-]+", "_", cell.strip().lower()) for cell in fields], ended + 1
            ended = reader.line_num
    except csv.Error:
        pass
    return [], 1


def _says_something(fields: Sequence[str]) -> bool:
    return any(character.isalnum() for cell in fields for character in cell)


def _known(names: Sequence[str], schema: Schema) -> int:
    return sum(name in schema.columns for name in names)
