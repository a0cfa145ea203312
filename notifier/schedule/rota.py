"""What falls due by the clock, in order: each duty says what and when, and sees to it (docs/decisions/due-once.md).

Nothing is remembered here. What is due follows from the calendar, the settings and what waits; whether it has been
seen to stands in the database, under a key. So a restart, a second computer or a clock that jumps does nothing twice.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Protocol

from notifier.clock import Clock
from notifier.logs import logger
from notifier.model.message import Mode
from notifier.model.occurrence import QUESTION, Occurrence
from notifier.queue import Store, StoreProblem

AHEAD = timedelta(days=1)
"""How far to look for the next moment; the alarm rings in between anyway."""
NOTED_EVERY = timedelta(minutes=10)
"""How often at least it is written down that somebody has looked."""

log = logger("schedule")


class Duty(Protocol):
    """One sort of things that fall due."""

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        """Every occurrence that begins by ``last`` and whose window ends after ``first``; decided or not, in any order.

        Worked out anew, or kept as long as nothing has changed, from calendar, settings and what waits.
        """
        ...

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        """It is due and its window is open: decide it (``store.decisions.decide``). False where that was not possible,
        or another was quicker; it is then met again at the next look."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """``done``: how many were seen to or recorded as missed; ``next``: the next moment, as far as was looked."""

    done: int
    next: datetime | None


class Rota:
    """``missed`` records those whose window has closed, and those from before the database was put back, which may
    have gone already (docs/decisions/restored-means-held.md); it tells the office and returns how many those were."""

    def __init__(
        self,
        store: Store,
        duties: Sequence[Duty],
        missed: Callable[[Sequence[Occurrence], datetime], Awaitable[int]],
        mode: Mode,
        clock: Clock,
        *,
        prepare: Callable[[datetime], Awaitable[None]] | None = None,
    ) -> None:
        """``prepare``: what to put straight before each look."""
        self._store = store
        self._duties = tuple(duties)
        self._missed = missed
        self._mode = mode
        self._clock = clock
        self._prepare = prepare
        self._noted: datetime | None = None

    async def look(self) -> Looked:
        """See to all that is due now. One that fails is logged and met again; the others go on. Raises StoreProblem."""
        now = self._clock.now()
        first = await self._since(now)
        if self._prepare is not None:
            await self._prepare(now)
        found = await self._undecided(first, now + AHEAD)
        restored = await self._store.restored_at()
        missed = [one for one, _ in found if one.until <= now or _may_have_gone(one, restored)]
        done, failed = await self._missed(missed, now) if missed else 0, False
        for one, duty in found:
            if one.at > now or one.until <= now or _may_have_gone(one, restored):
                continue
            try:
                done += await duty.see_to(one, now)
            except StoreProblem:
                raise
            except Exception:
                failed = True
                log.exception("a fault in the program", due=one.key)
        if not failed and (done or self._noted is None or now - self._noted >= NOTED_EVERY):
            await self._store.decisions.set_looked(now)
            self._noted = now
        return Looked(done, min((one.at for one, _ in found if one.at > now), default=None))

    async def ahead(self, first: datetime, last: datetime) -> list[Occurrence]:
        """What is still to be decided and begins after ``first`` and not after ``last``, by moment."""
        return [one for one, _ in await self._undecided(first, last) if one.at > first]

    async def _since(self, now: datetime) -> datetime:
        """The last look; before it nothing can have come and gone unseen."""
        looked = await self._store.decisions.looked()
        if looked is not None and looked > now:
            if await self._store.decisions.reopen_missed(now):
                log.warning("the clock was ahead; what it missed is open again")
            self._noted = None  # written down anew, by the clock as it stands
        return min(looked, now) if looked is not None else now

    async def _undecided(self, first: datetime, last: datetime) -> list[tuple[Occurrence, Duty]]:
        """By moment; what begins together, by key."""
        found = [(one, duty) for duty in self._duties for one in await duty.upcoming(first, last)]
        if not found:
            return found
        decided = await self._store.decisions.decided([one.key for one, _ in found], self._mode)
        by_moment = attrgetter("at", "key")
        return sorted(((one, duty) for one, duty in found if one.key not in decided), key=lambda two: by_moment(two[0]))


def _may_have_gone(one: Occurrence, restored: datetime | None) -> bool:
    """It fell due before the database was put back, which does not know of it. A question asked twice does no harm."""
    return restored is not None and one.at <= restored and one.kind != QUESTION
