"""One try of one leg: asked once more whether it may go, to whom and about whom, then rendered and sent.

The order of DESIGN 3.5 (end) and 3.6: still wanted, not over, rechecked by the
directory in force, its address, rendered, and a deadline inside the lease.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.base import OutcomeUnknown, Outgoing, PermanentFailure, Sent, TemporaryFailure
from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.accounts import Account, together
from notifier.dispatch.breaker import pause
from notifier.dispatch.cutoff import Cutoff
from notifier.dispatch.node import Node
from notifier.dispatch.outgoing import Messages, Packer
from notifier.dispatch.readying import Readying
from notifier.dispatch.refusals import Refusals
from notifier.dispatch.retry import Failure, again, over
from notifier.dispatch.standing import Standings
from notifier.dispatch.witness import NOBODY, Witness
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.plan import Address, Delivery, Hold, Task, Withhold
from notifier.model.states import DeliveryState, LegState
from notifier.queue.rows import ClaimedLeg, Settlement, Wanted

RULE = "DESIGN 3.6"
LONGEST = timedelta(seconds=60)
"""No single send may take longer."""
MARGIN = timedelta(seconds=5)
"""What is left of a lease when a send is cut off: time enough to write down what became of it."""
LEAST = timedelta(seconds=10)
"""With less than this for the send itself, a leg is given back rather than begun."""
SILENCE = timedelta(seconds=30)
"""One of several accounts that let us wait in vain is left alone for so long: asking it again costs a family time."""
CRASHES = 3
"""Deaths of the process, alone with a leg, after which nobody tries that leg again by itself."""

STOPS = {
    Wanted.CANCELLED: "The message was cancelled before this was sent.",
    Wanted.SUPERSEDED: "A newer message took its place before this was sent.",
    Wanted.EXPIRED: "The message was over before this could be sent.",
    Wanted.HELD: "The delivery was held before this was sent.",
}

NO_MORE = "This address takes nothing more this way: it was answered so, or failed three times. Reach them another way."

log = logger("dispatch")


@dataclass(frozen=True, slots=True)
class Back:
    """Surely not sent: due again, at ``until`` or at once. It does not count as a try."""

    until: datetime | None = None


def settled(leg: ClaimedLeg, owner: str, outcome: LegState, reason: str = "") -> Settlement:
    return Settlement(leg.leg_id, leg.attempt_id, owner, outcome, reason)


def fault(leg: ClaimedLeg, owner: str, error: BaseException) -> Settlement:
    """A bug: parked, never tried again by itself; somebody is told, and the others go on."""
    log.error("leg-parked", leg=leg.leg_id, channel=leg.channel, fault=faults.kind(error), places=faults.places(error))
    return parked(leg, owner, f"A fault in the program ({faults.kind(error)}) stopped this. The log says where.")


def parked(leg: ClaimedLeg, owner: str, reason: str) -> Settlement:
    task = Task(
        "A fault in the program stopped this message on its way to this family. Give the log to whoever looks "
        f"after the computer. Tell the family another way, then: notifier resolve {leg.leg_id} --sent. "
        "Or let it go again with --not-sent.",
        (leg.leg_id, *leg.delivery.contact_ids, *leg.delivery.pupil_ids),
        RULE,
    )
    return replace(settled(leg, owner, LegState.TECHNICAL_FAILURE, reason), tasks=(task,))


class Attempts:
    """What every worker does with a leg. Holds no state of its own but what is asked and read."""

    def __init__(
        self,
        node: Node,
        clock: Clock,
        jitter: Callable[[], float],
        standings: Standings,
        messages: Messages,
        directories: Callable[[int], Awaitable[Directory]],
        packer: Packer,
        readying: Readying,
        expire: Callable[[], Awaitable[object]],
        refusals: Refusals,
        witness: Witness | None = None,
    ) -> None:
        self.owner = node.id
        self._node = node
        self._cutoff = Cutoff(node)
        self._clock = clock
        self._jitter = jitter
        self._standings = standings
        self._messages = messages
        self._directories = directories
        self._packer = packer
        self._readying = readying
        self._expire = expire
        self._refusals = refusals
        self._witness = witness or NOBODY
        self._unserved: Counter[str] = Counter()
        """How often the account failed over a leg: should it be the leg after all, it tries ever more rarely."""

    async def carry(
        self, leg: ClaimedLeg, account: Account, following: Callable[[], Sequence[ClaimedLeg]] = tuple
    ) -> Settlement | Back:
        """How it ended, or that it did not go: too little is left of the lease, it may be another's by now, or the
        account does not serve us."""
        life = self._node.life()
        if leg.crashes >= CRASHES:
            return parked(leg, self.owner, f"The program stopped {leg.crashes} times while it sent this.")
        # What is at hand is not waited for: of a newsletter nearly always all of it.
        message = self._messages.kept(leg.message_id) or await self._messages.of(leg.message_id)
        standing = self._standings.still(leg, message.expires_at) or await self._standings.of(
            leg, message.expires_at, following
        )
        if standing.wanted is not Wanted.SEND:
            return await self._stopped(leg, standing.wanted)
        directory = await self._directories(standing.directory_version)
        now = self._clock.now()
        ready = self._readying.ahead(leg, message, directory, now) or await self._readying.of(
            leg, account.channel, message, directory, now, following
        )
        verdict = ready.verdict
        if isinstance(verdict, Withhold | Hold):
            state = DeliveryState.WITHHELD if isinstance(verdict, Withhold) else DeliveryState.HELD
            return self._barred(leg, state, verdict.rule, verdict.reason, verdict.tasks)
        if ready.outgoing is None:
            gone = settled(leg, self.owner, LegState.WITHDRAWN, "This address may not be used any more.")
            return replace(gone, delivery=ready.reduced, tasks=ready.tasks)
        if account.hears and await self._refusals.of(leg.channel, ready.outgoing.address):
            barred = settled(leg, self.owner, LegState.PERMANENT_FAILURE, NO_MORE)
            return replace(barred, delivery=ready.reduced, tasks=ready.tasks)
        outcome = await self._send(leg, account, ready.outgoing, message, life)
        if self._unserved and isinstance(outcome, Settlement):
            self._unserved.pop(leg.leg_id, None)
        if isinstance(outcome, Back) or (ready.reduced is None and not ready.tasks):
            return outcome
        return replace(outcome, delivery=ready.reduced, tasks=(*ready.tasks, *outcome.tasks))

    async def pack(self, leg: ClaimedLeg, account: Account, delivery: Delivery, address: Address) -> Outgoing:
        """The leg as it goes out, or went out, by the directory in force. Checks nothing."""
        message = await self._messages.of(leg.message_id)
        standing = await self._standings.of(leg, message.expires_at)
        directory = await self._directories(standing.directory_version)
        return await self._packer.pack(
            account.channel,
            leg.leg_id,
            leg.attempt_id,
            message,
            None if leg.public else delivery,
            address,
            directory,
            self._clock.now(),
        )

    def deadline(self, leg: ClaimedLeg) -> timedelta | None:
        """How long a call about this leg may take now; None: too short to begin."""
        left = leg.lease_until - self._clock.now() - MARGIN
        return min(left, LONGEST) if left >= LEAST else None

    def _may_begin(self, account: Account, life: int) -> bool:
        """Looked at just before the first byte: a process may have been stopped for long at any line above."""
        if account.channel.writes_files and not self._node.leads():
            return False
        return life != 0 and self._node.life() == life

    async def _send(
        self, leg: ClaimedLeg, account: Account, outgoing: Outgoing, message: Message, life: int
    ) -> Settlement | Back:
        begun, refusals = account.begin(), list[TemporaryFailure]()
        for line in account.ways(leg.lane):
            if line is account:
                outcome = await self._by(line, account, begun, leg, outgoing, message, life)
            else:
                with line.trying(leg.lane) as admitted:
                    if admitted is None:  # somebody else tries just now whether it is back
                        continue
                    if not await line.pace.turn(leg.lane, leg.lease_until - MARGIN - LEAST):
                        return Back()
                    outcome = await self._by(line, account, begun, leg, outgoing, message, life)
            if not isinstance(outcome, TemporaryFailure):
                return outcome
            refusals.append(outcome)
        reason, retry_after = together(refusals) if refusals else account.way_back(leg.lane)
        account.failed(begun, reason, retry_after)
        return self._not_served(leg, account, message, reason)

    async def _by(
        self,
        line: Account,
        account: Account,
        begun: int,
        leg: ClaimedLeg,
        outgoing: Outgoing,
        message: Message,
        life: int,
    ) -> Settlement | Back | TemporaryFailure:
        """How it ended, or that this account surely did not take it, and not because of the address."""
        deadline = self.deadline(leg)
        if deadline is None or not self._may_begin(account, life):
            return Back()
        if self._witness is not NOBODY:
            await self._witness.begins(leg)
        number = begun if line is account else line.begin()
        reached("started")
        try:
            with self._cutoff.within(deadline.total_seconds(), life) as send:
                sent = await line.channel.send(outgoing)
                reached("handed over")
        except TemporaryFailure as failure:
            if failure.account:
                if line is not account:
                    line.failed(number, failure.reason, failure.retry_after)
                return failure
            _served(line, number, account, begun)
            return self._again(leg, message, failure.reason, failure.retry_after)
        except PermanentFailure as failure:
            _served(line, number, account, begun)
            return settled(leg, self.owner, LegState.PERMANENT_FAILURE, failure.reason)
        except OutcomeUnknown as failure:
            reason = failure.reason
        except TimeoutError:
            if not send.over:
                raise
            reason = "There was no answer in time."
        else:
            _served(line, number, account, begun)
            return self.taken(leg, account, sent)
        if line is not account:
            line.failed(number, reason, SILENCE, silent=True)
        if line is account or not account.ways(leg.lane):
            account.failed(begun, reason, silent=True)
        return self._doubt(leg, account, message, reason)

    def taken(self, leg: ClaimedLeg, account: Account, sent: Sent) -> Settlement:
        return Settlement(
            leg.leg_id,
            leg.attempt_id,
            self.owner,
            LegState.DELIVERED if sent.confirmed else LegState.SENT,
            reference=sent.reference,
            by_person=account.channel.by_person,
        )

    def _not_served(self, leg: ClaimedLeg, account: Account, message: Message, reason: str) -> Settlement | Back:
        """The account's trouble, not this family's: the leg waits for it, as long as the table allows."""
        self._unserved[leg.leg_id] += 1
        again_at = self._clock.now() + pause(self._unserved[leg.leg_id], leg.lane)
        back_at = max(again_at, account.gone_until(leg.lane) or again_at)
        ends_before = message.expires_at is not None and message.expires_at <= back_at
        if ends_before or over(leg.lane, Failure.ACCOUNT, leg.since, back_at):
            return settled(leg, self.owner, LegState.TEMPORARY_FAILURE, reason)
        return Back(again_at)

    async def give_up(
        self, leg: ClaimedLeg, account: Account, following: Callable[[], Sequence[ClaimedLeg]] = tuple
    ) -> Settlement:
        """A leg that waited for a lost account as long as the table allows: its family is reached the next way."""
        return settled(leg, self.owner, LegState.TEMPORARY_FAILURE, account.reason)

    def _again(
        self, leg: ClaimedLeg, message: Message, reason: str, retry_after: timedelta | None = None
    ) -> Settlement:
        at = again(
            leg.lane,
            Failure.TEMPORARY,
            leg.tries,
            self._clock.now(),
            self._jitter(),
            since=leg.since,
            retry_after=retry_after,
            expires=message.expires_at,
        )
        return replace(settled(leg, self.owner, LegState.TEMPORARY_FAILURE, reason), retry_at=at)

    def _doubt(self, leg: ClaimedLeg, account: Account, message: Message, reason: str) -> Settlement:
        """Perhaps taken. Where a second copy does no harm it goes again in a while; else it is looked up soon.

        One that went unanswered as often as the table allows has failed: its family must be reached another way.
        """
        failure = Failure.TEMPORARY if account.channel.repeatable else Failure.DOUBT
        now = self._clock.now()
        since = leg.since if account.channel.repeatable else None
        at = again(leg.lane, failure, leg.tries, now, self._jitter(), since=since, expires=message.expires_at)
        if at is None and account.channel.repeatable:
            return settled(leg, self.owner, LegState.PERMANENT_FAILURE, reason)
        return replace(settled(leg, self.owner, LegState.UNKNOWN, reason), retry_at=at)

    async def _stopped(self, leg: ClaimedLeg, wanted: Wanted) -> Settlement:
        if wanted is Wanted.EXPIRED:
            await self._expire()  # the ladder must know that it is over before this leg leaves it
        state = DeliveryState.HELD if wanted is Wanted.HELD else None
        return replace(settled(leg, self.owner, LegState.WITHDRAWN, STOPS[wanted]), delivery_state=state)

    def _barred(
        self, leg: ClaimedLeg, state: DeliveryState, rule: str, reason: str, tasks: tuple[Task, ...]
    ) -> Settlement:
        why = f"{reason} ({rule})" if reason else rule
        return replace(settled(leg, self.owner, LegState.WITHDRAWN, why), delivery_state=state, tasks=tasks)


def _served(line: Account, number: int, account: Account, begun: int) -> None:
    """There is somebody there, whatever became of this one."""
    account.answered(begun)
    if line is not account:
        line.answered(number)
