"""School days, lead times and the moments of newsletters."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifier.calendar import is_school_day, next_occurrence, school_days_before, school_days_between
from notifier.model.calendar import Newsletter, SchoolCalendar, SchoolTerm

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


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(at(2026, 9, 2, 9, 0), at(2026, 9, 4, 15, 30), id="this week"),
        pytest.param(at(2026, 9, 4, 15, 29), at(2026, 9, 4, 15, 30), id="a minute before"),
        pytest.param(at(2026, 9, 4, 15, 30), at(2026, 9, 11, 15, 30), id="at that very minute it is next week's"),
        pytest.param(at(2026, 10, 23, 16, 0), at(2026, 11, 6, 15, 30), id="half-term is skipped, the hour stays local"),
        pytest.param(at(2026, 11, 20, 16, 0), at(2026, 12, 4, 15, 30), id="an INSET Friday is skipped"),
    ],
)
def test_a_newsletter_goes_on_its_day_in_term(after: datetime, expected: datetime) -> None:
    found = next_occurrence(NEWS, CALENDAR, after, LONDON)
    assert found is not None
    assert (found.newsletter, found.at) == ("School News", expected)
    assert found.at.tzinfo is UTC


def test_the_hour_stays_local_over_the_change_of_the_clocks() -> None:
    summer = next_occurrence(NEWS, CALENDAR, at(2026, 10, 19, 0, 0), LONDON)
    winter = next_occurrence(NEWS, CALENDAR, at(2026, 11, 2, 0, 0), LONDON)
    assert summer is not None
    assert winter is not None
    assert (summer.at.hour, winter.at.hour) == (14, 15)


def test_terms_nobody_has_entered_let_no_newsletter_out() -> None:
    assert next_occurrence(NEWS, CALENDAR, at(2027, 7, 1, 0, 0), LONDON) is None
    assert next_occurrence(NEWS, SchoolCalendar(), at(2026, 9, 2, 9, 0), LONDON) is None


def test_a_newsletter_that_is_not_bound_to_term_goes_in_the_holidays() -> None:
    always = Newsletter("News", "drop/n", "head", day=4, at=time(15, 30), term_only=False)
    found = next_occurrence(always, SchoolCalendar(), at(2026, 10, 26, 0, 0), LONDON)
    assert found is not None
    assert found.at == at(2026, 10, 30, 15, 30)
