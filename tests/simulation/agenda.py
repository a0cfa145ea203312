"""What the school does in a year, by seed: what is dropped when, who looks when, what goes wrong in the files."""

import hashlib
import heapq
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any

from notifier.calendar import is_school_day
from notifier.model.calendar import Event, Newsletter, SchoolCalendar, SchoolTerm
from notifier.model.message import Attachment, Body, Enclosure, Header, Kind, Submission
from notifier.model.staff import Authority, Role, Staff
from tests.simulation.school import CLASSES, Register
from tests.unit.routing.families import LONDON

STAFF = {
    "mrs-okafor": Staff("mrs-okafor", "Grace Okafor", Role.HEAD),
    "mr-demir": Staff("mr-demir", "Ali Demir", Role.TEACHER, ("Oak",)),
    "ms-chen": Staff("ms-chen", "Li Chen", Role.TEACHER, ("Ash",)),
    "mr-bell": Staff("mr-bell", "Tom Bell", Role.OFFICE),
}
NEWS = Newsletter("News", "drop/newsletter", "mrs-okafor", day=4, at=time(15, 15))
HEAD = Authority(Role.HEAD, "mrs-okafor")
OFFICE = Authority(Role.OFFICE)
FIRST_DAY, LAST_DAY = date(2026, 9, 2), date(2027, 7, 21)
DAYS = [FIRST_DAY + timedelta(days=one) for one in range((LAST_DAY - FIRST_DAY).days + 1)]
WHOLE_YEAR = len(DAYS)


def calendar(random: Random) -> SchoolCalendar:
    """Three terms with their half-terms, and something on in most weeks."""
    terms = (
        SchoolTerm("Autumn", FIRST_DAY, date(2026, 12, 18)),
        SchoolTerm("Spring", date(2027, 1, 5), date(2027, 3, 25)),
        SchoolTerm("Summer", date(2027, 4, 13), LAST_DAY),
    )
    half_terms = [date(2026, 10, 26), date(2027, 2, 15), date(2027, 5, 31)]
    closed = frozenset(day + timedelta(days=more) for day in half_terms for more in range(5))
    bare = SchoolCalendar(terms, frozenset({date(2027, 1, 5)}), closed)
    days = [day for day in DAYS if is_school_day(day, bare)]
    events = tuple(
        Event(
            f"E{number}",
            "Walk to the park",
            day,
            random.choice((None, time(9, 30), time(14))),
            on_site=random.choice((True, False, None)),
            category=random.choice(("", "trip")),
        )
        for number, day in enumerate(sorted(random.sample(days, 40)))
    )
    return SchoolCalendar(terms, bare.inset, closed, events)


class What(StrEnum):
    DROP = "drop"
    CHANGE = "change"
    CANCEL = "cancel"
    MORNING = "morning round"
    AFTERNOON = "afternoon round"
    LOOK = "look whom it reached"


@dataclass(order=True)
class Entry:
    """One thing to do. It is struck off when it is done, so a process that dies over it leaves it to the next.

    ``drop`` is made at the first try and is the same file ever after. ``about`` is a message.
    """

    at: datetime
    order: int
    what: What = field(compare=False)
    kind: Kind | None = field(compare=False, default=None)
    drop: Submission | None = field(compare=False, default=None)
    about: Any = field(compare=False, default=None)


