"""The part of the store that says what became of a message, and what is still to be done."""

from collections.abc import Collection
from datetime import datetime

from notifier.model.message import Mode
from notifier.model.plan import Step, Withheld
from notifier.queue import outlook, reports
from notifier.queue.rows import Counts, Lost, OpenWork, Status, StoredAttempt, StoredDelivery, StoredLeg, Waiting
from notifier.queue.transactions import Transactions


class Progress(Transactions):
    """Each method is one read. Any may raise StoreProblem."""

    async def counts(self, message_id: str) -> Counts:
        return await self._database.read(reports.counts, message_id)

    async def delivery(self, delivery_id: str) -> StoredDelivery | None:
        return await self._database.read(reports.delivery, delivery_id)

    async def deliveries(self, message_id: str, about: Collection[str] | None = None) -> list[StoredDelivery]:
        """In the plan's order, public ones last; ``about``: only those that name one of these pupils or adults."""
        return await self._database.read(reports.deliveries, message_id, about)

    async def legs(self, message_id: str) -> list[StoredLeg]:
        return await self._database.read(reports.legs, message_id)

    async def attempts(self, message_id: str) -> list[StoredAttempt]:
        return await self._database.read(reports.attempts, message_id)

    async def withheld(self, message_id: str) -> list[Withheld]:
        return await self._database.read(reports.withheld, message_id)

    async def trace(self, message_id: str) -> list[Step]:
        return await self._database.read(reports.trace, message_id)

    async def unreached(self, message_id: str | None = None) -> list[StoredDelivery]:
        return await self._database.read(reports.unreached, message_id)

    async def held_for(self, rule: str) -> list[str]:
        """The ids of deliveries of accepted messages that were held by this rule just before they were sent."""
        return await self._database.read(reports.held_for, rule)

    async def items_of(self, message_id: str, channel: str) -> list[tuple[str, StoredDelivery]]:
        """The ids of that channel's legs that have been written, with their deliveries as they stand now."""
        return await self._database.read(reports.items_of, message_id, channel)

    async def quiet(self, message_id: str, channel: str) -> bool:
        """No leg of that message and channel is due or started: its sheet may be collated."""
        return await self._database.read(reports.quiet, message_id, channel)

    async def open_work(self, now: datetime) -> list[OpenWork]:
        """What is left, and when."""
        return await self._database.read(reports.open_work, now)

    async def status(self) -> Status:
        return await self._database.read(reports.status)

    async def stuck(self) -> list[OpenWork]:
        """What nobody can tell about, and what a fault stopped, as far as it waits for a person."""
        return await self._database.read(reports.stuck)

    async def waiting(self, mode: Mode, now: datetime) -> list[Waiting]:
        """What is on its way, by message, channel and lane."""
        return await self._database.read(outlook.waiting, mode, now)

    async def lost_accounts(self) -> dict[str, Lost]:
        """By channel, which accounts do not serve us now, as far as is known."""
        return await self._database.read(outlook.lost_accounts)

    async def sent_since(self, channel: str, since: datetime, mode: Mode, *, but_by: str = "") -> list[datetime]:
        """When each send began that the channel's account took, or may have taken; without those of one owner."""
        return await self._database.read(outlook.sent_since, channel, since, but_by, mode)
