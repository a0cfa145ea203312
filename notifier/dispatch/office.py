"""What all crews of one run share: the bell, precedence, the recorder, and when to stop."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from notifier.calendar.quiet import covers
from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.accounts import Account
from notifier.dispatch.bell import Bell
from notifier.dispatch.precedence import Precedence
from notifier.dispatch.recorder import Recorder
from notifier.logs import logger
from notifier.model.message import Lane, Mode
from notifier.model.policy import Policy
from notifier.queue.problem import StoreProblem
from notifier.queue.rows import ClaimedLeg

log = logger("dispatch")


class GivesBack(Protocol):
    async def __call__(
        self, leg_ids: Sequence[str], owner: str, now: datetime, *, until: datetime | None = None
    ) -> None: ...


class Office:
    """``moved`` is set whenever a crew may have become idle; ``error`` is what ended a run without patience."""

    def __init__(
        self,
        owner: str,
        clock: Clock,
        policy: Policy,
        mode: Mode,
        recorder: Recorder,
        give_back: GivesBack,
        touched: Callable[[ClaimedLeg], None],
        peace: Callable[[datetime], datetime | None],
        *,
        patient: bool,
    ) -> None:
        """``touched`` is called with each leg whose outcome is on its way into the database. ``peace``: until when
        families are left in peace, None where they are not.

        ``patient``: a database that fails is asked again, and a lost account waited for; without it the
        run ends with that error, or without that account.
        """
        self.owner = owner
        self.clock = clock
        self.recorder = recorder
        self.touched = touched
        self.bell = Bell()
        self.precedence = Precedence()
        self.stopping = asyncio.Event()
        self.moved = asyncio.Event()
        self.error: Exception | None = None
        self.patient = patient
        self.carried = 0
        self._policy = policy
        self._mode = mode
        self._give_back = give_back
        self._peace = peace

    def stop(self) -> None:
        """Begin nothing more: finish what is in hand, give the rest back, and go home."""
        self.stopping.set()
        self.moved.set()
        self.bell.ring()

    def failed(self, what: str, channel: str, error: Exception) -> None:
        """The database would not do it. One that is gone says so itself, once."""
        if not isinstance(error, StoreProblem):
            log.error(what, channel=channel, fault=faults.kind(error), places=faults.places(error))
        if not self.patient and self.error is None:
            self.error = error
            self.stop()

    async def give_back(self, legs: Sequence[ClaimedLeg], until: datetime | None = None) -> None:
        if legs:
            ids = [leg.leg_id for leg in legs]
            await asyncio.shield(self._give_back(ids, self.owner, self.clock.now(), until=until))

    def quiet_until(self, leg: ClaimedLeg, account: Account) -> datetime | None:
        """When this may go, None if it may now: trial disturbs nobody, and an emergency goes at any hour."""
        if leg.lane is Lane.EMERGENCY or self._mode is not Mode.LIVE or account.channel.by_person:
            return None
        if not covers(self._policy.quiet_hours, account.channel.address):
            return None
        return self._peace(self.clock.now())
