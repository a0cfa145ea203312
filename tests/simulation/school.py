"""A small invented school, as its office believes it to be: families, homes and arrangements by seed.

This is the truth that the invariants go by. The program only ever sees the files.
"""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO
from itertools import count
from pathlib import Path
from random import Random

from notifier.model.directory import (
    BARRING,
    DENYING,
    Arrangement,
    Contact,
    Directory,
    Link,
    LivesWith,
    Pupil,
    Responsibility,
    Sort,
)
from notifier.model.message import Kind

CLASSES = (("Oak", "1"), ("Elm", "1"), ("Ash", "2"))
STREETS = ("Sebert Road", "Wanstead Park Road", "Earlham Grove", "Capel Road", "Romford Road")
CHILDREN = ("Amara", "Leo", "Zofia", "Yusuf", "Mei", "Ivy", "Tomasz", "Noor", "Ada", "Kofi", "Rosa", "Ewan")
ADULTS = ("Sara", "Jan", "Ngozi", "Imran", "Li", "Grace", "Marek", "Hana", "Femi", "Ana", "Owen", "Priya")
SURNAMES = ("Khan", "Novak", "Okafor", "Chen", "Price", "Demir", "Silva", "Campbell", "Kowalska", "Begum")
LANGUAGES = ("", "", "", "", "ur", "pl")
COLUMNS = {
    "pupils.csv": "pupil_id,forename,surname,class,year,groups,admitted_on,left_on",
    "contacts.csv": "contact_id,forename,surname,email,mobile,phone,address_1,town,postcode,household,language",
    "links.csv": "pupil_id,contact_id,relationship,priority,lives_with,parental_responsibility,contract_signatory,"
    "court_order,emergency_contact",
    "arrangements.csv": "arrangement,contact_id,pupil_id,scope,value,from,until,ended_on,evidence,recorded_by",
}
Pair = tuple[str, str]
Key = tuple[str, str, str, tuple[str, ...], str]


@dataclass
class Register:
    """What the office knows. ``flags`` and denying rows once recorded stay, also where the file forgets them."""

    pupils: dict[str, Pupil] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    links: dict[Pair, Link] = field(default_factory=dict)
    rows: dict[Key, Arrangement] = field(default_factory=dict)
    forgotten: set[Key] = field(default_factory=set)
    flags: set[Pair] = field(default_factory=set)
    register_gone: bool = False
    family_of: dict[str, int] = field(default_factory=dict)
    versions: int = 0

    def directory(self) -> Directory:
        """As the program should have it in force."""
        return Directory(
            version=self.versions,
            pupils=dict(self.pupils),
            contacts=dict(self.contacts),
            links=tuple(self.links.values()),
            arrangements=tuple(self.rows.values()),
            flags=frozenset(self.flags),
            refuses="gone" if self.register_gone else "",
        )

    def families(self) -> dict[int, tuple[list[str], list[str]]]:
        """The pupils and the adults of each family."""
        found: dict[int, tuple[list[str], list[str]]] = {}
        for id, number in self.family_of.items():
            pupils, adults = found.setdefault(number, ([], []))
            if id in self.pupils:
                pupils.append(id)
            elif id in self.contacts:
                adults.append(id)
        return found

    def record(self, row: Arrangement) -> None:
        self.rows[row.key] = row
        self.forgotten.discard(row.key)

    def forget(self, row: Arrangement) -> None:
        """The line is gone from the file: a permission with it, a denial not."""
        if row.sort in DENYING:
            self.forgotten.add(row.key)
        else:
            del self.rows[row.key]

    def flag(self, pair: Pair, *, yes: bool) -> None:
        """``court_order``: a flag that disappears stays in force until somebody confirms it."""
        self.links[pair] = replace(self.links[pair], court_order=yes)
        if yes:
            self.flags.add((pair[1], pair[0]))

    def unlink(self, pair: Pair) -> None:
        """A bar on *all their pupils* goes on keeping that adult's addresses away from this child's messages."""
        pupil_id, contact_id = pair
        del self.links[pair]
        for row in list(self.rows.values()):
            if row.contact_id == contact_id and row.pupil_id is None and row.sort in BARRING:
                own = replace(row, pupil_id=pupil_id)
                self.rows.setdefault(own.key, own)
                self.forgotten.add(own.key)

    # The files ----------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> None:
        """All four files as they stand now, each with a time of its own: no two writes look alike."""
        self.versions += 1
        lines: dict[str, Iterable[list[str]]] = {
            "pupils.csv": map(_pupil, self.pupils.values()),
            "contacts.csv": map(_contact, self.contacts.values()),
            "links.csv": map(_link, self.links.values()),
            "arrangements.csv": (_row(row) for key, row in self.rows.items() if key not in self.forgotten),
        }
        for name, rows in lines.items():
            path = folder / name
            if name == "arrangements.csv" and self.register_gone:
                path.unlink(missing_ok=True)
                continue
            text = StringIO(newline="")
            csv.writer(text).writerows([COLUMNS[name].split(","), *rows])
            path.write_text(text.getvalue(), "utf-8")
            os.utime(path, ns=(self.versions * 1_000_000_000,) * 2)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _pupil(one: Pupil) -> list[str]:
    groups = ";".join(one.groups)
    return [one.id, one.forename, one.surname, one.class_, one.year, groups, _day(one.admitted_on), _day(one.left_on)]


def _contact(one: Contact) -> list[str]:
    street, town = one.address or ("", "")
    names = [one.id, one.forename, one.surname]
    return [*names, one.email, one.mobile, one.phone, street, town, one.postcode, one.household, one.language]


