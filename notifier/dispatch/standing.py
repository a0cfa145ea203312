"""What is asked of the database just before each send (DESIGN 3.6): of an embedded one whether anybody has written at
all since the leg was claimed, and where somebody has, or that cannot be known, about each leg, for many in one read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from notifier.clock import Clock
from notifier.dispatch.stillness import FRESH, SOON_OLD, Standing, Stillness
from notifier.queue.rows import ClaimedLeg, Wanted

FEW = 16
"""When no more answers than this are left, or they will soon be old, the next are read: nobody has to wait for them."""
MOST = 200
"""Answers in one read at most."""


Ask = Callable[[Sequence[str], datetime], Awaitable[tuple[Mapping[str, Wanted], int]]]
"""For each leg whether it should still go, and the version of the directory in force."""


class Standings:
    """While one read is under way, further questions gather for the next.

    ``news`` grows with whatever this process writes, after which nothing read along counts any more.
    """

    def __init__(
        self,
        ask: Ask,
        clock: Clock,
        news: Callable[[], int],
        stillness: Stillness,
    ) -> None:
        self._ask = ask
        self._stillness = stillness
        self._clock = clock
        self._news = news
        self._asked: dict[str, asyncio.Future[Standing]] = {}
        self._along: dict[str, Standing] = {}
        self._used = 0
        """Answers of the last read that were asked for."""
        self._size = 4 * FEW
        """Answers that the next read takes along: as many as will be asked for before they are old."""
        self._along_at: tuple[datetime, int] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def of(
        self, leg: ClaimedLeg, expires_at: datetime | None, following: Callable[[], Sequence[ClaimedLeg]] = tuple
    ) -> Standing:
        """``expires_at``: its message's. ``following`` are legs that will go within a moment: a read takes them along.

        Only what the database says counts as expired: what a person is asked to do stays wanted.
        """
        still = self.still(leg, expires_at)
        return still or await self._asked_of(leg.leg_id, lambda: [one.leg_id for one in following()])

    def still(self, leg: ClaimedLeg, expires_at: datetime | None) -> Standing | None:
        """What is known without asking."""
        still = self._stillness.since(leg.sight)
        return still if still is None or expires_at is None or self._clock.now() < expires_at else None

    async def _asked_of(self, leg_id: str, following: Callable[[], Sequence[str]]) -> Standing:
        known = self._fresh(leg_id, following)
        if known is not None:
            return known
        answer = self._asked.get(leg_id)
        if answer is None:
            answer = self._asked[leg_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(following))
        return await asyncio.shield(answer)

    def _fresh(self, leg_id: str, following: Callable[[], Sequence[str]]) -> Standing | None:
        if self._along_at is None:
            return None
        read_at, news = self._along_at
        age = self._clock.now() - read_at
        if news != self._news() or not timedelta() <= age <= FRESH:  # a clock may be set back
            return None
        known = self._along.pop(leg_id, None)
        if known is not None:
            self._used += 1
            if self._reading is None and (len(self._along) <= FEW or age > SOON_OLD):
                self._reading = asyncio.create_task(self._read(following))
        return known

    def _next_size(self) -> int:
        """Twice as many where they were used up before they were old, else a few more than were used."""
        used_up = len(self._along) <= FEW
        return min(MOST, 2 * self._size) if used_up else self._used + FEW

    async def _read(self, following: Callable[[], Sequence[str]]) -> None:
        await asyncio.sleep(0)  # whoever is ready at this moment asks along
        ahead = True
        while self._asked or ahead:
            ahead = False
            asked, self._asked = self._asked, {}
            now, news = self._clock.now(), self._news()
            try:
                self._size = self._next_size()
                also = dict.fromkeys(following()[: self._size])
                wanted, version = await self._ask(list(asked | also), now)
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                continue
            goes = Standing(Wanted.SEND, version)
            found = {leg_id: goes if one is Wanted.SEND else Standing(one, version) for leg_id, one in wanted.items()}
            for leg_id, answer in asked.items():
                answer.set_result(found.pop(leg_id, Standing(Wanted.CANCELLED, version)))
            self._along, self._along_at, self._used = found, (now, news), 0
        self._reading = None
