"""Who gives way to whom."""

import asyncio

import pytest

from notifier.dispatch.precedence import Precedence
from notifier.model.message import Lane
from tests.unit.dispatch.hand_clock import settle_down


@pytest.mark.parametrize(
    ("lane", "channel", "clear"),
    [
        (Lane.EMERGENCY, "post", True),
        (Lane.NORMAL, "post", False),
        (Lane.NORMAL, "ring", True),
        (Lane.BULK, "post", False),
        (Lane.BULK, "ring", False),
    ],
)
def test_while_an_emergency_is_in_hand(lane: Lane, channel: str, *, clear: bool) -> None:
    precedence = Precedence()
    with precedence.urgent("post", Lane.EMERGENCY):
        assert precedence.clear(channel, lane) is clear
    assert precedence.clear(channel, lane)


def test_other_lanes_are_in_nobodys_way() -> None:
    precedence = Precedence()
    with precedence.urgent("post", Lane.NORMAL), precedence.urgent("post", Lane.BULK):
        assert precedence.clear("post", Lane.BULK)


async def test_who_waits_goes_on_when_the_last_emergency_is_done() -> None:
    precedence = Precedence()
    with precedence.urgent("post", Lane.EMERGENCY):
        with precedence.urgent("ring", Lane.EMERGENCY):
            waiting = asyncio.create_task(precedence.turn("post", Lane.BULK))
            await settle_down()
        await settle_down()
        assert not waiting.done()
    await waiting
