"""The part of the store that keeps what providers tell (DESIGN 3.7)."""

from collections.abc import Sequence
from datetime import datetime

from notifier.model.message import Mode
from notifier.model.plan import Task
from notifier.queue import receipts
from notifier.queue.news import Agreeing, Heard, LegNews, Refused, Refusing, Silent, StoredReceipt
from notifier.queue.transactions import Transactions


class Hearing(Transactions):
    """Receipts, and what we learned from families' answers. Any method may raise StoreProblem."""

    async def keep_receipt(self, channel: str, url: str, body: bytes, now: datetime) -> None:
        """What a provider told, as it came. Durable when this returns."""
        await self._write(receipts.keep, channel, url, body, now)

    async def receipts_due(self, now: datetime, limit: int) -> list[StoredReceipt]:
        """Kept and not yet consumed, the oldest first."""
        return await self._database.read(receipts.due, now, limit)

    async def consume_receipt(
        self,
        id: int,
        now: datetime,
        *,
        news: Sequence[LegNews] = (),
        tasks: Sequence[Task] = (),
        refusing: Sequence[Refusing] = (),
        agreeing: Sequence[Agreeing] = (),
        unreadable: bool = False,
    ) -> Heard | None:
        """All that a receipt says, once, in one commit; None where another node was quicker."""
        return await self._write(receipts.consume, id, news, tasks, refusing, agreeing, now, unreadable)

    async def postpone_receipt(self, id: int, at: datetime) -> None:
        await self._database.write(receipts.postpone, id, at)

    async def tell(self, news: Sequence[LegNews], now: datetime) -> list[Heard]:
        """What a provider said when it was asked; by the same rules as a receipt."""
        return await self._write(receipts.tell, news, now)

    async def silent(self, channel: str, mode: Mode, since: datetime) -> list[Silent]:
        """Legs handed over since that moment of which nothing was heard."""
        return await self._database.read(receipts.silent, channel, mode, since)

    async def refused(self, channel: str, address: str) -> datetime | None:
        """Since when whoever has this address wants nothing by this channel; None: nobody said so."""
        return await self._database.read(receipts.refused, channel, address)

    async def refused_by(self, channel: str) -> dict[str, datetime]:
        """Every address that takes nothing more by this channel, and since when."""
        return await self._database.read(receipts.refused_by, channel)

    async def refusals(self, addresses: Sequence[str]) -> list[Refused]:
        """Which of these addresses are not used any more, by which channel."""
        return await self._database.read(receipts.refusals, addresses)

    async def use_again(self, one: Refused, by: str, whom: str, now: datetime) -> bool:
        """A person lets an address be tried again. ``whom``: the id of the adult who has it."""
        return await self._write(receipts.use_again, one, by, whom, now)

    async def leg_of_reference(self, channel: str, reference: str, since: datetime) -> str:
        """The leg that went under this reference since then; empty where there is none."""
        return await self._database.read(receipts.leg_of_reference, channel, reference, since)

    async def last_sent_to(self, channel: str, address: str, since: datetime) -> str:
        """The newest leg that was handed over to this address since then; empty where there is none."""
        return await self._database.read(receipts.last_sent_to, channel, address, since)

    async def contact_of(self, leg_id: str) -> str:
        return await self._database.read(receipts.contact_of, leg_id)

    async def suspend(self, leg_id: str, now: datetime) -> bool:
        """Whether this leg's failure was the third running by its address, which then is used no more."""
        return await self._write(receipts.suspend, leg_id, now)

    async def tries_of(self, leg_id: str) -> int:
        return await self._database.read(receipts.tries_of, leg_id)
