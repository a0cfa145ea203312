"""When a failed leg goes again, row by row."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.dispatch.retry import DELAYS, SPREAD, Failure, again
from notifier.model.message import Lane

NOW = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("lane", "failure", "tries", "delay"),
    [
        (Lane.EMERGENCY, Failure.TEMPORARY, 1, timedelta(seconds=5)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 2, timedelta(seconds=10)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 3, timedelta(seconds=20)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 4, timedelta(seconds=25)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 25, timedelta(seconds=25)),
        (Lane.EMERGENCY, Failure.TEMPORARY, 26, None),
        (Lane.EMERGENCY, Failure.DOUBT, 1, timedelta(seconds=5)),
        (Lane.EMERGENCY, Failure.DOUBT, 4, None),
        (Lane.NORMAL, Failure.TEMPORARY, 1, minutes(1)),
        (Lane.NORMAL, Failure.TEMPORARY, 10, minutes(480)),
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


def test_an_emergency_is_tried_for_about_the_ten_minutes_its_rung_is_waited_for() -> None:
    total = sum(DELAYS[Lane.EMERGENCY, Failure.TEMPORARY], timedelta())
    assert minutes(9) < total < minutes(11)


@given(
    lane=st.sampled_from(Lane),
    failure=st.sampled_from(Failure),
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
        longest = max(asked or timedelta(), *DELAYS[lane, failure])
        assert at <= NOW + longest * (1 + SPREAD)
