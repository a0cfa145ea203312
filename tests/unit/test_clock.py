"""Whose time it is: the server's, carried on by a clock that only goes on."""

from datetime import UTC, datetime, timedelta

from notifier.clock import SharedClock, steady

SERVER = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_servers_time_goes_on_with_the_steady_clock_whatever_the_date_here() -> None:
    seconds = 100.0
    clock = SharedClock(lambda: seconds)
    clock.set(SERVER, 98.0)
    assert clock.now() == SERVER + timedelta(seconds=2)
    seconds += 3600
    assert clock.now() == SERVER + timedelta(seconds=3602)
    clock.set(SERVER + timedelta(hours=2), seconds)
    assert clock.now() == SERVER + timedelta(hours=2)


def test_before_the_server_was_asked_it_is_the_time_here() -> None:
    assert abs(SharedClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_steady_clock_only_goes_on() -> None:
    readings = [steady() for _ in range(100)]
    assert readings == sorted(readings)
