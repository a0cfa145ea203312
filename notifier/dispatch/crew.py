"""The workers of one lane of one channel: claim, carry, record, again (DESIGN 3.6)."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from notifier.dispatch.accounts import Account
from notifier.dispatch.attempts import LEAST, MARGIN, Back, fault
from notifier.dispatch.office import Office
from notifier.dispatch.retry import TABLE, Failure
from notifier.model.message import Lane
from notifier.model.states import LegState
from notifier.queue.rows import ClaimedLeg, Settlement
from notifier.queue.store import StoreProblem

LEASE = timedelta(minutes=2)
BATCH = 200
"""Legs in one claim at most."""
PATIENCE = 1.0
"""Seconds after which a database that failed is asked again."""
LOOK = 0.1
"""Seconds between two looks at an account that may not be asked, at least."""

Claim = Callable[[int], Awaitable[Sequence[ClaimedLeg]]]
"""Claims at most so many legs for this crew; empty when nothing is due."""

Following = Callable[[], Sequence[ClaimedLeg]]
"""The legs that go next, about which a question may be asked along, and which may be made ready along."""

Carry = Callable[[ClaimedLeg, Account, Following], Awaitable[Settlement | Back]]
"""One try of one leg."""

ClaimLate = Callable[[int, datetime], Awaitable[Sequence[ClaimedLeg]]]
"""Claims at most so many due legs that have waited since that moment or longer."""

TAKEN = frozenset({LegState.SENT, LegState.DELIVERED, LegState.UNKNOWN})
"""What the account took, or may have taken: it counts for its day."""

ALONG = 200
"""Legs asked about together at most."""


class Crew:
    """``size`` workers, and one who brings them legs. At most two claims are in hand, and nothing rendered waits."""

    def __init__(
        self,
        office: Office,
        account: Account,
        size: int,
        most: int | None,
        claim: Claim,
        carry: Carry,
        give_up: Carry,
        *,
        lane: Lane | None = None,
        claim_late: ClaimLate | None = None,
    ) -> None:
        """``most`` legs in one claim; None: as many as there are free workers.

        ``give_up`` is for a leg that need not wait for a lost account any more. ``lane``:
        the one whose legs it claims, None where they are of any; ``claim_late`` comes with it.
        """
        self.size = size
        self._office = office
        self._account = account
        self._most = most
        self._claim = claim
        self._carry = carry
        self._give_up = give_up
        self._lane = lane
        self._claim_late = claim_late
        self._coming: OrderedDict[str, ClaimedLeg] = OrderedDict()
        self._brought = asyncio.Event()
        """Set when there is something in hand, and when nothing will come any more."""
        self._over = False
        self._begun: set[str] = set()
        self._unbegun: list[ClaimedLeg] = []
        self._room = asyncio.Event()
        self._busy = 0
        self._dry_at = -1

    @property
    def idle(self) -> bool:
        """Nothing in hand, and nothing was due after the last ring."""
        return not self._busy and not self._coming and self._dry_at == self._office.bell.count

    @property
    def in_hand(self) -> Iterator[str]:
        """Legs that it will settle or give back."""
        return chain(self._coming, self._begun, (leg.leg_id for leg in self._unbegun))

    async def run(self) -> None:
        """Until the office stops; what is in flight is finished, what was not begun is given back."""
        workers = [asyncio.create_task(self._work()) for _ in range(self.size)]
        try:
            await self._bring()
        finally:
            self._over = True
            self._brought.set()
            await asyncio.wait(workers)
            try:
                await self._office.give_back(self._unbegun)
            except Exception as error:
                self._office.failed("not-given-back", self._account.name, error)

    async def _bring(self) -> None:
        office = self._office
        while not office.stopping.is_set():
            rung, news = office.bell.count, self._account.news.count
            shut = None if self._lane is None else self._account.shut(self._lane)
            try:
                legs = await (self._due() if shut is None else self._late())
            except Exception as error:
                office.failed("claim-failed", self._account.name, error)
                await self._or_stopped(office.clock.sleep(PATIENCE))
                continue
            if not legs:
                self._dry_at = rung
                office.moved.set()
                await self._rest(rung, news, shut)
                continue
            for leg in legs:
                self._coming[leg.leg_id] = leg
            self._brought.set()
            while not self._has_room() and not office.stopping.is_set():
                self._room.clear()
                await self._or_stopped(self._room.wait())

    async def _rest(self, rung: int, news: int, until: datetime | None) -> None:
        """Until something may be due, or, with an account that may not be asked now, until it may: with patience."""
        office = self._office
        waits = [office.bell.after(rung)]
        if until is not None and office.patient:
            waits += [
                self._account.news.after(news),
                office.clock.sleep(max(LOOK, (until - office.clock.now()).total_seconds())),
            ]
        await first(*waits)

    def _free(self) -> int:
        return self.size - self._busy - len(self._coming)

    def _has_room(self) -> bool:
        """A further claim is made when the last one is half begun, or, one by one, when somebody is free.

        Claiming takes as long as many sends do: whoever waited for the last leg would have idle workers meanwhile.
        """
        most = self._together
        if most is None:
            return self._free() > 0
        return len(self._coming) < max(min(self.size, most), most // 2)

    def _make_room(self) -> None:
        """What a claim waits for: legs begun where many are claimed at once, else a worker who is free."""
        if not self._room.is_set() and self._has_room():
            self._room.set()

    @property
    def _together(self) -> int | None:
        """Legs in one claim: where several nodes share the work, each leaves the others their part."""
        return None if self._most is None else max(1, self._most // self._account.nodes)

    async def _due(self) -> Sequence[ClaimedLeg]:
        """The next claim; what may ring no telephone at this hour is given back until it may."""
        await self._account.refresh()
        while True:
            with self._office.precedence.urgent(self._account.name, self._lane or Lane.NORMAL):
                legs = await self._claim(self._at_most())
            until = self._office.quiet_until(legs[0], self._account) if legs else None
            if until is None:
                return legs
            await self._office.give_back(legs, until)

    def _at_most(self) -> int:
        """Legs in the next claim at most, by the workers, the pace and what is left of the account's day."""
        most = self._together or min(self._free(), self._account.pace.within(LEASE / 2) or BATCH)
        room = None if self._lane is None else self._account.room(self._lane)
        return most if room is None else max(1, min(most, room))

    async def _late(self) -> Sequence[ClaimedLeg]:
        """While the account is gone: those that have waited for it as long as the table allows."""
        if self._lane is None or self._claim_late is None:
            return ()
        back_at, gone_since = self._account.gone_until(self._lane), self._account.gone_since
        if back_at is None or gone_since is None:
            return ()
        since = back_at - TABLE[self._lane, Failure.ACCOUNT].in_all
        return await self._claim_late(self._most or BATCH, since) if gone_since < since else ()

    async def _work(self) -> None:
        office = self._office
        while self._coming or await self._more():
            _, leg = self._coming.popitem(last=False)
            self._busy += 1
            self._begun.add(leg.leg_id)
            if self._most is not None and len(self._coming) < self._most:
                self._make_room()
            try:
                if office.stopping.is_set():
                    self._unbegun.append(leg)
                elif leg.lane is Lane.EMERGENCY:
                    with office.precedence.urgent(self._account.name, leg.lane):
                        await self._one(leg)
                else:
                    await self._one(leg)
            except Exception as error:
                office.failed("leg-not-settled", self._account.name, error)
            finally:
                self._busy -= 1
                self._begun.discard(leg.leg_id)
                if self._most is None:
                    self._make_room()
                if not self._coming:
                    office.moved.set()

    async def _more(self) -> bool:
        """Wait until there is something in hand; False: nothing will come any more."""
        while not self._coming and not self._over:
            self._brought.clear()
            await self._brought.wait()
        return bool(self._coming)

    async def _one(self, leg: ClaimedLeg) -> None:
        office = self._office
        settlement = await self._outcome(leg)
        if isinstance(settlement, Back):
            return await self._return(leg, settlement.until or self._not_before(leg))
        office.carried += 1
        office.touched(leg)
        last = self._busy == 1 and not self._coming  # nothing comes for which its outcome might wait
        await office.recorder.record(settlement, together=self._account.channel.repeatable and not last)

    async def _return(self, leg: ClaimedLeg, until: datetime | None) -> None:
        """A database that is gone is asked until it is back: else the leg would wait for its lease to run out."""
        while True:
            try:
                return await self._office.give_back([leg], until)
            except StoreProblem as error:
                self._office.failed("not-given-back", self._account.name, error)
            if self._office.stopping.is_set():
                self._unbegun.append(leg)
                return
            await self._or_stopped(self._office.clock.sleep(PATIENCE))

    async def _outcome(self, leg: ClaimedLeg) -> Settlement | Back:
        account = self._account
        try:
            if not account.unguarded and (refused := await self._refused(leg)) is not None:
                return refused
            if not self._at_once(leg) and not await self._turn(leg):
                return Back()
            seats = account.seats(leg.lane)
            if not seats.sits_down():
                await seats.wait(leg.lane)
            try:
                if self._office.stopping.is_set():
                    return Back()
                if account.unguarded:
                    return await self._carry(leg, account, self._following)
                with account.trying(leg.lane) as admitted:
                    if admitted is None:
                        return await self._refused(leg) or Back(account.again_at)
                    outcome = await self._carry(leg, account, self._following)
                    admitted.taken = isinstance(outcome, Settlement) and outcome.outcome in TAKEN
                    return outcome
            finally:
                seats.leave()
        except StoreProblem as error:  # all that is asked of the database is asked before anything is sent
            self._office.failed("leg-not-begun", self._account.name, error)
            await self._or_stopped(self._office.clock.sleep(PATIENCE))
            return Back()
        except Exception as error:
            return fault(leg, self._office.owner, error)

    async def _refused(self, leg: ClaimedLeg) -> Settlement | Back | None:
        """What becomes of a leg whose account may not be asked now; None: it may."""
        account = self._account
        shut = account.shut(leg.lane)
        if shut is None:
            return None
        back_at = account.gone_until(leg.lane)
        if back_at is not None and account.given_up(leg.lane, leg.since, back_at):
            return await self._give_up(leg, account, self._following)
        return Back(shut if self._lane is None else account.again_at)  # a lane's crew claims nothing until then

    def _not_before(self, leg: ClaimedLeg) -> datetime | None:
        """An account so slow that no turn comes within a lease: the leg waits for it unclaimed."""
        free_at = self._account.pace.free_at
        return free_at if self._account.pace.limited and free_at > leg.lease_until - MARGIN - LEAST else None

    def _following(self) -> Sequence[ClaimedLeg]:
        return list(islice(self._coming.values(), ALONG)) if self._account.channel.repeatable else ()

    def _at_once(self, leg: ClaimedLeg) -> bool:
        """It need wait for nobody's turn, as in most schools nearly always."""
        return not self._account.pace.limited and self._office.precedence.clear(self._account.name, leg.lane)

    async def _turn(self, leg: ClaimedLeg) -> bool:
        """Wait for what is more urgent and for the account's pace; False: stopped meanwhile, or the lease ran short.

        Whoever has had its turn goes: it is spent, and an emergency that comes now has to wait for the next one anyway.
        """
        precedence, pace, name = self._office.precedence, self._account.pace, self._account.name
        latest = leg.lease_until - MARGIN - LEAST
        most = max(0.0, (latest - self._office.clock.now()).total_seconds())
        return await self._or_stopped(precedence.turn(name, leg.lane), most) and await self._or_stopped(
            pace.turn(leg.lane, latest), most
        )

    async def _or_stopped(self, waiting: Awaitable[bool | None], most: float | None = None) -> bool:
        """Wait, ``most`` seconds, while the office is open; False when that was over, or it came to False."""
        turn = asyncio.ensure_future(waiting)
        stopped = asyncio.ensure_future(self._office.stopping.wait())
        try:
            await asyncio.wait({turn, stopped}, timeout=most, return_when=asyncio.FIRST_COMPLETED)
            return turn.done() and turn.result() is not False and not self._office.stopping.is_set()
        finally:
            turn.cancel()
            stopped.cancel()


async def first(*waits: Awaitable[object]) -> None:
    """Until one of them is over; the others are not waited for any more."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def batch_size(account: Account) -> int | None:
    """Legs in one claim: what the pace sends in half a lease; None: as many as there are free workers (DESIGN 3.6)."""
    if not account.channel.repeatable:
        return None
    return min(BATCH, account.pace.within(LEASE / 2) or BATCH)
