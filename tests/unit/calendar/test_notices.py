"""Notices counted back from an event: over school days, printing and post, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.calendar.counting import SchoolDays
from notifier.calendar.days import is_school_day, school_days_before, school_days_between
from notifier.calendar.notices import Planner, Rhythm, over, starts
from notifier.model.calendar import Event, Nation, SchoolCalendar, SchoolTerm, Session
from notifier.model.notice import Offset, Post, Unit, offset

LONDON = ZoneInfo("Europe/London")
YEAR = SchoolCalendar(
    terms=(
        SchoolTerm("Autumn 1", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Autumn 2", date(2026, 11, 2), date(2026, 12, 18)),
        SchoolTerm("Spring", date(2027, 1, 4), date(2027, 3, 25)),
        SchoolTerm("Summer", date(2027, 4, 12), date(2027, 7, 21)),
    ),
    inset=frozenset({date(2026, 11, 13)}),
    closed=frozenset({date(2027, 2, 15) + timedelta(days=day) for day in range(5)}),
    nation=Nation.ENGLAND,
)
DAYS = SchoolDays(YEAR)
TWO = (Offset(10), Offset(2))


def planner(**rhythm: object) -> Planner:
    return Planner(DAYS, Rhythm(LONDON, **rhythm))  # type: ignore[arg-type]


def local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def event(day: date, start: time | None = time(9, 30), **more: object) -> Event:
    return Event("farm", "Farm visit", day, start, to="Oak", **more)  # type: ignore[arg-type]


def test_two_notices_leave_ten_and_two_school_days_before_at_nine() -> None:
    ten, two = planner().notices(event(date(2026, 12, 11)), TWO)
    assert local(ten.at) == datetime(2026, 11, 27, 9, tzinfo=LONDON)
    assert local(two.at) == datetime(2026, 12, 9, 9, tzinfo=LONDON)
    assert (ten.lead, two.lead) == (10, 2)
    assert ten.until == two.at
    assert two.until == starts(event(date(2026, 12, 11)), LONDON)


def test_ten_school_days_over_half_term_and_an_inset_day_are_more_than_two_weeks() -> None:
    (due,) = planner().notices(event(date(2026, 11, 16)), (Offset(12),))
    # nine school days from 2 to 12 November (the 13th is INSET), then half-term, then three more
    assert local(due.at).date() == date(2026, 10, 21)
    assert due.lead == 12


def test_weeks_and_days_count_on_the_wall_and_leave_on_the_school_day_before_if_that_is_none() -> None:
    week, day = planner().notices(event(date(2026, 11, 16)), (Offset(1, Unit.DAY), Offset(2, Unit.WEEK)))
    assert local(week.at).date() == date(2026, 11, 2)
    assert local(day.at).date() == date(2026, 11, 12)  # Sunday, Saturday and an INSET day before it


def test_second_class_post_leaves_early_enough_to_be_there_with_the_email() -> None:
    (due,) = planner().notices(event(date(2026, 12, 11)), (Offset(10),))
    assert local(due.at).date() == date(2026, 11, 27)  # a Friday
    # collected on Monday 23rd, four working days; printed on the Friday before
    assert local(due.paper_at) == datetime(2026, 11, 20, 9, tzinfo=LONDON)


def test_first_class_post_counts_saturdays() -> None:
    (due,) = planner(post=Post.FIRST).notices(event(date(2026, 12, 14)), (Offset(10),))
    assert local(due.at).date() == date(2026, 11, 30)  # a Monday
    # Saturday 28th is a day of post: collected on Friday 27th, printed on Thursday
    assert local(due.paper_at).date() == date(2026, 11, 26)


def test_what_goes_home_by_hand_leaves_with_the_email() -> None:
    (due,) = planner(post=Post.BY_HAND).notices(event(date(2026, 12, 11)), (Offset(10),))
    assert due.paper_at == due.at


def test_after_the_printers_cut_off_the_day_is_lost() -> None:
    early = planner(at=time(9)).notices(event(date(2026, 12, 11)), (Offset(10),))[0]
    late = planner(at=time(18)).notices(event(date(2026, 12, 11)), (Offset(10),))[0]
    assert local(late.paper_at).date() == local(early.paper_at).date() - timedelta(days=1)


def test_paper_is_printed_on_a_school_day_although_the_post_goes_on_in_half_term() -> None:
    (due,) = planner().notices(event(date(2026, 11, 4)), (Offset(0),))
    assert local(due.paper_at).date() == date(2026, 10, 23)


def test_a_notice_on_the_day_of_an_event_that_begins_earlier_leaves_the_school_day_before() -> None:
    (due,) = planner().notices(event(date(2026, 11, 16), time(8, 30)), (Offset(0),))
    assert local(due.at).date() == date(2026, 11, 12)


def test_the_time_stays_within_quiet_hours() -> None:
    (due,) = planner(at=time(6)).notices(event(date(2026, 12, 11)), (Offset(10),))
    assert local(due.at).time() == time(8)


def test_outside_the_terms_entered_weekdays_are_counted() -> None:
    (due,) = planner().notices(event(date(2028, 6, 16)), (Offset(5),))
    assert local(due.at).date() == date(2028, 6, 9)
    assert due.lead is None


def test_two_offsets_on_one_moment_are_one_notice() -> None:
    assert len(planner().notices(event(date(2026, 12, 11)), (Offset(2), Offset(2, Unit.DAY)))) == 1


def test_a_cancelled_event_has_no_notice() -> None:
    assert planner().notices(event(date(2026, 12, 11), cancelled=True), TWO) == ()


def test_an_event_of_several_sessions_is_over_with_the_start_of_the_last() -> None:
    sessions = (Session(date(2026, 12, 8), time(9)), Session(date(2026, 12, 9), time(18)))
    held = event(date(2026, 12, 8), time(9), sessions=sessions)
    assert over(held, LONDON) == datetime(2026, 12, 9, 18, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "post", "there"),
    [
        (datetime(2026, 11, 20, 9, tzinfo=LONDON), Post.SECOND, date(2026, 11, 27)),
        (datetime(2026, 11, 20, 18, tzinfo=LONDON), Post.SECOND, date(2026, 11, 30)),
        (datetime(2026, 11, 26, 9, tzinfo=LONDON), Post.FIRST, date(2026, 11, 30)),
        (datetime(2026, 11, 20, 9, tzinfo=LONDON), Post.BY_HAND, date(2026, 11, 20)),
    ],
)
def test_when_a_copy_on_paper_is_there(now: datetime, post: Post, there: date) -> None:
    assert planner(post=post).arrives(now) == there


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10", Offset(10)),
        ("10 school days", Offset(10)),
        ("1 school day before", Offset(1)),
        ("2 Weeks", Offset(2, Unit.WEEK)),
        ("3 days", Offset(3, Unit.DAY)),
    ],
)
def test_offsets_as_people_write_them(written: str, meant: Offset) -> None:
    assert offset(written) == meant


@pytest.mark.parametrize("written", ["soon", "", "-3 days"])
def test_an_offset_that_says_nothing_is_told_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="Write "):
        offset(written)


OFFSETS = st.lists(st.builds(Offset, st.integers(0, 60), st.sampled_from(Unit)), min_size=1, max_size=4, unique=True)
DATES = st.dates(date(2026, 8, 1), date(2027, 12, 31))
TIMES = st.one_of(st.none(), st.times().map(lambda t: t.replace(second=0, microsecond=0)))
RHYTHMS = st.builds(
    lambda at, post, cut_off: planner(at=at, post=post, cut_off=cut_off),
    st.times(),
    st.sampled_from(Post),
    st.times(),
)


@given(DATES, TIMES, OFFSETS, RHYTHMS)
def test_a_notice_never_comes_after_its_event_nor_outside_quiet_hours_and_paper_never_after_the_email(
    day: date, start: time | None, offsets: list[Offset], plan: Planner
) -> None:
    found = plan.notices(event(day, start), offsets)
    assert found
    for due in found:
        assert due.at < starts(event(day, start), LONDON)
        assert due.paper_at <= due.at
        assert due.at < due.until
        for moment in (due.at, due.paper_at):
            assert time(8) <= local(moment).time() <= time(20)
            if DAYS.covers(local(moment).date()) and DAYS.covers(day):
                assert is_school_day(local(moment).date(), YEAR)
    assert all(before.at < after.at for before, after in pairwise(found))


@given(DATES, st.integers(0, 40), st.integers(0, 40))
def test_more_offset_is_never_later(day: date, one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    (late,), (early,) = (planner().notices(event(day), (Offset(count),)) for count in (fewer, more))
    assert early.at <= late.at
    assert early.paper_at <= late.paper_at


@given(DATES, st.sampled_from(Post), st.times())
def test_paper_that_leaves_at_its_moment_is_there_by_the_day_of_the_email(day: date, post: Post, cut: time) -> None:
    plan = planner(post=post, cut_off=cut)
    (due,) = plan.notices(event(day), (Offset(10),))
    assert plan.arrives(due.paper_at) <= local(due.at).date()


@given(st.dates(date(2026, 9, 20), date(2027, 7, 21)), st.integers(0, 8))
def test_looking_up_agrees_with_walking(day: date, count: int) -> None:
    assert DAYS.before(day, count) == school_days_before(day, count, YEAR)
    other = day + timedelta(days=9)
    assert DAYS.between(day, other) == school_days_between(day, other, YEAR)
    assert DAYS.between(other, day) == school_days_between(other, day, YEAR)
    assert (day in DAYS) == is_school_day(day, YEAR)


@pytest.mark.parametrize("day", [date(2026, 10, 26), date(2026, 11, 2), date(2027, 3, 29), date(2027, 4, 12)])
def test_nine_local_stays_nine_local_when_the_clocks_change(day: date) -> None:
    (due,) = planner().notices(event(day), (Offset(5),))
    assert local(due.at).time() == time(9)
    assert due.at.tzinfo is UTC


def test_outside_quiet_hours_a_correction_waits_for_the_morning() -> None:
    night = datetime(2026, 12, 9, 22, tzinfo=LONDON)
    assert local(planner().next_open(night)) == datetime(2026, 12, 10, 8, tzinfo=LONDON)
    noon = datetime(2026, 12, 9, 12, tzinfo=LONDON)
    assert planner().next_open(noon) == noon
