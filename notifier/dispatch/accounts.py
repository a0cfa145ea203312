"""A channel's account as the sender sees it: its pace, and whether it still answers."""

import asyncio
from collections.abc import Callable

from channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch.pacing import Pace, one
from notifier.logs import logger
from notifier.model.message import Lane

GONE_AFTER = 5
"""Failures in a row, of whatever leg, after which it is the account and no longer the leg."""

log = logger("dispatch")


class Account:
    """One channel with its pace. It is logged once when it goes, and once when it is back."""

    def __init__(self, name: str, channel: Channel, clock: Clock, nodes: Callable[[], int] = one) -> None:
        """``nodes``: how many processes share the account just now."""
        self.name = name
        self.channel = channel
        self.pace = Pace(channel.per_minute, clock, nodes)
        self._seats = asyncio.Semaphore(channel.parallelism)
        self._urgent_seats = asyncio.Semaphore(channel.parallelism)
        self._failures = 0

    def seat(self, lane: Lane) -> asyncio.Semaphore:
        """One of as many sends at once as the channel bears; an emergency never waits for another lane's."""
        return self._urgent_seats if lane is Lane.EMERGENCY else self._seats

    @property
    def gone(self) -> bool:
        return self._failures >= GONE_AFTER

    def failed(self, reason: str) -> None:
        """A temporary failure or a doubt; ``reason`` names no address."""
        self._failures += 1
        if self._failures == GONE_AFTER:
            log.warning("channel-gone", channel=self.name, reason=reason)

    def answered(self) -> None:
        """It took something, or refused one address for good: there is somebody there."""
        if self.gone:
            log.info("channel-back", channel=self.name)
        self._failures = 0
