"""School days counted many times over: looked up, not walked. The rules are those of ``days``. Pure."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from notifier.calendar.bank import bank_holiday
from notifier.calendar.days import WEEKEND, is_school_day
from notifier.model.calendar import SchoolCalendar

DAY = timedelta(days=1)
SATURDAY = 5


class SchoolDays:
    """Every school day of a calendar, in order; to be kept as long as the calendar stays the same."""

    def __init__(self, calendar: SchoolCalendar) -> None:
        found = {
            term.from_ + DAY * at
            for term in calendar.terms
            for at in range((term.until - term.from_).days + 1)
            if is_school_day(term.from_ + DAY * at, calendar)
        }
        self._days = sorted(found)
        self._nation = calendar.nation

    def __contains__(self, day: date) -> bool:
        at = bisect_left(self._days, day)
        return at < len(self._days) and self._days[at] == day

    def covers(self, day: date) -> bool:
        """Whether the terms entered reach over this day; outside them nobody knows which days are school days."""
        return bool(self._days) and self._days[0] <= day <= self._days[-1]

    def between(self, start: date, end: date) -> int:
        """As ``days.school_days_between``: after ``start``, up to and including ``end``."""
        if end < start:
            return -self.between(end, start)
        return bisect_right(self._days, end) - bisect_right(self._days, start)

    def before(self, day: date, count: int) -> date | None:
        """As ``days.school_days_before``: ``count`` 0 is the day itself, or the last school day before it."""
        at = (bisect_left(self._days, day) if count else bisect_right(self._days, day)) - max(count, 1)
        return self._days[at] if at >= 0 else None

    def after(self, day: date, count: int) -> date | None:
        """As ``days.school_days_after``: ``count`` 0 is the day itself, or the first school day after it."""
        at = (bisect_right(self._days, day) if count else bisect_left(self._days, day)) + max(count, 1) - 1
        return self._days[at] if at < len(self._days) else None

    def works(self, day: date, *, saturdays: bool = False) -> bool:
        """Whether post is collected and brought on this day."""
        return (day.weekday() < WEEKEND or (saturdays and day.weekday() == SATURDAY)) and not bank_holiday(
            day, self._nation
        )


def working_days_before(day: date, count: int, days: SchoolDays, *, saturdays: bool = False) -> date:
    """The day of post that lies so many of them before ``day``; with ``count`` 0 the day itself or the last before."""
    left = count
    while left or not days.works(day, saturdays=saturdays):
        day -= DAY
        left -= bool(left) and days.works(day, saturdays=saturdays)
    return day


def working_days_after(day: date, count: int, days: SchoolDays, *, saturdays: bool = False) -> date:
    """The day of post that lies so many of them after ``day``."""
    left = count
    while left:
        day += DAY
        left -= days.works(day, saturdays=saturdays)
    return day
