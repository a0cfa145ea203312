"""The cap of a day, whoever sent and whoever was started anew."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.dispatch.allowance import DAY, Allowance, limit
from notifier.model.message import Lane

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("cap", "lane", "expected"),
    [
        (2000, Lane.BULK, 1800),
        (2000, Lane.NORMAL, 1900),
        (2000, Lane.EMERGENCY, 2000),
        (10, Lane.BULK, 9),
        (10, Lane.NORMAL, 9),
        (1, Lane.BULK, 1),
    ],
)
def test_newsletters_and_letters_leave_something_of_the_day(cap: int, lane: Lane, expected: int) -> None:
    assert limit(cap, lane) == expected


def test_a_used_up_day_opens_as_what_was_sent_a_day_ago_drops_out() -> None:
    day = Allowance(10)
    for number in range(9):
        day.take(NOW + hours(number))
    at = NOW + hours(9)
    assert day.left(at, Lane.BULK) == 0
    assert day.shut(at, Lane.BULK) == NOW + DAY
    assert day.shut(NOW + DAY, Lane.BULK) is None
    assert day.left(NOW + DAY, Lane.BULK) == 1
    assert day.left(NOW + DAY + hours(3), Lane.BULK) == 4


def test_an_emergency_is_never_kept_back_by_our_own_count() -> None:
    day = Allowance(10)
    for _ in range(30):
        day.take(NOW)
    assert day.left(NOW, Lane.EMERGENCY) is None
    assert day.shut(NOW, Lane.EMERGENCY) is None
    assert day.shut(NOW, Lane.NORMAL) == NOW + DAY


def test_what_was_sent_before_this_process_began_counts() -> None:
    day = Allowance(10)
    day.read([NOW - hours(25), NOW - hours(3), NOW - hours(2)], NOW)
    assert day.left(NOW, Lane.BULK) == 7
    for _ in range(7):
        day.take(NOW)
    assert day.shut(NOW, Lane.BULK) == NOW - hours(3) + DAY


def test_what_was_surely_not_sent_is_given_back() -> None:
    day = Allowance(10)
    for _ in range(9):
        day.take(NOW)
    day.give_back(NOW)
    assert day.left(NOW, Lane.BULK) == 1


def test_two_nodes_share_what_is_left_and_never_go_over_it_together() -> None:
    cap = 100
    first, second = Allowance(cap), Allowance(cap)
    sent: dict[int, list[datetime]] = {0: [], 1: []}
    now = NOW
    for _ in range(6):  # a reading a minute, and between two readings each sends all it may
        for number, day in enumerate((first, second)):
            day.read(sent[1 - number], now)
        for number, day in enumerate((first, second)):
            while day.shut(now, Lane.BULK, 2) is None:
                day.take(now)
                sent[number].append(now)
        now += timedelta(minutes=1)
    together = len(sent[0]) + len(sent[1])
    assert limit(cap, Lane.BULK) <= together <= limit(cap, Lane.BULK) + 1
