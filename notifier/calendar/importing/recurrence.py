"""Which repetitions (RFC 5545 3.3.10) are not asked about: those of no school event, and those that never come.

A rule is looked along until the year 9999. One that would come many times a day, or never, would keep the
secretary waiting for minutes.
"""

import re

FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
NEVER = {"BYHOUR", "BYMINUTE", "BYSECOND", "BYYEARDAY", "BYWEEKNO", "BYEASTER"}
OF_LONGER = {"BYMONTH", "BYMONTHDAY", "BYSETPOS"}
"""As ``NEVER`` at a daily or weekly repetition."""
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKS = 5
"""No month has a sixth Monday."""


def odd(rule: str) -> bool:
    """Whether the value of an RRULE is none of a school event."""
    parts = dict(part.split("=", 1) for part in rule.upper().replace(" ", "").split(";") if "=" in part)
    often = parts.get("FREQ", "")
    never = NEVER | OF_LONGER if often in {"DAILY", "WEEKLY"} else NEVER
    if often not in FREQUENCIES or parts.keys() & never or not parts.get("INTERVAL", "1").strip("0"):
        return True
    which = [*re.findall(r"\d+(?=[A-Z])", parts.get("BYDAY", "")), *_numbers(parts.get("BYSETPOS", ""))]
    if any(int(number) > WEEKS for number in which):
        return True
    months = [int(month) for month in _numbers(parts.get("BYMONTH", ""))] or [*range(1, 13)]
    days = [int(day) for day in _numbers(parts.get("BYMONTHDAY", ""))] or [1]
    return not any(1 <= month <= 12 and 1 <= day <= LENGTHS[month - 1] for month in months for day in days)


def _numbers(text: str) -> list[str]:
    """The numbers of a list, their signs left out: a month's last day is as real as its first."""
    return re.findall(r"\d{1,9}", text)
