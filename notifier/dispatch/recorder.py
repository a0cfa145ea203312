"""Outcomes on their way into the database: together where that does no harm, singly where it would (DESIGN 3.6)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.queue.problem import StoreProblem
from notifier.queue.rows import Settlement

EVERY = 0.02
"""Seconds that an outcome waits for company."""

MOST = 200
"""Outcomes in one commit; more than that makes the senders wait."""

PATIENCE = 1.0
"""Seconds before a commit that failed is tried again."""

Settle = Callable[[Sequence[Settlement]], Awaitable[object]]

log = logger("dispatch")


class Recorder:
    """Nothing recorded here is dropped while the database is at fault: the commit is tried until it works.

    A process that dies with outcomes in here loses at most one commit window of
    legs that may be sent again without harm.
    """

    def __init__(self, settle: Settle, clock: Clock, after: Callable[[Sequence[Settlement]], None]) -> None:
        """``after`` is called with what has been committed."""
        self._settle = settle
        self._clock = clock
        self._after = after
        self._pending: list[Settlement] = []
        self._on_the_way: Sequence[Settlement] = ()
        self._writing = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def in_hand(self) -> Iterator[str]:
        """Legs whose outcome is known and not yet committed."""
        return (one.leg_id for one in (*self._pending, *self._on_the_way))

    async def record(self, settlement: Settlement, *, together: bool) -> None:
        """Returns when it is committed; with ``together``, when it is in good hands."""
        self._pending.append(settlement)
        reached("outcome known")
        if not together or len(self._pending) >= MOST:
            await self._commit()
        elif self._timer is None:
            self._timer = asyncio.create_task(self._later())

    async def flush(self) -> None:
        """Commit all that is pending, or raise. A cancelled caller does not stop the commit."""
        await asyncio.shield(asyncio.ensure_future(self._flush()))

    async def close(self) -> None:
        """Commit the rest; raises if the database will not have it."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait([self._timer])
        await self.flush()

    async def _later(self) -> None:
        try:
            await self._clock.sleep(EVERY)
        finally:
            self._timer = None
        await self._commit()

    async def _commit(self) -> None:
        while True:
            try:
                return await self.flush()
            except Exception as error:
                if not isinstance(error, StoreProblem):  # one that is gone says so itself, once
                    log.error("outcomes-not-recorded", fault=faults.kind(error), places=faults.places(error))
                if self._closing:
                    return
            await self._clock.sleep(PATIENCE)

    async def _flush(self) -> None:
        async with self._writing:
            batch, self._pending = self._pending, []
            if not batch:
                return
            self._on_the_way = batch
            try:
                await self._settle(batch)
            except Exception:
                await self._singly(batch)
                return
            except BaseException:
                self._pending = [*batch, *self._pending]
                raise
            finally:
                self._on_the_way = ()
            reached("settled")
            self._after(batch)

    async def _singly(self, batch: Sequence[Settlement]) -> None:
        """One outcome that cannot be written must not keep the others from it.

        Where none can be written, or the database itself was away meanwhile, the database is at
        fault: what is not written is kept, and this raises. A single one that fails among others
        is left to its lease, after which its leg is in doubt.
        """
        written: list[Settlement] = []
        refused: list[tuple[Settlement, Exception]] = []
        for settlement in batch:
            try:
                await self._settle([settlement])
                written.append(settlement)
            except Exception as error:
                refused.append((settlement, error))
        kept = [refusal for refusal in refused if not written or isinstance(refusal[1], StoreProblem)]
        self._pending = [*(one for one, _ in kept), *self._pending]
        for lost, fault in refused if written else ():
            if not isinstance(fault, StoreProblem):
                log.error("outcome-lost", leg=lost.leg_id, fault=faults.kind(fault), places=faults.places(fault))
        self._after(written)
        if kept:
            raise kept[0][1]
