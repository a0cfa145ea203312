"""Everything that is due leaves, the most urgent first (DESIGN 3.6, 5)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import chain

from channels.base import Channel
from notifier.calendar.quiet import opens
from notifier.clock import Clock
from notifier.dispatch import absent, faults
from notifier.dispatch.accounts import Account
from notifier.dispatch.attempts import Attempts
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.collating import Collator
from notifier.dispatch.crew import LEASE, Crew, batch_size
from notifier.dispatch.doubt import Doubts, InDoubt
from notifier.dispatch.node import Alone, Node
from notifier.dispatch.office import Office
from notifier.dispatch.outgoing import Messages, Packer, Renders
from notifier.dispatch.pacing import one
from notifier.dispatch.readying import Readying, Recheck
from notifier.dispatch.receipts import Receipts
from notifier.dispatch.recorder import Recorder
from notifier.dispatch.refusals import Refusals
from notifier.dispatch.shift import Shift
from notifier.dispatch.standing import Standings
from notifier.dispatch.stillness import Stillness
from notifier.dispatch.tending import Tender
from notifier.dispatch.witness import NOBODY, Witness
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.directory import Directory
from notifier.model.message import Lane, Mode
from notifier.model.policy import Policy
from notifier.queue.rows import ClaimedLeg, Settlement
from notifier.queue.store import Store
from notifier.routing import recheck as by_the_rules

log = logger("dispatch")


async def nobody(contact_id: str) -> None:
    """Where nobody keeps the families' wishes."""


