"""A leg that the provider may have taken already: what is done about it (DESIGN 3.6, last lines)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from channels.base import CannotTell, ChannelError, LooksUp, NotFound, Outgoing, Sent, TemporaryFailure
from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.accounts import Account
from notifier.dispatch.attempts import CRASHES, RULE, Attempts, Back, settled
from notifier.dispatch.crew import LEASE
from notifier.dispatch.readying import address_of
from notifier.dispatch.retry import Failure, again
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.message import Lane, Mode
from notifier.model.plan import Task
from notifier.model.states import LegState
from notifier.queue.rows import ClaimedLeg, Settlement
from notifier.queue.store import Store

log = logger("dispatch")


class InDoubt:
    """Claims legs in doubt one by one, so that a leg which ends the process is known by it."""

    def __init__(self, store: Store, owner: str, channel: str, lanes: Sequence[Lane], mode: Mode, clock: Clock) -> None:
        self._store = store
        self._owner = owner
        self._channel = channel
        self._lanes = lanes
        self._mode = mode
        self._clock = clock
        self._others_only = False

    async def claim(self, limit: int) -> Sequence[ClaimedLeg]:
        """The most urgent one, as far as it is of our lanes; ``limit`` is always one."""
        if self._others_only:
            return ()
        leg = await self._store.claim_unknown(
            self._owner, LEASE, self._clock.now(), channel=self._channel, mode=self._mode
        )
        if leg is not None:
            reached("claimed in doubt")
        if leg is None or leg.lane in self._lanes:
            return () if leg is None else (leg,)
        self._others_only = True  # they come by urgency: none of ours is left
        await self._store.give_back([leg.leg_id], self._owner, self._clock.now())
        return ()


class Doubts:
    """Where a second copy does no harm it goes again; else the provider is asked first."""

    def __init__(self, attempts: Attempts, clock: Clock) -> None:
        self._attempts = attempts
        self._clock = clock

    async def carry(
        self, leg: ClaimedLeg, account: Account, following: Callable[[], Sequence[ClaimedLeg]] = tuple
    ) -> Settlement | Back:
        """How it ended, or that nothing was done: too little is left of the lease, or the account does not serve us.

        What the provider cannot tell goes again if it is an emergency, as often
        as the table of doubt allows; anything else waits for ``resolve``.
        """
        if account.channel.repeatable or leg.crashes >= CRASHES:
            return await self._attempts.carry(leg, account)
        if self._attempts.deadline(leg) is None:
            return Back()
        answer = await self._ask(leg, account)
        reached("looked up")
        match answer:
            case Sent():
                return self._attempts.taken(leg, account, answer)
            case NotFound():
                return await self._attempts.carry(leg, account)
            case CannotTell(reason):
                return await self._untold(leg, account, reason)

    async def _untold(self, leg: ClaimedLeg, account: Account, reason: str) -> Settlement | Back:
        now = self._clock.now()
        next_look = again(leg.lane, Failure.DOUBT, leg.tries - 1, now, 0.0)
        if next_look is not None and leg.lane is Lane.EMERGENCY:
            return await self._attempts.carry(leg, account)
        if next_look is not None and isinstance(account.channel, LooksUp):
            return replace(
                settled(leg, self._attempts.owner, LegState.UNKNOWN, reason),
                retry_at=next_look,
            )
        return self._for_a_person(leg, reason)

    async def give_up(
        self, leg: ClaimedLeg, account: Account, following: Callable[[], Sequence[ClaimedLeg]] = tuple
    ) -> Settlement:
        """It waited for a lost account as long as the table allows. A family in an emergency is told another way."""
        if account.channel.repeatable or leg.lane is Lane.EMERGENCY:
            return await self._attempts.give_up(leg, account)
        return self._for_a_person(leg, account.reason)

    def _for_a_person(self, leg: ClaimedLeg, reason: str) -> Settlement:
        task = Task(
            "Nobody can tell whether this message arrived. Ask the family or look at the provider, "
            "then say so with: notifier resolve",
            (leg.leg_id, *leg.delivery.contact_ids, *leg.delivery.pupil_ids),
            RULE,
        )
        unknown = settled(leg, self._attempts.owner, LegState.UNKNOWN, reason)
        return replace(unknown, tasks=(task,))

    async def _ask(self, leg: ClaimedLeg, account: Account) -> Sent | NotFound | CannotTell:
        """Asks with what was sent then, as far as it can still be made; nothing is sent here."""
        channel = account.channel
        if not isinstance(channel, LooksUp):
            return CannotTell("This channel cannot be asked what became of it.")
        deadline = self._attempts.deadline(leg)
        outgoing = await self._as_sent(leg, account)
        if outgoing is None or deadline is None:
            return CannotTell("What was sent cannot be put together again.")
        begun = account.begin()
        try:
            async with asyncio.timeout(deadline.total_seconds()) as limit:
                answer = await channel.lookup(outgoing, leg.started_at)
        except ChannelError as failure:
            delay = failure.retry_after if isinstance(failure, TemporaryFailure) else None
            account.failed(begun, failure.reason, delay)
            return CannotTell(failure.reason)
        except TimeoutError:
            if not limit.expired():
                raise
            account.failed(begun, "There was no answer in time.")
            return CannotTell("The provider gave no answer in time.")
        if not isinstance(answer, CannotTell):
            account.answered(begun)
        return answer

    async def _as_sent(self, leg: ClaimedLeg, account: Account) -> Outgoing | None:
        address = address_of(leg, leg.delivery, by_person=account.channel.by_person)
        if address is None:
            return None
        try:
            return await self._attempts.pack(leg, account, leg.delivery, address)
        except Exception as error:
            log.warning("leg-not-rebuilt", leg=leg.leg_id, fault=faults.kind(error), places=faults.places(error))
            return None
