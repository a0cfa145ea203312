"""When no telephone should ring."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifier.calendar.quiet import covers, opens
from notifier.model.calendar import SchoolCalendar, SchoolTerm
from notifier.model.policy import AddressKind, QuietHours

LONDON = ZoneInfo("Europe/London")
DAY = QuietHours(time(8), time(20))


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        pytest.param("2026-09-14T12:00", DAY, None, id="at noon"),
        pytest.param("2026-09-14T07:00", DAY, None, id="at eight in summer time"),
        pytest.param("2026-09-14T06:59", DAY, "2026-09-14T07:00", id="a minute too early"),
        pytest.param("2026-09-14T19:00", DAY, "2026-09-15T07:00", id="at eight in the evening"),
        pytest.param("2026-09-14T23:30", DAY, "2026-09-15T07:00", id="after midnight there"),
        pytest.param("2026-10-24T20:00", DAY, "2026-10-25T08:00", id="over the end of summer time"),
        pytest.param("2026-12-01T03:00", QuietHours(time(6), time(2)), "2026-12-01T06:00", id="open over midnight"),
        pytest.param("2026-12-01T01:00", QuietHours(time(6), time(2)), None, id="still open after midnight"),
        pytest.param("2026-12-01T03:00", QuietHours(time(0), time(0)), None, id="never quiet"),
    ],
)
def test_when_sending_may_begin_again(now: str, hours: QuietHours, expected: str | None) -> None:
    found = opens(_utc(now), hours, LONDON)
    assert found == (None if expected is None else _utc(expected))


TERM = SchoolCalendar(
    (
        SchoolTerm("Autumn", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Later", date(2026, 11, 2), date(2026, 12, 18)),
    ),
    inset=frozenset({date(2026, 9, 1)}),
    closed=frozenset({date(2026, 12, 3)}),
)
WEEKENDS = replace(DAY, weekends=True)
HOLIDAYS = replace(DAY, holidays=True)


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        pytest.param("2026-09-19T12:00", DAY, None, id="a Saturday, where weekends are not quiet"),
        pytest.param("2026-09-19T12:00", WEEKENDS, "2026-09-21T07:00", id="a Saturday"),
        pytest.param("2026-09-18T21:00", WEEKENDS, "2026-09-21T07:00", id="Friday night"),
        pytest.param("2026-10-26T12:00", DAY, None, id="half-term, where holidays are not quiet"),
        pytest.param("2026-10-26T12:00", HOLIDAYS, "2026-11-02T08:00", id="half-term"),
        pytest.param("2026-12-03T12:00", HOLIDAYS, "2026-12-04T08:00", id="a day closed"),
        pytest.param("2026-09-01T12:00", HOLIDAYS, None, id="an INSET day is no holiday for parents"),
        pytest.param("2027-03-03T12:00", HOLIDAYS, None, id="after the terms entered nobody knows"),
    ],
)
def test_days_may_be_quiet_too(now: str, hours: QuietHours, expected: str | None) -> None:
    found = opens(_utc(now), hours, LONDON, TERM)
    assert found == (None if expected is None else _utc(expected))


def test_only_telephones_wait_unless_the_school_says_everything() -> None:
    assert covers(DAY, AddressKind.MOBILE)
    assert not covers(DAY, AddressKind.EMAIL)
    assert covers(replace(DAY, everything=True), AddressKind.EMAIL)


def _utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
