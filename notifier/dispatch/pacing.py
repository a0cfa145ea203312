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
    """The nodes of a school that has only this one."""
    return 1


class Pace:
    """Turns of one account. ``per_minute`` None: no limit but the channel's own parallelism.

    ``burst`` may go at once after a pause. ``nodes`` tells how many nodes share the account now.
    """

    def __init__(
        self, per_minute: float | None, clock: Clock, *, burst: int = 1, nodes: Callable[[], int] = one
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._burst = burst
        self._nodes = nodes
        self._paid: datetime | None = None
        """Until when the turns taken so far use up the pace."""
        self._order = count()
        self._queue: list[tuple[int, int]] = []
        self._moved = asyncio.Event()

    @property
    def limited(self) -> bool:
        return self._per_minute is not None

    @property
    def gap(self) -> timedelta:
        """Between two turns of this node; nothing without a limit."""
        return timedelta(minutes=1) / self._per_minute * self._nodes() if self._per_minute else timedelta()

    def within(self, span: timedelta) -> int | None:
        """How many sends fit into a span, at least one; None without a limit."""
        return max(1, int(span / self.gap)) if self.limited else None

    @property
    def free_at(self) -> datetime:
        """When the next turn begins, or began."""
        now, at_once = self._clock.now(), self._at_once
        if self._paid is not None and self._paid > now + self.gap * at_once:
            self._paid = now  # no turns are paid for so far ahead: somebody put the clock back
        return now if self._paid is None else self._paid - self.gap * (at_once - 1)

    @property
    def _at_once(self) -> int:
        return max(1, self._burst // self._nodes())

    async def turn(self, lane: Lane, latest: datetime) -> bool:
        """Wait until it is this one's turn; False as soon as that cannot be before ``latest``.

        A later emergency overtakes whoever still waits.
        """
        if not self.limited:
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
            self._paid = max(self._paid or now, now - SLACK) + self.gap
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
        return max(0.0, (self.free_at - self._clock.now()).total_seconds())