def _link(one: Link) -> list[str]:
    lives = "" if one.lives_with is LivesWith.UNKNOWN else one.lives_with.value
    return [
        one.pupil_id,
        one.contact_id,
        one.relationship,
        str(one.priority or ""),
        lives,
        one.responsibility.value,
        _yes(one.contract_signatory),
        _yes(one.court_order),
        _yes(one.emergency_contact),
    ]


def _row(one: Arrangement) -> list[str]:
    scope = ";".join(sorted(kind.value for kind in one.scope))
    days = [_day(one.from_), _day(one.until), _day(one.ended_on)]
    return [one.sort.value, one.contact_id, one.pupil_id or "", scope, one.value, *days, one.evidence, one.recorded_by]


class Settlers:
    """Makes families move in. Every odd thing that a family can be turns up in some seed."""

    def __init__(self, register: Register, random: Random) -> None:
        self.register = register
        self.random = random
        self._family, self._pupil, self._adult = count(1), count(1), count(1)

    def settle(self, first_day: date | None = None) -> int:
        """A family whose children begin on that day; None: they have been here before. The family's number."""
        number, random = next(self._family), self.random
        surname = random.choice(SURNAMES)
        house = self._house()
        household = f"H{number}" if random.random() < 0.6 else ""
        pupils = [self._child(number, surname, first_day) for _ in range(random.choice((1, 1, 2)))]
        first = self._grown_up(number, house, household)
        self._links(pupils, first, "PAM", 1, LivesWith.YES, signs=True)
        shape = random.choice(("together", "together", "single", "apart", "apart", "shared", "ordered", "kin", "care"))
        if shape == "together":
            second = self._grown_up(number, house, household)
            self._links(pupils, second, "PAF", 2, LivesWith.YES, signs=random.random() < 0.5)
        elif shape in ("apart", "shared", "ordered"):
            second = self._grown_up(number, self._house(), "")
            lives = LivesWith.SHARED if shape == "shared" else LivesWith.NO
            self._links(pupils, second, "PAF", 2, lives, signs=random.random() < 0.4)
            self._arranged(first, second, pupils, ordered=shape == "ordered")
        elif shape == "kin":
            known = random.choice(tuple(Responsibility))
            second = self._grown_up(number, self._house(), "")
            self._links(pupils, second, "REL", 3, LivesWith.UNKNOWN, signs=False, pr=known, emergency=True)
        elif shape == "care":
            worker = self._grown_up(number, self._house(), "")
            self._links(pupils, worker, "SWR", None, LivesWith.NO, signs=False)
        if random.random() < 0.15:
            wish = random.choice((Sort.PAPER, Sort.LARGE_PRINT, Sort.INTERPRETER))
            self.register.record(Arrangement(wish, first, recorded_by="office"))
        return number

    def _arranged(self, first: str, second: str, pupils: list[str], *, ordered: bool) -> None:
        random, register = self.random, self.register
        one = random.choice((None, random.choice(pupils)))
        if ordered:
            sort = random.choice(sorted(BARRING))
            scope = random.choice((frozenset[Kind](), frozenset({Kind.LETTER, Kind.NEWSLETTER})))
            register.record(Arrangement(sort, second, one, scope, evidence="file 7", recorded_by="head"))
            if random.random() < 0.4:  # what they once gave together
                email = register.contacts[first].email
                register.contacts[second] = replace(register.contacts[second], email=email)
        elif random.random() < 0.3:
            register.flag((random.choice(pupils), second), yes=True)
        elif random.random() < 0.5:
            register.record(Arrangement(Sort.COPY, second, one, recorded_by="office"))
        elif random.random() < 0.5:
            consent = Arrangement(Sort.CONSENT, second, one, value=first, evidence="letter", recorded_by="office")
            register.record(consent)

    def _house(self) -> tuple[tuple[str, ...], str]:
        random = self.random
        if random.random() < 0.08:
            return (), ""
        return (f"{random.randint(1, 90)} {random.choice(STREETS)}", "London"), f"E7 {random.randint(0, 9)}NQ"

    def _child(self, family: int, surname: str, first_day: date | None) -> str:
        id, random = f"P{next(self._pupil)}", self.random
        class_, year = random.choice(CLASSES)
        groups = ("Choir",) if random.random() < 0.3 else ()
        forename = random.choice(CHILDREN)
        self.register.pupils[id] = Pupil(id, forename, surname, class_, year, groups, first_day)
        self.register.family_of[id] = family
        return id

    def _grown_up(self, family: int, house: tuple[tuple[str, ...], str], household: str) -> str:
        number, random = next(self._adult), self.random
        id = f"C{number}"
        self.register.contacts[id] = Contact(
            id,
            forename=random.choice(ADULTS),
            surname=random.choice(SURNAMES),
            email=f"c{number}@example.org" if random.random() < 0.9 else "",
            mobile=f"+447700900{number:03}" if random.random() < 0.85 else "",
            phone=f"+442079460{number:03}" if random.random() < 0.2 else "",
            address=house[0],
            postcode=house[1],
            household=household,
            language=random.choice(LANGUAGES),
        )
        self.register.family_of[id] = family
        return id

    def _links(
        self,
        pupils: list[str],
        adult: str,
        relationship: str,
        priority: int | None,
        lives: LivesWith,
        *,
        signs: bool,
        pr: Responsibility = Responsibility.YES,
        emergency: bool = False,
    ) -> None:
        for pupil in pupils:
            self.register.links[pupil, adult] = Link(
                pupil, adult, relationship, priority, lives, pr, signs, emergency_contact=emergency
            )
