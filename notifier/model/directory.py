"""Pupils, contacts, links and arrangements at one moment (DESIGN 2 and 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from notifier.model.homes import email_key, folded, holders, homes, postal_key
from notifier.model.message import Kind


class Responsibility(StrEnum):
    """Parental responsibility of a contact for a pupil; blank is unknown, never no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class LivesWith(StrEnum):
    YES = "yes"
    NO = "no"
    SHARED = "shared"
    UNKNOWN = "unknown"


class Sort(StrEnum):
    """The sorts of arrangement (DESIGN 3.1)."""

    COURT_ORDER = "court-order"
    INJUNCTION = "injunction"
    AGREEMENT = "agreement"
    WELFARE_HOLD = "welfare-hold"
    SITE_BAN = "site-ban"
    CONSENT = "consent"
    COPY = "copy"
    PAPER = "paper"
    LARGE_PRINT = "large-print"
    INTERPRETER = "interpreter"
    UNSUBSCRIBE = "unsubscribe"
    MARKETING_CONSENT = "marketing-consent"


BARRING = frozenset({Sort.COURT_ORDER, Sort.INJUNCTION, Sort.AGREEMENT, Sort.WELFARE_HOLD})
"""Take away everything within scope; ``until`` passing does not lift them (H34)."""

DENYING = BARRING | {Sort.SITE_BAN, Sort.UNSUBSCRIBE}

