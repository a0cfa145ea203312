"""Sheets and print runs, rebuilt when a message's legs are quiet (DESIGN 3.7).

They are made wholly from item files, each of which is checked again just before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from channels.base import Channel, ChannelError, Checks, Collates, TakesDown
from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.outgoing import Packer, stem
from notifier.dispatch.readying import Recheck
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.directory import Directory
from notifier.model.message import Message, Mode
from notifier.model.plan import Address, Delivery, Hold, Send, Withhold
from notifier.model.policy import Policy
from notifier.model.states import FAILED_LEG, SETTLED_LEG, DeliveryState, MessageState
from notifier.queue.rows import StoredDelivery, StoredLeg, StoredMessage

STOPPED = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED})
OUT = frozenset({DeliveryState.WITHHELD, DeliveryState.HELD, DeliveryState.CANCELLED, DeliveryState.EXPIRED})
"""A delivery in one of these has no place on a sheet."""
RECENT = timedelta(days=7)
"""Sheets of messages that changed within this time are rebuilt at every start, also when no item is left of them."""

log = logger("dispatch")


class Keeps(Protocol):
    """What collating asks of the queue."""

    async def quiet(self, message_id: str, channel: str) -> bool: ...
    async def message(self, id: str) -> StoredMessage | None: ...
    async def messages(
        self, states: Iterable[MessageState] | None = None, limit: int = 1000
    ) -> list[StoredMessage]: ...
    async def legs(self, message_id: str) -> list[StoredLeg]: ...
    async def deliveries(self, message_id: str) -> list[StoredDelivery]: ...
    async def unreached(self, message_id: str | None = None) -> list[StoredDelivery]: ...
    async def directory_version(self) -> int: ...
    async def hold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool: ...
    async def withhold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool: ...


class Collator:
    """Knows which sheets want rebuilding. One rebuild at a time."""

    def __init__(
        self,
        store: Keeps,
        channels: Mapping[str, Channel],
        packer: Packer,
        directories: Callable[[int], Awaitable[Directory]],
        policy: Policy,
        recheck: Recheck,
        clock: Clock,
        mode: Mode,
    ) -> None:
        self._store = store
        self._channels = dict(channels)
        self._sheets = {name: one for name, one in channels.items() if isinstance(one, Collates)}
        self._public = {name: one for name, one in channels.items() if isinstance(one, TakesDown)}
        self._packer = packer
        self._directories = directories
        self._policy = policy
        self._recheck = recheck
        self._clock = clock
        self._mode = mode
        self._touched: dict[tuple[str, str], None] = {}
        self._stopped: set[str] = set()
        self._to_ring: dict[tuple[str, str], int] = {}
        """How many families stood on each call sheet when it was last made."""
        self._one_at_a_time = asyncio.Lock()
        self._day = clock.now().date()
        self._school_day = self._at_school(clock.now())
        self._swept: int | None = None

    @property
    def touched(self) -> bool:
        return bool(self._touched)

    def touch(self, message_id: str, channel: str) -> None:
        """Something became of a leg of this message and channel."""
        if channel in self._sheets:
            self._touched[message_id, channel] = None

    def touch_all(self, message_id: str) -> None:
        """Something became of a delivery of this message, by whatever channel."""
        for name in self._sheets:
            self._touched[message_id, name] = None

    async def new_day(self) -> bool:
        """Once a day what was written and is still here is looked through, as at a start. True: sheets may be due.

        What stands in public by the day by which the channels themselves reckon: yesterday's closure comes down. Sheets
        and print runs by the school's, with which an order begins and a consent ends.
        """
        now = self._clock.now()
        if now.date() != self._day:
            for channel in self._channels.values():
                if channel.public and isinstance(channel, Checks):
                    await channel.check()
            self._day = now.date()
        if self._school_day == self._at_school(now):
            return False
        await self.sweep()
        self._school_day = self._at_school(now)
        return True

    def _at_school(self, now: datetime) -> date:
        return now.astimezone(self._policy.timezone).date()

    async def begin(self, version: int) -> None:
        """At every start; once more in one life only if the directory in force is another by now."""
        if version != self._swept:
            await self.sweep()
            self._swept = version

    async def sweep(self) -> None:
        """At every start, and when another directory is in force: whatever has items, or changed of late."""
        since = self._clock.now() - RECENT
        for stored in await self._store.messages():
            if stored.state in STOPPED and (stored.changed_at < since or await self._taken_down(stored.id)):
                self._stopped.add(stored.id)
            for name, sheets in self._sheets.items():
                mine = stored.message.mode is self._mode
                if mine and (stored.changed_at >= since or sheets.items(stored.id)):
                    self.touch(stored.id, name)

    async def notice_stopped(self) -> None:
        """Messages cancelled or superseded since this was last asked lose their items, and what stands in public."""
        for stored in await self._store.messages(STOPPED, 50):
            if stored.id not in self._stopped:
                for name in self._sheets:
                    self.touch(stored.id, name)
                if await self._taken_down(stored.id):
                    self._stopped.add(stored.id)

    async def _taken_down(self, message_id: str) -> bool:
        """False where it could not be written: it is then tried again."""
        if not self._public:
            return True
        try:
            for leg in await self._store.legs(message_id):
                if (channel := self._public.get(leg.channel)) is not None:
                    await channel.take_down(stem(leg.id))
        except (ChannelError, OSError) as fault:
            log.warning("not-taken-down", message=message_id, fault=faults.kind(fault))
            return False
        return True

    async def notice_reached(self) -> None:
        """Families that a person ticked off, or who answered, leave the call sheet, whoever wrote that down."""
        for (message_id, name), before in list(self._to_ring.items()):
            if len(await self._store.unreached(message_id)) < before:
                self.touch(message_id, name)

    async def collate(self) -> None:
        """Rebuild what was touched and is quiet; the rest stays touched. A sheet that fails never stops another."""
        async with self._one_at_a_time:
            # Whom a person rings comes before what is printed: a long print run takes its time.
            for message_id, name in sorted(self._touched, key=lambda one: not self._channels[one[1]].by_person):
                try:
                    if not await self._store.quiet(message_id, name):
                        continue
                    self._touched.pop((message_id, name), None)
                    await self._rebuild(message_id, name)
                except Exception as error:
                    self._touched[message_id, name] = None
                    log.error(
                        "sheet-not-rebuilt",
                        message=message_id,
                        channel=name,
                        fault=faults.kind(error),
                        places=faults.places(error),
                    )

    async def _rebuild(self, message_id: str, name: str) -> None:
        sheets = self._sheets[name]
        items = sheets.items(message_id)  # before the legs: an item written later is not judged by an older state
        stored = await self._store.message(message_id)
        first: set[str] = set()
        if items and stored is not None:
            legs = {stem(leg.id): leg for leg in await self._store.legs(message_id) if leg.channel == name}
            deliveries = {one.id: one for one in await self._store.deliveries(message_id)}
            directory = await self._directories(await self._store.directory_version())
            for number, item in enumerate(items):
                leg = legs.get(item)
                if leg is not None and not await self._stands(stored, leg, deliveries[leg.delivery_id], directory):
                    sheets.withdraw(message_id, item)
                if number % 50 == 0:
                    await asyncio.sleep(0)
            if self._channels[name].by_person:
                first = _nobody_reached(legs, deliveries)
                to_ring = sum(one.state is DeliveryState.UNREACHED for one in deliveries.values())
                self._to_ring[message_id, name] = to_ring
        await asyncio.to_thread(sheets.collate, message_id, first)
        reached("collated")

    async def _stands(self, stored: StoredMessage, leg: StoredLeg, kept: StoredDelivery, directory: Directory) -> bool:
        """Whether an item may stay; what changed about it is written anew."""
        if stored.state in STOPPED or kept.state in OUT or leg.state in FAILED_LEG:
            return False
        if kept.state is DeliveryState.CONFIRMED and self._channels[leg.channel].by_person:
            return False  # nobody needs to ring a family that is reached
        if kept.public:
            return True
        now = self._clock.now()
        match self._recheck(stored.message, kept.delivery, directory, self._policy, now):
            case Withhold(rule, reason):
                if leg.state in SETTLED_LEG:
                    await self._store.withhold_delivery(kept.id, f"{reason} ({rule})", now)
                return False
            case Hold(rule, reason):
                if leg.state in SETTLED_LEG:
                    await self._store.hold_delivery(kept.id, f"{reason} ({rule})", now)
                return False
            case Send(checked):
                if checked == kept.delivery or leg.state not in SETTLED_LEG:
                    return True
                return await self._rewrite(stored.message, leg, kept, checked, directory)

    async def _rewrite(
        self, message: Message, leg: StoredLeg, kept: StoredDelivery, checked: Delivery, directory: Directory
    ) -> bool:
        """The same item by the delivery as it stands; False where it may go to this address no more."""
        channel = self._channels[leg.channel]
        routes = checked.routes.get(leg.channel, ())
        address: Address | None = next((one for one in routes if one.contact_id == leg.contact_id), None)
        if address is None and channel.by_person and routes:
            address = routes[0]
        now = self._clock.now()
        if address is None:
            await self._store.hold_delivery(kept.id, "This address may not be used any more.", now)
            return False
        outgoing = await self._packer.pack(channel, leg.id, leg.id, message, checked, address, directory, now)
        await channel.send(outgoing)
        return True


def _nobody_reached(legs: Mapping[str, StoredLeg], deliveries: Mapping[str, StoredDelivery]) -> set[str]:
    """The stems of the items about a child of whom no adult has been reached."""
    reached_pupils = {
        pupil_id
        for one in deliveries.values()
        if one.state is DeliveryState.CONFIRMED
        for pupil_id in one.delivery.pupil_ids
    }
    return {
        stem_
        for stem_, leg in legs.items()
        if not reached_pupils.issuperset(deliveries[leg.delivery_id].delivery.pupil_ids)
    }
