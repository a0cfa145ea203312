"""A small school to send for: a real store, channels that keep what they are given, and a clock that sleeping moves."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from channels.base import CannotTell, Channel, NotFound, Outgoing, Sent, facts
from notifier.clock import FixedClock
from notifier.dispatch.dispatcher import Dispatcher
from notifier.dispatch.node import Node
from notifier.dispatch.readying import Recheck
from notifier.dispatch.tending import TICK
from notifier.model.directory import Contact, Directory, Link, LivesWith, Pupil, Responsibility
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Address, Basis, Delivery, Plan, PublicItem, Send, Verdict
from notifier.model.policy import AddressKind, ChannelFacts, KindPolicy, Policy, QuietHours, Rung
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue.rows import Entry
from notifier.queue.store import Store

C = TypeVar("C")

START = datetime(2026, 9, 14, 10, 0, tzinfo=UTC)
LADDER: tuple[Rung, ...] = (("post",), ("sheet",))


class Patient(FixedClock):
    """Sleeping moves it, but not by half a minute: whoever sleeps so long is woken by what happens, or not at all.

    Else the loops that look around now and then would carry it past every lease while a thread writes to the database.
    """

    async def sleep(self, seconds: float) -> None:
        if seconds >= TICK.total_seconds() / 2:
            await asyncio.Event().wait()
        await super().sleep(seconds)


class Settings(BaseModel):
    pass


class Recording:
    """A channel that keeps what it was given. ``script`` says how the sends to an address end, in order."""

    medium: ClassVar[str] = "mail"
    address: ClassVar[AddressKind] = AddressKind.EMAIL
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = Settings

    def __init__(self, *, parallelism: int = 4, per_minute: float | None = None) -> None:
        self.parallelism = parallelism
        self.per_minute = per_minute
        self.sent: list[Outgoing] = []
        self.script: dict[str, deque[Sent | BaseException]] = {}
        self.gate: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.news = asyncio.Event()
        self.at_once = 0
        self.most_at_once = 0

    def ends(self, address: str, *endings: Sent | BaseException) -> None:
        self.script[address] = deque(endings)

    async def send(self, outgoing: Outgoing) -> Sent:
        self.sent.append(outgoing)
        self.begun.set()
        self.at_once += 1
        self.news.set()
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.gate is not None:
                await self.gate.wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        endings = self.script.get(outgoing.address)
        ending = endings.popleft() if endings else Sent("ref")
        if isinstance(ending, BaseException):
            raise ending
        return ending

    async def close(self) -> None:
        pass

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until sends have made it so."""
        while not condition():
            self.news.clear()
            await self.news.wait()

    @property
    def to(self) -> list[str]:
        return [outgoing.address for outgoing in self.sent]


class Capped(Recording):
    """Its account takes only so many a day, and not all at once."""

    def __init__(
        self,
        *,
        parallelism: int = 4,
        per_minute: float | None = None,
        per_day: int | None = None,
        burst: int = 1,
        begins_with: int = 2,
    ) -> None:
        super().__init__(parallelism=parallelism, per_minute=per_minute)
        self.per_day = per_day
        self.burst = burst
        self.begins_with = begins_with


class Ringing(Recording):
    """Sending again would be a second message: it is looked up first."""

    medium: ClassVar[str] = "short"
    address: ClassVar[AddressKind] = AddressKind.MOBILE
    confirms: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    def __init__(self, *, parallelism: int = 4, per_minute: float | None = None) -> None:
        super().__init__(parallelism=parallelism, per_minute=per_minute)
        self.answer: Sent | NotFound | CannotTell | BaseException = NotFound()
        self.asked: list[tuple[str, datetime]] = []

    async def lookup(self, outgoing: Outgoing, started_at: datetime) -> Sent | NotFound | CannotTell:
        self.asked.append((outgoing.address, started_at))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Sheet(Recording):
    """Gathers items for a person."""

    medium: ClassVar[str] = "call-item"
    address: ClassVar[AddressKind] = AddressKind.NONE
    by_person: ClassVar[bool] = True
    writes_files: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.lying: dict[str, dict[str, Outgoing]] = {}
        self.collated: list[tuple[str, tuple[str, ...]]] = []
        self.refuses: set[str] = set()

    async def send(self, outgoing: Outgoing) -> Sent:
        sent = await super().send(outgoing)
        self.lying.setdefault(outgoing.message, {})[outgoing.item] = outgoing
        return sent

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        if message in self.refuses:
            raise OSError("No space left on device")
        self.collated.append((message, tuple(sorted(self.lying.get(message, {})))))
        return []

    def items(self, message: str) -> Sequence[str]:
        return sorted(self.lying.get(message, {}))

    def withdraw(self, message: str, item: str) -> None:
        self.lying.get(message, {}).pop(item, None)


class Board(Recording):
    medium: ClassVar[str] = "page"
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.down: list[str] = []
        self.refuses = False

    async def take_down(self, item: str) -> None:
        if self.refuses:
            raise OSError("No space left on device")
        self.down.append(item)


class Words:
    """A renderer whose payload says what it was asked for. ``breaks_on`` are pupils it cannot bear."""

    def __init__(self) -> None:
        self.breaks_on: set[str] = set()

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None = None,
    ) -> Any:
        pupils = delivery.pupil_ids if delivery is not None else ()
        if self.breaks_on & set(pupils):
            raise KeyError("secret@example.org")
        return (medium, message.subject, pupils)


