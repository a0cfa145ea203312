"""A directory as bytes, for the database and for ``state/``.

JSON with one list of column names per sort of record and one list of cells per
record: a third of the size of objects, and quick for 100,000 pupils. The same
directory always gives the same bytes.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar, cast

from notifier.faultpoints import reached
from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Kind

FORMAT = 1
FILE = "directory.json"
AT_ONCE = 1_000
"""Rows turned into text together."""
AGAIN = frozenset({"id", "pupil_id", "contact_id", "title", "forename", "surname", "class_", "year", "relationship"})
"""Fields whose words come again in other records."""

Record = TypeVar("Record")


class DamagedDirectory(Exception):
    """The bytes are no directory of ours; the text is one sentence that says what to do."""


def _day(cell: str | None) -> date | None:
    return date.fromisoformat(cell) if cell else None


READERS: Mapping[type[Any], Mapping[str, Callable[[Any], Any]]] = {
    Pupil: {"groups": tuple, "admitted_on": _day, "left_on": _day},
    Contact: {"address": tuple},
    Link: {"lives_with": LivesWith, "responsibility": Responsibility},
    Arrangement: {
        "sort": Sort,
        "scope": lambda words: frozenset(map(Kind, words)),
        "from_": _day,
        "until": _day,
        "ended_on": _day,
    },
}
"""How a cell becomes a field again; all other fields are text, numbers, yes or no, or None."""


def encode(directory: Directory) -> bytes:
    """The whole directory as UTF-8 JSON."""
    tables: Mapping[str, tuple[type[Any], Iterable[Any]]] = {
        "pupils": (Pupil, directory.pupils.values()),
        "contacts": (Contact, directory.contacts.values()),
        "links": (Link, directory.links),
        "arrangements": (Arrangement, directory.arrangements),
    }
    rest = {
        "flags": sorted(directory.flags),
        "silenced": sorted(directory.silenced),
        "held": directory.held,
        "refuses": directory.refuses,
    }
    whole = bytearray(f'{{"format":{FORMAT},"version":{directory.version}'.encode())
    for name, (kind, records) in tables.items():
        whole += f',"{name}":'.encode()
        _write_table(whole, kind, records)
    whole += b"," + _json(rest)[1:]
    return bytes(whole)


def _write_table(whole: bytearray, kind: type[Any], records: Iterable[Any]) -> None:
    """Some rows at a time: all rows of a large school, as lists of cells, take five times what they take as text."""
    names = [field.name for field in fields(kind)]
    cells = attrgetter(*names)
    whole += b'{"columns":' + _json(names) + b',"rows":['
    rows, separator = iter(records), b""
    while some := [cells(record) for record in islice(rows, AT_ONCE)]:
        whole += separator + _json(some)[1:-1]
        separator = b","
    whole += b"]}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_cell).encode()


def decode(data: bytes) -> Directory:
    """The directory again; raises DamagedDirectory."""
    try:
        whole = json.loads(data)
        if whole["format"] != FORMAT:
            raise DamagedDirectory(
                "The saved families were written by another version of this program. "
                "Install that version, or run notifier check so that the files are read anew."
            )
        shared: dict[str, str] = {}
        return Directory(
            version=whole["version"],
            pupils={pupil.id: pupil for pupil in _records(Pupil, whole.pop("pupils"), shared)},
            contacts={contact.id: contact for contact in _records(Contact, whole.pop("contacts"), shared)},
            links=tuple(_records(Link, whole.pop("links"), shared)),
            arrangements=tuple(_records(Arrangement, whole.pop("arrangements"), shared)),
            flags=frozenset((contact_id, pupil_id) for contact_id, pupil_id in whole["flags"]),
            silenced=frozenset(whole["silenced"]),
            held=whole["held"],
            refuses=whole["refuses"],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise DamagedDirectory(
            "The saved families are damaged and cannot be used. Restore the folder state from a backup."
        ) from fault


def save(data: bytes, state: Path) -> None:
    """Write ``state/directory.json``, as ``encode`` made it: complete and on the disk, or not at all.

    Readable by its owner alone.
    """
    state.mkdir(parents=True, exist_ok=True)
    part = state / f"{FILE}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    reached("copying the families")
    part.replace(state / FILE)
    folder = os.open(state, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load(state: Path) -> Directory | None:
    """The saved directory, None when none was saved yet; raises DamagedDirectory."""
    try:
        data = (state / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise DamagedDirectory("The saved families cannot be opened. Check who may read the folder state.") from fault
    return decode(data)


def _records(kind: type[Record], table: Mapping[str, Any], shared: dict[str, str]) -> Iterable[Record]:
    """``shared``: the words that come again in other records, kept once."""
    readers = READERS[kind]
    once = shared.setdefault
    names = table["columns"]
    usual = names == [field.name for field in fields(cast(type[Any], kind))]
    odd = [(place, readers[name]) for place, name in enumerate(names) if name in readers]
    again = [place for place, name in enumerate(names) if name in AGAIN]
    for row in table["rows"]:
        if len(row) != len(names):
            raise ValueError("a row of another length")
        for place, reader in odd:
            row[place] = reader(row[place])
        for place in again:
            cell = row[place]
            row[place] = once(cell, cell)
        yield kind(*row) if usual else kind(**dict(zip(names, row, strict=True)))


def _cell(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a directory")
