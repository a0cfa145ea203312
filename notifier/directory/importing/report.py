"""A contact report of the school's management system, one row per adult and child, as a draft (SCHOOL 4d)."""

import hashlib
import re
from dataclasses import dataclass

from notifier.directory.importing.draft import Draft, Record
from notifier.directory.importing.mapping import BLOCK, Columns
from notifier.directory.importing.merge import Native, name_key
from notifier.directory.importing.notes import Notes
from notifier.directory.importing.parcel import Parcel
from notifier.directory.importing.sheet import Sheet
from notifier.model.homes import email_key, folded, postal_key

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", re.IGNORECASE)
SAME = ("email", "mobile", "phone", "address_1", "postcode")
"""Where two rows about one adult may not differ."""

Cells = dict[str, str]


@dataclass(slots=True)
class Entry:
    """One row of the report: child, adult and link, with a key that is the same for one adult in all rows."""

    line: int
    pupil: Cells
    contact: Cells
    link: Cells
    key: str = ""


class Report:
    def __init__(self, parcel: Parcel, name: str, columns: Columns, notes: Notes) -> None:
        self.sheet = Sheet(parcel, name, notes)
        self.file, self.columns, self.notes = self.sheet.file, columns, notes
        self.places: dict[tuple[str, str], tuple[int, ...]] = {}

    def draft(self, native: Native) -> Draft:
        draft = Draft()
        entries = list(self._entries())
        self._name(entries, native)
        for entry in entries:
            self._take(draft, entry)
        for (table, column), places in self.places.items():
            natives = ("address_1", "postcode") if column == BLOCK else (column,)
            draft.columns.update({(f"{table}.csv", native): places[0] for native in natives})
        return draft

    def _entries(self) -> list[Entry]:
        rows = self.sheet.rows()
        if next(rows, None) is None:
            self.notes.refuse("import-file-empty", "This file is empty. Export the report once more.", self.file)
            return []
        header = {name.lower(): place for place, name in reversed([*enumerate(self.sheet.header, start=1)])}
        for key, names in self.columns.columns.items():
            for name in names:
                if name.lower() not in header:
                    sentence = f"The report has no column {name}, which families/mapping.toml names for {key[1]}."
                    self.notes.refuse("import-column-missing", sentence, self.file, 1)
            found = tuple(header[name.lower()] for name in names if name.lower() in header)
            if found:
                self.places[key] = found
        if self.notes.findings.faulty:
            return []
        found_rows = []
        for line, cells in rows:
            parts: dict[str, Cells] = {"pupils": {}, "contacts": {}, "links": {}}
            for (table, column), places in self.places.items():
                cell = next((cells[place - 1] for place in places if cells[place - 1]), "")
                cell = self.columns.values.get(column, {}).get(cell.lower(), cell)
                if cell:
                    parts[table][column] = cell if column == BLOCK else " ".join(cell.split())
            entry = Entry(line, parts["pupils"], _unfolded(parts["contacts"]), parts["links"])
            if entry.pupil.get("pupil_id"):
                found_rows.append(entry)
            else:
                place = self.places["pupils", "pupil_id"][0]
                sentence = "This row has no id of a pupil and is left out. Fill it in, then export again."
                self.notes.refuse("import-id", sentence, self.file, line, place)
        return found_rows

    def _name(self, entries: list[Entry], native: Native) -> None:
        """Give each adult an id: the report's own, else the one the school's files have, else a digest."""
        known: dict[tuple[str, str], str] = {}
        twice: set[tuple[str, str]] = set()
        for pupil, contact in native.links:
            key = (pupil, name_key(native.contacts.get(contact, {})))
            twice.update([key] if key in known else [])
            known[key] = contact
        chosen: dict[str, str] = {}
        for entry in entries:
            if not entry.contact:
                continue
            entry.key = entry.contact.get("contact_id", "") or self._key(entry)
            there = (entry.pupil["pupil_id"], name_key(entry.contact))
            if there in known and there not in twice and "contact_id" not in entry.contact:
                chosen.setdefault(entry.key, known[there])
        for entry in entries:
            if entry.contact and "contact_id" not in entry.contact:
                there = (entry.pupil["pupil_id"], name_key(entry.contact))
                own = known.get(there, "") if there not in twice else ""
                entry.contact["contact_id"] = own or chosen.get(entry.key) or f"A{entry.key}"

    def _key(self, entry: Entry) -> str:
        """A digest of the name and the email address, else the postal one, else a number, else the child."""
        cells = entry.contact
        where = (
            email_key(cells.get("email", ""))
            or postal_key((cells.get("address_1", ""),), cells.get("postcode", ""))
            or folded(cells.get("mobile", "") or cells.get("phone", ""))
        )
        if not where:
            where = entry.pupil["pupil_id"]
            self.notes.advise(
                "import-contact-alone",
                "This adult has no address, so nobody can tell whether other rows mean the same adult.",
                self.file,
                entry.line,
                1,
                "{count} adults have no address, so nobody can tell whether other rows mean the same adult",
            )
        return hashlib.sha256(f"{name_key(cells)}|{where}".encode()).hexdigest()[:12]

    def _take(self, draft: Draft, entry: Entry) -> None:
        id = entry.pupil["pupil_id"]
        pupil = draft.pupils.setdefault(id, Record(entry.pupil, self.file, entry.line))
        self._agree(pupil, entry.pupil, tuple(entry.pupil), id, entry.line)
        if not entry.contact:
            return
        contact_id = entry.contact["contact_id"]
        contact = draft.contacts.setdefault(contact_id, Record(entry.contact, self.file, entry.line))
        self._agree(contact, entry.contact, SAME, contact_id, entry.line)
        cells = {"pupil_id": id, "contact_id": contact_id, **entry.link}
        link = draft.links.setdefault((id, contact_id), Record(cells, self.file, entry.line))
        self._agree(link, cells, tuple(cells), f"The link of {contact_id} to {id}", entry.line)

    def _agree(self, record: Record, cells: Cells, columns: tuple[str, ...], whom: str, line: int) -> None:
        """Rows about one child, adult or link say the same; a blank is filled from the other row."""
        if record.cells is cells:
            return
        for column in columns:
            if column in cells and record.cells.get(column, cells[column]) != cells[column]:
                sentence = (
                    f"{whom} has another {column} here than in line {record.line}. Correct one of them, "
                    "then export again."
                )
                self.notes.refuse("import-rows-differ", sentence, self.file, line)
        record.cells.update({column: cell for column, cell in cells.items() if column not in record.cells})


def _unfolded(cells: Cells) -> Cells:
    """A whole address in one cell becomes its lines: between line breaks, else commas; the last is the postcode."""
    block = cells.pop(BLOCK, "")
    lines = [" ".join(part.split()).strip(" ,") for part in re.split(r"[\r\n]+" if "\n" in block else ",", block)]
    lines = [line for line in lines if line]
    if not lines:
        return cells
    postcode = POSTCODE.search(lines[-1])
    if postcode:
        cells.setdefault("postcode", postcode[0].upper())
        lines[-1] = lines[-1][: postcode.start()].strip(" ,")
        lines = [line for line in lines if line]
    if len(lines) > 1:
        cells.setdefault("town", lines.pop())
    if len(lines) > 3:
        lines = [*lines[:2], ", ".join(lines[2:])]
    for number, line in enumerate(lines, start=1):
        cells.setdefault(f"address_{number}", line)
    return cells
