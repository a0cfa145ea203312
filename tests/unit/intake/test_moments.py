from datetime import UTC, date, datetime, time

import pytest

from notifier.intake.moments import comes_twice, exact, parse
from tests.unit.intake.desk import LONDON

NINE = time(9)


@pytest.mark.parametrize(
    ("written", "day", "at"),
    [
        pytest.param("2026-12-01", date(2026, 12, 1), None, id="ISO date"),
        pytest.param("2026-12-01 15:15", date(2026, 12, 1), time(15, 15), id="ISO with time"),
        pytest.param("2026-12-01T15:15:00", date(2026, 12, 1), time(15, 15), id="ISO with T and seconds"),
        pytest.param("1/12/2026", date(2026, 12, 1), None, id="day first"),
        pytest.param("01/12/2026, 3.15pm", date(2026, 12, 1), time(15, 15), id="day first with pm"),
        pytest.param("1 December 2026 3.15pm", date(2026, 12, 1), time(15, 15), id="in words"),
        pytest.param("Tuesday 1st December 2026 at 3 pm", date(2026, 12, 1), time(15), id="with weekday"),
        pytest.param("1 Sept 2026 12.30am", date(2026, 9, 1), time(0, 30), id="after midnight"),
        pytest.param("1 dec 2026 12pm", date(2026, 12, 1), time(12), id="noon"),
    ],
)
def test_a_moment_is_read_as_an_office_writes_it(written: str, day: date, at: time | None) -> None:
    found = parse(written)
    assert (found.day, found.at) == (day, at)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        pytest.param("12/25/2026", "month first", id="American"),
        pytest.param("31/11/2026", "There is no day", id="no such day"),
        pytest.param("Monday 1 December 2026", "is a Tuesday", id="wrong weekday"),
        pytest.param("next week", "cannot read the date", id="words"),
        pytest.param("1/12/26", "cannot read the date", id="two-digit year"),
        pytest.param("2026-12-01 25:00", "on the clock", id="no such hour"),
        pytest.param("2026-12-01 15", "cannot read the time", id="bare hour"),
        pytest.param("2026-12-01 13pm", "There is no 13pm", id="thirteen pm"),
        pytest.param("1 Decembre 2026", "do not know the month", id="foreign month"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(written)


def test_times_are_the_schools_own() -> None:
    assert exact(parse("2026-07-01 15:15"), NINE, LONDON) == datetime(2026, 7, 1, 14, 15, tzinfo=UTC)
    assert exact(parse("2026-12-01"), NINE, LONDON) == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert exact(parse("2026-12-01T15:15+02:00"), NINE, LONDON) == datetime(2026, 12, 1, 13, 15, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="clocks go forward"):
        exact(parse("2027-03-28 01:30"), NINE, LONDON)


def test_an_hour_that_comes_twice_is_the_first_or_the_second_as_asked() -> None:
    twice = parse("2026-10-25 01:30")
    assert comes_twice(twice, LONDON)
    assert exact(twice, NINE, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert exact(twice, NINE, LONDON, later=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert not comes_twice(parse("2026-10-25 03:30"), LONDON)
