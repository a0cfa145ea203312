"""Pupils, contacts and links on their way into the native files, each cell still as text."""

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from notifier.directory import contacts, links, pupils
from notifier.directory.table import Schema

PUPILS, CONTACTS, LINKS = pupils.SCHEMA, contacts.SCHEMA, links.SCHEMA
TABLES: tuple[Schema, ...] = (PUPILS, CONTACTS, LINKS)


@dataclass(slots=True)
class Record:
    """One row: ``cells`` has only columns that are filled. ``file`` and ``line`` are where it came from."""

    cells: dict[str, str]
    file: str = ""
    line: int = 0


@dataclass(slots=True)
class Draft:
    """Records by id, links by (pupil, contact). ``columns`` are where a native column stands in the source:
    ``("contacts.csv", "email")`` to a position from 1."""

    pupils: dict[str, Record] = field(default_factory=dict)
    contacts: dict[str, Record] = field(default_factory=dict)
    links: dict[tuple[str, str], Record] = field(default_factory=dict)
    columns: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, schema: Schema) -> Iterable[Record]:
        if schema is PUPILS:
            return self.pupils.values()
        return self.contacts.values() if schema is CONTACTS else self.links.values()

    def write(self, folder: Path) -> None:
        """The three files, in the order of the records; never ``arrangements.csv``."""
        folder.mkdir(mode=0o700, exist_ok=True)
        for schema in TABLES:
            part = folder / f"{schema.file}.part"
            with part.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(schema.columns)
                for record in self.of(schema):
                    cells = record.cells
                    writer.writerow([cells.get(column, "") for column in schema.columns])
            part.replace(folder / schema.file)


def filled(**cells: str) -> dict[str, str]:
    """Without blanks; ``class_`` stands for the column ``class``."""
    return {column.rstrip("_"): cell for column, cell in cells.items() if cell}


def put_in_place(folder: Path, families: Path, stamp: str) -> Path:
    """Replace the native files with the draft's, each by one rename, after keeping the old ones in ``import/STAMP``."""
    kept = folder / stamp
    number = 1
    while kept.exists():
        number += 1
        kept = folder / f"{stamp}-{number}"
    kept.mkdir()
    for schema in TABLES:
        native = families / schema.file
        if native.exists():
            shutil.copy2(native, kept / schema.file)
            shutil.copymode(native, folder / schema.file)
    # Links last: until then new links are missing, which only takes away.
    for schema in TABLES:
        (folder / schema.file).replace(families / schema.file)
    return kept
