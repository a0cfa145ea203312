"""An account's pace, on a clock that only sleeping moves."""

import asyncio
from datetime import UTC, datetime, timedelta

from notifier.clock import FixedClock
from notifier.dispatch.pacing import SLACK, Pace
from notifier.model.message import Lane
from tests.unit.dispatch.hand_clock import HandClock, settle_down

START = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)
NEVER = START + timedelta(days=99)


async def test_sends_are_spread_over_the_minute() -> None:
    clock = FixedClock(START)
    pace = Pace(60, clock)
    for _ in range(11):
        await pace.turn(Lane.NORMAL, NEVER)
    assert timedelta(seconds=10) - SLACK <= clock.now() - START <= timedelta(seconds=10)


async def test_an_account_without_a_pace_never_waits() -> None:
    clock = FixedClock(START)
    pace = Pace(None, clock)
    for _ in range(100):
        await pace.turn(Lane.BULK, NEVER)
    assert clock.now() == START
    assert pace.within(timedelta(minutes=1)) is None


async def test_an_emergency_overtakes_everything_that_waits() -> None:
    clock = HandClock(START)
    pace = Pace(6, clock)
    order: list[Lane] = []

    async def go(lane: Lane) -> None:
        await pace.turn(lane, NEVER)
        order.append(lane)

    await pace.turn(Lane.BULK, NEVER)
    waiting = [asyncio.create_task(go(lane)) for lane in (Lane.BULK, Lane.BULK, Lane.NORMAL, Lane.EMERGENCY)]
    await settle_down()
    assert order == []
    for _ in waiting:
        await clock.move(10)
    assert order == [Lane.EMERGENCY, Lane.NORMAL, Lane.BULK, Lane.BULK]


async def test_who_is_stopped_while_waiting_leaves_the_queue() -> None:
    clock = FixedClock(START)
    pace = Pace(6, clock)
    await pace.turn(Lane.BULK, NEVER)
    first, second = (asyncio.create_task(pace.turn(Lane.BULK, NEVER)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first, second])
    assert first.cancelled()
    assert second.result()


async def test_who_cannot_have_a_turn_in_time_does_not_wait_for_it() -> None:
    clock = FixedClock(START)
    pace = Pace(6, clock)
    assert await pace.turn(Lane.BULK, START)
    assert not await pace.turn(Lane.BULK, START + timedelta(seconds=9))
    assert clock.now() == START
    assert pace.free_at == START + timedelta(seconds=10)


async def test_a_burst_goes_at_once_after_a_pause_and_then_the_pace_holds() -> None:
    clock = FixedClock(START)
    pace = Pace(60, clock, burst=10)
    for _ in range(10):
        await pace.turn(Lane.NORMAL, NEVER)
    assert clock.now() == START
    for _ in range(5):
        await pace.turn(Lane.NORMAL, NEVER)
    assert timedelta(seconds=4) <= clock.now() - START <= timedelta(seconds=6)
    clock.at += timedelta(minutes=10)
    before = clock.now()
    for _ in range(10):
        await pace.turn(Lane.NORMAL, NEVER)
    assert clock.now() == before


async def test_a_clock_put_back_an_hour_holds_nobody_up() -> None:
    clock = FixedClock(START)
    pace = Pace(60, clock, burst=3)
    for _ in range(10):
        await pace.turn(Lane.NORMAL, NEVER)
    clock.at -= timedelta(hours=1)
    before = clock.now()
    for _ in range(5):
        await pace.turn(Lane.NORMAL, NEVER)
    assert clock.now() - before <= timedelta(seconds=6)


async def test_nodes_share_the_pace_as_many_as_live_now() -> None:
    clock, live = FixedClock(START), [2]
    pace = Pace(60, clock, burst=4, nodes=lambda: live[0])
    assert pace.within(timedelta(minutes=1)) == 30
    for _ in range(12):
        await pace.turn(Lane.NORMAL, NEVER)
    assert timedelta(seconds=19) <= clock.now() - START <= timedelta(seconds=21)
    live[0] = 1
    assert pace.within(timedelta(minutes=1)) == 60


def test_a_batch_is_what_the_pace_allows() -> None:
    assert Pace(60, FixedClock(START)).within(timedelta(minutes=1)) == 60
    assert Pace(0.5, FixedClock(START)).within(timedelta(minutes=1)) == 1


async def test_nodes_that_share_an_account_share_its_pace() -> None:
    clock = FixedClock(START)
    sharing = 2
    pace = Pace(60, clock, nodes=lambda: sharing)
    assert pace.within(timedelta(minutes=1)) == 30
    for _ in range(11):
        await pace.turn(Lane.NORMAL, NEVER)
    assert timedelta(seconds=20) - SLACK <= clock.now() - START <= timedelta(seconds=20)
    sharing = 1
    assert pace.within(timedelta(minutes=1)) == 60
