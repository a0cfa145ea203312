"""The workers of one lane of one channel: claim, carry, record, again (DESIGN 3.6)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from notifier.clock import Clock
from notifier.dispatch import faults, quiet
from notifier.dispatch.accounts import Account
from notifier.dispatch.attempts import fault
from notifier.dispatch.bell import Bell
from notifier.dispatch.precedence import Precedence
from notifier.dispatch.recorder import Recorder
from notifier.logs import logger
from notifier.model.message import Lane, Mode
from notifier.model.policy import Policy
from notifier.queue.rows import ClaimedLeg, Settlement

LEASE = timedelta(minutes=2)
BATCH = 200
"""Legs in one claim at most."""
PATIENCE = 1.0
"""Seconds after which a database that failed is asked again."""

Claim = Callable[[int], Awaitable[Sequence[ClaimedLeg]]]
"""Claims at most so many legs for this crew; empty when nothing is due."""

Carry = Callable[[ClaimedLeg, Account], Awaitable[Settlement | None]]

log = logger("dispatch")


class GivesBack(Protocol):
    async def __call__(
        self, leg_ids: Sequence[str], owner: str, now: datetime, *, until: datetime | None = None
    ) -> None: ...


class Office:
    """What all crews of one dispatcher share."""

    def __init__(
        self,
        owner: str,
        clock: Clock,
        policy: Policy,
        mode: Mode,
        recorder: Recorder,
        give_back: GivesBack,
        touched: Callable[[ClaimedLeg], None],
        *,
        patient: bool,
    ) -> None:
        """``touched`` is called with each leg whose outcome is on its way into the database.

        ``patient``: a database that fails is asked again; without it the worker raises.
        """
        self.owner = owner
        self.clock = clock
        self.policy = policy
        self.mode = mode
        self.recorder = recorder
        self.bell = Bell()
        self.precedence = Precedence()
        self.stopping = asyncio.Event()
        self.touched = touched
        self.patient = patient
        self.carried = 0
        self._give_back = give_back

    def stop(self) -> None:
        """Begin nothing more; workers finish what is in their hands, give the rest back, and go home."""
        self.stopping.set()
        self.bell.ring()

    async def give_back(self, legs: Sequence[ClaimedLeg], until: datetime | None = None) -> None:
        if legs:
            ids = [leg.leg_id for leg in legs]
            await asyncio.shield(self._give_back(ids, self.owner, self.clock.now(), until=until))

    def quiet_until(self, leg: ClaimedLeg, account: Account) -> datetime | None:
        """When a telephone may ring again, None if it may now: trial rings nobody's, an emergency rings at any hour."""
        if leg.lane is Lane.EMERGENCY or self.mode is not Mode.LIVE or account.channel.by_person:
            return None
        if account.channel.address not in quiet.DISTURBING:
            return None
        return quiet.opens(self.clock.now(), self.policy.quiet_hours, self.policy.timezone)


class Crew:
    """``size`` workers. Claims are small enough to be sent within half a lease, and at most two are in hand."""

    def __init__(
        self, office: Office, account: Account, size: int, most: int | None, claim: Claim, carry: Carry
    ) -> None:
        """``most`` legs in one claim; None: as many as there are free workers."""
        self._office = office
        self._account = account
        self.size = size
        self._most = most
        self._claim = claim
        self._carry_leg = carry
        self._held: deque[ClaimedLeg] = deque()
        self._claiming = asyncio.Lock()
        self._busy = 0
        self._dry_at = -1

    async def work(self) -> None:
        """One worker's day, until the office stops. Raises only in an office without patience."""
        office = self._office
        while not office.stopping.is_set():
            try:
                leg = await self._next()
                if leg is not None:
                    await self._one(leg)
            except Exception as error:
                if not office.patient:
                    raise
                log.error(
                    "claim-failed", channel=self._account.name, fault=faults.kind(error), places=faults.places(error)
                )
                await self._or_stopped(office.clock.sleep(PATIENCE))
                continue
            if leg is None:
                await office.bell.after(self._dry_at)
        async with self._claiming:
            held = list(self._held)
            self._held.clear()
            await office.give_back(held)

    async def _next(self) -> ClaimedLeg | None:
        """The next leg in hand; where there is none, the next claim. None: nothing is due since the last ring."""
        while not self._office.stopping.is_set():
            if self._held:
                return self._held.popleft()
            async with self._claiming:
                if self._held:
                    continue
                rung = self._office.bell.count
                if self._dry_at == rung:
                    return None
                legs = await self._claimed()
                if not legs:
                    self._dry_at = rung
                    return None
                self._held.extend(legs)
        return None

    async def _claimed(self) -> Sequence[ClaimedLeg]:
        office = self._office
        while True:
            legs = await self._claim(self._most or max(1, self.size - self._busy))
            until = office.quiet_until(legs[0], self._account) if legs else None
            if until is None:
                return legs
            await office.give_back(legs, until)

    async def _one(self, leg: ClaimedLeg) -> None:
        office = self._office
        self._busy += 1
        try:
            with office.precedence.urgent(self._account.name, leg.lane):
                settlement = await self._outcome(leg)
                if settlement is None:
                    await office.give_back([leg])
                    return
                office.carried += 1
                office.touched(leg)
                await office.recorder.record(settlement, together=self._account.channel.repeatable)
        finally:
            self._busy -= 1

    async def _outcome(self, leg: ClaimedLeg) -> Settlement | None:
        """None: not begun."""
        try:
            if not await self._turn(leg):
                return None
            async with self._account.seat(leg.lane):
                if self._office.stopping.is_set():
                    return None
                return await self._carry_leg(leg, self._account)
        except Exception as error:
            return fault(leg, self._office.owner, error)

    async def _turn(self, leg: ClaimedLeg) -> bool:
        """Wait for what is more urgent and for the account's pace; False: stopped meanwhile, or the lease ran short."""
        office, name = self._office, self._account.name
        if not self._account.pace.limited and office.precedence.clear(name, leg.lane):
            return True
        while True:
            if not await self._or_stopped(office.precedence.turn(name, leg.lane)):
                return False
            if not await self._or_stopped(self._account.pace.turn(leg.lane)):
                return False
            if office.precedence.clear(name, leg.lane):
                return True

    async def _or_stopped(self, waiting: Awaitable[None]) -> bool:
        turn = asyncio.ensure_future(waiting)
        stopped = asyncio.ensure_future(self._office.stopping.wait())
        try:
            await asyncio.wait({turn, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return turn.done() and not self._office.stopping.is_set()
        finally:
            turn.cancel()
            stopped.cancel()


def batch_size(account: Account) -> int | None:
    """Legs in one claim: what the pace sends in half a lease; None: as many as there are free workers (DESIGN 3.6)."""
    if not account.channel.repeatable:
        return None
    return min(BATCH, account.pace.within(LEASE / 2) or BATCH)
