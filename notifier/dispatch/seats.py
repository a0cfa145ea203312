"""How many sends of one account run side by side: as many as it bears, and the more urgent sits down first."""

import asyncio
import heapq
from datetime import datetime, timedelta
from itertools import count

from notifier.dispatch.pacing import RANK
from notifier.model.message import Lane

CALM = timedelta(minutes=1)
"""After the account said that it was too much, nothing is added for so long."""


class Width:
    """Learns how many at once an account bears, between one and ``most``. Pure: ``now`` is an argument.

    One more after every round in which all seats were taken and all went well;
    half as many when it failed.
    """

    def __init__(self, begins_with: int, most: int) -> None:
        self.most = most
        self.now = max(1, min(begins_with, most))
        self._well = 0
        self._calm_at: datetime | None = None

    def went_well(self, now: datetime, *, full: bool) -> bool:
        """``full``: all seats were taken. True: there is one more now."""
        if self._calm_at is not None and self._calm_at - CALM <= now < self._calm_at:
            return False
        if not full or self.now >= self.most:
            return False
        self._well += 1
        if self._well < self.now:
            return False
        self._well = 0
        self.now += 1
        return True

    def too_much(self, now: datetime) -> None:
        self.now = max(1, self.now // 2)
        self._well = 0
        self._calm_at = now + CALM


class Seats:
    """One lane's seats, or several lanes' who share them."""

    def __init__(self, width: Width) -> None:
        self._width = width
        self._taken = 0
        self._order = count()
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []

    @property
    def full(self) -> bool:
        return self._taken >= self._width.now

    def leave(self) -> None:
        self._taken -= 1
        self.call()

    def call(self) -> None:
        """Whoever is next sits down, as far as there is room."""
        while self._queue and self._taken < self._width.now:
            _, _, waiting = heapq.heappop(self._queue)
            if not waiting.done():
                self._taken += 1
                waiting.set_result(None)

    def sits_down(self) -> bool:
        """A seat is taken where one is free and nobody waits for one; else ``wait``. ``leave`` it in any case."""
        if self._queue or self.full:
            return False
        self._taken += 1
        return True

    async def wait(self, lane: Lane) -> None:
        """Until a seat is taken. It need not be left where this raises."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (RANK[lane], next(self._order), waiting))
        self.call()
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():  # called and cancelled in the same moment
                self._taken -= 1
                self.call()
            raise