class Dispatcher:
    """Carries the due legs of one mode through the channels it is given.

    ``directories`` gives the directory of a version; ``jitter`` a number in 0..1.
    ``mode``: what was accepted in the other mode is never touched (DESIGN 3.6).
    ``alone``: the folder's lock is held, so that whoever else owns a leg is dead.
    ``nodes``: how many nodes share the accounts now; each keeps to its share of their limits. ``node``: this one
    among them; only the one that leads works in the school's folder, so the others claim no leg of a channel that
    writes files.
    A channel that is missing from ``channels`` is left to another node, unless the
    policy says that it is not set up.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        renderer: Renders,
        policy: Policy,
        directories: Callable[[int], Awaitable[Directory]],
        clock: Clock,
        jitter: Callable[[], float],
        *,
        mode: Mode,
        alone: bool = False,
        nodes: Callable[[], int] = one,
        node: Node | None = None,
        recheck: Recheck = by_the_rules,
        peace: Callable[[datetime], datetime | None] | None = None,
        witness: Witness | None = None,
        unsubscribe: Callable[[str], Awaitable[None]] = nobody,
    ) -> None:
        """``peace``: until when families are left in peace, None: not now; without it, by the hours alone."""
        self._store = store
        self._channels = channels
        self._policy = policy
        self._directories = directories
        self._clock = clock
        self._jitter = jitter
        self._mode = mode
        self._alone = alone
        self._recheck = recheck
        self._peace = peace or partial(opens, hours=policy.quiet_hours, timezone=policy.timezone)
        self._witness = witness or NOBODY
        self._unsubscribe = unsubscribe
        self._nodes = nodes
        self._node = node or Alone()
        self._owner = self._node.id
        self._packer = Packer(renderer, Blobs(store.blob))
        self._messages = Messages(store.message)
        self._stillness = Stillness(lambda: store.stirred, store.look, clock)
        self._collator = Collator(store, channels, self._packer, directories, policy, recheck, clock, mode)
        self._accounts = {name: self._account(name, channel) for name, channel in channels.items()}
        self._telling: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: woken by what is written here or elsewhere and by the next moment.

        Stopping finishes what is in flight and gives back what was not begun. Raises
        if its last outcomes could not be written.
        """
        shift, tender, receipts = self._shift(list(Lane), patient=True)
        await tender.begin()
        shift.start()
        going = (tender.pump, tender.moments, tender.watch, tender.sheets, receipts.run, receipts.ask, receipts.fetch)
        loops = [asyncio.create_task(one()) for one in going]
        try:
            await stop.wait()
        finally:
            try:
                await shift.stop()
            finally:
                await _end(loops)
        await self._told()
        await tender.collate()

    async def drain(self, lane: Lane | None = None) -> None:
        """All that is due now, next rungs included; sheets collated. Waits for no retry and no later moment.

        Raises StoreProblem if the database cannot be used.
        """
        shift, tender, receipts = self._shift(list(Lane) if lane is None else [lane], patient=False)
        await receipts.consume()
        await tender.begin()
        shift.start()
        pump = asyncio.create_task(tender.pump())
        tended = -1
        try:
            while True:
                await shift.lull()
                carried = shift.office.carried
                await shift.office.recorder.flush()
                if tended != carried:  # something was sent: a rung, a lease or a message may be over
                    tended = carried
                    await tender.tend()
                await tender.collate()
                if self._store.wake.is_set():
                    self._store.wake.clear()
                    shift.office.bell.ring()
                elif shift.idle and tended == shift.office.carried:
                    break
        finally:
            try:
                await shift.stop()
            finally:
                await _end([pump])
            await self._told()

    def _shift(self, lanes: Sequence[Lane], *, patient: bool) -> tuple[Shift, Tender, Receipts]:
        store, clock = self._store, self._clock
        collator = self._collator

        async def settle(outcomes: Sequence[Settlement]) -> object:
            await self._witness.ended(outcomes)
            now = clock.now()
            done = await store.settle(outcomes, now)
            self._stillness.looked(now)
            return done

        recorder = Recorder(settle, clock, lambda _: tender.news.set())
        office = Office(
            self._owner,
            clock,
            self._policy,
            self._mode,
            recorder,
            store.give_back,
            lambda leg: collator.touch(leg.message_id, leg.channel),
            self._peace,
            patient=patient,
        )
        crews: list[Crew] = []

        def in_hand() -> frozenset[str]:
            return frozenset(chain(recorder.in_hand, *(crew.in_hand for crew in crews)))

        tender = Tender(store, self._node, self._policy, clock, office.bell, collator, in_hand, alone=self._alone)
        attempts = Attempts(
            self._node,
            clock,
            self._jitter,
            Standings(partial(store.standing, owner=self._owner), clock, lambda: office.bell.count, self._stillness),
            self._messages,
            self._directories,
            self._packer,
            Readying(self._packer, self._policy, self._recheck),
            tender.expire,
            Refusals(store.refused, store.refused_by, self._stillness),
            self._witness,
        )
        for lane in lanes:  # the most urgent first: who is woken first claims first
            crews += [self._crew(office, account, lane, attempts) for account in self._accounts.values()]
        crews += [self._doubting(office, account, lanes, attempts) for account in self._accounts.values()]
        for name, known in self._policy.channels.items():
            if not known.configured and name not in self._channels:
                gone, carry = Account(name, absent.Absent(), clock), absent.carry(self._owner)
                crews += [
                    Crew(office, gone, 1, batch_size(gone), partial(self._claim, name, lane), carry, carry)
                    for lane in lanes
                ]

        def reached_others(message_id: str) -> None:
            collator.touch_all(message_id)
            tender.news.set()

        receipts = Receipts(
            store, self._channels, self._node, clock, office.bell, self._mode, reached_others, self._unsubscribe
        )
        return Shift(office, crews), tender, receipts

    def _crew(self, office: Office, account: Account, lane: Lane, attempts: Attempts) -> Crew:
        """Every lane has workers of its own."""
        return Crew(
            office,
            account,
            account.channel.parallelism,
            batch_size(account),
            partial(self._claim, account.name, lane),
            attempts.carry,
            attempts.give_up,
            lane=lane,
            claim_late=partial(self._claim_late, account.name, lane),
        )

    def _doubting(self, office: Office, account: Account, lanes: Sequence[Lane], attempts: Attempts) -> Crew:
        """One for the legs in doubt, which are claimed one by one."""
        doubts = Doubts(attempts, self._clock)
        in_doubt = InDoubt(self._store, self._owner, account.name, lanes, self._mode, self._clock)

        async def claim_in_doubt(limit: int) -> Sequence[ClaimedLeg]:
            return await in_doubt.claim(limit) if self._may_claim(account.name) else ()

        return Crew(office, account, 1, 1, claim_in_doubt, doubts.carry, doubts.give_up)

    def _may_claim(self, name: str) -> bool:
        """What is written into the school's folder, or no longer set up there, is for the node that leads."""
        channel = self._channels.get(name)
        return self._node.life() != 0 and (self._node.leads() or (channel is not None and not channel.writes_files))

    async def _claim(self, channel: str, lane: Lane, limit: int) -> Sequence[ClaimedLeg]:
        if not self._may_claim(channel):
            return ()
        now = self._clock.now()
        claim = await self._store.claim(self._owner, channel, (lane,), limit, LEASE, now, mode=self._mode)
        self._stillness.looked(now)
        if claim.legs:
            reached("claimed")
        return claim.legs

    async def _claim_late(self, channel: str, lane: Lane, limit: int, since: datetime) -> Sequence[ClaimedLeg]:
        if not self._may_claim(channel):
            return ()
        now = self._clock.now()
        claim = await self._store.claim_late(self._owner, channel, lane, limit, LEASE, now, since, mode=self._mode)
        return claim.legs

    def _account(self, name: str, channel: Channel) -> Account:
        async def sent_since(channel: str, since: datetime) -> Sequence[datetime]:
            return await self._store.sent_since(channel, since, self._mode, but_by=self._owner)

        return Account(
            name,
            channel,
            self._clock,
            nodes=self._nodes,
            jitter=self._jitter,
            sent_since=sent_since,
            told=self._tell,
        )

    def _tell(self, channel: str, gone: bool, reason: str) -> None:
        """Whoever asks ``status`` in another process wants to know it too."""
        task = asyncio.ensure_future(self._write_down(channel, gone, reason))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _told(self) -> None:
        if self._telling:
            await asyncio.wait(self._telling)

    async def _write_down(self, channel: str, gone: bool, reason: str) -> None:
        try:
            await self._store.account_news(channel, gone, reason, self._clock.now())
        except Exception as error:  # the log has said it; sending matters more
            log.warning("account-news-not-written", channel=channel, fault=faults.kind(error))


async def _end(loops: Sequence[asyncio.Task[None]]) -> None:
    for loop in loops:
        loop.cancel()
    for loop in loops:
        with suppress(asyncio.CancelledError):
            await loop
