"""The four files as they stand, with every problem at once (DESIGN 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from notifier.directory import contacts, links, pupils, register, register_advice
from notifier.directory.findings import Findings, fault
from notifier.directory.ids import Ids
from notifier.directory.opening import open_table
from notifier.directory.register import Doubt
from notifier.directory.table import Schema, Table
from notifier.model.directory import Arrangement, Contact, Directory, Link, Pupil
from notifier.model.problem import Problem, Severity

PUPILS, CONTACTS, LINKS, ARRANGEMENTS = (
    schema.file for schema in (pupils.SCHEMA, contacts.SCHEMA, links.SCHEMA, register.SCHEMA)
)

HELD = (
    "The register of court orders and other arrangements (arrangements.csv) cannot be read in full, "
    "so everything but emergencies waits until it is put right."
)
REFUSES = (
    "The register of court orders and other arrangements (arrangements.csv) is missing, "
    "so nothing but emergencies is sent. Put the file back."
)


@dataclass(frozen=True)
class Reading:
    """What the files say.

    ``pupils`` and ``contacts`` by id; rows with errors are in none of them.
    ``flags`` are the (contact, pupil) pairs with ``court_order = yes``, from rows
    with other errors too. ``faulty`` are the files with errors, ``unread`` those
    whose rows are not all known. ``doubts`` are arrangement rows that nobody may
    rely on; they silence a contact, or hold everything.
    """

    pupils: Mapping[str, Pupil] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    flags: frozenset[tuple[str, str]] = frozenset()
    refuses: str = ""
    found: tuple[Problem, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unclear: frozenset[str] = frozenset()
    faulty: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """Ids of contacts met in contacts.csv, in rows with errors too."""

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All of them, by file and line."""
        doubtful = tuple(problem for doubt in self.doubts for problem in doubt.problems)
        return tuple(sorted((*self.found, *doubtful), key=_place))

    @cached_property
    def sound(self) -> bool:
        """No error anywhere: what permits may be taken from these files."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    @cached_property
    def silenced(self) -> frozenset[str]:
        """Contacts from whom everything is withheld until a row about them can be read."""
        return self.unclear | {doubt.contact_id for doubt in self.doubts if doubt.contact_id in self.known}

    @cached_property
    def held(self) -> str:
        """Why everything but emergencies waits, empty when it need not."""
        nameless = any(doubt.swallowed or doubt.contact_id not in self.known for doubt in self.doubts)
        unreadable = ARRANGEMENTS in self.unread and not self.refuses
        return HELD if nameless or unreadable else ""

    def known_again(self, before: Directory) -> "Reading":
        """The same with rows relied on whose contact or pupil is gone from the files but known from before.

        A row that was taken up once stays good when its child has left the school.
        """
        known = self.known | before.contacts.keys()
        keys = {arrangement.key for arrangement in before.arrangements}
        doubts, arrangements, found = [], list(self.arrangements), list(self.found)
        for doubt in self.doubts:
            row = doubt.arrangement
            if row is not None and (
                row.key in keys
                or (row.contact_id in known and (row.pupil_id is None or self._has_pupil(row.pupil_id, before)))
            ):
                arrangements.append(row)
                found.extend(doubt.gone)
            else:
                doubts.append(doubt)
        return replace(self, known=known, doubts=tuple(doubts), arrangements=tuple(arrangements), found=tuple(found))

    def _has_pupil(self, id: str, before: Directory) -> bool:
        return id in self.pupils or id in before.pupils


def read(families: Path) -> Reading:
    """Read the folder ``families``; never raises on what is in it."""
    findings = Findings()
    shared: dict[str, str] = {}
    refuses = ""
    if not (families / ARRANGEMENTS).exists():
        refuses = REFUSES
        findings.add(ARRANGEMENTS, fault("arrangements-missing", REFUSES, f"{families.name}/{ARRANGEMENTS}", "H34"))
        findings.unread.add(ARRANGEMENTS)

    table = _open(families, pupils.SCHEMA, findings, shared)
    children = pupils.read_pupils(table) if table else pupils.Pupils()
    table = _open(families, contacts.SCHEMA, findings, shared)
    adults = contacts.read_contacts(table) if table else contacts.Contacts()
    pupil_ids = None if PUPILS in findings.unread else Ids(children.lines)
    contact_ids = None if CONTACTS in findings.unread else Ids(adults.lines)

    table = _open(families, links.SCHEMA, findings, shared)
    between = links.read_links(table, pupil_ids, contact_ids) if table else links.Links()
    table = None if refuses else _open(families, register.SCHEMA, findings, shared)
    rows = register.read_register(table, pupil_ids, contact_ids) if table else register.Register()

    if LINKS not in findings.faulty:
        register_advice.advise(rows.good, between.good, adults.lines)
        _unheard(families, children, between, findings)
    return Reading(
        pupils=children.good,
        contacts=adults.good,
        links=tuple(between.good.values()),
        arrangements=tuple(arrangement for arrangement, _ in rows.good),
        flags=frozenset(between.flags),
        refuses=refuses,
        found=findings.all(),
        doubts=tuple(rows.doubts),
        unclear=frozenset(between.silenced),
        faulty=frozenset(findings.faulty),
        unread=frozenset(findings.unread),
        known=frozenset(adults.lines),
    )


def _open(families: Path, schema: Schema, findings: Findings, shared: dict[str, str]) -> Table | None:
    path = families / schema.file
    if path.exists():
        return open_table(path, schema, findings, shared)
    if schema.file != ARRANGEMENTS:
        sentence = f"The file {schema.file} is missing. Put it back into the folder {families.name}."
        findings.add(schema.file, fault("file-missing", sentence, f"{families.name}/{schema.file}"))
        findings.unread.add(schema.file)
    return None


def _unheard(families: Path, children: pupils.Pupils, between: links.Links, findings: Findings) -> None:
    """Advice on pupils for whom links.csv names nobody."""
    heard = {pupil_id for pupil_id, _ in between.good}
    for id, line in children.lines.items():
        if id not in heard and id in children.good:
            sentence = f"Pupil {id} has no contact in {LINKS}, so nobody hears about this child."
            many = f"{{count}} pupils have no contact in {LINKS}, so nobody hears about these children"
            problem = fault("pupil-without-contact", sentence, f"{families.name}/{PUPILS}:{line}:1")
            findings.alike(PUPILS, line, problem, many)


def _place(problem: Problem) -> tuple[int, str, list[int]]:
    """Sorts by file in the order in which they are read, then by line and column."""
    path, *numbers = problem.where.split(":")
    order = {PUPILS: 0, CONTACTS: 1, LINKS: 2, ARRANGEMENTS: 3}
    return (order.get(path.rpartition("/")[2], 4), path, [int(number) for number in numbers])
