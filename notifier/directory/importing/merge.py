"""The draft over what the school's own files already say: what an import may change, and what it must keep.

Merged by ids. A column that the source lacks, or leaves blank for everybody, is kept as it stands; so is
a single cell of ``KEPT`` where the source has a blank. ``court_order = yes`` is never cleared, and nobody
about whom an order is recorded drops out of sight because of a new id (DESIGN 3.1).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from notifier.directory.cells import NO, Unreadable, read_date
from notifier.directory.findings import Findings
from notifier.directory.importing.draft import CONTACTS, LINKS, PUPILS, TABLES, Draft, Record
from notifier.directory.importing.notes import Notes
from notifier.directory.opening import open_table
from notifier.directory.register import SCHEMA as REGISTER
from notifier.directory.table import Schema
from notifier.model.directory import BARRING, Directory, Sort
from notifier.model.homes import folded

KEPT = frozenset({"parental_responsibility", "court_order", "lives_with", "admitted_on", "left_on"})
VAGUE = frozenset({"", "OTH", "CAR"})
"""Relationships that say less than what the school may have written itself."""

Cells = Mapping[str, str]
Key = TypeVar("Key")


class Native:
    """The rows of the native files as text. ``guarded`` are (contact, pupil or blank for all) with an order."""

    def __init__(self, families: Path, notes: Notes) -> None:
        self.rows = {schema.file: _rows(families, schema, notes) for schema in TABLES}
        self.pupils = {row["pupil_id"]: row for row in self.rows[PUPILS.file] if row.get("pupil_id")}
        self.contacts = {row["contact_id"]: row for row in self.rows[CONTACTS.file] if row.get("contact_id")}
        self.links = {
            (row["pupil_id"], row["contact_id"]): row
            for row in self.rows[LINKS.file]
            if row.get("pupil_id") and row.get("contact_id")
        }
        barring = {sort.value for sort in BARRING | {Sort.SITE_BAN}}
        register = [row for row in _rows(families, REGISTER, notes) if row.get("contact_id")]
        self.named = {row["contact_id"] for row in register}
        self.guarded = {(contact, pupil) for (pupil, contact), row in self.links.items() if ordered(row)} | {
            (row["contact_id"], row.get("pupil_id", ""))
            for row in register
            if row.get("arrangement", "").lower().replace(" ", "-").replace("_", "-") in barring
            and not row.get("ended_on")
        }

    def remember(self, before: Directory) -> None:
        """Guard also what only the record knows, about people whom the files still have."""
        pairs = before.flags | {
            (row.contact_id, row.pupil_id or "")
            for row in before.arrangements
            if row.sort in BARRING and row.ended_on is None
        }
        self.guarded |= {
            (contact, pupil)
            for contact, pupil in pairs
            if contact in self.contacts and (not pupil or pupil in self.pupils)
        }

    def left(self, pupil: str, today: date) -> bool:
        try:
            last = read_date(self.pupils.get(pupil, {}).get("left_on", ""))
        except Unreadable:
            return False
        return last is not None and last < today


def ordered(link: Cells) -> bool:
    """Whether the link's ``court_order`` is anything but blank or no."""
    cell = link.get("court_order", "").lower()
    return bool(cell) and cell not in NO


def merge(draft: Draft, native: Native, notes: Notes, today: date) -> None:
    """Fill the draft's records with what the native files alone know; report what would be lost."""
    _fill(draft.pupils, native.pupils)
    _fill(draft.contacts, native.contacts)
    vague = {pair: row for pair, row in native.links.items() if row.get("relationship", "") not in VAGUE}
    for pair, record in draft.links.items():
        if pair in vague and record.cells.get("relationship", "") in VAGUE | {"REL"}:
            record.cells["relationship"] = vague[pair]["relationship"]
        if pair in native.links and ordered(native.links[pair]):
            record.cells["court_order"] = native.links[pair]["court_order"]
    _fill(draft.links, native.links)
    _guard(draft, native, notes, today)


def _fill(records: Mapping[Key, Record], native: Mapping[Key, Cells]) -> None:
    carried = {column for record in records.values() for column in record.cells}
    for key, record in records.items():
        for column, cell in native.get(key, {}).items():
            if cell and column not in record.cells and (column in KEPT or column not in carried):
                record.cells[column] = cell


def _guard(draft: Draft, native: Native, notes: Notes, today: date) -> None:
    fresh: dict[str, str] = {}
    for id, record in draft.contacts.items():
        if id not in native.contacts:
            fresh[name_key(record.cells)] = id
    for contact, pupil in sorted(native.guarded):
        if pupil in native.pupils and pupil not in draft.pupils and not native.left(pupil, today):
            notes.refuse(
                "import-order-pupil-gone",
                f"An order is recorded for {contact} about {pupil}, who is not in the import. If the child has left, "
                "write the last day under left_on in pupils.csv; if only the id is new, correct it in your files.",
                "families/pupils.csv",
            )
        again = fresh.get(name_key(native.contacts[contact]), "") if contact in native.contacts else ""
        if again and contact in draft.contacts:
            notes.ask(
                "import-order-namesake",
                f"An order is recorded for {contact}, and a new adult of the same name comes as {again}. "
                "If it is the same adult, record the order for the new id too before anything is sent.",
                "families/contacts.csv",
            )
        elif again:
            notes.refuse(
                "import-order-new-id",
                f"An order is recorded for {contact}, who is not in the import; an adult of the same name comes as "
                f"{again}. If it is the same adult, write {again} in contacts.csv, links.csv and arrangements.csv.",
                "families/contacts.csv",
            )
    for contact in sorted(native.named | {contact for contact, _ in native.guarded}):
        if contact in native.contacts and contact not in draft.contacts:
            draft.contacts[contact] = Record(dict(native.contacts[contact]))
            notes.ask(
                "import-kept",
                f"{contact} is not in the import but something is recorded about them, so their row is kept. "
                "Look whether they now have another id.",
                "families/contacts.csv",
            )
    for pair, row in native.links.items():
        if ordered(row) and pair not in draft.links and pair[0] in draft.pupils and pair[1] in draft.contacts:
            draft.links[pair] = Record(dict(row))


def name_key(cells: Cells) -> str:
    return f"{folded(cells.get('forename', ''))}|{folded(cells.get('surname', ''))}"


def _rows(families: Path, schema: Schema, notes: Notes) -> Iterable[Cells]:
    """The rows that can be read; one that cannot might hold an order, so nothing is written over it."""
    findings = Findings()
    path = families / schema.file
    if not path.exists():
        return []
    table = open_table(path, schema, findings)
    found = []
    damaged = table is None
    for row in table.rows() if table else ():
        damaged = damaged or row.damaged
        found.append({column: cell for column, cell in zip(schema.columns, row.cells, strict=True) if cell})
    if damaged or findings.unread:
        sentence = f"Your own {schema.file} cannot be read in full. Mend it first (notifier check), then import again."
        notes.refuse("import-own-file", sentence, f"families/{schema.file}")
    return found
