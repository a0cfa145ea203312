"""How dates, times and yes or no are written in the calendar's files. Each raises ValueError with a sentence."""

import re
from datetime import date, datetime, time

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?\s*(am|pm)?|(\d{1,2})\s*(am|pm)", re.IGNORECASE)
YES = {"yes", "y", "true", "1"}
NO = {"no", "n", "false", "0"}


def read_date(value: object) -> date:
    """A TOML date, ``2027-03-05`` or ``05/03/2027`` (the day first)."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if found := _SLASHED.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a date; write 2027-03-05 or 05/03/2027, the day first.") from None


def read_time(text: str) -> time:
    """``15:30``, ``15.30`` or ``3:30 pm``."""
    found = _CLOCK.fullmatch(text.strip())
    if found:
        hour = int(found[1] or found[4])
        half = (found[3] or found[5] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 24
        minute = int(found[2] or 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f"'{text.strip()}' is not a time; write hours and minutes, such as 15:30.")


def read_yes(text: str) -> bool:
    folded = text.strip().casefold()
    if folded in YES:
        return True
    if folded in NO:
        return False
    raise ValueError(f"'{text.strip()}' is neither yes nor no; write one of the two.")


def category_name(written: str) -> str:
    """A category as it is compared: small letters, hyphens between words."""
    return re.sub(r"[\s_-]+", "-", written.strip().casefold())
