"""One process of the program: real store, families, acceptance and dispatch, put together as the daemon does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random

from channels.base import Channel, facts
from notifier.acceptance import Acceptance, World
from notifier.acceptance.families import Families
from notifier.dispatch import Dispatcher
from notifier.dispatch.readying import Recheck
from notifier.dispatch.tending import escalating
from notifier.fittings import rota
from notifier.model.calendar import SchoolCalendar
from notifier.model.message import Kind, Mode
from notifier.model.policy import Policy
from notifier.model.problem import Severity, worst
from notifier.queue import Store
from notifier.routing import recheck as by_the_rules
from tests.simulation.agenda import NEWS, STAFF
from tests.simulation.history import History
from tests.simulation.life import Life
from tests.simulation.providers import Email, Line, Provider, Says, Text, Voice, Website
from tests.simulation.still import StillDatabase
from tests.simulation.trays import Call, Letter, Tray
from tests.simulation.virtual import Time, VirtualClock

LINES: Mapping[str, type[Line]] = {"email": Email, "text": Text, "voice": Voice, "website": Website}
TRAYS = {"letter": Letter, "call": Call}
FACTS = {name: facts(name, one, configured=True) for name, one in {**LINES, **TRAYS}.items()}
LONGEST_WATCH = 60.0
"""Virtual seconds for which the program watches at most; between its watches it sleeps until something is due."""


@dataclass
class Outside:
    """What is there whether or not a process lives. ``lines``, ``recheck`` and ``database``
    are where a test plants a bug."""

    root: Path
    time: Time
    policy: Policy
    calendar: SchoolCalendar
    providers: Mapping[str, Provider]
    trays: Mapping[str, Tray]
    history: History
    random: Random
    make_id: Callable[[Kind], str]
    restless: float = 0.0
    lines: Mapping[str, type[Line]] = field(default_factory=lambda: LINES)
    recheck: Recheck = by_the_rules
    database: Callable[[Path, Life, Random], StillDatabase] = StillDatabase

    @property
    def folder(self) -> Path:
        return self.root / "families"


class Hand:
    """One hold of the school's database and files: the daemon's own, or that of a person at the command line."""

    def __init__(self, outside: Outside, life: Life) -> None:
        self.outside = outside
        self.database = outside.database(outside.root / "n.db", life, outside.random)
        self.store = Store(self.database)
        self.clock = VirtualClock(outside.time)
        self.families = Families(self.store, outside.folder, outside.root / "state")
        self.acceptance = Acceptance(self.store, self.world, self.clock, outside.make_id)
        self.rota = rota(self.store, self.world, self.acceptance, Mode.LIVE, self.clock)

    def world(self) -> World:
        return World(
            directory=self.families.current,
            calendar=self.outside.calendar,
            policy=self.outside.policy,
            mode=Mode.LIVE,
            staff=STAFF,
            newsletters={NEWS.name: NEWS},
            families=self.families.problems,
        )

    async def refresh(self) -> None:
        """The files as they stand now are in force."""
        since = self.outside.time.micros
        await self.families.refresh(self.clock.now(), settled=True)
        self.outside.history.taken_up(self.outside.time.micros, since)


class Program:
    """``busy`` while something is due and being done; ``stir`` wakes it."""

    def __init__(self, outside: Outside, life: Life, looked: Callable[["Program"], Awaitable[None]]) -> None:
        """``looked`` is called whenever it has looked what is due, before anything is sent."""
        self.outside = outside
        self.life = life
        self._looked = looked
        self.own = Hand(outside, life)
        self.desk = Hand(outside, life)
        self.stir = asyncio.Event()
        self.idle = asyncio.Event()
        self.faults: list[str] = []
        channels: dict[str, Channel] = {name: outside.lines[name](one, life) for name, one in outside.providers.items()}
        channels |= {name: TRAYS[name](one, life) for name, one in outside.trays.items()}
        self.channels = channels
        self.dispatcher = self._dispatcher()
        life.on_death += [one.cut for one in outside.providers.values()]

    async def keep_going(self) -> None:
        """As the daemon: look at the files and the time, send what is due, wait for the next moment."""
        await self.own.families.load()
        while True:
            self.stir.clear()
            began = self.own.clock.now()
            await self._look()
            await self._looked(self)
            if self.outside.random.random() < self.outside.restless:
                self.life.kill_after(self.outside.random.randint(1, self.outside.random.choice((20, 200, 2000))))
            if self.outside.random.random() < 0.1:
                await self._watch()
            else:
                await self.dispatcher.drain()
            await self._until_due(began)

    async def _look(self) -> None:
        await self.own.refresh()
        if worst(self.own.families.problems) in (Severity.ERROR, Severity.HOLD) and not self._gone():
            problems = {problem.id for problem in self.own.families.problems}
            self.faults.append(f"files: they were not taken up ({', '.join(sorted(problems))})")
        await self.own.acceptance.resume()
        await self.own.rota.look()

    def _gone(self) -> bool:
        return not (self.outside.folder / "arrangements.csv").exists()

    async def _watch(self) -> None:
        """The daemon's own loops, which notice by themselves what is due and what others wrote."""
        stop = asyncio.Event()
        running = asyncio.create_task(self.dispatcher.run(stop))
        await self.own.clock.sleep(self.outside.random.uniform(0.5, LONGEST_WATCH))
        stop.set()
        await running

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.own.store,
            self.channels,
            Says(),
            self.outside.policy,
            self.own.families.at_version,
            self.own.clock,
            self.outside.random.random,
            mode=Mode.LIVE,
            alone=True,
            recheck=self.outside.recheck,
        )

    async def _until_due(self, began: datetime) -> None:
        """``began``: since when everything that falls due is still to come, even if it has fallen due meanwhile."""
        moment = await self.own.store.next_moment(began, escalating(self.outside.policy))
        if self.stir.is_set():
            return
        self.idle.set()
        wait = None if moment is None else max(0.001, (moment - self.own.clock.now()).total_seconds())
        try:
            await asyncio.wait_for(self.stir.wait(), wait)
        except TimeoutError:
            pass
        finally:
            self.idle.clear()

    def abandon(self) -> None:
        for hand in (self.own, self.desk):
            hand.database.abandon()


def ours(policy: Policy, channels: Iterable[str]) -> Policy:
    """A school's policy over the simulated channels that it has."""
    return replace(policy, channels={name: FACTS[name] for name in channels})
