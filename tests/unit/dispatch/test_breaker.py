"""When an account that failed is asked again, step by step."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.dispatch.breaker import FORGOTTEN, GONE_AFTER, PAUSES, URGENT_PAUSE, Breaker
from notifier.model.message import Lane

NOW = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)
WHY = "The mail server cannot be reached."


def gone(at: datetime = NOW) -> Breaker:
    breaker = Breaker()
    for _ in range(GONE_AFTER):
        breaker.failed(at, WHY, None, 0.0)
    return breaker


def test_it_goes_with_so_many_failures_in_a_row_and_says_so_once() -> None:
    breaker = Breaker()
    said = [breaker.failed(NOW, WHY, None, 0.0) for _ in range(GONE_AFTER + 3)]
    assert said == [*[False] * (GONE_AFTER - 1), True, False, False, False]
    assert breaker.since == NOW
    assert breaker.reason == WHY


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(3):
        for _ in range(GONE_AFTER - 1):
            assert not breaker.failed(NOW, WHY, None, 0.0)
        assert not breaker.answered()
    assert breaker.shut(NOW, Lane.BULK) is None


def test_one_failure_with_the_providers_own_delay_is_enough_and_the_delay_is_kept_by_all() -> None:
    breaker = Breaker()
    assert breaker.failed(NOW, WHY, timedelta(minutes=3), 0.0)
    for lane in Lane:
        assert breaker.shut(NOW, lane) == NOW + timedelta(minutes=3)
        assert breaker.shut(NOW + timedelta(minutes=3), lane) is None


def test_after_the_pause_one_send_tries_and_the_others_wait_for_it() -> None:
    breaker = gone()
    after = NOW + PAUSES[0]
    assert breaker.shut(after - timedelta(seconds=1), Lane.NORMAL) == after
    assert breaker.shut(after, Lane.NORMAL) is None
    assert breaker.tries(after, Lane.NORMAL)
    assert breaker.shut(after, Lane.BULK) == after + FORGOTTEN
    assert breaker.answered()
    assert breaker.shut(after, Lane.BULK) is None
    assert breaker.since is None


def test_a_try_that_says_nothing_does_not_shut_it_for_ever() -> None:
    breaker = gone()
    after = NOW + PAUSES[0]
    breaker.tries(after, Lane.NORMAL)
    assert breaker.shut(after + FORGOTTEN, Lane.NORMAL) is None
    breaker.tried(Lane.NORMAL)
    assert breaker.shut(after, Lane.NORMAL) is None


def test_the_pauses_grow_to_the_last_one() -> None:
    breaker, now, waited = gone(), NOW, []
    for _ in range(len(PAUSES) + 2):
        until = breaker.shut(now, Lane.BULK)
        assert until is not None
        waited.append(until - now)
        now = until
        breaker.tries(now, Lane.BULK)
        breaker.failed(now, WHY, None, 0.0)
    assert waited == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert breaker.since == NOW


def test_what_was_under_way_when_it_went_makes_no_pause_longer() -> None:
    breaker = gone()
    for _ in range(8):
        breaker.failed(NOW + timedelta(seconds=1), WHY, None, 0.0)
    assert breaker.shut(NOW + timedelta(seconds=1), Lane.BULK) == NOW + PAUSES[0]


def test_an_emergency_tries_often_and_beside_another_lanes_try() -> None:
    breaker, now = gone(), NOW
    for _ in range(6):
        now += PAUSES[-1]
        breaker.failed(now, WHY, None, 0.0)
    assert breaker.shut(now, Lane.BULK) == now + PAUSES[-1]
    assert breaker.shut(now, Lane.EMERGENCY) == now + URGENT_PAUSE
    later = now + PAUSES[-1]
    breaker.tries(later, Lane.BULK)
    assert breaker.shut(later, Lane.EMERGENCY) is None


def test_a_clock_put_back_an_hour_makes_no_pause_an_hour_longer() -> None:
    breaker = Breaker()
    breaker.failed(NOW, WHY, timedelta(minutes=3), 0.0)
    back = NOW - timedelta(hours=1)
    assert breaker.shut(back, Lane.BULK) is None
    breaker.failed(back, WHY, None, 0.0)
    assert breaker.shut(back, Lane.BULK) == back + PAUSES[1]


@pytest.mark.parametrize(("jitter", "longer"), [(0.0, 1.0), (0.5, 1.05), (1.0, 1.1)])
def test_nodes_do_not_come_back_together(jitter: float, longer: float) -> None:
    breaker = Breaker()
    breaker.failed(NOW, WHY, timedelta(seconds=1), jitter)
    assert breaker.shut(NOW, Lane.BULK) == NOW + PAUSES[0] * longer