ANSWERS_FLAG = frozenset({Sort.COURT_ORDER, Sort.INJUNCTION, Sort.AGREEMENT})
"""Sorts whose row in force answers ``court_order = yes`` on a link."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """``admitted_on`` is the first day at the school, ``left_on`` the last."""

    id: str
    forename: str
    surname: str
    class_: str
    year: str = ""
    groups: tuple[str, ...] = ()
    admitted_on: date | None = None
    left_on: date | None = None

    @property
    def name(self) -> str:
        return f"{self.forename} {self.surname}".strip()


@dataclass(frozen=True, slots=True)
class Contact:
    """An adult or an organisation. Numbers are E.164, the email address as typed but trimmed and valid."""

    id: str
    title: str = ""
    forename: str = ""
    surname: str = ""
    salutation: str = ""
    email: str = ""
    mobile: str = ""
    phone: str = ""
    address: tuple[str, ...] = ()
    """Up to three address lines, then the town; without the postcode, without blanks."""
    postcode: str = ""
    household: str = ""
    language: str = ""

    @property
    def name(self) -> str:
        forename, surname = self.forename, self.surname
        if forename and surname:
            return f"{self.title} {forename} {surname}" if self.title else f"{forename} {surname}"
        return " ".join([part for part in (self.title, forename, surname) if part])

    @property
    def email_key(self) -> str:
        """The email address in the form in which it is compared; empty without one."""
        return email_key(self.email)

    @property
    def postal_key(self) -> str:
        """The postal address in the form in which it is compared; empty without one."""
        return postal_key(self.address, self.postcode)

    @property
    def called(self) -> str:
        """Forename and surname, folded: the same for one person under two ids."""
        return f"{folded(self.forename)}|{folded(self.surname)}"


@dataclass(frozen=True, slots=True)
class Link:
    """One contact for one pupil. ``priority`` None is last; ``relationship`` a CBDS code, OTH for anything unknown."""

    pupil_id: str
    contact_id: str
    relationship: str = "OTH"
    priority: int | None = None
    lives_with: LivesWith = LivesWith.UNKNOWN
    responsibility: Responsibility = Responsibility.UNKNOWN
    contract_signatory: bool = False
    court_order: bool = False
    emergency_contact: bool = False

    @property
    def organisation(self) -> bool:
        """A social worker or the local authority stands for an organisation (SCHOOL 8)."""
        return self.relationship in ORGANISATIONS


ORGANISATIONS = frozenset({"SWR", "LA"})
"""Relationship codes of organisations; ``LA`` is our code for the words "local authority"."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A dated fact that changes what a contact gets.

    ``pupil_id`` None means all their pupils, empty ``scope`` all kinds.
    ``until`` is the last day, ``ended_on`` the first day of the new state.
    ``recorded``: known from the record alone, its row is no longer in the files
    or was learned by the system.
    """

    sort: Sort
    contact_id: str
    pupil_id: str | None = None
    scope: frozenset[Kind] = frozenset()
    value: str = ""
    from_: date | None = None
    until: date | None = None
    ended_on: date | None = None
    evidence: str = ""
    recorded_by: str = ""
    recorded: bool = False

    @property
    def key(self) -> tuple[str, str, str, tuple[str, ...], str]:
        """By which a row is known again (DESIGN 3.1)."""
        return (
            self.sort.value,
            self.contact_id,
            self.pupil_id or "",
            tuple(sorted(kind.value for kind in self.scope)),
            self.from_.isoformat() if self.from_ else "",
        )

    def covers(self, kind: Kind) -> bool:
        return not self.scope or kind in self.scope


@dataclass(frozen=True)
class Directory:
    """An immutable snapshot with a version: what routing decides upon.

    ``flags`` are the (contact, pupil) pairs for which ``court_order = yes`` stands
    in the files or in the record, also where the link itself is gone.
    ``silenced`` are contacts named by an arrangement row that could not be read:
    everything is withheld from them. ``held`` says in a sentence why everything but
    emergencies waits (an unreadable arrangement row that names nobody), and
    ``refuses`` why everything but emergencies is refused (``arrangements.csv`` is
    missing); both are empty when nothing is wrong.
    """

    version: int = 0
    pupils: Mapping[str, Pupil] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    flags: frozenset[tuple[str, str]] = frozenset()
    silenced: frozenset[str] = frozenset()
    held: str = ""
    refuses: str = ""

    @cached_property
    def classes(self) -> frozenset[str]:
        return frozenset(pupil.class_ for pupil in self.pupils.values() if pupil.class_)

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(pupil.year for pupil in self.pupils.values() if pupil.year)

    @cached_property
    def groups(self) -> frozenset[str]:
        return frozenset(group for pupil in self.pupils.values() for group in pupil.groups)

    @cached_property
    def links_of_pupil(self) -> Mapping[str, tuple[Link, ...]]:
        return _grouped(self.links, "pupil_id")

    @cached_property
    def links_of_contact(self) -> Mapping[str, tuple[Link, ...]]:
        return _grouped(self.links, "contact_id")

    @cached_property
    def home_of(self) -> Mapping[str, str]:
        """The home of each contact."""
        return homes((id, contact.household, contact.postal_key) for id, contact in self.contacts.items())

    @cached_property
    def contacts_of_home(self) -> Mapping[str, tuple[str, ...]]:
        """The contacts of each home in which there are several; who is not in here is alone in theirs."""
        return holders((home, contact_id) for contact_id, home in self.home_of.items())

    @cached_property
    def holders_of(self) -> Mapping[str, tuple[str, ...]]:
        """Which contacts hold an address that several hold, by its folded form: email, number (E.164) or postal key.

        Whoever has an address that is not in here has it alone.
        """
        return holders(
            (key, id)
            for id, contact in self.contacts.items()
            for key in (contact.email_key, contact.postal_key, contact.mobile, contact.phone)
        )

    @cached_property
    def denials_about(self) -> Mapping[str, tuple[Arrangement, ...]]:
        """The denying arrangements that could concern a pupil; a row without pupil concerns all their pupils."""
        found: dict[str, list[Arrangement]] = {}
        for row in self.arrangements:
            if row.sort not in DENYING:
                continue
            if row.pupil_id is not None:
                found.setdefault(row.pupil_id, []).append(row)
            else:
                for link in self.links_of_contact.get(row.contact_id, ()):
                    found.setdefault(link.pupil_id, []).append(row)
        return {pupil_id: tuple(rows) for pupil_id, rows in found.items()}

    @cached_property
    def barred_unlinked(self) -> tuple[Arrangement, ...]:
        """Bars on *all their pupils* of contacts who are linked to none: they stop no message, but still keep that
        contact's addresses out (DESIGN 3.1), whichever child it is about."""
        return tuple(
            row
            for row in self.arrangements
            if row.sort in BARRING and row.pupil_id is None and row.contact_id not in self.links_of_contact
        )

    @cached_property
    def flagged_about(self) -> Mapping[str, frozenset[str]]:
        """The contacts with ``court_order = yes`` for a pupil."""
        found: dict[str, set[str]] = {}
        for contact_id, pupil_id in self.flags:
            found.setdefault(pupil_id, set()).add(contact_id)
        return {pupil_id: frozenset(contact_ids) for pupil_id, contact_ids in found.items()}

    @cached_property
    def arrangements_of(self) -> Mapping[str, tuple[Arrangement, ...]]:
        return _grouped(self.arrangements, "contact_id")

    @cached_property
    def remarkable(self) -> frozenset[str]:
        """The pupils about whom anything at all is on file: an order or a flag about them, whoever it is for, or an
        arrangement of any sort of one of their adults. About the others the links alone decide."""
        concerned = {*self.arrangements_of, *self.silenced}
        found = {row.pupil_id for row in self.arrangements if row.pupil_id is not None}
        found |= {pupil_id for _, pupil_id in self.flags}
        found |= {link.pupil_id for link in self.links if link.court_order or link.contact_id in concerned}
        return frozenset(found)

    @cached_property
    def worked_out(self) -> dict[Any, Any]:
        """What is worked out from this directory by the way and will be asked again: it goes when the directory goes.

        Nothing in here may hold the directory itself, or both would stay until the collector of cycles comes round.
        """
        return {}


Row = TypeVar("Row")


def _grouped(rows: tuple[Row, ...], attribute: str) -> dict[str, tuple[Row, ...]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, attribute), []).append(row)
    return {key: tuple(found) for key, found in groups.items()}
