"""A school year by seed: lives of the program, one after another, and what became of every message."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from structlog.testing import capture_logs

from notifier.clock import FixedClock
from notifier.model.message import Kind
from notifier.model.policy import Policy
from notifier.queue import Store
from tests.simulation.agenda import WHOLE_YEAR, Agenda, calendar
from tests.simulation.changes import Changes
from tests.simulation.history import History
from tests.simulation.invariants import Watch
from tests.simulation.life import Life
from tests.simulation.office import Office
from tests.simulation.program import Outside, Program, ours
from tests.simulation.providers import Provider, Take
from tests.simulation.school import Register, Settlers
from tests.simulation.trays import Tray
from tests.simulation.virtual import Time
from tests.simulation.weather import MILD, Climate, Weather
from tests.unit.routing.families import LONDON, WOODGRANGE

START = datetime(2026, 9, 1, 5, 0, tzinfo=UTC)
CALLED_FOR = frozenset({"leg-parked"})
"""Errors that the simulated faults call for; any other is a finding."""


@dataclass(frozen=True)
class Temper:
    """What sort of year it is."""

    policy: Policy = WOODGRANGE
    climate: Climate = MILD
    restless: float = 0.03
    """How often a kill is set when something is due."""
    hasty: float = 0.3
    """How often the files change soon after something was dropped."""
    families: int = 18
    days: int = WHOLE_YEAR
    voice: bool = False


@dataclass
class Report:
    """``digest`` is the same whenever the same seed is run."""

    seed: int
    found: list[str]
    digest: str
    counts: Counter[str]
    diary: list[str] = field(default_factory=list)


class Year:
    """``plant`` may put a bug into what the program is made of, before it begins."""

    def __init__(
        self, seed: int, temper: Temper, root: Path, *, plant: Callable[["Year"], None] = lambda year: None
    ) -> None:
        self.seed = seed
        self.temper = temper
        self.root = root
        self.time = Time(START)
        self.diary: list[str] = []
        self.counts: Counter[str] = Counter()
        self.killed: dict[int, int | None] = {}
        self.register = Register()
        providers = ("email", "text", *(("voice",) if temper.voice else ()), "website")
        policy = ours(temper.policy, (*providers, "letter", "call"))
        self.history = History(self.register.family_of)
        self.watch = Watch(self.time, policy, self.history, lambda life: self.killed.get(life))
        settlers = Settlers(self.register, self.random("settlers"))
        for _ in range(temper.families):
            settlers.settle()
        dates = calendar(self.random("calendar"))
        agenda = Agenda(dates, self.register, self.random("agenda"), temper.days)
        changes = Changes(self.register, settlers, self.random("changes"))
        self.office = Office(agenda, self.register, changes, self.watch, self.say, temper.hasty)
        numbers = count(1)
        self.outside = Outside(
            root=root,
            time=self.time,
            policy=policy,
            calendar=dates,
            providers={name: self._provider(name) for name in providers},
            trays={
                name: Tray(name, self.random(name), self.watch.asked, closes=name == "letter")
                for name in ("letter", "call")
            },
            history=self.history,
            random=self.random("program"),
            make_id=lambda kind: self._id(kind, next(numbers)),
            restless=temper.restless,
        )
        plant(self)

    def random(self, what: str) -> Random:
        return Random(f"{self.seed} {what}")

    def _id(self, kind: Kind, number: int) -> str:
        return f"{kind.value}-{number}"

    def _provider(self, name: str) -> Provider:
        weather = Weather(self.random(f"weather {name}"), self.temper.climate)
        return Provider(name, self.time, weather, self.random(name), self.watch.asked, self.watch.landed, self.say)

    def say(self, text: str) -> None:
        self.diary.append(f"{self.time.now().astimezone(LONDON):%a %d %b %Y %H:%M:%S}  {text}")

    # Living -------------------------------------------------------------------------------------------------

    def run(self) -> Report:
        with capture_logs() as logs:
            self._open()
            for number in count(1):
                if self._live(number) or self.watch.found:
                    break
                self._down()
        self.watch.found += _said(logs)
        return self._report()

    def _open(self) -> None:
        """An empty database, made as ``notifier init`` makes it, and the files as they stand before term."""
        (self.root / "families").mkdir()
        (self.root / "state").mkdir()
        asyncio.run(self._create())
        self.register.write(self.root / "families")
        self.history.write(self.time.micros, self.register.directory(), frozenset())

    async def _create(self) -> None:
        store = await Store.open("sqlite:///n.db", root=self.root, create=True, clock=FixedClock(START))
        await store.close()

    def _live(self, number: int) -> bool:
        """One process; whether the year is over with it."""
        life = Life(self.time, number)
        program = Program(self.outside, life, self.office.notice)
        try:
            ended = life.live(self._main(program))
        finally:
            program.abandon()
        self.killed[number] = life.killed_at
        self.watch.found += [f"fault: {type(one).__name__}: {one}" for one in life.lost]
        self.watch.found += program.faults
        self.counts["lives"] += 1
        return ended is not None

    def _down(self) -> None:
        """Killed: somebody, or the machine, starts it anew in a while."""
        random = self.outside.random
        begin = self.time.micros
        seconds = random.choice((1, 5, 30, 60, 60, 600, 6 * 3600)) * random.random()
        self.time.skip_to(self.time.now() + timedelta(seconds=seconds))
        self.office.down.append((begin, self.time.micros))
        self.say(f"the program was killed and is started again after {seconds:.0f} s")

    async def _main(self, program: Program) -> bool:
        keeping = asyncio.ensure_future(program.keep_going())
        working = asyncio.ensure_future(self._work(program))
        await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
        for task in (keeping, working):
            if task.done():
                task.result()
        return True

    async def _work(self, program: Program) -> None:
        agenda = self.office.agenda
        while (entry := agenda.next) is not None and not self.watch.found:
            wait = (entry.at - self.time.now()).total_seconds()
            if wait > 0:
                await asyncio.sleep(wait)
                continue  # something else may have come before it
            await self.office.act(entry, program)
            agenda.done(entry)
            self.counts[entry.what.value] += 1
        if not self.watch.found:
            await self.office.close(program)

    # What came of it ----------------------------------------------------------------------------------------

    def _report(self) -> Report:
        takes = sorted(
            (one for provider in self.outside.providers.values() for one in provider.took),
            key=lambda take: (take.at, take.channel, take.item),
        )
        lines = [f"{take.at} {take.channel} {take.item} {take.address} {take.life}" for take in takes]
        for tray in self.outside.trays.values():
            lines += [f"{tray.name} {message} {item}" for message, done in tray.done.items() for item in done]
        digest = hashlib.sha256("\n".join([*lines, *self.diary]).encode()).hexdigest()
        self._count(takes)
        return Report(self.seed, self.watch.found, digest, self.counts, self.diary)

    def _count(self, takes: list[Take]) -> None:
        counts = self.counts
        counts["days"] = (self.time.now().date() - self.office.agenda.days[0]).days + 1
        counts["restarts"] = counts["lives"] - 1
        counts["messages"] = len(self.office.released)
        counts["sends"] = len(takes)
        counts["papers"] = sum(len(items) for tray in self.outside.trays.values() for items in tray.done.values())
        for provider in self.outside.providers.values():
            for fate, number in provider.fates.items():
                counts[fate.value] += number


def _said(logs: list[Any]) -> list[str]:
    """What the program itself says has gone wrong."""
    return [
        f"said: {one['event']} {one.get('fault', '')} {one.get('places', '')}"
        for one in logs
        if one["log_level"] in ("error", "critical") and one["event"] not in CALLED_FOR
    ]
