"""A school whose calendar and clock a test changes, over a real database and the real rota."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from notifier.acceptance import Acceptance, World, noticing
from notifier.acceptance.missing import Missing
from notifier.acceptance.waiting import Waiting
from notifier.clock import FixedClock
from notifier.model.calendar import Event, SchoolCalendar, SchoolTerm
from notifier.model.directory import Contact
from notifier.model.message import Kind, Lane, Message, Mode
from notifier.model.occurrence import Occurrence
from notifier.model.states import DeliveryState, LegState
from notifier.queue import Store
from notifier.queue.rows import Settlement
from notifier.rendering.prepared import Prepared
from notifier.schedule import Rota
from tests.unit.acceptance.school import WORLD
from tests.unit.routing.families import LONDON

MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=LONDON)
FARM = Event("farm", "Farm visit", date(2026, 11, 20), time(9, 30), time(15), "City farm", False, "Oak", "trip")
POLICY = replace(WORLD.policy, lead_time={"trip": 10})
TERMS = (SchoolTerm("Autumn", date(2026, 11, 2), date(2026, 12, 18)),)


def moved(day: int, **more: Any) -> Event:
    return replace(FARM, date=date(2026, 11, day), **more)


def calendar(*events: Event) -> SchoolCalendar:
    return SchoolCalendar(TERMS, events=events)


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON)


def numbered() -> Callable[[Kind], str]:
    numbers = iter(range(1, 1000))
    return lambda kind: f"{kind.value}-{next(numbers)}"


def on_paper(world: World) -> World:
    """The one adult wants paper, another of the same child has email, in a home of their own."""
    directory = world.directory
    assert directory is not None
    contacts = {
        **directory.contacts,
        "C1": replace(directory.contacts["C1"], email="", address=("1 Elm Road", "London"), postcode="E7 8AB"),
        "C3": Contact("C3", "Mr", "Omar", "Khan", email="omar@example.org"),
    }
    links = (*directory.links, replace(directory.links[0], contact_id="C3", priority=2))
    return replace(world, directory=replace(directory, contacts=contacts, links=links))


class Desk:
    """``run`` does what falls due, ``post`` sends it."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.world: World = replace(WORLD, calendar=calendar(FARM), school="Meadow Bank", policy=POLICY)
        self.acceptance = Acceptance(store, lambda: self.world, clock, numbered())
        self.duties = noticing.duties(store, lambda: self.world, self.acceptance, Prepared(), clock)
        waiting = Waiting(store, lambda: self.world, self.acceptance)
        missing = Missing(store, lambda: self.world, self.acceptance.make_id)
        self.rota = Rota(store, (*self.duties, waiting), missing.record, Mode.TRIAL, clock)

    def events(self, *events: Event) -> None:
        self.world = replace(self.world, calendar=calendar(*events))

    async def run(self, until: datetime) -> list[Message]:
        """From one moment at which something falls due to the next; the messages that came of it."""
        before = {one.id for one in await self.store.messages()}
        while True:
            looked = await self.rota.look()
            if looked.done:
                continue
            if self.clock.at >= until:
                break
            self.clock.at = min(until, looked.next or self.clock.at + timedelta(hours=12))
        fresh = [one for one in await self.store.messages() if one.id not in before]
        return [one.message for one in sorted(fresh, key=lambda one: (one.received_at, int(one.id.split("-")[1])))]

    async def post(self, *, only: str = "") -> int:
        """Hand over what is due, or only to this adult. How many copies."""
        done = 0
        for channel in ("email", "letter"):
            claim = await self.store.claim(
                "w1", channel, [Lane.NORMAL], 100, timedelta(minutes=5), self.clock.now(), mode=Mode.TRIAL
            )
            for leg in claim.legs:
                if only and leg.contact_id != only:
                    await self.store.give_back([leg.leg_id], "w1", self.clock.now())
                    continue
                settled = Settlement(leg.leg_id, leg.attempt_id, "w1", LegState.SENT)
                assert await self.store.settle([settled], self.clock.now()) == [True]
                done += 1
        return done

    async def whom(self, message: Message) -> list[str]:
        return sorted(
            one
            for stored in await self.store.deliveries(message.id)
            if stored.state is not DeliveryState.CANCELLED
            for one in stored.delivery.contact_ids
        )

    async def tasks(self) -> list[str]:
        return [one.what for one in await self.store.tasks()]

    async def upcoming(self, days: int = 60) -> list[Occurrence]:
        now = self.clock.now()
        found = [one for duty in self.duties for one in await duty.upcoming(now, now + timedelta(days=days))]
        decided = await self.store.decisions.decided([one.key for one in found], Mode.TRIAL)
        return sorted((one for one in found if one.key not in decided), key=lambda one: one.at)
