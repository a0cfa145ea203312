"""An event as a file that a family's own calendar takes in (RFC 5545)."""

from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from notifier.model.calendar import Event
from notifier.rendering.school import SchoolFacts


def calendar_file(event: Event, school: SchoolFacts, stamp: datetime) -> str:
    """One event. Its UID is that of the school's whole calendar, so that a family has it once."""
    from icalendar import Calendar
    from icalendar import Event as Entry

    made = Calendar()
    made.add("VERSION", "2.0")
    made.add("PRODID", "-//notifier//school events//EN")
    entry = Entry()
    entry.add("UID", str(uuid5(NAMESPACE_URL, "|".join((school.name, "event", event.id)))))
    entry.add("DTSTAMP", stamp.astimezone(ZoneInfo("UTC")))
    entry.add("SUMMARY", event.title or school.name)
    if event.start is None:
        entry.add("DTSTART", event.date)
        entry.add("DTEND", event.date + timedelta(days=1))
    else:
        entry.add("DTSTART", _utc(event.date, event.start, school.timezone))
        if event.end is not None:
            entry.add("DTEND", _utc(event.date, event.end, school.timezone))
    if event.place:
        entry.add("LOCATION", event.place)
    entry.add("STATUS", "CANCELLED" if event.cancelled else "CONFIRMED")
    made.add_component(entry)
    return str(made.to_ical(), "utf-8")


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))
