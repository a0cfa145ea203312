"""Everything that is due leaves, the most urgent first (DESIGN 3.6, 5)."""

import asyncio
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch import absent
from notifier.dispatch.accounts import Account
from notifier.dispatch.attempts import Attempts, Recheck
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.collating import Collator
from notifier.dispatch.crew import LEASE, Crew, batch_size
from notifier.dispatch.doubt import Doubts, InDoubt
from notifier.dispatch.office import Office
from notifier.dispatch.outgoing import Messages, Packer, Renders
from notifier.dispatch.recorder import Recorder
from notifier.dispatch.shift import Shift
from notifier.dispatch.standing import Standings
from notifier.dispatch.tending import Tender
from notifier.faultpoints import reached
from notifier.model.directory import Directory
from notifier.model.message import Lane, Mode
from notifier.model.policy import Policy
from notifier.queue.rows import ClaimedLeg, Settlement
from notifier.queue.store import Store
from notifier.routing import recheck as by_the_rules


class Dispatcher:
    """Carries the due legs of one mode through the channels it is given.

    ``directories`` gives the directory of a version; ``jitter`` a number in 0..1.
    ``mode``: what was accepted in the other mode is never touched (DESIGN 3.6).
    ``alone``: the folder's lock is held, so that whoever else owns a leg is dead.
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
        recheck: Recheck = by_the_rules,
    ) -> None:
        self._store = store
        self._channels = channels
        self._policy = policy
        self._directories = directories
        self._clock = clock
        self._jitter = jitter
        self._mode = mode
        self._alone = alone
        self._recheck = recheck
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._packer = Packer(renderer, Blobs(store.blob))
        self._messages = Messages(store.message)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: woken by what is written here or elsewhere and by the next moment.

        Stopping finishes what is in flight and gives back what was not begun. Raises
        if its last outcomes could not be written.
        """
        shift, tender = self._shift(list(Lane), patient=True)
        await tender.begin()
        shift.start()
        loops = [asyncio.create_task(one()) for one in (tender.pump, tender.moments, tender.watch, tender.sheets)]
        try:
            await stop.wait()
        finally:
            try:
                await shift.stop()
            finally:
                await _end(loops)
        await tender.collate()

    async def drain(self, lane: Lane | None = None) -> None:
        """All that is due now, next rungs included; sheets collated. Waits for no retry and no later moment.

        Raises StoreProblem if the database cannot be used.
        """
        shift, tender = self._shift(list(Lane) if lane is None else [lane], patient=False)
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

    def _shift(self, lanes: Sequence[Lane], *, patient: bool) -> tuple[Shift, Tender]:
        store, clock = self._store, self._clock
        collator = Collator(
            store, self._channels, self._packer, self._directories, self._policy, self._recheck, clock, self._mode
        )

        async def settle(outcomes: Sequence[Settlement]) -> object:
            return await store.settle(outcomes, clock.now())

        recorder = Recorder(settle, clock, lambda _: tender.news.set())
        office = Office(
            self._owner,
            clock,
            self._policy,
            self._mode,
            recorder,
            store.give_back,
            lambda leg: collator.touch(leg.message_id, leg.channel),
            patient=patient,
        )
        tender = Tender(store, self._owner, self._policy, clock, office.bell, collator, alone=self._alone)
        attempts = Attempts(
            self._owner,
            clock,
            self._jitter,
            self._policy,
            Standings(store.still_wanted, store.directory_version, clock, lambda: office.bell.count),
            self._messages,
            self._directories,
            self._packer,
            self._recheck,
            tender.expire,
        )
        crews = [
            crew
            for name, channel in self._channels.items()
            for crew in self._crews(office, Account(name, channel, clock), lanes, attempts)
        ]
        for name, known in self._policy.channels.items():
            if not known.configured and name not in self._channels:
                gone = Account(name, absent.Absent(), clock)
                crews += [
                    Crew(office, gone, 1, batch_size(gone), partial(self._claim, name, lane), absent.carry(self._owner))
                    for lane in lanes
                ]
        return Shift(office, crews), tender

    def _crews(self, office: Office, account: Account, lanes: Sequence[Lane], attempts: Attempts) -> Iterable[Crew]:
        """Workers of its own for every lane, and one for the legs in doubt, which are claimed one by one."""
        size, most = account.channel.parallelism, batch_size(account)
        for lane in lanes:
            yield Crew(office, account, size, most, partial(self._claim, account.name, lane), attempts.carry)
        in_doubt = InDoubt(self._store, self._owner, account.name, lanes, self._mode, self._clock)
        yield Crew(office, account, 1, 1, in_doubt.claim, Doubts(attempts, self._clock).carry)

    async def _claim(self, channel: str, lane: Lane, limit: int) -> Sequence[ClaimedLeg]:
        claim = await self._store.claim(self._owner, channel, (lane,), limit, LEASE, self._clock.now(), mode=self._mode)
        if claim.legs:
            reached("claimed")
        return claim.legs


async def _end(loops: Sequence[asyncio.Task[None]]) -> None:
    for loop in loops:
        loop.cancel()
    for loop in loops:
        with suppress(asyncio.CancelledError):
            await loop
