"""The one place that knows recurring-ical-events, which has no types of its own."""

from datetime import date

from icalendar import Calendar, Event
from recurring_ical_events import of


def occurrences(calendar: Calendar, first: date, after: date) -> list[Event]:
    """Every event of the calendar from ``first`` until before ``after``, each repetition with its own times."""
    found: list[Event] = of(calendar).between(first, after)
    return found
