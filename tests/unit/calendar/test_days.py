"""School days, lead times and the moments of newsletters."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifier.calendar import (
    Day,
    is_school_day,
    school_days_after,
    school_days_before,
    school_days_between,
    sort_of,
)
from notifier.model.calendar import Nation, Newsletter, SchoolCalendar, SchoolTerm

LONDON = ZoneInfo("Europe/London")
CALENDAR = SchoolCalendar(
    terms=(
        SchoolTerm("Autumn 1", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Autumn 2", date(2026, 11, 2), date(2026, 12, 18)),
        SchoolTerm("Spring 1", date(2027, 1, 4), date(2027, 2, 12)),
        SchoolTerm("Summer 1", date(2027, 4, 12), date(2027, 5, 28)),
    ),
    inset=frozenset({date(2026, 9, 1), date(2026, 11, 27)}),
    closed=frozenset({date(2027, 5, 3)}),
)
NEWS = Newsletter("School News", "drop/newsletter", "head", day=4, at=time(15, 30))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 9, 2), True, id="a Wednesday in term"),
        pytest.param(date(2026, 9, 1), False, id="INSET"),
        pytest.param(date(2026, 9, 5), False, id="Saturday"),
        pytest.param(date(2026, 10, 26), False, id="half-term"),
        pytest.param(date(2026, 12, 18), True, id="the last day of term"),
        pytest.param(date(2027, 5, 3), False, id="closed"),
        pytest.param(date(2030, 9, 4), False, id="no term entered yet"),
    ],
)
def test_a_school_day_is_a_weekday_in_a_term_that_is_not_off(day: date, expected: bool) -> None:
    assert is_school_day(day, CALENDAR) is expected


def test_school_days_are_counted_over_weekends_and_holidays() -> None:
    assert school_days_between(date(2026, 10, 22), date(2026, 11, 3), CALENDAR) == 3
    assert school_days_between(date(2026, 11, 3), date(2026, 10, 22), CALENDAR) == -3
    assert school_days_between(date(2026, 11, 3), date(2026, 11, 3), CALENDAR) == 0


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        pytest.param(date(2026, 11, 3), 2, date(2026, 10, 23), id="over half-term"),
        pytest.param(date(2026, 11, 1), 0, date(2026, 10, 23), id="a Sunday is brought forward"),
        pytest.param(date(2026, 11, 3), 0, date(2026, 11, 3), id="the day itself"),
        pytest.param(date(2026, 9, 3), 5, None, id="before the calendar begins"),
    ],
)
def test_a_notice_is_computed_back_over_school_days(day: date, count: int, expected: date | None) -> None:
    assert school_days_before(day, count, CALENDAR) == expected


def test_no_term_means_no_day_to_count_back_to() -> None:
    assert school_days_before(date(2026, 9, 3), 1, SchoolCalendar()) is None


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=LONDON)  # type: ignore[misc,arg-type]


ENGLISH = replace(CALENDAR, closed=frozenset({date(2027, 2, 3)}), nation=Nation.ENGLAND)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 9, 2), Day.SCHOOL, id="school"),
        pytest.param(date(2026, 9, 5), Day.WEEKEND, id="weekend"),
        pytest.param(date(2026, 11, 27), Day.INSET, id="INSET"),
        pytest.param(date(2027, 2, 3), Day.CLOSED, id="closed"),
        pytest.param(date(2027, 5, 3), Day.BANK_HOLIDAY, id="May Day, which no file names"),
        pytest.param(date(2026, 10, 26), Day.HALF_TERM, id="between two halves of a term"),
        pytest.param(date(2026, 10, 31), Day.HALF_TERM, id="the weekend of half-term"),
        pytest.param(date(2026, 12, 25), Day.HOLIDAY, id="a bank holiday in the holidays"),
        pytest.param(date(2026, 8, 31), Day.NO_TERM, id="before the first term"),
        pytest.param(date(2027, 6, 7), Day.NO_TERM, id="after the last"),
    ],
)
def test_each_day_says_what_it_is(day: date, expected: Day) -> None:
    assert sort_of(day, ENGLISH) is expected


def test_a_weekend_between_two_terms_is_a_weekend() -> None:
    calendar = SchoolCalendar(
        terms=(
            SchoolTerm("1", date(2026, 9, 1), date(2026, 10, 2)),
            SchoolTerm("2", date(2026, 10, 5), date(2026, 12, 18)),
        )
    )
    assert sort_of(date(2026, 10, 3), calendar) is Day.WEEKEND


def test_a_school_may_be_open_on_a_bank_holiday() -> None:
    scottish = replace(CALENDAR, closed=frozenset(), nation=Nation.SCOTLAND)
    saint_andrew = date(2026, 11, 30)
    assert not is_school_day(saint_andrew, scottish)
    assert is_school_day(saint_andrew, replace(scottish, open=frozenset({saint_andrew})))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        pytest.param(date(2026, 9, 2), 1, date(2026, 9, 3), id="the next day"),
        pytest.param(date(2026, 10, 22), 2, date(2026, 11, 2), id="over half-term"),
        pytest.param(date(2027, 4, 30), 1, date(2027, 5, 4), id="over a weekend and a bank holiday"),
        pytest.param(date(2026, 10, 26), 0, date(2026, 11, 2), id="none: the first school day from here"),
        pytest.param(date(2026, 9, 2), 0, date(2026, 9, 2), id="none, on a school day"),
        pytest.param(date(2027, 5, 28), 1, None, id="the terms entered end"),
    ],
)
def test_school_days_are_counted_forwards(day: date, count: int, expected: date | None) -> None:
    assert school_days_after(day, count, ENGLISH) == expected


def test_forwards_and_backwards_lead_to_the_same_day() -> None:
    for offset in range(150):
        day = date.fromordinal(date(2026, 9, 7).toordinal() + offset)
        ahead = school_days_after(day, 5, ENGLISH)
        assert ahead is not None
        assert school_days_between(day, ahead, ENGLISH) == 5
        assert school_days_before(ahead, 5, ENGLISH) == school_days_before(day, 0, ENGLISH)


def test_terms_nobody_entered_have_no_school_days() -> None:
    assert school_days_after(date(2026, 9, 2), 0, SchoolCalendar()) is None
