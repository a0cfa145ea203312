"""What the daemon keeps of closures: those sent without its database come into it; their days are no school days."""

import asyncio
from datetime import date
from pathlib import Path

from notifier.clock import Clock
from notifier.closure.journal import InUse, Journal, left_in
from notifier.logs import logger
from notifier.model.closure import closed_days
from notifier.model.message import Mode
from notifier.queue import Store

log = logger("closure")


class Closures:
    """``days``: those on which the school is closed by a closure, as far as was last read."""

    def __init__(self, store: Store, state: Path, mode: Mode, clock: Clock) -> None:
        self.days: frozenset[date] = frozenset()
        self._store = store
        self._state = state
        self._mode = mode
        self._clock = clock

    async def heed(self) -> None:
        known = await self._store.closing.all()
        self.days = closed_days(tuple(one for one in known if one.mode is self._mode))

    async def take_in(self) -> int:
        """Closures that were sent while this database could not be used; how many are in it now that were not.

        What another process still sends by its journal is left to that one.
        """
        taken = 0
        for path in await asyncio.to_thread(left_in, self._state):
            with Journal(path, self._clock) as journal:
                try:
                    kept = await asyncio.to_thread(journal.resume)
                except InUse:
                    continue
                except OSError as fault:
                    log.error("a closure's journal cannot be read", file=path.name, reason=fault.strerror)
                    continue
                if kept is None:
                    log.error("a closure's journal had no plan yet, so nothing was sent by it", file=path.name)
                    journal.over(".broken")
                    continue
                taken += await self._store.closing.take_in(kept.closure, kept.entry, kept.sends, self._clock.now())
                journal.over()
                log.info("took over a closure", closure=kept.closure.id, legs=len(kept.sends))
        return taken
