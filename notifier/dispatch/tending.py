"""What falls due by the clock, and what other processes changed (DESIGN 3.6, 4)."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.bell import Bell
from notifier.dispatch.collating import Collator
from notifier.dispatch.node import Node
from notifier.logs import logger
from notifier.model.message import Kind
from notifier.model.policy import Policy
from notifier.queue.store import Store, StoreProblem

TICK = timedelta(seconds=30)
"""Looked after at least this often, whatever the next moment is: a host may sleep, a clock may jump."""
GAP = 0.1
"""Seconds between two looks for the next moment at least."""
SET_BACK = timedelta(seconds=1)
"""A clock that shows so much less than before was set back; a smaller step does no harm."""
WATCH = 0.05
"""Seconds between two looks for what another process wrote: it may be an emergency."""
DEBOUNCE = 0.02
"""Seconds in which the news of several writes make one ring."""

log = logger("dispatch")


def escalating(policy: Policy) -> dict[Kind, timedelta]:
    """After how long the next rung follows, for kinds of which some channel can tell that it arrived.

    Where none can, waiting tells nothing: everybody would be rung, the reached and the unreached alike.
    """
    return {
        kind: one.escalate_after
        for kind, one in policy.kinds.items()
        if one.escalate_after is not None
        and any(policy.channels[name].confirms for rung in one.ladder for name in rung if name in policy.channels)
    }


class Tender:
    """Rings the bell when something may be due, and has sheets rebuilt when their legs are quiet."""

    def __init__(
        self,
        store: Store,
        node: Node,
        policy: Policy,
        clock: Clock,
        bell: Bell,
        collator: Collator,
        in_hand: Callable[[], Collection[str]],
        *,
        alone: bool,
    ) -> None:
        """``alone``: every other owner of a leg is known to be dead (one computer, and its lock was free).

        ``in_hand``: the legs that this process has claimed and will settle or give back.
        """
        self._store = store
        self._node = node
        self._owner = node.id
        self._seen = (node.life(), node.leads())
        self._clock = clock
        self._bell = bell
        self._collator = collator
        self._in_hand = in_hand
        self._alone = alone
        self._after = escalating(policy)
        self._by_person = frozenset(name for name, one in policy.channels.items() if one.by_person)
        self._version = 0
        self._latest = clock.now()
        self.news = asyncio.Event()
        """Set when a sheet may be due."""

    async def begin(self) -> None:
        """Once at every start, before anything is claimed: what a dead process left, what is over, every sheet."""
        if self._alone:
            await self._store.take_over(self._owner, self._clock.now(), all_leases=True)
        await self.tend()
        self._version = await self._store.directory_version()
        if self._node.leads():
            await self._collator.begin(self._version)
        self.news.set()

    async def tend(self) -> None:
        """Leases that ran out, rungs whose time is over, messages that expired."""
        now = self._clock.now()
        await self._store.take_over(self._owner, now, silent_for=self._silent_for(), in_hand=self._in_hand())
        await self._store.escalate(now, self._after)
        await self.expire()

    def _silent_for(self) -> timedelta | None:
        """How long the database must have been there for the silence of others to mean that they are dead."""
        return self._node.span if self._node.left_behind() else None

    async def expire(self) -> None:
        await self._store.expire(self._clock.now(), self._after.keys(), self._by_person)

    async def pump(self) -> None:
        """What this process wrote wakes the workers."""
        while True:
            await self._store.wake.wait()
            self._store.wake.clear()
            self._bell.ring()
            await self._clock.sleep(DEBOUNCE)

    async def moments(self) -> None:
        """The next moment, and the tick, wake them too."""
        due: datetime | None = None
        tick = self._clock.now()
        while True:
            with _logged("tending-failed"):
                now = self._clock.now()
                if now >= tick or tick - now > TICK or (due is not None and now >= due):
                    due, tick = None, now + TICK
                    await self.tend()
                    self._bell.ring()
                    self.news.set()
                found = await self._store.next_moment(now, self._after)
                due = min((one for one in (due, found) if one is not None), default=None)
            await self._ring_or(min(tick, due or tick) - self._clock.now())
            await self._clock.sleep(GAP)

    async def watch(self) -> None:
        """What other processes wrote wakes them; a message they stopped, and another directory, touch sheets."""
        seen = -1
        while True:
            await self._clock.sleep(WATCH)
            with _logged("watching-failed"):
                await self._keep_step()
                if await self._store.changed():
                    self._bell.ring()
                    self.news.set()
                rung = self._bell.count
                if rung != seen:  # somebody wrote what could be another directory
                    await self._look_at_the_directory()
                    seen = rung
                await self._look_around()
                if self._node.leads() and await self._collator.new_day():
                    self.news.set()

    async def _look_at_the_directory(self) -> None:
        version = await self._store.directory_version()
        if version != self._version:
            self._version = version
            if self._node.leads():
                await self._collator.sweep()
            self.news.set()

    async def _look_around(self) -> None:
        """What this node may do has changed, or another one died with work in hand."""
        if (silent_for := self._silent_for()) is not None:
            taken = await self._store.take_over(
                self._owner, self._clock.now(), silent_for=silent_for, in_hand=self._in_hand()
            )
            if taken:
                log.warning("took over what a dead node had in hand", legs=len(taken))
        before, self._seen = self._seen, (self._node.life(), self._node.leads())
        if self._seen == before:
            return
        if self._node.leads():
            await self._collator.sweep()
        self._bell.ring()
        self.news.set()

    async def _keep_step(self) -> None:
        """A clock that is set back by an hour must not make anybody wait an hour longer."""
        now = self._clock.now()
        by = self._latest - now
        if by > SET_BACK:
            moved = await self._store.clock_went_back(now, by)
            log.warning("the clock was set back", seconds=round(by.total_seconds()), legs=moved)
            self._bell.ring()
        self._latest = now

    async def sheets(self) -> None:
        while True:
            await self.news.wait()
            self.news.clear()
            with _logged("collating-failed"):
                await self.collate()
            await self._clock.sleep(GAP)

    async def collate(self) -> None:
        if not self._node.leads():
            return
        await self._collator.notice_stopped()
        await self._collator.notice_reached()
        await self._collator.collate()

    async def _ring_or(self, wait: timedelta) -> None:
        ring = asyncio.ensure_future(self._bell.after(self._bell.count))
        time = asyncio.ensure_future(self._clock.sleep(max(0.0, wait.total_seconds())))
        try:
            await asyncio.wait({ring, time}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ring.cancel()
            time.cancel()


@contextmanager
def _logged(event: str) -> Iterator[None]:
    """A database that fails now is asked again later; one that is gone says so itself, once."""
    try:
        yield
    except StoreProblem:
        pass
    except Exception as error:
        log.error(event, fault=faults.kind(error), places=faults.places(error))
