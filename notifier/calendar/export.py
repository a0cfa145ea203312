"""The school's calendar as iCalendar (RFC 5545), for families to subscribe to: public facts and nothing else."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from notifier.calendar.days import HALF_TERM, Day, sort_of
from notifier.calendar.values import category_name
from notifier.model.calendar import Event, SchoolCalendar

if TYPE_CHECKING:
    from icalendar import Calendar
    from icalendar import Event as Entry

DAY = timedelta(days=1)
COUNTED_FROM = datetime(2020, 1, 1, tzinfo=UTC)
WIDE = re.compile(r"whole school|(?:year|nursery|reception)\b.*")
"""In ``to``, besides the school's classes: all families of a year or more. A pupil, a group, or a slip is neither."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """``classes`` are the school's; ``names_a_child`` says whether a text holds a pupil's full name; ``in_person`` are
    the categories (as the policy has them) of which nothing is ever published."""

    school: str
    zone: ZoneInfo
    classes: Collection[str]
    names_a_child: Callable[[str], bool]
    in_person: Collection[str]


@dataclass(frozen=True, slots=True)
class Export:
    """``kept_back``: ids of events that are not for everyone to see."""

    ics: bytes
    entries: int
    kept_back: tuple[str, ...]


def export(calendar: SchoolCalendar, publisher: Publisher, first: date, now: datetime) -> Export:
    """Terms, days off and events from ``first`` on; ``now`` (aware) is the DTSTAMP of each.

    The same event has the same UID in every export, so that a subscriber sees it move
    and not twice. Hours are written in UTC: single events need no rules of a zone.
    """
    made = _empty(publisher)
    made.add("X-WR-CALNAME", publisher.school)
    made.add("X-WR-TIMEZONE", publisher.zone.key)
    kept_back = [event.id for event in calendar.events if event.date >= first and _private(event, publisher)]
    entries = [
        _span(title, start, last, publisher, now) for title, start, last in _school_year(calendar) if last >= first
    ]
    entries += [
        entry
        for event in calendar.events
        if event.date >= first and not _private(event, publisher)
        for entry in _event(event, publisher, now)
    ]
    for entry in entries:
        made.add_component(entry)
    return Export(made.to_ical(), len(entries), tuple(kept_back))


def single(event: Event, publisher: Publisher, now: datetime) -> bytes:
    """One event as a file to send along, all its sessions in it; empty where it is not for everyone to see.

    Its UIDs are those of the whole export: whoever has subscribed, or had an earlier letter, sees it move.
    """
    if _private(event, publisher):
        return b""
    made = _empty(publisher)
    for entry in _event(event, publisher, now):
        made.add_component(entry)
    ics: bytes = made.to_ical()
    return ics


def _empty(publisher: Publisher) -> "Calendar":
    from icalendar import Calendar

    made = Calendar()
    made.add("PRODID", "-//school-notifier//calendar export//EN")
    made.add("VERSION", "2.0")
    made.add("METHOD", "PUBLISH")
    return made


def _private(event: Event, publisher: Publisher) -> bool:
    """Whether an event is not for everyone: for less than a class, of a sort spoken of in person, or naming a child."""
    wide = {_class(name) for name in publisher.classes}
    if any(_class(name) not in wide and not WIDE.fullmatch(name.casefold()) for name in _names(event)):
        return True
    if category_name(event.category) in publisher.in_person:
        return True
    return publisher.names_a_child(f"{event.title}\n{event.place}\n{event.details}")


def _names(event: Event) -> list[str]:
    return [name.strip() for name in re.split(r"[,;]", event.to) if name.strip()]


def _class(name: str) -> str:
    return name.strip().casefold().removesuffix("class").strip()


def _school_year(calendar: SchoolCalendar) -> Iterator[tuple[str, date, date]]:
    """First and last days of terms, the holidays between them, and the single days off in them."""
    for term in calendar.terms:
        yield f"{term.name}: first day of term", term.from_, term.from_
        yield f"{term.name}: last day of term", term.until, term.until
        day = term.from_
        while day <= term.until:
            match sort_of(day, calendar):
                case Day.INSET:
                    yield "INSET day", day, day
                case Day.CLOSED:
                    yield "School closed", day, day
                case Day.BANK_HOLIDAY:
                    yield "Bank holiday", day, day
                case _:
                    pass
            day += DAY
    for before, after in pairwise(calendar.terms):
        first, last = before.until + DAY, after.from_ - DAY
        weekdays = sum((first + DAY * at).weekday() < 5 for at in range((last - first).days + 1))
        if weekdays:
            yield ("Half-term" if after.from_ - before.until <= HALF_TERM else "School holiday"), first, last


def _span(title: str, first: date, last: date, publisher: Publisher, now: datetime) -> "Entry":
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("UID", _uid(publisher, "day", title, first.isoformat()))
    entry.add("DTSTAMP", now)
    entry.add("SUMMARY", title)
    entry.add("DTSTART", first)
    entry.add("DTEND", last + DAY)
    entry.add("TRANSP", "TRANSPARENT")
    return entry


def _event(event: Event, publisher: Publisher, now: datetime) -> Iterator["Entry"]:
    """One entry, or one for each session.

    The newer file wins in a family's calendar, by its SEQUENCE (RFC 5545 3.8.7.4): the minutes to its making, so that
    whatever made an earlier one, a letter or an export, an event that moved since has the higher number.
    """
    from icalendar import Event as Entry

    for number, session in enumerate(event.held):
        entry = Entry()
        entry.add("UID", _uid(publisher, "event", event.id, *([str(number)] if number else [])))
        entry.add("DTSTAMP", now)
        entry.add("SEQUENCE", (now - COUNTED_FROM) // timedelta(minutes=1))
        entry.add("SUMMARY", _for_whom(replace(event, to=session.to or event.to)))
        if session.start is None:
            entry.add("DTSTART", session.date)
            entry.add("DTEND", session.date + DAY)
        else:
            entry.add("DTSTART", _utc(session.date, session.start, publisher.zone))
            if session.end is not None:
                entry.add("DTEND", _utc(session.date, session.end, publisher.zone))
        if session.place:
            entry.add("LOCATION", session.place)
        if event.details:
            entry.add("DESCRIPTION", event.details)
        entry.add("STATUS", "CANCELLED" if event.cancelled else "CONFIRMED")
        yield entry


def _for_whom(event: Event) -> str:
    """“Oak: Visit to the farm”, unless the title says so itself or it is for everyone."""
    names = _names(event)
    if not names or any(name.casefold() == "whole school" for name in names):
        return event.title
    if all(name.casefold() in event.title.casefold() for name in names):
        return event.title
    return f"{', '.join(names)}: {event.title}"


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))


def _uid(publisher: Publisher, *parts: str) -> str:
    """The same for the same event of the same school, and telling nothing (RFC 7986 5.3)."""
    return str(uuid5(NAMESPACE_URL, "|".join((publisher.school, *parts))))
