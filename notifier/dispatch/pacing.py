"""An account's pace: so many sends a minute, the most urgent lane first (DESIGN 3.7)."""

import asyncio
import heapq
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count

from notifier.clock import Clock
from notifier.model.message import Lane

RANK: Mapping[Lane, int] = {Lane.EMERGENCY: 0, Lane.NORMAL: 1, Lane.BULK: 2}
"""Which lane goes before which."""

SLACK = timedelta(milliseconds=250)
"""How far a late timer may be made up for: without it a fast account never reaches its pace."""


def one() -> int:
    """Nobody shares the account."""
    return 1


class Pace:
    """Turns of one account. ``per_minute`` None: no limit but the channel's own parallelism.

    ``nodes``: how many processes share it just now; each has its part of the pace.
    """

    def __init__(self, per_minute: float | None, clock: Clock, nodes: Callable[[], int] = one) -> None:
        self._whole = timedelta(minutes=1) / per_minute if per_minute else None
        self._nodes = nodes
        self._clock = clock
        self._free: datetime | None = None
        self._order = count()
        self._queue: list[tuple[int, int]] = []
        self._moved = asyncio.Event()

    @property
    def _gap(self) -> timedelta | None:
        return None if self._whole is None else self._whole * max(1, self._nodes())

    @property
    def limited(self) -> bool:
        return self._whole is not None

    def within(self, span: timedelta) -> int | None:
        """How many sends fit into a span, at least one; None without a limit."""
        gap = self._gap
        return None if gap is None else max(1, int(span / gap))

    @property
    def free_at(self) -> datetime:
        """When the next turn begins, or began."""
        return self._free or self._clock.now()

    async def turn(self, lane: Lane, latest: datetime) -> bool:
        """Wait until it is this one's turn; False as soon as that cannot be before ``latest``.

        A later emergency overtakes whoever still waits.
        """
        if self._whole is None:
            return True
        ticket = (RANK[lane], next(self._order))
        heapq.heappush(self._queue, ticket)
        try:
            while (wait := self._wait(ticket)) != 0:
                if self.free_at > latest:
                    return False
                if wait is None:
                    await self._moved.wait()
                else:
                    await self._clock.sleep(wait)
            now = self._clock.now()
            self._free = max(self._free or now, now - SLACK) + self._whole * max(1, self._nodes())
            return True
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            self._moved.set()
            self._moved = asyncio.Event()

    def _wait(self, ticket: tuple[int, int]) -> float | None:
        """Seconds until this ticket's turn; 0 is now, None: somebody else is first."""
        if self._queue[0] != ticket:
            return None
        if self._free is None:
            return 0
        return max(0.0, (self._free - self._clock.now()).total_seconds())
