"""Waiting messages and issues of newsletters as occurrences, with why each goes when it does. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.days import Day, school_days_between, sort_of
from notifier.calendar.newsletters import Rhythm, next_slot, on_day, reminder, rhythm
from notifier.model.calendar import DayOff, Newsletter, SchoolCalendar, Slot
from notifier.model.message import Kind, Message
from notifier.model.occurrence import Occurrence

REMINDER = "newsletter-reminder"
"""The kind of a reminder to a newsletter's author."""
REMINDED_AHEAD = timedelta(days=60)
"""No reminder lies further ahead of its newsletter, holidays in between included."""


def of_message(
    message: Message, audience: tuple[str, ...], calendar: SchoolCalendar, zone: ZoneInfo, catch_up: timedelta
) -> Occurrence | None:
    """A message that waits for a moment of its own; None where it waits for none."""
    if message.send_at is None:
        return None
    event, day = message.event, message.send_at.astimezone(zone).date()
    return Occurrence(
        key=f"message:{message.id}",
        at=message.send_at,
        until=message.send_at + catch_up,
        kind=message.kind.value,
        title=message.subject,
        audience=audience,
        event_id=event.id if event else "",
        newsletter=message.newsletter,
        reason=f"its own moment{_day_off(day, calendar)}" if message.newsletter else "its “send:”",
        lead_school_days=lead(day, event.date, calendar) if event is not None else None,
        message_id=message.id,
    )


def lead(day: date, event: date, calendar: SchoolCalendar) -> int | None:
    """School days of notice; None where nobody has entered the terms, so that nobody can count."""
    if not any(term.from_ <= event <= term.until for term in calendar.terms):
        return None
    return max(0, school_days_between(day, event, calendar))


def _day_off(day: date, calendar: SchoolCalendar) -> str:
    """Where its ``send:`` names a day off."""
    sort = sort_of(day, calendar)
    return f", though that day is {sort.value}" if calendar.terms and sort is not Day.SCHOOL else ""


Issue = tuple[Message, tuple[str, ...]]
"""An issue that waits for a slot, and its audience as the school says it."""


def placed(
    message: Message,
    newsletter: Newsletter,
    calendar: SchoolCalendar,
    now: datetime,
    zone: ZoneInfo,
    taken: Sequence[date] = (),
) -> Slot | None:
    """The slot for which this issue waits by the calendar and the settings as they are now. Where its day has become
    a day off that is skipped, or is ``taken``, that is the next one; None: the calendar has none."""
    if message.slot is not None and message.slot not in taken:
        found = on_day(newsletter, calendar, message.slot, zone).slot
        if found is not None:
            return found
    return next_slot(newsletter, calendar, now, zone, taken)


def of_newsletter(
    newsletter: Newsletter,
    calendar: SchoolCalendar,
    zone: ZoneInfo,
    first: datetime,
    last: datetime,
    issues: Mapping[str, Issue],
    catch_up: timedelta,
) -> Iterator[Occurrence]:
    """Each slot after ``first`` and not after ``last`` with the days before it on which the newsletter does not go.

    ``issues``: what waits, by the key of its slot. While no issue waits, the title is the newsletter's name.
    """
    every = f"every {date(2024, 1, 1 + newsletter.day):%A}{' in term' if newsletter.term_only else ''}"
    skipped: list[Rhythm] = []
    for one in rhythm(newsletter, calendar, first, last, zone):
        slot = one.slot
        if slot is None:
            if one.day >= first.astimezone(zone).date():
                skipped.append(one)
            continue
        if first < slot.at <= last:
            reason = every + _moved(one, slot, zone) + _skipped(skipped)
            issue = issues.get(slot.key)
            yield Occurrence(
                key=slot.key,
                at=slot.at,
                until=slot.at + catch_up,
                kind=Kind.NEWSLETTER.value,
                title=issue[0].subject if issue else newsletter.name,
                audience=issue[1] if issue else (newsletter.to,),
                newsletter=newsletter.name,
                reason=reason if issue else f"{reason}; no issue waits yet",
                message_id=issue[0].id if issue else "",
            )
        skipped = []


def reminders(
    newsletter: Newsletter,
    calendar: SchoolCalendar,
    zone: ZoneInfo,
    first: datetime,
    last: datetime,
    catch_up: timedelta,
) -> Iterator[Occurrence]:
    """When the author is reminded, if nothing waits by then; not after ``last``, of slots that are still open after
    ``first``."""
    if newsletter.remind_at is None:
        return
    for one in rhythm(newsletter, calendar, first - catch_up, last + REMINDED_AHEAD, zone):
        slot = one.slot
        at = reminder(newsletter, slot, calendar, zone) if slot is not None else None
        if slot is not None and at is not None and at <= last and slot.at + catch_up > first:
            yield Occurrence(
                key=f"{REMINDER}:{newsletter.name}:{slot.day.isoformat()}",
                at=at,
                until=slot.at + catch_up,
                kind=REMINDER,
                title=newsletter.name,
                newsletter=newsletter.name,
                reason=slot.at.isoformat(),
                told=False,
            )


def _moved(one: Rhythm, slot: Slot, zone: ZoneInfo) -> str:
    goes = slot.at.astimezone(zone).date()
    if one.off is None or goes == one.day:
        return ""
    side = DayOff.BEFORE if goes < one.day else DayOff.AFTER
    return f"; on the school day {side.value}, as {one.day:%-d %B} is {one.off.value}"


def _skipped(days: Sequence[Rhythm]) -> str:
    told = [f"{one.day:%-d %B} ({one.off.value})" for one in days if one.off is not None]
    return f"; none on {', '.join(told)}" if told else ""
