"""How single values are written: times, days, lists of names, lengths of time.

A validator's sentence is what the school reads, so it says how to write the value.
"""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BeforeValidator

from notifier.config.problems import did_you_mean, listed
from notifier.model.notice import Offset, offset

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")
_LENGTH = re.compile(r"(\d+)\s*([a-z]+)\.?", re.IGNORECASE)
_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _names(value: Any) -> Any:
    """``"Oak, Year 2"`` or ``["Oak", "Year 2"]``."""
    if isinstance(value, str):
        return tuple(part.strip() for part in re.split(r"[,;]", value) if part.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return tuple(part.strip() for part in value if part.strip())
    raise ValueError('Write names in quotes, separated by commas: "Oak, Year 2".')


def _time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (found := _TIME.fullmatch(value.strip())):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError('Write the time as hours and minutes in quotes: "15:30".')


def _send_time(value: Any) -> Any:
    """Local times that a change of the clocks skips or repeats are refused."""
    found = _time(value)
    if time(1) <= found < time(3):
        raise ValueError("Between 01:00 and 02:59 the clocks change twice a year; choose a time outside these hours.")
    return found


def _day(value: Any) -> Any:
    if isinstance(value, str):
        for number, name in enumerate(DAYS):
            if len(value.strip()) >= 3 and name.casefold().startswith(value.strip().casefold()):
                return number
    near = did_you_mean(value, DAYS) if isinstance(value, str) else ""
    raise ValueError(f"Write the day of the week: {listed(DAYS)}.{near}")


def _length(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (found := _LENGTH.fullmatch(value.strip())):
        seconds = _UNITS.get(found[2].lower())
        if seconds and int(found[1]) > 0:
            return timedelta(seconds=int(found[1]) * seconds)
    raise ValueError('Write a number and a unit: "10 min", "90 seconds", "2 hours" or "1 day".')


def _offsets(value: Any) -> Any:
    """``["10 school days", "2 weeks"]``; a bare number is school days."""
    if not isinstance(value, (list, tuple)):
        raise ValueError('Write a list: ["10 school days", "2 school days"].')
    return tuple(one if isinstance(one, Offset) else offset(str(one)) for one in value)


def _id(value: Any) -> Any:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise ValueError("An id is up to 40 letters, digits, dots, hyphens or underscores, without spaces: 'b-malik'.")


def _email(value: Any) -> Any:
    if value == "":
        return value
    if isinstance(value, str):
        try:
            return validate_email(value.strip(), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError as fault:
            raise ValueError(f"'{value}' is not an email address. {fault}") from None
    raise ValueError('Write the email address in quotes: "office@school.example.org".')


def _mobile(value: Any) -> Any:
    """E.164. Drama-range numbers are possible but not valid, and fine (LIBRARIES, phones)."""
    if value == "":
        return value
    if isinstance(value, str):
        try:
            number = phonenumbers.parse(value, "GB")
        except phonenumbers.NumberParseException:
            number = None
        if number is not None and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError('Write the mobile number in quotes with all its digits: "07700 900123".')


def _language(value: Any) -> Any:
    if isinstance(value, str) and _LANGUAGE.fullmatch(value.strip()):
        return value.strip()
    raise ValueError('Write a language as its code: "en" for English, "ur" for Urdu, "pl" for Polish.')


def _date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ValueError("Write the date as year-month-day without quotes: 2027-09-01.")


def _website(value: Any) -> Any:
    """As people write it: with or without https://."""
    if value == "":
        return value
    if isinstance(value, str) and re.fullmatch(r"(https?://)?[^\s/:]+\.[^\s/:]+(/\S*)?", value.strip()):
        return value.strip()
    raise ValueError('Write the website in quotes: "www.school.example.org".')


def _web_address(value: Any) -> Any:
    if value == "":
        return value
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\S*", value.strip()):
        return value.strip()
    raise ValueError('Write the whole web address in quotes: "https://www.school.example.org".')


Offsets = Annotated[tuple[Offset, ...], BeforeValidator(_offsets)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
SendTime = Annotated[time, BeforeValidator(_send_time)]
DayOfWeek = Annotated[int, BeforeValidator(_day)]
Length = Annotated[timedelta, BeforeValidator(_length)]
Id = Annotated[str, BeforeValidator(_id)]
Email = Annotated[str, BeforeValidator(_email)]
Mobile = Annotated[str, BeforeValidator(_mobile)]
Language = Annotated[str, BeforeValidator(_language)]
Day = Annotated[date, BeforeValidator(_date)]
Website = Annotated[str, BeforeValidator(_website)]
WebAddress = Annotated[str, BeforeValidator(_web_address)]
