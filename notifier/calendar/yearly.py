"""Whether a school year holds as many events of a sort as the policy means it to (W18, H20). Pure."""

from collections.abc import Mapping
from datetime import date

from notifier.calendar.days import school_year
from notifier.calendar.values import category_name
from notifier.model.calendar import SchoolCalendar
from notifier.model.problem import Problem, advice


def too_few(calendar: SchoolCalendar, wanted: Mapping[str, int], today: date) -> list[Problem]:
    """Advice for each sort of which this school year has too few; none while the calendar is empty."""
    if not calendar.terms or not calendar.events:
        return []
    year = school_year(today)
    held = [
        category_name(event.category)
        for event in calendar.events
        if not event.cancelled and school_year(event.date) == year
    ]
    found = []
    for category, number in wanted.items():
        there = held.count(category_name(category))
        if there < number:
            says = (
                f"The calendar has {there or 'no'} “{category}” of the {number} that the policy means this school year "
            )
            says += f"({year}-{(year + 1) % 100:02}) to have. Enter the others, with that word under “category”."
            found.append(advice("events-too-few", says, "calendar/events.csv", "W18"))
    return found
