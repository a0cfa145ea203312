"""Whether anybody has written what could stop a leg since it was claimed (docs/decisions/nothing-written-since.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.logs import logger
from notifier.queue.rows import Sight, Wanted

FRESH = timedelta(milliseconds=50)
"""How old what the database said may be when a leg goes: less than a send takes."""
SOON_OLD = FRESH * 0.6
"""Then it is asked again, so that nobody has to wait for it."""

log = logger("dispatch")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the leg may still go, and by which version of the directory."""

    wanted: Wanted
    directory_version: int


class Stillness:
    """Whether nothing has been written since a claim that could stop what was claimed.

    That is known for as long after a look as an answer about a leg would be; every claim and settlement is such a look.
    """

    def __init__(self, stirred: Callable[[], int | None], look: Callable[[], Awaitable[object]], clock: Clock) -> None:
        """``stirred``: as ``Store.stirred``. ``look``: makes sure that it is as of now."""
        self._stirred = stirred
        self._look_now = look
        self._clock = clock
        self._looked_at: datetime | None = None
        self._looking: asyncio.Task[None] | None = None
        self._standing: tuple[Sight | None, Standing] = None, Standing(Wanted.SEND, 0)

    def looked(self, asked_at: datetime) -> None:
        """The database has answered something that was asked then."""
        if self._looked_at is None or asked_at > self._looked_at:
            self._looked_at = asked_at

    def known(self) -> int | None:
        """``Store.stirred``, where somebody has looked of late; what was read while it was the same is so still."""
        stirred = self._stirred()
        if stirred is None:
            return None
        now = self._clock.now()
        age = FRESH if self._looked_at is None else now - self._looked_at
        if age < timedelta():  # the clock was set back
            self._looked_at, age = None, FRESH
        if age > SOON_OLD and self._looking is None:
            self._looking = asyncio.create_task(self._look(now))
        return None if age >= FRESH else stirred

    def since(self, sight: Sight | None) -> Standing | None:
        """What the claim saw is so still; None: that is not known."""
        if sight is None or sight.stirred != self.known():
            return None
        seen, standing = self._standing
        if seen is not sight:
            standing = Standing(Wanted.SEND, sight.directory_version)
            self._standing = sight, standing
        return standing

    async def _look(self, now: datetime) -> None:
        try:
            await self._look_now()
            self.looked(now)
        except Exception as error:  # a database that is gone says so itself, when it is asked about the leg
            log.debug("not-looked", fault=faults.kind(error))
        finally:
            self._looking = None
