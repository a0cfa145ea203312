"""The moments at which newsletters go: their weekday, in term, or the school day beside it (W20). Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.days import Day, is_school_day, school_days_before, sort_of
from notifier.model.calendar import DayOff, Newsletter, SchoolCalendar, Slot

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FAR = timedelta(days=3 * 366)
"""No newsletter is looked for beyond this."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One day of a newsletter's rhythm: when it goes, None where it does not; ``off`` is what that day is instead of
    a school day."""

    day: date
    slot: Slot | None
    off: Day | None = None


def moment(day: date, at: time, tz: ZoneInfo) -> datetime:
    """That time of that day, in UTC: the hour on the school's clock stays the same all year.

    A time that the change of clocks skips is read as if the clocks had not yet changed; of one that comes twice it is
    the first.
    """
    return datetime.combine(day, at, tz).astimezone(UTC)


def on_day(newsletter: Newsletter, calendar: SchoolCalendar, day: date, tz: ZoneInfo) -> Rhythm:
    """What becomes of this day of its rhythm. It moves only to a school day before its next day, and not at all
    out of a week without school, so that terms nobody has entered never let one slip out."""
    goes, off = day, None
    if newsletter.term_only and (sort := sort_of(day, calendar)) is not Day.SCHOOL:
        off = sort
        moved = _moved(day, newsletter.day_off, calendar)
        if moved is None:
            return Rhythm(day, None, off)
        goes = moved
    return Rhythm(day, Slot(newsletter.name, day, moment(goes, newsletter.at, tz)), off)


def _moved(day: date, day_off: DayOff, calendar: SchoolCalendar) -> date | None:
    monday = day - day.weekday() * DAY
    if day_off is DayOff.SKIP or not any(is_school_day(monday + offset * DAY, calendar) for offset in range(7)):
        return None
    step = -DAY if day_off is DayOff.BEFORE else DAY
    days = (day + step * offset for offset in range(1, 7))
    return next((one for one in days if is_school_day(one, calendar)), None)


def rhythm(
    newsletter: Newsletter, calendar: SchoolCalendar, first: datetime, last: datetime, tz: ZoneInfo
) -> Iterator[Rhythm]:
    """Every day of its rhythm from a week before ``first`` to a week after ``last``, so that what moves is met too."""
    begin = first.astimezone(tz).date() - WEEK
    day = begin + timedelta(days=(newsletter.day - begin.weekday()) % 7)
    end = last.astimezone(tz).date() + WEEK
    while day <= end:
        yield on_day(newsletter, calendar, day, tz)
        day += WEEK


def slots(
    newsletter: Newsletter, calendar: SchoolCalendar, first: datetime, last: datetime, tz: ZoneInfo
) -> list[Slot]:
    """When it goes after ``first`` and not after ``last`` (both aware)."""
    found = (one.slot for one in rhythm(newsletter, calendar, first, last, tz))
    return [slot for slot in found if slot is not None and first < slot.at <= last]


def next_slot(
    newsletter: Newsletter,
    calendar: SchoolCalendar,
    after: datetime,
    tz: ZoneInfo,
    taken: Collection[date] = (),
) -> Slot | None:
    """The first moment strictly after ``after`` (aware) at which this newsletter goes; ``taken``: days of its rhythm
    that an issue has had already, whatever a clock set back may say.

    With ``term_only`` that is on a school day (W20); None when the calendar holds no such day.
    """
    until = after + FAR
    if newsletter.term_only:
        last = max((term.until for term in calendar.terms), default=None)
        if last is None:
            return None
        until = min(until, moment(last, time(23, 59), tz))
    for one in rhythm(newsletter, calendar, after, until, tz):
        if one.slot is not None and one.slot.at > after and one.day not in taken:
            return one.slot
    return None


def reminder(newsletter: Newsletter, slot: Slot, calendar: SchoolCalendar, tz: ZoneInfo) -> datetime | None:
    """When its author is reminded that nothing waits for this slot; None: never."""
    if newsletter.remind_at is None:
        return None
    goes = slot.at.astimezone(tz).date()
    day = school_days_before(goes, newsletter.remind_days, calendar) if newsletter.remind_days else goes
    if day is None or not newsletter.term_only:
        day = goes - newsletter.remind_days * DAY
    at = moment(day, newsletter.remind_at, tz)
    return at if at < slot.at else None
