"""Feeds written for a test."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.calendar.importing.feed import Feed, Years, read_feed

LONDON = ZoneInfo("Europe/London")
YEARS = Years(date(2025, 8, 1), date(2029, 7, 31))


def feed(*events: str, head: str = "X-WR-TIMEZONE:Europe/London") -> str:
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", head, *events, "END:VCALENDAR", ""])


def event(title: str, *lines: str, uid: str = "") -> str:
    name = uid or f"{title.casefold().replace(' ', '-')}@example.org"
    return "\n".join(["BEGIN:VEVENT", f"UID:{name}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def days(title: str, first: str, after: str = "", uid: str = "") -> str:
    """An all-day event; ``after`` is the day after its last, as feeds write it."""
    lines = [f"DTSTART;VALUE=DATE:{first}"] + ([f"DTEND;VALUE=DATE:{after}"] if after else [])
    return event(title, *lines, uid=uid or f"{title}-{first}@example.org")


def read(folder: Path, text: str | bytes, years: Years = YEARS) -> Feed:
    path = folder / "feed.ics"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_feed(path, years, LONDON)
