"""Hours and days on which families are left in peace, but for an emergency (SCHOOL 29). Pure: ``now`` is given."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.days import WEEKEND, Day, sort_of
from notifier.model.calendar import SchoolCalendar
from notifier.model.policy import AddressKind, QuietHours

DISTURBING = frozenset({AddressKind.MOBILE, AddressKind.PHONE})
"""An address at which a telephone makes itself heard; mail and paper wait until they are looked at."""
DAYS_OFF = frozenset({Day.HOLIDAY, Day.HALF_TERM, Day.BANK_HOLIDAY, Day.CLOSED})
DAY = timedelta(days=1)
LONGEST = 120
"""Days after which a holiday is taken to be a gap in the terms that were entered."""


def covers(hours: QuietHours, address: AddressKind) -> bool:
    """Whether what goes to such an address waits."""
    return hours.everything or address in DISTURBING


def opens(
    now: datetime, hours: QuietHours, timezone: ZoneInfo, calendar: SchoolCalendar | None = None
) -> datetime | None:
    """When sending may begin again, None while it may go now. Hours that begin and end alike are never quiet.

    Days before the first and after the last of the terms entered are not known to be holidays, so they are none.
    """
    local = now.astimezone(timezone)
    clock = local.time().replace(tzinfo=None)
    day = local.date()
    if not _quiet_day(day, hours, calendar) and _open(clock, hours):
        return None
    if clock >= hours.opens or hours.opens == hours.closes:
        day += DAY
    for _ in range(LONGEST):
        if not _quiet_day(day, hours, calendar):
            break
        day += DAY
    at = time(0) if hours.opens == hours.closes else hours.opens
    return datetime.combine(day, at, timezone).astimezone(now.tzinfo)


def _open(clock: time, hours: QuietHours) -> bool:
    if hours.opens <= hours.closes:
        return hours.opens == hours.closes or hours.opens <= clock < hours.closes
    return clock >= hours.opens or clock < hours.closes  # open over midnight


def _quiet_day(day: date, hours: QuietHours, calendar: SchoolCalendar | None) -> bool:
    if hours.weekends and day.weekday() >= WEEKEND:
        return True
    return hours.holidays and calendar is not None and sort_of(day, calendar) in DAYS_OFF
