"""What takes too long, or outlives its node, is cut off; what goes on beside it goes on."""

import asyncio

import pytest

from notifier.dispatch.cutoff import Cutoff
from notifier.dispatch.node import Alone
from tests.unit.dispatch.test_node import Told


async def test_what_takes_too_long_is_cut_off_and_what_goes_on_beside_it_is_not() -> None:
    cutoff = Cutoff(Alone())

    async def sends(seconds: float) -> None:
        with cutoff.within(seconds, 1):
            await asyncio.Event().wait()

    long, short = asyncio.create_task(sends(60)), asyncio.create_task(sends(0.0))
    with pytest.raises(TimeoutError):
        await short
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_a_shorter_send_that_begins_later_is_cut_off_in_its_own_time() -> None:
    cutoff = Cutoff(Alone())
    with cutoff.within(60, 1), pytest.raises(TimeoutError), cutoff.within(0.0, 1) as send:
        await asyncio.Event().wait()
    assert send.over


async def test_what_goes_on_is_cut_off_when_the_life_is_over() -> None:
    node = Told(seconds=0.0)
    ended = asyncio.Event()

    async def sends() -> None:
        with Cutoff(node).within(60, 1):
            node.lives = 0
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    with pytest.raises(TimeoutError):
        await sends()
    assert ended.is_set()


async def test_what_goes_on_goes_on_while_signs_of_life_get_through() -> None:
    node = Told(seconds=0.0)
    with Cutoff(node).within(60, 1):
        for _ in range(10):
            await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.sleep(0, "not cut off later"), 1)


async def test_somebody_elses_cancelling_stays_a_cancelling() -> None:
    async def waits() -> None:
        with Cutoff(Told()).within(60, 1):
            await asyncio.Event().wait()

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