class Agenda:
    """The year in order. What follows from something else is put in as it comes."""

    def __init__(self, calendar: SchoolCalendar, register: Register, random: Random, days: int) -> None:
        """``days`` of the year, beginning anywhere."""
        self.calendar = calendar
        self.register = register
        self.random = random
        self._order = count()
        self._keys = count(1)
        self._entries: list[Entry] = []
        first = random.randint(0, len(DAYS) - days)
        self.days = DAYS[first : first + days]
        for day in self.days:
            if is_school_day(day, calendar):
                self._school_day(day)
        for day in self.random.sample(self.days, max(1, len(self.days) // 25)):
            self.add(self._time(day, 6, 14), What.DROP, kind=Kind.EMERGENCY)

    def _school_day(self, day: date) -> None:
        random = self.random
        self.add(self._time(day, 8, 9), What.MORNING)
        self.add(self._time(day, 15, 17), What.AFTERNOON)
        if day.weekday() == NEWS.day - random.randint(0, 2) and random.random() < 0.8:
            self.add(self._time(day, 8, 17), What.DROP, kind=Kind.NEWSLETTER)
        if random.random() < 0.6:
            self.add(self._time(day, 8, random.choice((15, 15, 23))), What.DROP, kind=Kind.LETTER)
        if random.random() < 0.1:
            self.add(self._time(day, 8, 17), What.DROP, kind=Kind.NOTICE)
        if random.random() < 0.02:
            self.add(self._time(day, 8, 17), What.DROP, kind=Kind.REPORT)
        if random.random() < 0.25:
            self.add(self._time(day, 7, 22), What.CHANGE)

    def _time(self, day: date, first: int, last: int) -> datetime:
        minute = self.random.randrange(first * 60, last * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), LONDON)

    def add(self, at: datetime, what: What, **more: Any) -> None:
        heapq.heappush(self._entries, Entry(at, next(self._order), what, **more))

    @property
    def next(self) -> Entry | None:
        return self._entries[0] if self._entries else None

    def done(self, entry: Entry) -> None:
        self._entries.remove(entry)
        heapq.heapify(self._entries)

    # What is dropped ----------------------------------------------------------------------------------------

    def submission(self, kind: Kind, now: datetime) -> Submission:
        """A file that staff might drop at this moment."""
        random = self.random
        newsletter = NEWS.name if kind is Kind.NEWSLETTER else ""
        authority = HEAD if newsletter else self._author(kind)
        header = Header(kind=kind, to=("whole school",), subject=kind.value)
        enclosures: tuple[Enclosure, ...] = ()
        plain = "We walk to the park."
        match kind:
            case Kind.LETTER:
                header = self._letter(authority, now)
                if random.random() < 0.05:
                    plain = "We speak of safeguarding."
            case Kind.NOTICE:
                header = Header(kind=kind, to=(self._audience(authority),), subject="Notice", event=self._event(now))
            case Kind.REPORT:
                class_ = random.choice(CLASSES)[0]
                header = Header(kind=kind, to=(class_,), subject="Report")
                enclosures = self._reports(class_)
        return Submission(
            key=f"key{next(self._keys)}",
            source=f"{kind.value}.md",
            intake="drop/newsletter" if newsletter else "drop/office",
            authority=authority,
            header=header,
            bodies=(Body("en", f"<p>{plain}</p>", plain, header.subject),),
            enclosures=enclosures,
            newsletter=newsletter,
        )

    def _author(self, kind: Kind) -> Authority:
        if kind is Kind.LETTER and self.random.random() < 0.3:
            staff = self.random.choice([one for one in STAFF.values() if one.classes])
            return Authority(Role.TEACHER, staff.id, classes=staff.classes)
        return self.random.choice((HEAD, HEAD, OFFICE))

    def _audience(self, authority: Authority) -> str:
        if authority.classes:
            return authority.classes[0]
        here = [one.id for one in self.register.pupils.values() if one.left_on is None]
        one = f"pupil {self.random.choice(here)}"
        return self.random.choice(("whole school", "whole school", "Oak", "Elm", "Ash", "Year 1", "group Choir", one))

    def _letter(self, authority: Authority, now: datetime) -> Header:
        random = self.random
        essential = random.random() < 0.25 and authority.role is not Role.TEACHER
        return Header(
            kind=Kind.LETTER,
            to=(self._audience(authority),),
            subject="Letter",
            event=self._event(now) if random.random() < 0.3 else "",
            send=now + timedelta(hours=random.choice((2, 20, 70))) if random.random() < 0.15 else None,
            expires=now + timedelta(hours=random.choice((4, 24, 72))) if random.random() < 0.15 else None,
            essential=essential,
            important=random.random() < 0.3,
            marketing=random.random() < 0.1,
            also=("text",) if essential and random.random() < 0.3 else (),
        )

    def _event(self, now: datetime) -> str:
        coming = [one for one in self.calendar.events if one.date > now.astimezone(LONDON).date() + timedelta(days=3)]
        return self.random.choice(coming[:4]).id if coming else ""

    def _reports(self, class_: str) -> tuple[Enclosure, ...]:
        found = []
        for pupil in self.register.pupils.values():
            if pupil.class_ == class_ and pupil.left_on is None:
                content = f"The report of {pupil.id}".encode()
                digest = hashlib.sha256(content).hexdigest()
                name = f"{pupil.id}.pdf"
                attachment = Attachment(name, "application/pdf", digest, len(content), pupil_id=pupil.id)
                found.append(Enclosure(attachment, content))
        return tuple(found)
