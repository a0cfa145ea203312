"""The store: every method is one transaction or one read (DESIGN 3.6, 4)."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from notifier.clock import Clock
from notifier.model.message import Kind, Lane, Message, Mode
from notifier.model.plan import Plan, Step, Withheld
from notifier.model.states import MessageState
from notifier.queue.rows import (
    Cancelled,
    Claim,
    ClaimedLeg,
    Counts,
    Enqueued,
    Entry,
    OpenWork,
    Settlement,
    Status,
    StoredAttempt,
    StoredDelivery,
    StoredLeg,
    StoredMessage,
    StoredTask,
    Wanted,
)


class StoreProblem(Exception):
    """The database cannot be used; ``sentence`` says why and what to do next."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Store:
    """One school's database. ``wake`` is set whenever this process wrote something that may be due."""

    wake: asyncio.Event

    @classmethod
    async def open(cls, url: str, *, root: Path, create: bool, clock: Clock) -> "Store":
        """Open the database; only ``create`` makes, migrates and stamps it. Raises StoreProblem."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    async def changed(self) -> bool:
        """Whether another process has written since this was last asked."""
        raise NotImplementedError

    # messages

    async def enqueue(self, entry: Entry, now: datetime) -> Enqueued:
        raise NotImplementedError

    async def release(
        self, message_id: str, message: Message, plan: Plan, now: datetime, *, directory_version: int = 0
    ) -> bool:
        raise NotImplementedError

    async def set_waiting(self, message_id: str, message: Message, now: datetime) -> bool:
        raise NotImplementedError

    async def hold(self, message_id: str, by: str, now: datetime) -> bool:
        """A waiting message waits for a person."""
        raise NotImplementedError

    async def refuse(self, message_id: str, now: datetime, by: str = "") -> bool:
        raise NotImplementedError

    async def cancel(self, message_id: str, by: str, now: datetime) -> Cancelled | None:
        raise NotImplementedError

    async def message(self, id: str) -> StoredMessage | None:
        raise NotImplementedError

    async def messages(self, states: Iterable[MessageState] | None = None, limit: int = 1000) -> list[StoredMessage]:
        """Newest first."""
        raise NotImplementedError

    async def find(self, text: str) -> StoredMessage | None:
        raise NotImplementedError

    async def due_messages(self, now: datetime) -> list[StoredMessage]:
        raise NotImplementedError

    async def waiting_for(self, newsletter: str) -> list[StoredMessage]:
        raise NotImplementedError

    async def blob(self, digest: str) -> bytes | None:
        raise NotImplementedError

    # what became of a message

    async def counts(self, message_id: str) -> Counts:
        raise NotImplementedError

    async def delivery(self, delivery_id: str) -> StoredDelivery | None:
        raise NotImplementedError

    async def deliveries(self, message_id: str) -> list[StoredDelivery]:
        raise NotImplementedError

    async def legs(self, message_id: str) -> list[StoredLeg]:
        raise NotImplementedError

    async def attempts(self, message_id: str) -> list[StoredAttempt]:
        raise NotImplementedError

    async def withheld(self, message_id: str) -> list[Withheld]:
        raise NotImplementedError

    async def trace(self, message_id: str) -> list[Step]:
        raise NotImplementedError

    async def unreached(self, message_id: str | None = None) -> list[StoredDelivery]:
        raise NotImplementedError

    async def items_of(self, message_id: str, channel: str) -> list[tuple[str, StoredDelivery]]:
        """Legs of that channel that have been written (SENT), with their deliveries as they stand."""
        raise NotImplementedError

    async def quiet(self, message_id: str, channel: str) -> bool:
        """No leg of that message and channel is due or started: its sheet may be collated."""
        raise NotImplementedError

    async def open_work(self, now: datetime) -> list[OpenWork]:
        raise NotImplementedError

    async def status(self) -> Status:
        raise NotImplementedError

    # claim, send, settle

    async def claim(
        self,
        owner: str,
        channel: str,
        lanes: Sequence[Lane],
        limit: int,
        lease: timedelta,
        now: datetime,
        *,
        alone_first: bool = True,
        mode: Mode | None = None,
    ) -> Claim:
        raise NotImplementedError

    async def claim_unknown(
        self, owner: str, lease: timedelta, now: datetime, *, channel: str | None = None, mode: Mode | None = None
    ) -> ClaimedLeg | None:
        raise NotImplementedError

    async def take_over(self, owner: str, now: datetime, *, all_leases: bool = False) -> list[ClaimedLeg]:
        raise NotImplementedError

    async def still_wanted(self, leg_ids: Sequence[str], now: datetime) -> dict[str, Wanted]:
        raise NotImplementedError

    async def give_back(
        self, leg_ids: Sequence[str], owner: str, now: datetime, *, until: datetime | None = None
    ) -> None:
        """Claimed but not begun: due again at once, or at ``until`` (quiet hours). Not counted as a try."""
        raise NotImplementedError

    async def settle(self, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
        raise NotImplementedError

    async def resolve(self, id: str, sent: bool, by: str, now: datetime) -> bool:
        """A person says what became of an unknown leg, or of all unknown legs of a delivery."""
        raise NotImplementedError

    async def hold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool:
        raise NotImplementedError

    async def withhold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool:
        """Also for an item already written whose files were then withdrawn."""
        raise NotImplementedError

    async def requeue_held(self, delivery_id: str, now: datetime, by: str) -> bool:
        raise NotImplementedError

    # moments

    async def escalate(self, now: datetime, after: Mapping[Kind, timedelta]) -> int:
        raise NotImplementedError

    async def expire(self, now: datetime, escalating: Collection[Kind] = ()) -> int:
        """``escalating``: the kinds with ``escalate_after``. Returns how many deliveries ended."""
        raise NotImplementedError

    async def next_moment(self, now: datetime, after: Mapping[Kind, timedelta] | None = None) -> datetime | None:
        """The earliest moment after ``now`` at which something falls due; ``after`` as in ``escalate``."""
        raise NotImplementedError

    # tasks, directory, audit

    async def tasks(self, open_only: bool = True, message_id: str | None = None) -> list[StoredTask]:
        raise NotImplementedError

    async def task_done(self, id: int, by: str, now: datetime) -> bool:
        raise NotImplementedError

    async def put_directory(self, version: int, data: bytes, now: datetime) -> bool:
        raise NotImplementedError

    async def directory_version(self) -> int:
        raise NotImplementedError

    async def directory(self, version: int) -> bytes | None:
        raise NotImplementedError

    async def audit(self, what: str, by: str, about: str, now: datetime) -> None:
        raise NotImplementedError
