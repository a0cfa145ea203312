"""What is scheduled: waiting messages and the next issues of newsletters, with why each goes when it does. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.days import Day, is_school_day, local, school_days_between, sort_of
from notifier.model.calendar import Newsletter, SchoolCalendar
from notifier.model.message import Kind, Message

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One message that will go at ``at`` (aware). While no issue waits, ``title`` is the newsletter's name.

    ``lead_school_days`` is how many school days before its event it goes, None without an event.
    """

    at: datetime
    kind: Kind
    title: str
    audience: tuple[str, ...]
    event_id: str = ""
    newsletter: str = ""
    reason: str = ""
    lead_school_days: int | None = None


Waiting = tuple[Message, tuple[str, ...]]
"""A message that waits for its moment, and its audience as the school says it."""


def agenda(
    waiting: Sequence[Waiting],
    newsletters: Sequence[Newsletter],
    calendar: SchoolCalendar,
    zone: ZoneInfo,
    first: datetime,
    last: datetime,
) -> list[Scheduled]:
    """Everything that goes after ``first`` and not after ``last`` (both aware), by moment."""
    found = [
        _message(message, message.send_at, audience, calendar, zone)
        for message, audience in waiting
        if message.send_at is not None
    ]
    issues = {(one.newsletter, one.at): number for number, one in enumerate(found) if one.newsletter}
    for newsletter in newsletters:
        for at, reason in _occurrences(newsletter, calendar, zone, first, last):
            number = issues.get((newsletter.name, at))
            if number is None:
                title, reason = newsletter.name, f"{reason}; no issue waits yet"
                found.append(Scheduled(at, Kind.NEWSLETTER, title, (newsletter.to,), "", newsletter.name, reason))
            else:
                found[number] = replace(found[number], reason=reason)
    return sorted((one for one in found if first < one.at <= last), key=lambda one: (one.at, one.newsletter, one.title))


def _message(
    message: Message, at: datetime, audience: tuple[str, ...], calendar: SchoolCalendar, zone: ZoneInfo
) -> Scheduled:
    event, day = message.event, at.astimezone(zone).date()
    lead = None
    # Where nobody has entered the terms, nobody can count.
    if event is not None and any(term.from_ <= event.date <= term.until for term in calendar.terms):
        lead = max(0, school_days_between(day, event.date, calendar))
    return Scheduled(
        at=at,
        kind=message.kind,
        title=message.subject,
        audience=audience,
        event_id=event.id if event else "",
        newsletter=message.newsletter,
        reason=f"its own moment{_day_off(day, calendar)}" if message.newsletter else "its “send:”",
        lead_school_days=lead,
    )


def _day_off(day: date, calendar: SchoolCalendar) -> str:
    """Where the calendar has changed since the issue was dropped, or its ``send:`` names a day off."""
    sort = sort_of(day, calendar)
    return f", though that day is {sort.value}" if calendar.terms and sort is not Day.SCHOOL else ""


def _occurrences(
    newsletter: Newsletter, calendar: SchoolCalendar, zone: ZoneInfo, first: datetime, last: datetime
) -> list[tuple[datetime, str]]:
    """Each moment at which it goes, with the days before it on which it does not."""
    weekday = f"every {date(2024, 1, 1 + newsletter.day):%A}"
    found: list[tuple[datetime, str]] = []
    skipped: list[date] = []
    begin = first.astimezone(zone).date()
    day = begin + timedelta(days=(newsletter.day - begin.weekday()) % 7)
    while day <= last.astimezone(zone).date():
        if newsletter.term_only and not is_school_day(day, calendar):
            skipped.append(day)
        elif (at := local(day, newsletter, zone)) > first:
            rhythm = f"{weekday}{' in term' if newsletter.term_only else ''}"
            found.append((at, f"{rhythm}{_skipped(skipped, calendar)}"))
            skipped = []
        else:
            skipped = []
        day += WEEK
    return found


def _skipped(days: Sequence[date], calendar: SchoolCalendar) -> str:
    if not days:
        return ""
    told = [f"{day:%-d %B} ({sort_of(day, calendar).value})" for day in days]
    return f"; none on {', '.join(told)}"
