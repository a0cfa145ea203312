"""The rows of the four family files while a school is made up: ids, addresses and numbers given out once each."""

import csv
import io
import random
import unicodedata
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tools.example_schools.names import POOLS, STREETS, Pool

INWARD = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass
class Pupil:
    pupil_id: str
    forename: str
    surname: str
    class_: str
    year: str
    groups: str = ""
    admitted_on: str = ""
    left_on: str = ""


@dataclass
class Contact:
    contact_id: str
    title: str = ""
    forename: str = ""
    surname: str = ""
    salutation: str = ""
    email: str = ""
    mobile: str = ""
    phone: str = ""
    address_1: str = ""
    address_2: str = ""
    address_3: str = ""
    town: str = ""
    postcode: str = ""
    household: str = ""
    language: str = ""


@dataclass
class Link:
    pupil_id: str
    contact_id: str
    relationship: str
    priority: int
    lives_with: str
    parental_responsibility: str
    contract_signatory: str = "yes"
    court_order: str = "no"
    emergency_contact: str = "yes"


@dataclass
class Arrangement:
    arrangement: str
    contact_id: str
    pupil_id: str = ""
    scope: str = ""
    value: str = ""
    from_: str = ""
    until: str = ""
    ended_on: str = ""
    evidence: str = ""
    recorded_by: str = "office"


@dataclass
class Address:
    line: str
    second: str
    town: str
    postcode: str


@dataclass
class School:
    """Everything drawn so far. ``mobile`` counts through the numbers kept for drama."""

    random: random.Random
    classes: tuple[tuple[str, str], ...]
    mobile: int = 0
    landline: int = 0
    pupils: list[Pupil] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    arrangements: list[Arrangement] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def pool(self) -> Pool:
        return self.random.choices(POOLS, [pool.weight for pool in POOLS])[0]

    def address(self) -> Address:
        while True:
            line = f"{self.random.randint(1, 96)} {self.random.choice(STREETS)}"
            if line not in self.used:
                break
        self.used.add(line)
        inward = "".join(self.random.choice(INWARD) for _ in range(2))
        postcode = f"AM{self.random.randint(1, 9)} {self.random.randint(1, 9)}{inward}"
        second = f"Flat {self.random.randint(1, 14)}" if self.random.random() < 0.15 else ""
        return Address(line, second, "Ashminster", postcode)

    def adult(self, forename: str, surname: str, title: str, home: Address | None, language: str = "") -> Contact:
        """A contact with an email address and a mobile; take away what they have not."""
        contact = Contact(
            contact_id=f"C{len(self.contacts) + 1:04}",
            title=title,
            forename=forename,
            surname=surname,
            salutation=f"{title} {surname}",
            email=self._email(forename, surname),
            mobile=f"07700 900{self.mobile:03}",
            language=language,
        )
        if home:
            contact.address_1, contact.address_2 = home.line, home.second
            contact.town, contact.postcode = home.town, home.postcode
        self.mobile += 1
        self.contacts.append(contact)
        return contact

    def number(self) -> str:
        self.landline += 1
        return f"020 7946 {self.landline:04}"

    def child(self, forename: str, surname: str, place: tuple[str, str] | None = None) -> Pupil:
        class_, year = place or self.random.choice(self.classes)
        groups = self.random.choice(["", "", "", "", "Choir", "Football", "Choir;Gardening", "Gardening"])
        pupil = Pupil(f"P{len(self.pupils) + 1:04}", forename, surname, class_, year, groups)
        pupil.admitted_on = {"N": "2026-09-03", "R": "2026-09-03", "1": "2025-09-03", "2": "2024-09-04"}[year]
        self.pupils.append(pupil)
        return pupil

    def link(self, pupil: Pupil, contact: Contact, relationship: str, priority: int, lives: str, pr: str) -> Link:
        link = Link(pupil.pupil_id, contact.contact_id, relationship, priority, lives, pr)
        self.links.append(link)
        return link

    def arrange(self, sort: str, contact: Contact, pupil: Pupil | None = None, **rest: str) -> Arrangement:
        row = Arrangement(sort, contact.contact_id, pupil.pupil_id if pupil else "", **rest)
        self.arrangements.append(row)
        return row

    def _email(self, forename: str, surname: str) -> str:
        stem = f"{_ascii(forename)}.{_ascii(surname)}"
        found, number = f"{stem}@example.org", 1
        while found in self.used:
            number += 1
            found = f"{stem}{number}@example.org"
        self.used.add(found)
        return found

    def write(self, families: Path) -> None:
        families.mkdir(parents=True, exist_ok=True)
        for name, kind, rows in (
            ("pupils", Pupil, self.pupils),
            ("contacts", Contact, self.contacts),
            ("links", Link, self.links),
            ("arrangements", Arrangement, self.arrangements),
        ):
            text = io.StringIO()
            columns = [column.rstrip("_") for column in kind.__dataclass_fields__]
            table = csv.writer(text, lineterminator="\n")
            table.writerow(columns)
            table.writerows(list(asdict(row).values()) for row in rows)
            (families / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == "-")).lower()