@dataclass
class School:
    """Everything a dispatcher needs; ``verdicts`` answers the recheck by delivery key, else it is a yes."""

    store: Store
    clock: FixedClock
    channels: dict[str, Channel]
    directory: Directory = field(default_factory=Directory)
    renderer: Words = field(default_factory=Words)
    mode: Mode = Mode.LIVE
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    rechecked: list[str] = field(default_factory=list)
    recheck: Recheck | None = None
    gone: dict[str, ChannelFacts] = field(default_factory=dict)
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    directory_fails: Exception | None = None
    numbers: int = 0

    @property
    def post(self) -> Recording:
        return _of(self.channels["post"], Recording)

    @property
    def board(self) -> Board:
        return _of(self.channels["board"], Board)

    @property
    def sheet(self) -> Sheet:
        return _of(self.channels["sheet"], Sheet)

    @property
    def ring(self) -> Ringing:
        return _of(self.channels["ring"], Ringing)

    @property
    def policy(self) -> Policy:
        found: dict[str, ChannelFacts] = {
            name: facts(name, type(channel), configured=True) for name, channel in self.channels.items()
        } | self.gone
        kinds = {kind: KindPolicy(LADDER) for kind in Kind}
        kinds[Kind.EMERGENCY] = KindPolicy((("ring", "post"), ("sheet",)), escalate_after=timedelta(minutes=10))
        return Policy("test", kinds, ZoneInfo("Europe/London"), found, quiet_hours=self.quiet_hours)

    def dispatcher(
        self, *, alone: bool = True, nodes: Callable[[], int] = lambda: 1, node: Node | None = None
    ) -> Dispatcher:
        return Dispatcher(
            self.store,
            self.channels,
            self.renderer,
            self.policy,
            self._directory,
            self.clock,
            lambda: 0.0,
            mode=self.mode,
            alone=alone,
            nodes=nodes,
            node=node,
            recheck=self.recheck or self._recheck,
        )

    async def idle(self) -> None:
        """Time enough for whoever waits for nothing but the database to have had its turn."""
        for _ in range(100):
            await self.store.directory_version()

    async def drain(self) -> None:
        await self.dispatcher().drain()

    async def enqueue(
        self,
        families: int = 1,
        *,
        kind: Kind = Kind.LETTER,
        ladder: tuple[Rung, ...] = LADDER,
        public: tuple[str, ...] = (),
        expires: datetime | None = None,
        mode: Mode | None = None,
        adults: int = 1,
        to: str = "",
    ) -> Message:
        """One message to families F0, F1, ...: each with ``adults`` addresses on every channel of the ladder.

        With ``to``, the first of them has this address instead.
        """
        self.numbers += 1
        message = Message(
            id=f"m{self.numbers}",
            key=f"key{self.numbers}",
            mode=mode or self.mode,
            kind=kind,
            audience=(Term(Reach.SCHOOL),),
            author="head",
            bodies=(Body("en", "<p>Hello</p>", "Hello", "Trip"),),
            expires_at=expires,
            accepted_at=self.clock.now(),
        )
        deliveries = [delivery(number, ladder, adults) for number in range(families)]
        if to:
            routes = {name: (Address(route[0].contact_id, to),) for name, route in deliveries[0].routes.items()}
            deliveries[0] = replace(deliveries[0], routes=routes)
        plan = Plan(
            deliveries=tuple(deliveries),
            public=tuple(PublicItem(channel) for channel in public),
        )
        await self.store.enqueue(Entry(message, MessageState.ACCEPTED, plan), self.clock.now())
        return message

    async def states(self, message: Message) -> list[DeliveryState]:
        return [one.state for one in await self.store.deliveries(message.id)]

    async def legs(self, message: Message) -> list[tuple[str, LegState]]:
        return sorted((one.channel, one.state) for one in await self.store.legs(message.id))

    async def later(self, wait: timedelta) -> None:
        """The clock moves on, and all that is due then is done."""
        self.clock.at += wait
        await self.drain()

    async def _directory(self, version: int) -> Directory:
        if self.directory_fails is not None:
            raise self.directory_fails
        return replace(self.directory, version=version)

    def _recheck(
        self, message: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime
    ) -> Verdict:
        self.rechecked.append(delivery.key)
        return self.verdicts.get(delivery.key, Send(delivery))


def delivery(number: int, ladder: tuple[Rung, ...] = LADDER, adults: int = 1) -> Delivery:
    contacts = tuple(f"C{number}{letter}" for letter in "abcd"[:adults])
    names = {channel for rung in ladder for channel in rung}
    return Delivery(
        key=f"F{number}",
        contact_ids=contacts,
        pupil_ids=(f"P{number}",),
        household=f"h{number}",
        basis=Basis.MAIN,
        ladder=ladder,
        routes={name: tuple(Address(one, f"{one}@{name}.example.org") for one in contacts) for name in names},
    )


def at(number: int, channel: str = "post", letter: str = "a") -> str:
    """The address of one adult of one family on a channel."""
    return f"C{number}{letter}@{channel}.example.org"


def family(number: int) -> tuple[Pupil, Contact, Link]:
    """As routing itself knows a family: one pupil with one parent at home."""
    pupil = Pupil(f"P{number}", "Ada", "Okafor", "Oak")
    contact = Contact(f"C{number}a", forename="Ngozi", surname="Okafor", email=at(number))
    link = Link(pupil.id, contact.id, "mother", 1, LivesWith.YES, Responsibility.YES)
    return pupil, contact, link


def directory_of(families: Iterable[tuple[Pupil, Contact, Link]]) -> Directory:
    rows = list(families)
    pupils: Mapping[str, Pupil] = {pupil.id: pupil for pupil, _, _ in rows}
    contacts: Mapping[str, Contact] = {contact.id: contact for _, contact, _ in rows}
    return Directory(1, pupils, contacts, tuple(link for _, _, link in rows))


def _of(channel: Channel, kind: type[C]) -> C:
    assert isinstance(channel, kind)
    return channel
