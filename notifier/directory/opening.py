"""From the bytes of a CSV file to a table: its encoding, its delimiter and its columns (DESIGN 3.1).

UTF-8 with or without BOM; Windows text and Excel's "Unicode text" are read too.
Commas, semicolons and tabs; columns in any order; unknown columns are left out.
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from notifier.directory.findings import Findings, fault
from notifier.directory.table import CONTROL, Schema, Table, says_something

DELIMITERS = ",;\t"
SEPARATOR_LINE = re.compile(r"\A\"?sep=(.)\"?\r?\n", re.IGNORECASE)
COLUMNS_NAMED = 10
"""So many unknown columns are told one by one; an export with two hundred would hide every other problem."""
NOT_READ = "Nothing in this file can be used until that is put right."


def open_table(path: Path, schema: Schema, findings: Findings, shared: dict[str, str] | None = None) -> Table | None:
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
    table = Table(schema, where, findings, text=text, skipped=skipped, shared={} if shared is None else shared)
    return table if _header(table) else None


def _unread(schema: Schema, findings: Findings, id: str, where: str, sentence: str) -> None:
    findings.add(schema.file, fault(id, sentence, where))
    findings.unread.add(schema.file)


def _decoded(data: bytes, schema: Schema, where: str, findings: Findings) -> str | None:
    """The text, composed (NFC); Windows text only with advice."""
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        if "\x00" in text.partition("\n")[0]:  # a column name with zero bytes: UTF-16 without its mark, or no text
            _no_text(schema, where, findings)
            return None
    except UnicodeDecodeError:
        windows = _windows_text(data)
        if windows is None:
            _no_text(schema, where, findings)
            return None
        text = windows
        sentence = (
            "This file was not saved as UTF-8, so accented letters may be wrong. "
            "In Excel choose Save as, CSV UTF-8, and look at the names."
        )
        findings.add(schema.file, fault("file-not-utf8", sentence, where))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _no_text(schema: Schema, where: str, findings: Findings) -> None:
    sentence = f"This is not a CSV file. Save it as CSV UTF-8. {NOT_READ}"
    _unread(schema, findings, "file-unreadable", where, sentence)


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
    unread: list[tuple[str, str]] = []
    for place, name in enumerate(names, start=1):
        if not name or name in schema.columns:
            continue
        absent = [column for column in schema.columns if column not in table.places]
        near = get_close_matches(name, absent, n=1, cutoff=0.7)
        where = f"{table.where}:{line}:{place}"
        if near and near[0] in schema.nearly and get_close_matches(name, near, cutoff=0.8):
            table.places[near[0]] = place
            sentence = f"The column {name} is read as {near[0]}. Please correct its name."
            table.findings.add(schema.file, fault("column-misspelt", sentence, where))
        elif near:
            sentence = f"The column {name} is not known and is not read. Did you mean {near[0]}?"
            table.findings.add(schema.file, fault("column-unknown", sentence, where))
        else:
            unread.append((name, where))
    if len(unread) > COLUMNS_NAMED:
        named = ", ".join(name for name, _ in unread[:COLUMNS_NAMED])
        more = len(unread) - COLUMNS_NAMED
        sentence = f"{len(unread)} columns are not known and are not read: {named} and {more} more."
        table.findings.add(schema.file, fault("column-unknown", sentence, unread[0][1]))
        return
    for name, where in unread:
        sentence = f"The column {name} is not known and is not read."
        table.findings.add(schema.file, fault("column-unknown", sentence, where))


def _first_row(text: str, delimiter: str) -> tuple[list[str], int]:
    """The column names as we write them, and the line they stand in."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    ended = 0
    try:
        for fields in reader:
            if says_something(fields):
                return [re.sub(r"[\s\-]+", "_", cell.strip().lower()) for cell in fields], ended + 1
            ended = reader.line_num
    except csv.Error:
        pass
    return [], 1


def _known(names: Sequence[str], schema: Schema) -> int:
    return sum(name in schema.columns for name in names)
