"""Dates and times as a school office writes them, in the school's own time. Never month first."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_REST = r"(?:(?:\s*,?\s+(?:at\s+)?|T)(?P<time>\S.*))?"
_SHAPES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _REST, re.IGNORECASE),
    re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})" + _REST, re.IGNORECASE),
    re.compile(
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})" + _REST,
        re.IGNORECASE,
    ),
)
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?::\d{2})?)?\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
HOW = "Write it like 2026-12-01 15:15 or 1/12/2026 15:15, the day before the month."


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the time of day where one was written. ``zone`` is set only where an offset was written."""

    day: date
    at: time | None = None
    zone: timezone | None = None

    def iso(self) -> str:
        """As DESIGN 3.2 wants an event's moment: an ISO date with or without time."""
        return self.day.isoformat() if self.at is None else f"{self.day.isoformat()} {self.at:%H:%M}"


def _time(text: str) -> tuple[time, timezone | None]:
    found = _TIME.fullmatch(text.strip())
    if found is None or (found["minute"] is None and found["half"] is None):
        raise ValueError(f"I cannot read the time “{text.strip()}”. {HOW}")
    hour, half = int(found["hour"]), (found["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"There is no {text.strip()}. {HOW}")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        at = time(hour, int(found["minute"] or 0))
    except ValueError:
        raise ValueError(f"There is no {text.strip()} on the clock. {HOW}") from None
    return at, _zone(found["zone"])


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        raise ValueError(f"I cannot read the time zone “{text}”. Leave it out: times are the school's own. {HOW}")
    return timezone(offset if text[0] == "+" else -offset)


def _month(name: str) -> int:
    low = name.lower()
    for number, full in enumerate(_MONTHS, 1):
        if low in {full, full[:3]} or (low == "sept" and full == "september"):
            return number
    raise ValueError(f"I do not know the month “{name}”. {HOW}")


def parse(text: str) -> Moment:
    """The moment a person wrote. Raises ValueError with a sentence for that person."""
    whole = " ".join(text.replace("\xa0", " ").split())
    weekday = _WEEKDAY.match(whole)
    rest = whole[weekday.end() :] if weekday else whole
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(rest))), None)
    if found is None:
        raise ValueError(f"I cannot read the date “{whole}”. {HOW}")
    parts = found.groupdict()
    month = _month(parts["name"]) if parts.get("name") else int(parts["month"])
    if month > 12 and int(parts["day"]) <= 12:
        raise ValueError(f"“{whole}” has the month first. {HOW}")
    try:
        day = date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        raise ValueError(f"There is no day {rest.split()[0] if '/' in rest or '-' in rest else rest}. {HOW}") from None
    if weekday and _DAYS[day.weekday()][:3].lower() != weekday[1].lower():
        raise ValueError(
            f"{day.day}/{day.month}/{day.year} is a {_DAYS[day.weekday()]}, "
            f"not a {weekday[0].strip(' ,').capitalize()}. Correct the day or the date."
        )
    at, zone = _time(parts["time"]) if parts["time"] else (None, None)
    return Moment(day, at, zone)


def exact(moment: Moment, default: time, tz: ZoneInfo, *, later: bool = False) -> datetime:
    """The moment in UTC. Where the clocks go back and it comes twice, the first (``later``: the second).

    Raises ValueError with a sentence for a time that the clocks skip.
    """
    naive = datetime.combine(moment.day, moment.at or default)
    if moment.zone is not None:
        return naive.replace(tzinfo=moment.zone).astimezone(UTC)
    found = naive.replace(tzinfo=tz, fold=1 if later else 0).astimezone(UTC)
    if found.astimezone(tz).replace(tzinfo=None, fold=0) != naive:
        raise ValueError(
            f"There is no {naive:%H:%M} on {naive.day}/{naive.month}/{naive.year}: "
            "the clocks go forward in that hour. Take a time an hour earlier or later."
        )
    return found


def comes_twice(moment: Moment, tz: ZoneInfo) -> bool:
    if moment.at is None or moment.zone is not None:
        return False
    naive = datetime.combine(moment.day, moment.at)
    return naive.replace(tzinfo=tz, fold=0).utcoffset() > naive.replace(tzinfo=tz, fold=1).utcoffset()  # type: ignore[operator]
