"""What only one node does: take what is dropped, keep up with the families' files, plan what falls due (DESIGN 4)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from channels.base import ChannelError
from notifier.acceptance import Acceptance
from notifier.acceptance.families import Families
from notifier.acceptance.offering import Offering
from notifier.care.retention import Keeping
from notifier.clock import Clock, SharedClock, SystemClock
from notifier.closure.linktest import LinkTest
from notifier.closure.takeover import Closures
from notifier.dispatch import Node
from notifier.intake import DropFolder
from notifier.logs import logger
from notifier.model.answer import Answer
from notifier.model.problem import Problem, Severity
from notifier.queue import OpenWork, Store, StoreProblem
from notifier.schedule import Alarm, Rota

FAMILIES_EVERY = 2.0
"""Seconds between two looks at the families' files; they are taken up when two looks agree."""
HOUSE_EVERY = 600.0
"""Seconds between two looks whether it is time to let go of what has had its time."""
LOOK = 0.2
"""Seconds between two looks whether it is this node that leads."""
CLOSING = 2.0
"""Seconds in which a node that leads no more puts down what it has in hand."""

log = logger("daemon")


def for_a_person(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.severity is not Severity.ADVICE)


@dataclass(frozen=True, slots=True)
class Idle:
    """What ``run --until-idle`` did, and what is left."""

    answers: tuple[Answer, ...]
    left: tuple[OpenWork, ...]
    families: tuple[Problem, ...] = ()
    """Why the families' files are not in force as they stand: what a person must mend or say yes to."""


class Leader:
    """The loops of the node that leads; ``calendar`` reads that again if it changed; ``first`` sees to
    what a new folder comes with.

    ``index`` writes the outbox page, ``make_folders`` the drop folders.
    """

    def __init__(
        self,
        store: Store,
        families: Families,
        acceptance: Acceptance,
        offering: Offering,
        rota: Rota,
        drop: DropFolder,
        clock: Clock,
        *,
        calendar: Callable[..., bool],
        first: Callable[[], Awaitable[None]],
        index: Callable[[], Awaitable[None]],
        make_folders: Callable[[], None],
        closures: Closures,
        link_test: LinkTest,
        keeping: Keeping,
    ) -> None:
        self.store = store
        self.families = families
        self.acceptance = acceptance
        self.offering = offering
        self.rota = rota
        self.drop = drop
        self.clock = clock
        self._refresh_calendar = calendar
        self._first = first
        self._index = index
        self._make_folders = make_folders
        self._closures = closures
        self._link_test = link_test
        self._keeping = keeping
        self._ailing: set[str] = set()
        self._heeded = 0

    async def begin(self) -> None:
        self._make_folders()
        now = self.clock.now()
        await asyncio.to_thread(self._refresh_calendar, settled=True)
        await self.families.refresh(now, settled=True)
        await self._heed_families()
        await self._closures.take_in()  # before any leg of an emergency is claimed
        await self._first()
        for problem in for_a_person(self.families.problems):
            log.warning("families", problem=problem.id, where=problem.where)

    async def in_turn(self, node: Node, stop: asyncio.Event, *, begun: bool) -> None:
        """Whenever this node leads: what only one may do. ``begun``: the first time is prepared already."""
        if node.span is None:
            await self._lead(stop)
            return
        while not stop.is_set():
            if node.leads():
                with self._going_on("leading"):
                    if not begun:
                        await self.begin()
                    await self._while_leading(node, stop)
                begun = False
            await _wait(stop, LOOK)

    async def _while_leading(self, node: Node, stop: asyncio.Event) -> None:
        """What was begun is guarded by keys in the database, so a successor that is quicker does no harm."""
        over = asyncio.Event()
        leading = asyncio.create_task(self._lead(over))
        try:
            while node.leads() and not stop.is_set() and not leading.done():
                await _wait(stop, LOOK)
            over.set()
            await asyncio.wait({leading}, timeout=None if stop.is_set() else CLOSING)
        finally:
            leading.cancel()
            await asyncio.wait({leading})
        if not leading.cancelled():
            leading.result()

    async def _lead(self, stop: asyncio.Event) -> None:
        alarm = Alarm()
        alarm.start()
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self.drop.run(stop))
                loops.create_task(self._watch_families(stop))
                loops.create_task(self._keep_time(alarm, stop))
                loops.create_task(self._keep_house(stop))
        finally:
            alarm.stop()

    async def _heed_families(self) -> None:
        """What the directory in force lets go, and what it asks of the office; whoever took it up."""
        version = self.families.version
        await self.acceptance.resume()
        await self.offering.look()
        await self.acceptance.look_ahead()
        self._heeded = version

    async def _watch_families(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with self._going_on("closures sent without the database"):
                await self._closures.take_in()
                await self._closures.heed()
            with self._going_on("the link test"):
                await self._link_test.look()
            with self._going_on("the families' files"):
                await self.families.refresh(self.clock.now())
                if self.families.version != self._heeded:
                    await self._heed_families()
                    self.store.wake.set()
            with self._going_on("the calendar"):
                if await asyncio.to_thread(self._refresh_calendar):
                    self.store.wake.set()
            await _wait(stop, FAMILIES_EVERY)

    @contextmanager
    def _going_on(self, doing: str) -> Iterator[None]:
        """What fails now is tried again at the next turn: nothing here may stop the sending."""
        try:
            yield
            self._ailing.discard(doing)
        except (StoreProblem, ChannelError, OSError) as fault:
            if doing not in self._ailing:  # said once when it goes
                self._ailing.add(doing)
                log.warning("cannot go on for now", with_=doing, fault=type(fault).__name__)
        except Exception:
            if doing not in self._ailing:
                self._ailing.add(doing)
                log.exception("a fault in the program", with_=doing)

    async def _keep_time(self, alarm: Alarm, stop: asyncio.Event) -> None:
        """What falls due by the clock alone: waiting messages, and the outbox page of a trial."""
        stopping = asyncio.create_task(stop.wait())
        upcoming: datetime | None = None
        try:
            while not stop.is_set():
                alarm.rang.clear()
                began = self.clock.now()  # what falls due during the look is still to come
                with self._going_on("what falls due"):
                    upcoming = (await self.rota.look()).next
                with self._going_on("the outbox page"):
                    await self._index()
                with self._going_on("the alarm"):
                    # Read last: what was written during the pause below has set its moment by now.
                    moments = (upcoming, await self.store.next_moment(began))
                    alarm.at(self._on_the_wall(min((one for one in moments if one is not None), default=None)))
                rings = asyncio.create_task(alarm.rang.wait())
                woken = asyncio.create_task(self.store.wake.wait())
                await asyncio.wait({stopping, rings, woken}, return_when=asyncio.FIRST_COMPLETED)
                for waiting in (rings, woken):
                    waiting.cancel()
                await _wait(stop, 1.0)  # a burst of outcomes makes one new page
        finally:
            stopping.cancel()

    async def _keep_house(self, stop: asyncio.Event) -> None:
        """Once a day what has had its time goes; not at once after a start, when there is more urgent work."""
        while not stop.is_set():
            await _wait(stop, HOUSE_EVERY)
            if not stop.is_set():
                with self._going_on("what is no longer kept"):
                    await self._keeping.today()

    def _on_the_wall(self, moment: datetime | None) -> datetime | None:
        """The alarm goes by this computer's own clock, whatever that shows."""
        if moment is None or not isinstance(self.clock, SharedClock):
            return moment
        return SystemClock().now() + (moment - self.clock.now())


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
