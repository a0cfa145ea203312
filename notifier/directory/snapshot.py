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
from pathlib import Path
from typing import Any, TypeVar, cast

from notifier.faultpoints import reached
from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Kind

FORMAT = 1
FILE = "directory.json"

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
    whole = {
        "format": FORMAT,
        "version": directory.version,
        "pupils": _table(Pupil, directory.pupils.values()),
        "contacts": _table(Contact, directory.contacts.values()),
        "links": _table(Link, directory.links),
        "arrangements": _table(Arrangement, directory.arrangements),
        "flags": sorted(directory.flags),
        "silenced": sorted(directory.silenced),
        "held": directory.held,
        "refuses": directory.refuses,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=_cell).encode()


def decode(data: bytes) -> Directory:
    """The directory again; raises DamagedDirectory."""
    try:
        whole = json.loads(data)
        if whole["format"] != FORMAT:
            raise DamagedDirectory(
                "The saved families were written by another version of this program. "
                "Install that version, or run notifier check so that the files are read anew."
            )
        return Directory(
            version=whole["version"],
            pupils={pupil.id: pupil for pupil in _records(Pupil, whole["pupils"])},
            contacts={contact.id: contact for contact in _records(Contact, whole["contacts"])},
            links=tuple(_records(Link, whole["links"])),
            arrangements=tuple(_records(Arrangement, whole["arrangements"])),
            flags=frozenset((contact_id, pupil_id) for contact_id, pupil_id in whole["flags"]),
            silenced=frozenset(whole["silenced"]),
            held=whole["held"],
            refuses=whole["refuses"],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise DamagedDirectory(
            "The saved families are damaged and cannot be used. Restore the folder state from a backup."
        ) from fault


def save(directory: Directory, state: Path) -> None:
    """Write ``state/directory.json``: complete and on the disk, or not at all. Readable by its owner alone."""
    state.mkdir(parents=True, exist_ok=True)
    part = state / f"{FILE}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encode(directory))
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


def _table(kind: type[Any], records: Iterable[Any]) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    return {"columns": names, "rows": [[getattr(record, name) for name in names] for record in records]}


def _records(kind: type[Record], table: Mapping[str, Any]) -> Iterable[Record]:
    readers = READERS[kind]
    names = table["columns"]
    usual = names == [field.name for field in fields(cast(type[Any], kind))]
    odd = [(place, readers[name]) for place, name in enumerate(names) if name in readers]
    for row in table["rows"]:
        if len(row) != len(names):
            raise ValueError("a row of another length")
        for place, reader in odd:
            row[place] = reader(row[place])
        yield kind(*row) if usual else kind(**dict(zip(names, row, strict=True)))


def _cell(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a directory")
