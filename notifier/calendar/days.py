"""School days and the moments of newsletters: pure, every date an argument (W20, W35; DESIGN 3.8).

A school day is a weekday in a term that is neither an INSET day nor closed; what no
term covers is never a school day. Bank holidays are days the school itself names closed.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.model.calendar import Newsletter, Occurrence, SchoolCalendar

WEEKEND = 5
DAY = timedelta(days=1)
FAR = timedelta(days=3 * 366)
"""No newsletter is looked for beyond this."""


def is_school_day(day: date, calendar: SchoolCalendar) -> bool:
    """Whether pupils are at school on this day."""
    if day.weekday() >= WEEKEND or day in calendar.inset or day in calendar.closed:
        return False
    return any(term.from_ <= day <= term.until for term in calendar.terms)


def school_days_between(start: date, end: date, calendar: SchoolCalendar) -> int:
    """School days after ``start`` up to and including ``end``; negative when ``end`` lies before ``start``."""
    if end < start:
        return -school_days_between(end, start, calendar)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_school_day(day, calendar) for day in days)


def school_days_before(day: date, count: int, calendar: SchoolCalendar) -> date | None:
    """The school day that lies ``count`` school days before ``day``; None where the calendar does not reach back.

    With ``count`` 0, ``day`` itself or the last school day before it.
    """
    if not calendar.terms:
        return None
    first = min(term.from_ for term in calendar.terms)
    left = count
    at = day
    if count:
        at -= DAY
    while at >= first:
        if is_school_day(at, calendar):
            if left <= 1:
                return at
            left -= 1
        at -= DAY
    return None


def local(day: date, newsletter: Newsletter, tz: ZoneInfo) -> datetime:
    """The newsletter's time on this day, in UTC: the hour on the school's clock stays the same all year.

    A time that the change of clocks skips is read as if the clocks had not yet changed.
    """
    return datetime.combine(day, newsletter.at, tz).astimezone(UTC)


def next_occurrence(
    newsletter: Newsletter, calendar: SchoolCalendar, after: datetime, tz: ZoneInfo
) -> Occurrence | None:
    """The first moment strictly after ``after`` (aware) at which this newsletter goes; ``at`` is in UTC.

    With ``term_only`` its day must be a school day (W20); None when the calendar holds
    no such day, so that terms nobody has entered never let one slip out.
    """
    at = after.astimezone(tz).date()
    last = max((term.until for term in calendar.terms), default=at) if newsletter.term_only else at + FAR
    day = at + timedelta(days=(newsletter.day - at.weekday()) % 7)
    while day <= last:
        if not newsletter.term_only or is_school_day(day, calendar):
            moment = local(day, newsletter, tz)
            if moment > after:
                return Occurrence(newsletter.name, moment)
        day += timedelta(days=7)
    return None
