"""When a failed leg goes again, row by row."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.dispatch.retry import SPREAD, TABLE, Failure, again, over
from notifier.model.message import Lane

NOW = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("lane", "failure", "tries", "delay"),
    [
        (Lane.EMERGENCY, Failure.TEMPORARY, 1, timedelta(seconds=5)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 2, timedelta(seconds=10)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 4, timedelta(seconds=25)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 5, None),
        (Lane.EMERGENCY, Failure.DOUBT, 1, timedelta(seconds=5)),
        (Lane.EMERGENCY, Failure.DOUBT, 4, None),
        (Lane.NORMAL, Failure.TEMPORARY, 1, minutes(1)),
        (Lane.NORMAL, Failure.TEMPORARY, 10, minutes(300)),
        (Lane.NORMAL, Failure.TEMPORARY, 11, None),
        (Lane.NORMAL, Failure.DOUBT, 1, timedelta(seconds=15)),
        (Lane.NORMAL, Failure.DOUBT, 5, None),
        (Lane.BULK, Failure.TEMPORARY, 1, minutes(2)),
        (Lane.BULK, Failure.TEMPORARY, 11, None),
    ],
)
def test_the_wait_grows_with_the_tries_and_ends(
    lane: Lane, failure: Failure, tries: int, delay: timedelta | None
) -> None:
    at = again(lane, failure, tries, NOW, 0.0)
    assert at == (None if delay is None else NOW + delay)


@pytest.mark.parametrize(
    ("retry_after", "expires", "expected"),
    [
        pytest.param(minutes(30), None, NOW + minutes(30), id="the provider asks for longer"),
        pytest.param(timedelta(seconds=1), None, NOW + minutes(1), id="the provider would have it sooner than we"),
        pytest.param(timedelta(days=9), None, None, id="longer than the whole table"),
        pytest.param(None, NOW + minutes(1), None, id="it would be over by then"),
        pytest.param(None, NOW + minutes(2), NOW + minutes(1), id="there is still time"),
        pytest.param(minutes(30), NOW + minutes(20), None, id="the provider asks for longer than it is good for"),
    ],
)
def test_a_provider_and_an_expiry_have_their_say(
    retry_after: timedelta | None, expires: datetime | None, expected: datetime | None
) -> None:
    assert again(Lane.NORMAL, Failure.TEMPORARY, 1, NOW, 0.0, retry_after=retry_after, expires=expires) == expected


@pytest.mark.parametrize(("lane", "failure"), TABLE)
def test_no_wait_is_promised_that_the_time_in_all_would_cut_off(lane: Lane, failure: Failure) -> None:
    terms = TABLE[lane, failure]
    assert sum(terms.waits, timedelta()) * (1 + SPREAD) <= terms.in_all


def test_the_table_has_a_row_for_every_lane_and_failure() -> None:
    assert set(TABLE) == {(lane, failure) for lane in Lane for failure in Failure}


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        pytest.param(timedelta(seconds=110), timedelta(seconds=10), id="time enough for one more"),
        pytest.param(timedelta(seconds=111), None, id="the next try would be too late"),
    ],
)
def test_the_time_since_the_rung_began_counts_whatever_the_tries(waited: timedelta, expected: timedelta | None) -> None:
    at = again(Lane.EMERGENCY, Failure.TEMPORARY, 2, NOW, 0.0, since=NOW - waited)
    assert at == (None if expected is None else NOW + expected)


@pytest.mark.parametrize(
    ("lane", "gone_for", "given_up"),
    [
        (Lane.EMERGENCY, minutes(10), False),
        (Lane.EMERGENCY, minutes(11), True),
        (Lane.NORMAL, timedelta(hours=24), False),
        (Lane.NORMAL, timedelta(hours=25), True),
        (Lane.BULK, timedelta(hours=48), False),
        (Lane.BULK, timedelta(hours=49), True),
    ],
)
def test_a_lost_account_is_waited_for_so_long(lane: Lane, gone_for: timedelta, *, given_up: bool) -> None:
    assert over(lane, Failure.ACCOUNT, NOW, NOW + gone_for) is given_up


@given(
    lane=st.sampled_from(Lane),
    failure=st.sampled_from([Failure.TEMPORARY, Failure.DOUBT]),
    tries=st.integers(0, 40),
    jitter=st.floats(0, 1),
    asked=st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
    good_for=st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
)
def test_a_next_try_is_later_than_asked_and_earlier_than_the_expiry(
    lane: Lane,
    failure: Failure,
    tries: int,
    jitter: float,
    asked: timedelta | None,
    good_for: timedelta | None,
) -> None:
    expires = None if good_for is None else NOW + good_for
    at = again(lane, failure, tries, NOW, jitter, retry_after=asked, expires=expires)
    if at is not None:
        assert at > NOW
        assert asked is None or at >= NOW + asked
        assert expires is None or at < expires
        longest = max(asked or timedelta(), *TABLE[lane, failure].waits)
        assert at <= NOW + longest * (1 + SPREAD)
