"""The school year: which days are school days, and when newsletters go (W20, W35; DESIGN 3.8)."""

from notifier.calendar.days import is_school_day, next_occurrence, school_days_before, school_days_between
from notifier.calendar.files import read

__all__ = ["is_school_day", "next_occurrence", "read", "school_days_before", "school_days_between"]
