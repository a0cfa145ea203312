"""families/mapping.toml: which column of the school's own report goes into which column of the families' files."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from notifier.directory.importing.draft import CONTACTS, LINKS, PUPILS
from notifier.directory.importing.notes import Notes

FILE = "families/mapping.toml"
BLOCK = "address"
"""Stands for address_1 to postcode: one cell with the whole address."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pupils": PUPILS.columns,
    "contacts": (*CONTACTS.columns, BLOCK),
    "links": tuple(column for column in LINKS.columns if column not in ("pupil_id", "contact_id")),
}
NEEDED = (
    *(("pupils", "pupil_id"), ("pupils", "forename"), ("pupils", "surname"), ("pupils", "class")),
    *(("contacts", "forename"), ("contacts", "surname"), ("links", "relationship")),
)
WIDENING = {"parental_responsibility": {"", "no", "unknown"}, "contract_signatory": {"", "no"}, "lives_with": {""}}
"""What a blank cell of the report may at most be taken for."""


@dataclass(slots=True)
class Columns:
    """``columns`` maps (table, native column) to names in the report, the first filled one counts; ``values`` maps a
    native column to what each of the report's words, in small letters, means."""

    columns: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


def read_mapping(path: Path, notes: Notes) -> Columns:
    """The mapping, with every problem among the notes."""
    found = Columns()
    try:
        text = path.read_text(encoding="utf-8-sig")
        whole = tomllib.loads(text)
    except OSError:
        sentence = (
            "A report needs families/mapping.toml, which says what its columns mean. "
            "Copy the example from docs/importing.md and change the names."
        )
        notes.refuse("import-mapping-missing", sentence, FILE)
        return found
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        line = re.search(r"at line (\d+)", str(fault))
        sentence = "The mapping cannot be read here. Look for a missing quotation mark or bracket."
        notes.refuse("import-mapping-unreadable", sentence, FILE, int(line[1]) if line else 1)
        return found
    lines = text.splitlines()
    for table, entries in whole.items():
        if table not in (*COLUMNS, "values") or not isinstance(entries, dict):
            notes.refuse(
                "import-mapping-table",
                f"[{table}] is not known. Write [pupils], [contacts], [links] or [values.COLUMN].",
                FILE,
                _line(lines, table),
            )
        elif table == "values":
            _values(entries, lines, found, notes)
        else:
            _columns(table, entries, lines, found, notes)
    for table, column in NEEDED:
        if (table, column) not in found.columns:
            notes.refuse("import-mapping-needed", f"Under [{table}], say which column is {column}.", FILE)
    return found


def _columns(table: str, entries: dict[str, object], lines: list[str], found: Columns, notes: Notes) -> None:
    for column, named in entries.items():
        names = named if isinstance(named, list) else [named]
        if column not in COLUMNS[table] or not all(isinstance(name, str) and name for name in names):
            near = get_close_matches(column, COLUMNS[table], n=1)
            hint = f" Did you mean {near[0]}?" if near and near[0] != column else ""
            sentence = f"{column} under [{table}] is not a column with the report's name for it in quotes.{hint}"
            notes.refuse("import-mapping-column", sentence, FILE, _line(lines, column))
        else:
            found.columns[table, column] = tuple(str(name) for name in names)


def _values(entries: dict[str, object], lines: list[str], found: Columns, notes: Notes) -> None:
    known = {column for columns in COLUMNS.values() for column in columns}
    for column, words in entries.items():
        if column not in known or not isinstance(words, dict) or not all(isinstance(v, str) for v in words.values()):
            sentence = f'[values.{column}] wants a column of the families\' files, and lines such as "Y" = "yes".'
            notes.refuse("import-mapping-values", sentence, FILE, _line(lines, f"values.{column}"))
            continue
        meant = {str(word).strip().lower(): str(value).strip() for word, value in words.items()}
        if "" in meant and meant[""].lower() not in WIDENING.get(column, {meant[""].lower()}):
            sentence = f"A blank {column} means that it is not known. Take the line for the blank out."
            notes.refuse("import-mapping-blank", sentence, FILE, _line(lines, f"values.{column}"))
            continue
        found.values[column] = meant


def _line(lines: list[str], word: str) -> int:
    return next((number for number, line in enumerate(lines, start=1) if word in line), 1)
