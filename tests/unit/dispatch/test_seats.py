"""How many at once, and who sits down first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from notifier.dispatch.seats import CALM, Seats, Width
from notifier.model.message import Lane
from tests.unit.dispatch.hand_clock import settle_down

NOW = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)


@asynccontextmanager
async def seated(seats: Seats, lane: Lane) -> AsyncIterator[None]:
    if not seats.sits_down():
        await seats.wait(lane)
    try:
        yield
    finally:
        seats.leave()


def test_one_more_is_added_after_each_round_that_went_well_up_to_the_most() -> None:
    width, grown = Width(2, 5), []
    for _ in range(20):
        width.went_well(NOW, full=True)
        grown.append(width.now)
    assert grown[:12] == [2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]
    assert width.now == 5


def test_nothing_is_added_while_a_seat_is_free() -> None:
    width = Width(2, 8)
    for _ in range(20):
        assert not width.went_well(NOW, full=False)
    assert width.now == 2


def test_it_halves_when_it_was_too_much_and_grows_again_after_a_while() -> None:
    width = Width(8, 8)
    width.too_much(NOW)
    assert width.now == 4
    for _ in range(20):
        width.went_well(NOW + CALM - timedelta(seconds=1), full=True)
    assert width.now == 4
    for _ in range(4):
        width.went_well(NOW + CALM, full=True)
    assert width.now == 5


def test_a_clock_put_back_does_not_keep_it_small() -> None:
    width = Width(4, 8)
    width.too_much(NOW)
    for _ in range(2):
        width.went_well(NOW - timedelta(hours=1), full=True)
    assert width.now == 3


def test_there_is_always_one_left() -> None:
    width = Width(2, 8)
    for _ in range(9):
        width.too_much(NOW)
    assert width.now == 1


async def test_a_letter_sits_down_before_the_newsletters_that_wait() -> None:
    seats, order = Seats(Width(1, 1)), []

    async def go(lane: Lane, name: str) -> None:
        async with seated(seats, lane):
            order.append(name)

    async with seated(seats, Lane.BULK):
        waiting = [asyncio.create_task(go(Lane.BULK, f"newsletter {number}")) for number in range(3)]
        await settle_down()
        waiting.append(asyncio.create_task(go(Lane.NORMAL, "letter")))
        await settle_down()
        assert seats.full
    await asyncio.gather(*waiting)
    assert order == ["letter", "newsletter 0", "newsletter 1", "newsletter 2"]
    assert not seats.full


async def test_who_is_cancelled_while_waiting_or_just_called_takes_no_seat_away() -> None:
    width = Width(1, 1)
    seats = Seats(width)

    async def go() -> None:
        async with seated(seats, Lane.NORMAL):
            pass

    async with AsyncExitStack() as held:
        await held.enter_async_context(seated(seats, Lane.NORMAL))
        waits, called = asyncio.create_task(go()), asyncio.create_task(go())
        await settle_down()
        waits.cancel()
        await settle_down()
    called.cancel()  # its seat was free in this very moment
    await settle_down()
    await asyncio.wait_for(go(), 1)
