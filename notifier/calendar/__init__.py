"""The school year: which days are school days, and when newsletters go (W20, W35; DESIGN 3.8)."""

from notifier.calendar.days import (
    Day,
    is_school_day,
    school_days_after,
    school_days_before,
    school_days_between,
    school_year,
    sort_of,
)
from notifier.calendar.files import load, read
from notifier.calendar.newsletters import next_slot, slots

__all__ = [
    "Day",
    "is_school_day",
    "load",
    "next_slot",
    "read",
    "school_days_after",
    "school_days_before",
    "school_days_between",
    "school_year",
    "slots",
    "sort_of",
]
