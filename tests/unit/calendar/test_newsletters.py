"""The moments at which newsletters go: in term, at the hour on the school's clock, or on the school day beside."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.calendar import is_school_day, next_slot, slots
from notifier.calendar.newsletters import moment, reminder
from notifier.model.calendar import DayOff, Newsletter, SchoolCalendar
from tests.unit.calendar.test_days import CALENDAR, ENGLISH, LONDON, NEWS, at

YEAR = at(2026, 8, 1, 0, 0), at(2027, 7, 31, 0, 0)


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
    found = next_slot(NEWS, CALENDAR, after, LONDON)
    assert found is not None
    assert (found.newsletter, found.at) == ("School News", expected)
    assert found.at.tzinfo is UTC


def test_the_hour_stays_local_over_the_change_of_the_clocks() -> None:
    summer = next_slot(NEWS, CALENDAR, at(2026, 10, 19, 0, 0), LONDON)
    winter = next_slot(NEWS, CALENDAR, at(2026, 11, 2, 0, 0), LONDON)
    assert summer is not None
    assert winter is not None
    assert (summer.at.hour, winter.at.hour) == (14, 15)


def test_terms_nobody_has_entered_let_no_newsletter_out() -> None:
    assert next_slot(NEWS, CALENDAR, at(2027, 7, 1, 0, 0), LONDON) is None
    assert next_slot(NEWS, SchoolCalendar(), at(2026, 9, 2, 9, 0), LONDON) is None


def test_a_newsletter_that_is_not_bound_to_term_goes_in_the_holidays() -> None:
    always = Newsletter("News", "drop/n", "head", day=4, at=time(15, 30), term_only=False)
    found = next_slot(always, SchoolCalendar(), at(2026, 10, 26, 0, 0), LONDON)
    assert found is not None
    assert found.at == at(2026, 10, 30, 15, 30)


def test_no_newsletter_goes_on_a_bank_holiday() -> None:
    mondays = replace(NEWS, day=0)
    found = next_slot(mondays, ENGLISH, at(2027, 4, 27, 9, 0), LONDON)
    assert found is not None
    assert found.at.date() == date(2027, 5, 10)


def days(newsletter: Newsletter, calendar: SchoolCalendar = CALENDAR) -> set[date]:
    return {slot.at.astimezone(LONDON).date() for slot in slots(newsletter, calendar, *YEAR, LONDON)}


@pytest.mark.parametrize(
    ("day_off", "instead"),
    [
        pytest.param(DayOff.SKIP, None, id="skipped"),
        pytest.param(DayOff.BEFORE, date(2026, 11, 26), id="the Thursday before"),
        pytest.param(DayOff.AFTER, date(2026, 11, 30), id="the Monday after"),
    ],
)
def test_an_inset_friday_is_skipped_or_moved_as_the_school_says(day_off: DayOff, instead: date | None) -> None:
    found = days(replace(NEWS, day_off=day_off))
    assert date(2026, 11, 27) not in found
    assert {date(2026, 11, 26), date(2026, 11, 30)} & found == ({instead} if instead else set())
    assert date(2026, 11, 20) in found


@pytest.mark.parametrize("day_off", [DayOff.BEFORE, DayOff.AFTER])
def test_nothing_moves_out_of_a_week_without_school(day_off: DayOff) -> None:
    found = slots(replace(NEWS, day_off=day_off), CALENDAR, at(2026, 10, 24, 0, 0), at(2026, 11, 5, 0, 0), LONDON)
    assert found == []


def test_a_slot_keeps_its_key_wherever_it_moves() -> None:
    before, after = (
        next(s for s in slots(replace(NEWS, day_off=to), CALENDAR, *YEAR, LONDON) if s.day == date(2026, 11, 27))
        for to in (DayOff.BEFORE, DayOff.AFTER)
    )
    assert before.at != after.at
    assert before.key == after.key == "newsletter:School News:2026-11-27"


def test_a_slot_that_is_taken_is_left_out_though_the_clock_says_it_is_to_come() -> None:
    found = next_slot(NEWS, CALENDAR, at(2026, 9, 4, 9, 0), LONDON, taken=[date(2026, 9, 4)])
    assert found is not None
    assert found.day == date(2026, 9, 11)


def test_the_author_is_reminded_the_school_day_before() -> None:
    monday = replace(NEWS, day=0)
    (slot,) = slots(monday, CALENDAR, at(2026, 11, 2, 0, 0), at(2026, 11, 3, 0, 0), LONDON)
    assert reminder(monday, slot, CALENDAR, LONDON) == at(2026, 10, 23, 9, 0)
    assert reminder(replace(monday, remind_days=0), slot, CALENDAR, LONDON) == at(2026, 11, 2, 9, 0)
    assert reminder(replace(monday, remind_days=0, remind_at=time(16)), slot, CALENDAR, LONDON) is None
    assert reminder(replace(monday, remind_at=None), slot, CALENDAR, LONDON) is None


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        pytest.param(date(2027, 3, 26), time(15, 15), datetime(2027, 3, 26, 15, 15, tzinfo=UTC), id="winter"),
        pytest.param(date(2027, 4, 16), time(15, 15), datetime(2027, 4, 16, 14, 15, tzinfo=UTC), id="summer"),
        pytest.param(date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), id="no such hour"),
        pytest.param(date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="the first of two"),
    ],
)
def test_each_local_time_is_one_moment(day: date, clock: time, utc: datetime) -> None:
    assert moment(day, clock, LONDON) == utc


@given(
    day=st.integers(0, 6),
    clock=st.times(min_value=time(3)),
    day_off=st.sampled_from(DayOff),
    inset=st.sets(st.dates(date(2026, 9, 1), date(2026, 12, 18)), max_size=8),
)
def test_it_goes_on_school_days_only_and_once_a_week_at_most(
    day: int, clock: time, day_off: DayOff, inset: set[date]
) -> None:
    news = replace(NEWS, day=day, at=clock.replace(second=0, microsecond=0), day_off=day_off)
    calendar = replace(CALENDAR, inset=frozenset(inset))
    found = slots(news, calendar, *YEAR, LONDON)
    local = [slot.at.astimezone(LONDON) for slot in found]
    assert all(is_school_day(one.date(), calendar) for one in local)
    assert {one.time() for one in local} <= {news.at}
    assert len({slot.key for slot in found}) == len(found)
    assert [slot.at for slot in found] == sorted(slot.at for slot in found)
    for one, following in pairwise(found):
        assert following.at > one.at
        assert next_slot(news, calendar, one.at, LONDON) == following
        assert following.at - one.at >= timedelta(hours=1)
