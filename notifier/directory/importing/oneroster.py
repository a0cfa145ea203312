"""OneRoster 1.1 and 1.2 (zip or folder of CSV tables) as a draft of the families' files (SCHOOL 4a)."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from notifier.directory.cells import Unreadable, read_date
from notifier.directory.importing.draft import Draft, Record, filled
from notifier.directory.importing.formats import COLUMNS, NEEDED, RELATIONSHIPS, split
from notifier.directory.importing.lessons import Lessons
from notifier.directory.importing.notes import Notes
from notifier.directory.importing.parcel import Parcel
from notifier.directory.importing.sheet import Sheet

TABLES = ("users.csv", "classes.csv", "enrollments.csv")


@dataclass(slots=True)
class Person:
    """A user who is pupil or adult, or neither. ``schools`` are those of a pupil; ``relation`` is an adult's code."""

    line: int
    pupil: bool = False
    relation: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    ended: date | None = None


class OneRoster:
    def __init__(self, parcel: Parcel, notes: Notes, today: date, org: str = "") -> None:
        self.parcel, self.notes, self.today, self.org = parcel, notes, today, org
        self.people: dict[str, Person] = {}
        self.places: dict[str, int] = {}
        self.by_roles = False

    def draft(self) -> Draft:
        if not self._whole():
            return Draft()
        roles = self._roles() if self.by_roles else None
        self._users(roles)
        pupils = {id: person for id, person in self.people.items() if person.pupil}
        if self.org:
            pupils = {id: person for id, person in pupils.items() if self.org in person.schools}
        elif len(schools := self._schools()) > 1:
            sentence = f"The pupils are of {len(schools)} schools. Name yours with --org: {', '.join(schools[:10])}."
            self.notes.refuse("import-several-schools", sentence, self.parcel.called("users.csv"))
        lessons = Lessons(self)
        draft = Draft()
        file = self.parcel.called("users.csv")
        for id, person in pupils.items():
            class_, groups = lessons.of(id)
            left = person.ended.isoformat() if person.ended else ""
            cells = {**person.cells, **filled(class_=class_, groups=";".join(groups), left_on=left)}
            for column in ("email", "mobile", "phone"):  # a child's own are not the family's
                cells.pop(column, None)
            draft.pupils[id] = Record({"pupil_id": id, **cells}, file, person.line)
        self._links(draft, file)
        for native, foreign in (("forename", "givenName"), ("surname", "familyName")):
            for table in ("pupils.csv", "contacts.csv"):
                draft.columns[table, native] = self.places.get(foreign, 1)
        for native, foreign in (("email", "email"), ("mobile", "sms"), ("phone", "phone")):
            draft.columns["contacts.csv", native] = self.places.get(foreign, 1)
        return draft

    def records(self, name: str, wanted: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Rows that are in force: not marked for deletion. ``status`` and ``dateLastModified`` are looked at here."""
        sheet = Sheet(self.parcel, name, self.notes)
        needed = (*NEEDED.get(name, ()), *(["role"] if name == "users.csv" and not self.by_roles else []))
        for line, cells in sheet.records(COLUMNS[name], (*wanted, "status", "dateLastModified"), needed):
            self.places = sheet.places if name == "users.csv" else self.places
            changed, status = cells.pop(), cells.pop().lower()
            if "/" in changed:
                self.odd(sheet, line, "dateLastModified", "The date", "is not written as 2023-05-01")
            if status not in ("", "active"):
                self.notes.advise(
                    "import-status",
                    f"This row is marked “{status}” and is left out.",
                    sheet.file,
                    line,
                    sheet.places.get("status", 1),
                    "{count} rows are not marked active and are left out",
                )
            else:
                if name == "users.csv" and cells[1] in ("TRUE", "FALSE"):
                    self.odd(sheet, line, "enabledUser", "The word", "is written in capitals")
                yield line, cells

    def odd(self, sheet: Sheet, line: int, column: str, what: str, how: str) -> None:
        """What the format forbids and can be read all the same."""
        self.notes.advise(
            "import-odd-writing",
            f"{what} under {column} {how}. It is taken all the same.",
            sheet.file,
            line,
            sheet.places.get(column, 1),
            f"{what} under {column} {how} in {{count}} rows; it is taken all the same",
        )

    def day(self, file: str, line: int, cell: str) -> date | None:
        try:
            return read_date(cell[:10] if cell[4:5] == "-" else cell)
        except Unreadable as fault:
            many = "{count} dates cannot be read and count as blank"
            self.notes.advise("import-date", f"{fault} It counts as blank.", file, line, 1, many)
            return None

    def _whole(self) -> bool:
        """Every table is there and whole, none is a list of changes."""
        missing = [name for name in TABLES if name not in self.parcel]
        for name in missing:
            self.notes.refuse("import-file-missing", f"{name} is missing. Export all tables once more.", name)
        said: dict[str, str] = {}
        if "manifest.csv" in self.parcel:
            sheet = Sheet(self.parcel, "manifest.csv", self.notes)
            for line, (name, value) in sheet.records(COLUMNS["manifest.csv"], COLUMNS["manifest.csv"]):
                said[name] = value.lower()
                if name.startswith("file.") and value.lower() == "delta":
                    sentence = (
                        f"{name.removeprefix('file.')}.csv holds only what has changed. "
                        "Ask for a full export (bulk): from changes alone nobody can tell who has left."
                    )
                    self.notes.refuse("import-delta", sentence, sheet.file, line, 2)
        else:
            sentence = "The manifest is missing, so it is taken for a full export. Make sure that it is one."
            self.notes.ask("import-manifest-missing", sentence, "manifest.csv")
        version = said.get("oneroster.version", "")
        if version not in ("", "1.1", "1.2", "1.1.0", "1.2.0"):
            sentence = f"This is OneRoster {version}. Ask for an export in version 1.1 or 1.2."
            self.notes.refuse("import-version", sentence, self.parcel.called("manifest.csv"))
        self.by_roles = version.startswith("1.2") or (not version and "roles.csv" in self.parcel)
        if self.by_roles and "roles.csv" not in self.parcel:
            self.notes.refuse("import-file-missing", "roles.csv is missing. Export all tables once more.", "roles.csv")
            missing.append("roles.csv")
        if "userProfiles.csv" in self.parcel:
            profiles = Sheet(self.parcel, "userProfiles.csv", self.notes)
            with closing(profiles.rows()) as rows:
                header = next(rows, (0, []))[1]
            if "profileType" not in header:
                sentence = "This table has the columns of another one. It is not needed and not read."
                self.notes.advise("import-wrong-columns", sentence, profiles.file, 1)
        return not missing and not self.notes.findings.faulty

    def _schools(self) -> list[str]:
        kinds: dict[str, str] = {}
        if "orgs.csv" in self.parcel:
            kinds = {id: kind for _, (id, kind) in self.records("orgs.csv", ("sourcedId", "type"))}
        found = {school for person in self.people.values() if person.pupil for school in person.schools}
        return sorted(school for school in found if kinds.get(school, "school") == "school")

    def _roles(self) -> dict[str, list[tuple[str, date | None, str]]]:
        """Of each user: role, last day, school (1.2)."""
        found: dict[str, list[tuple[str, date | None, str]]] = {}
        file = self.parcel.called("roles.csv")
        wanted = ("userSourcedId", "role", "endDate", "orgSourcedId")
        for line, (user, role, end, org) in self.records("roles.csv", wanted):
            last = self.day(file, line, end)
            ended = last if last and last < self.today else None
            if ended and role.lower() in RELATIONSHIPS:
                self.notes.advise(
                    "import-role-ended",
                    f"The role of {user} ended on {ended.isoformat()}, so this adult is left out.",
                    file,
                    line,
                    1,
                    "The role of {count} adults has ended, so they are left out",
                )
                continue
            found.setdefault(user, []).append((role.lower(), ended, org))
        return found

    def _users(self, roles: dict[str, list[tuple[str, date | None, str]]] | None) -> None:
        file = self.parcel.called("users.csv")
        shared: dict[str, str] = {}
        wanted = (
            *("sourcedId", "enabledUser", "role", "orgSourcedIds", "givenName", "familyName"),
            *("email", "sms", "phone", "agentSourcedIds", "grades"),
        )
        for line, cells in self.records("users.csv", wanted):
            id, enabled, role, orgs, forename, surname, email, sms, phone, agents, grades = cells
            if not id or id in self.people:
                what = f"{id} is already in line {self.people[id].line}" if id else "This row has no sourcedId"
                self.notes.refuse("import-id", f"{what}. Ask for a new export.", file, line)
                continue
            own = (
                roles.get(id, []) if roles is not None else [(role.lower(), None, one) for one in split(orgs) or ("",)]
            )
            person = self.people[id] = Person(line, agents=split(agents))
            student = [one for one in own if one[0] == "student"]
            person.pupil = bool(student)
            person.schools = tuple(shared.setdefault(org, org) for _, _, org in student if org)
            if student and all(ended for _, ended, _ in student):
                person.ended = max(ended for _, ended, _ in student if ended)
                self.notes.advise(
                    "import-pupil-left",
                    f"The role of {id} ended, so {person.ended.isoformat()} is this pupil's last day.",
                    file,
                    line,
                    1,
                    "The role of {count} pupils has ended, so that is their last day",
                )
            relation = next((RELATIONSHIPS[one] for one, _, _ in own if one in RELATIONSHIPS), "")
            if relation and enabled.lower() == "false":
                self.notes.advise(
                    "import-disabled",
                    f"The account of {id} is shut, so this adult is left out. A pupil with a shut account stays.",
                    file,
                    line,
                    self.places.get("enabledUser", 1),
                    "The accounts of {count} adults are shut, so they are left out",
                )
                relation = ""
            person.relation = relation
            if person.pupil or relation:
                person.cells = filled(forename=forename, surname=surname, email=email, mobile=sms, phone=phone)
            if person.pupil:
                grade = split(grades)
                person.cells.update(filled(year=grade[0].lstrip("0") if len(grade) == 1 else ""))

    def _links(self, draft: Draft, file: str) -> None:
        """A guardian stands at the pupil or the pupil at the guardian; the roles of both ends tell which."""
        place = self.places.get("agentSourcedIds", 1)
        for id, person in self.people.items():
            for agent in person.agents:
                other = self.people.get(agent)
                if other and person.pupil and other.relation:
                    pair, adult = (id, agent), other
                elif other and other.pupil and person.relation:
                    pair, adult = (agent, id), person
                else:
                    why = "they are not pupil and parent" if other else f"{agent} is not in the table or is left out"
                    sentence = f"{id} names {agent}, but {why}: this link is not taken."
                    many = "{count} links are not taken, because they do not join a pupil and a parent"
                    if other:
                        self.notes.advise("import-agent-role", sentence, file, person.line, place, many)
                    else:
                        many = "{count} links are not taken, because they name somebody who is not in the table"
                        self.notes.advise("import-agent-unknown", sentence, file, person.line, place, many)
                    continue
                if pair[0] not in draft.pupils or id == agent:
                    continue
                draft.links.setdefault(
                    pair,
                    Record(
                        {"pupil_id": pair[0], "contact_id": pair[1], "relationship": adult.relation}, file, person.line
                    ),
                )
                if pair[1] not in draft.contacts:
                    known = {key: value for key, value in adult.cells.items() if key != "year"}
                    draft.contacts[pair[1]] = Record({"contact_id": pair[1], **known}, file, adult.line)
        for id, person in self.people.items():
            if person.relation and id not in draft.contacts and not self.org:
                self.notes.advise(
                    "import-adult-alone",
                    f"{id} is linked to no pupil and is left out.",
                    file,
                    person.line,
                    1,
                    "{count} adults are linked to no pupil and are left out",
                )
