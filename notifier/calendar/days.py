"""School days: pure, every date an argument (W20, W35; DESIGN 3.8).

A school day is a weekday in a term that is neither an INSET day nor closed nor a bank
holiday of the school's nation; what no term covers is never a school day. A half-term is
the gap between two terms, or days named closed inside one.
"""

from datetime import date, timedelta
from enum import StrEnum

from notifier.calendar.bank import bank_holiday
from notifier.model.calendar import SchoolCalendar

WEEKEND = 5
AUGUST = 8
DAY = timedelta(days=1)

HALF_TERM = timedelta(days=12)
"""A gap between two terms of at most a week and its weekends is a half-term, a longer one a holiday."""


class Day(StrEnum):
    """What a day is, in words that can stand in a sentence."""

    SCHOOL = "a school day"
    WEEKEND = "a weekend"
    INSET = "an INSET day"
    CLOSED = "a day on which the school is closed"
    BANK_HOLIDAY = "a bank holiday"
    HALF_TERM = "half-term"
    HOLIDAY = "a holiday"
    NO_TERM = "outside the terms entered"


def sort_of(day: date, calendar: SchoolCalendar) -> Day:
    """What this day is. A weekend in the holidays is a holiday."""
    if not any(term.from_ <= day <= term.until for term in calendar.terms):
        return _between_terms(day, calendar)
    if day.weekday() >= WEEKEND:
        return Day.WEEKEND
    if day in calendar.inset:
        return Day.INSET
    if day in calendar.closed:
        return Day.CLOSED
    if day not in calendar.open and bank_holiday(day, calendar.nation):
        return Day.BANK_HOLIDAY
    return Day.SCHOOL


def _between_terms(day: date, calendar: SchoolCalendar) -> Day:
    before = max((term.until for term in calendar.terms if term.until < day), default=None)
    after = min((term.from_ for term in calendar.terms if term.from_ > day), default=None)
    if before is None or after is None:
        return Day.NO_TERM
    if after - before <= HALF_TERM:
        return Day.WEEKEND if _only_weekend(before, after) else Day.HALF_TERM
    return Day.HOLIDAY


def _only_weekend(before: date, after: date) -> bool:
    """Whether two terms follow each other without a weekday between them."""
    between = (before + DAY * offset for offset in range(1, (after - before).days))
    return all(day.weekday() >= WEEKEND for day in between)


def school_year(day: date) -> int:
    """The year in which the school year of this day began; it begins with August, in Scotland too."""
    return day.year if day.month >= AUGUST else day.year - 1


def is_school_day(day: date, calendar: SchoolCalendar) -> bool:
    """Whether pupils are at school on this day."""
    return sort_of(day, calendar) is Day.SCHOOL


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


def school_days_after(day: date, count: int, calendar: SchoolCalendar) -> date | None:
    """The school day that lies ``count`` school days after ``day``; None where the terms entered end before it.

    With ``count`` 0, ``day`` itself or the first school day after it.
    """
    last = max((term.until for term in calendar.terms), default=day - DAY)
    left = count
    at = day + DAY if count else day
    while at <= last:
        if is_school_day(at, calendar):
            if left <= 1:
                return at
            left -= 1
        at += DAY
    return None
