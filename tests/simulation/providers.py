"""Providers that keep a ledger of what really reached whom, and each process's lines to them.

A provider outlives every process; what it took it took, whether or not the process
that asked lived to hear of it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from pydantic import BaseModel

from channels.base import CannotTell, NotFound, OutcomeUnknown, Outgoing, PermanentFailure, Sent, TemporaryFailure
from notifier.model.message import Message
from notifier.model.plan import Address, Delivery
from notifier.model.policy import AddressKind
from tests.simulation.life import Life
from tests.simulation.virtual import Time
from tests.simulation.weather import Fate, Sky, Weather

DEAD_ADDRESSES = 0.04
"""Share of addresses at which nobody can be reached."""
NEVER = 600.0
"""Seconds of a stall: longer than any send may take."""


@dataclass
class Take:
    """Something arrived. ``sure_at`` is when the process heard so, None while it could not know."""

    at: int
    channel: str
    item: str
    address: str
    message: Message
    delivery: Delivery | None
    life: int
    sure_at: int | None = None
    untold: bool = False
    """The provider had been asked about an earlier try, and could not tell."""


class Says:
    """A renderer that says whom it was asked to address about whom, so that the ledger knows."""

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: object,
        now: object,
        address: Address | None = None,
    ) -> tuple[Message, Delivery | None]:
        return message, delivery


class Provider:
    """``asked`` is told of every send before anything comes of it, ``landed`` of all that arrives."""

    def __init__(
        self,
        name: str,
        time: Time,
        weather: Weather,
        random: Random,
        asked: Callable[[str, Outgoing], None],
        landed: Callable[[Take, list[Take]], None],
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.name = name
        self.time = time
        self.weather = weather
        self.asked = asked
        self.landed = landed
        self.say = say
        self.random = random
        self.took: list[Take] = []
        self.by_item: dict[str, list[Take]] = {}
        self.untold: set[str] = set()
        """Items of which it once could not say whether it has them."""
        self.fates: Counter[Fate] = Counter()
        self._in_the_air: list[Take] = []

    def fate(self, outgoing: Outgoing) -> Fate:
        found = self.weather.fate(self.time.micros, self.random)
        if found is Fate.TAKEN and Random(f"dead {outgoing.address}").random() < DEAD_ADDRESSES:
            found = Fate.PERMANENT
        self.fates[found] += 1
        message, delivery = payload(outgoing)
        whom = f" for {','.join(delivery.contact_ids)} about {','.join(delivery.pupil_ids)}" if delivery else ""
        self.say(f"    {self.name}: {message.id}{whom}: {found.value}")
        return found

    def begin(self, outgoing: Outgoing, life: Life) -> Take:
        message, delivery = outgoing.payload
        take = Take(self.time.micros, self.name, outgoing.item, outgoing.address, message, delivery, life.number)
        take.untold = outgoing.item in self.untold
        self._in_the_air.append(take)
        return take

    def land(self, take: Take, *, taken: bool) -> None:
        """What was on the wire arrived, or did not."""
        self._in_the_air = [one for one in self._in_the_air if one is not take]
        if taken:
            take.at = self.time.micros
            earlier = self.by_item.setdefault(take.item, [])
            self.landed(take, earlier)
            self.took.append(take)
            earlier.append(take)

    def cut(self) -> None:
        """The process that was sending is gone: of what was on the wire some arrives."""
        for take in list(self._in_the_air):
            self.land(take, taken=self.random.random() < 0.5)


class NoSettings(BaseModel):
    pass


class Line:
    """A channel of one process."""

    medium: ClassVar[str] = "mail"
    address: ClassVar[AddressKind] = AddressKind.EMAIL
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = NoSettings

    def __init__(self, provider: Provider, life: Life) -> None:
        self.provider = provider
        self.life = life
        self.parallelism = 3
        self.per_minute: float | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        provider, life = self.provider, self.life
        life.instant()
        provider.asked(provider.name, outgoing)
        fate = provider.fate(outgoing)
        take = provider.begin(outgoing, life)
        await asyncio.sleep(0.02 + provider.random.random() ** 4)
        life.instant()
        provider.land(take, taken=fate in (Fate.TAKEN, Fate.DOUBT_TAKEN, Fate.STALL_TAKEN))
        life.instant()
        match fate:
            case Fate.TEMPORARY:
                later = provider.random.choice((None, None, None, timedelta(minutes=10), timedelta(days=9)))
                raise TemporaryFailure("Not now.", later)
            case Fate.PERMANENT:
                raise PermanentFailure("Nobody there.")
            case Fate.DOUBT_TAKEN | Fate.DOUBT_LOST:
                raise OutcomeUnknown("The connection was lost.")
            case Fate.STALL_TAKEN | Fate.STALL_LOST:
                await asyncio.sleep(NEVER)
                raise AssertionError("No send may take so long.")
            case Fate.FAULT:
                raise KeyError("a fault")
            case Fate.TAKEN:
                take.sure_at = provider.time.micros
                return Sent(take.item, confirmed=self.confirms and provider.random.random() < 0.7)

    async def close(self) -> None:
        pass


class Email(Line):
    pass


class Text(Line):
    """Sending again would be a second message: it is looked up first."""

    medium: ClassVar[str] = "short"
    address: ClassVar[AddressKind] = AddressKind.MOBILE
    confirms: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    async def lookup(self, outgoing: Outgoing, started_at: datetime) -> Sent | NotFound | CannotTell:
        provider = self.provider
        self.life.instant()
        await asyncio.sleep(0.05 + provider.random.random())
        self.life.instant()
        sky = provider.weather.at(provider.time.micros)
        if sky is Sky.OUT or (sky is Sky.POOR and provider.random.random() < 0.3):
            provider.untold.add(outgoing.item)
            if provider.random.random() < 0.3:
                raise TemporaryFailure("Not now.")
            return CannotTell("It does not say.")
        took = provider.by_item.get(outgoing.item, [])
        for take in took:
            take.sure_at = take.sure_at or provider.time.micros
        return Sent(outgoing.item) if took else NotFound()


class Voice(Text):
    address: ClassVar[AddressKind] = AddressKind.PHONE


class Website(Line):
    medium: ClassVar[str] = "page"
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = True
    writes_files: ClassVar[bool] = True


def payload(outgoing: Outgoing) -> tuple[Message, Delivery | None]:
    found: Any = outgoing.payload
    message, delivery = found
    return message, delivery
