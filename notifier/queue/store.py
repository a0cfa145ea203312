"""The store: every method is one transaction or one read (DESIGN 3.6, 4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from notifier.clock import Clock
from notifier.model.message import Kind, Lane, Message, Mode
from notifier.model.plan import Offer, Plan, Task
from notifier.model.states import DeliveryState, MessageState
from notifier.queue import (
    claims,
    closures,
    copies,
    directories,
    leases,
    lookup,
    messages,
    moments,
    nodes,
    settling,
    stamp,
    tasks,
)
from notifier.queue.caring import Care
from notifier.queue.closure_store import ClosureStore
from notifier.queue.decisions import Decisions
from notifier.queue.engine import BUSY_SECONDS, Database, Line
from notifier.queue.hearing import Hearing
from notifier.queue.opening import open_database
from notifier.queue.problem import StoreProblem
from notifier.queue.progress import Progress
from notifier.queue.rows import (
    Cancelled,
    Claim,
    ClaimedLeg,
    Enqueued,
    Entry,
    Settlement,
    StoredMessage,
    StoredTask,
    Wanted,
)
from notifier.queue.told import Told

__all__ = ["Store", "StoreProblem"]

PROGRAM = "the program"
"""Who did it, for the audit, where no person did."""


class Store(Progress, Hearing, Care):
    """One school's database.

    ``wake`` is set whenever this process wrote something that may be due; other
    processes are noticed by ``changed``. ``decisions``: what falls due once; ``told``: what was said
    about events. Any method may raise StoreProblem.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.decisions = Decisions(database, self.wake)
        self.told = Told(database)
        self.closing = ClosureStore(database, self.wake)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        root: Path,
        create: bool,
        clock: Clock,
        sender: bool = False,
        patience: float = BUSY_SECONDS,
    ) -> "Store":
        """Open the database; only ``create`` makes, migrates and stamps it. Raises StoreProblem.

        ``url`` as in ``[store] url``; ``root`` is the school folder, where a relative file lies, or
        for a ``sender`` the folder of its config, with a copy of the school's stamp. ``patience``: seconds to
        wait for another process that holds an embedded database.
        """
        return cls(await open_database(url, root, clock.now(), create=create, sender=sender, patience=patience))

    async def close(self) -> None:
        await self._database.close()

    async def changed(self) -> bool:
        """Whether another process has written since this was last asked."""
        return await self._database.changed()

    @property
    def stirred(self) -> int | None:
        """How often anybody has written what may make something due or stop it, as far as this process knows without
        asking: by its last transaction or ``look``. None where it cannot know."""
        return self._database.stirred

    async def look(self) -> int | None:
        """``stirred`` as of now."""
        return await self._database.look()

    @property
    def shared(self) -> bool:
        """Several computers may send from it; its own time is everybody's."""
        return self._database.shared

    @property
    def file(self) -> Path | None:
        """The database where it is a file."""
        return self._database.file

    async def moment(self) -> datetime:
        """The database's own time."""
        return await self._database.read(nodes.moment)

    async def began(self) -> datetime:
        """When this school's database was made."""
        return await self._database.read(stamp.began)

    def line(self) -> Line:
        """For one node's signs of life."""
        return self._database.line()

    # messages

    async def enqueue(self, entry: Entry, now: datetime) -> Enqueued:
        """Durable when this returns. Deliveries and legs only for an ACCEPTED message."""
        return await self._write(messages.enqueue, entry, now)

    async def release(
        self, message_id: str, message: Message, plan: Plan, now: datetime, *, directory_version: int = 0, by: str = ""
    ) -> bool:
        """What waited or was held goes with this plan, exactly once; False if somebody else was first.

        ``by``: who said yes to it, where somebody did.
        """
        return await self._write(messages.release, message_id, message, plan, now, directory_version, by)

    async def set_waiting(self, message_id: str, message: Message, now: datetime, *, by: str = "") -> bool:
        """Waiting or held: it waits for ``message.send_at``; ``by`` as in ``release``."""
        return await self._write(messages.set_waiting, message_id, message, now, by)

    async def hold(self, message_id: str, by: str, now: datetime, *, doubt: bool = False) -> bool:
        """A waiting message waits for a person. ``doubt``: ``by`` is why, and may name somebody."""
        signed = PROGRAM if doubt else by
        return await self._write(messages.turn_by, message_id, MessageState.HELD, by, now, "held back", signed)

    async def refuse(self, message_id: str, now: datetime, by: str = "") -> bool:
        return await self._write(messages.turn_by, message_id, MessageState.REFUSED, by, now, "refused")

    async def cancel(self, message_id: str, by: str, now: datetime) -> Cancelled | None:
        """Waiting, held or accepted; None if there was nothing to stop."""
        return await self._write(messages.cancel, message_id, by, now, also_public=True)

    async def message(self, id: str) -> StoredMessage | None:
        return await self._database.read(lookup.one, id)

    async def messages(self, states: Iterable[MessageState] | None = None, limit: int = 1000) -> list[StoredMessage]:
        """Newest first."""
        wanted = None if states is None else tuple(states)
        return await self._database.read(lookup.newest, wanted, limit)

    async def find(self, text: str) -> StoredMessage | None:
        """By id, or by a beginning of it that only one message has."""
        return await self._database.read(lookup.find, text)

    async def known(self, key: str, mode: Mode) -> str | None:
        """The id of the message with this key, if it was accepted in this mode already."""
        return await self._database.read(lookup.by_key, key, mode)

    async def due_messages(self, now: datetime) -> list[StoredMessage]:
        """Waiting messages whose moment has come, the earliest first."""
        return await self._database.read(lookup.fallen_due, now)

    async def waiting_for(self, newsletter: str) -> list[StoredMessage]:
        """Issues of this newsletter that are waiting or held."""
        return await self._database.read(lookup.waiting_for, newsletter)

    async def blob(self, digest: str) -> bytes | None:
        return await self._database.read(lookup.content, digest)

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
        """Due legs of one channel become this owner's, durably, each with an attempt.

        Highest lane first, then fair between messages, then by moment. ``mode``
        limits it to messages accepted in that mode. ``alone_first``: a leg that was
        alone with a process when it died comes first, and alone.
        """
        return await self._database.quietly(claims.claim, owner, channel, lanes, limit, lease, now, alone_first, mode)

    async def claim_late(
        self,
        owner: str,
        channel: str,
        lane: Lane,
        limit: int,
        lease: timedelta,
        now: datetime,
        since: datetime,
        *,
        mode: Mode | None = None,
    ) -> Claim:
        """As ``claim``, but only legs that have waited since before ``since``; a crash takes no part in it."""
        return await self._database.write(claims.claim_late, owner, channel, lane, limit, lease, now, since, mode)

    async def claim_unknown(
        self, owner: str, lease: timedelta, now: datetime, *, channel: str | None = None, mode: Mode | None = None
    ) -> ClaimedLeg | None:
        """One leg whose outcome is in doubt and may be asked about now. Settle it before claiming the next."""
        return await self._database.quietly(claims.claim_unknown, owner, lease, now, channel, mode)

    async def take_over(
        self,
        owner: str,
        now: datetime,
        *,
        all_leases: bool = False,
        silent_for: timedelta | None = None,
        in_hand: Collection[str] = (),
    ) -> list[ClaimedLeg]:
        """Legs that a dead process left started become unknown, for ``claim_unknown``.

        Those whose lease ran out; with ``all_leases`` those of every other owner
        (all are known to be dead: one computer, and its lock was free); with ``silent_for``
        those of owners that are no living nodes, unless the database itself has not been there so long.
        Never those that ``owner`` says it has ``in_hand``: the clock may have gone on while the computer slept.
        """
        write = self._database.write
        return self._woken(await write(leases.take_over, owner, now, all_leases, silent_for, in_hand))

    async def standing(
        self, leg_ids: Sequence[str], now: datetime, *, owner: str | None = None
    ) -> tuple[dict[str, Wanted], int]:
        """Read just before each send, with the version of the directory in force.

        A leg that is nobody's any more, or not ``owner``'s, counts as CANCELLED.
        """
        return await self._database.read(leases.standing, leg_ids, now, owner)

    async def give_back(
        self, leg_ids: Sequence[str], owner: str, now: datetime, *, until: datetime | None = None
    ) -> None:
        """Claimed but not begun: due again at once, or at ``until`` (quiet hours). Not counted as a try."""
        await self._write(leases.give_back, leg_ids, owner, now, until)

    async def settle(self, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
        """All in one commit; False for one whose leg another has taken over. Deliveries and messages move on."""
        if all(one.outcome in settling.ARRIVED for one in outcomes):
            return await self._database.quietly(settling.settle, outcomes, now)
        return await self._write(settling.settle, outcomes, now)

    async def resolve(self, id: str, sent: bool, by: str, now: datetime) -> bool:
        """A person says what became of an unknown or parked leg, or of all such legs of a delivery."""
        return await self._write(settling.resolve, id, sent, by, now)

    async def hold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool:
        return await self._write(settling.stop_alone, delivery_id, DeliveryState.HELD, reason, now)

    async def withhold_delivery(self, delivery_id: str, reason: str, now: datetime) -> bool:
        """Also for an item already written whose files were then withdrawn."""
        return await self._write(settling.stop_alone, delivery_id, DeliveryState.WITHHELD, reason, now)

    async def requeue_held(self, delivery_id: str, now: datetime, by: str) -> bool:
        """A person lets a held delivery go; False if it is not held or its message is over."""
        return await self._write(settling.requeue_held, delivery_id, now, by)

    async def add_copy(self, message_id: str, offer: Offer, task: Task, by: str, now: datetime) -> bool:
        """A copy asked for after the message was planned goes too, exactly once; its task is done.

        False where the message is over, or the copy is there already.
        """
        return await self._write(copies.add, message_id, offer, task, by, now)

    # moments

    async def escalate(self, now: datetime, after: Mapping[Kind, timedelta]) -> int:
        """The next rung for those who did not confirm in time; ``after`` as the policy says for each kind."""
        return self._woken(await self._database.write(moments.escalate, now, after))

    async def expire(
        self, now: datetime, escalating: Collection[Kind] = (), by_person: Collection[str] = frozenset()
    ) -> int:
        """``escalating``: the kinds with ``escalate_after``; ``by_person``: the channels that ask a person to ring.

        Returns how many deliveries ended.
        """
        return self._woken(await self._database.write(moments.expire, now, escalating, by_person))

    async def next_moment(self, now: datetime, after: Mapping[Kind, timedelta] | None = None) -> datetime | None:
        """The earliest moment after ``now`` at which something falls due; ``after`` as in ``escalate``."""
        return await self._database.read(moments.next_moment, now, after or {})

    async def next_try(self, lane: Lane, mode: Mode, now: datetime) -> datetime | None:
        """When the earliest leg of this lane that failed, or is in doubt, goes again or is asked about by itself."""
        return await self._database.read(moments.next_try, lane, mode, now)

    async def clock_went_back(self, now: datetime, by: timedelta) -> int:
        """The computer's clock was set back: nothing waits longer for that. How many legs that touched."""
        return await self._write(moments.clock_went_back, now, by)

    # tasks, directory, audit

    async def tasks(self, open_only: bool = True, message_id: str | None = None) -> list[StoredTask]:
        return await self._database.read(tasks.list_tasks, open_only, message_id)

    async def open_tasks(self, tasks_: Sequence[Task], now: datetime, message_id: str = "") -> None:
        """Those that are not there yet; the same task for the same message is opened once, done or not."""
        await self._database.write(tasks.open_tasks, tasks_, now, message_id)

    async def task_done(self, id: int, by: str, now: datetime) -> bool:
        """False if there is no such open task. An unreached delivery's task ticked off confirms the delivery."""
        return await self._write(closures.tick_off, id, by, now)

    async def put_directory(
        self, version: int, data: bytes, now: datetime, changes: Sequence[tuple[str, str, tuple[str, ...]]] = ()
    ) -> bool:
        """False if that version is there already. ``changes``: for the audit, what, by whom, about which people."""
        return await self._database.write(directories.put, version, data, now, changes)

    async def directory_version(self) -> int:
        """0 where there is none."""
        return await self._database.read(claims.directory_version)

    async def directory(self, version: int) -> bytes | None:
        """None for one that was never there or is no longer kept."""
        return await self._database.read(directories.get, version)

    async def account_news(self, channel: str, gone: bool, reason: str, now: datetime) -> None:
        """A channel's account does not serve us any more, or does again."""
        await self._database.write(tasks.write_account_news, channel, gone, reason, now)
