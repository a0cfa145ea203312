"""The store's part for care of data: the audit, what is put back from a backup, what has had its time."""

from collections.abc import Collection, Sequence
from datetime import datetime

from notifier.model.message import Kind
from notifier.model.plan import Task
from notifier.queue import audit, never_rung, personal, restoring, retention
from notifier.queue.engine import Database
from notifier.queue.held import AuditLine, AuditState, Doubtful, Found, Gone
from notifier.queue.never_rung import NeverRung
from notifier.queue.retention import Part


class Care:
    """A part of ``Store``."""

    _database: Database

    async def audit(self, what: str, by: str, about: str, now: datetime, *, whom: Sequence[str] = ()) -> None:
        """``about``: what anybody may read; ``whom``: ids of pupils and adults."""
        await self._database.quietly(audit.write_audit, what, by, about, now, whom)

    async def hold_everything(self, now: datetime, escalating: Collection[Kind], made_at: str) -> list[Doubtful]:
        """After a restore: nothing goes by itself. ``made_at``: the moment of the backup, in words."""
        return await self._database.write(restoring.hold_everything, now, escalating, made_at)

    async def restored_at(self) -> datetime | None:
        """When this database was last put back: what fell due before may have gone already."""
        return await self._database.read(restoring.restored_at)

    async def read_audit(self, since: datetime | None = None) -> list[AuditLine]:
        """The oldest first."""
        return await self._database.read(audit.read_audit, since)

    async def check_audit(self, noted: str = "") -> AuditState:
        """Whether every line is as it was written, and whether the mark that begins so is among them."""
        return await self._database.read(audit.check_audit, noted)

    async def let_go(self, part: Part, before: datetime, most: int) -> tuple[list[str], list[str]]:
        """That part of the next few messages that were over before then: their ids, and those of their legs."""
        return await self._database.quietly(retention.let_go, part, before, most)

    async def never_rung(self, before: datetime) -> list[NeverRung]:
        """Messages over since before then with families still to ring, of which the office was not told yet."""
        return await self._database.read(never_rung.never_rung, before)

    async def tell_of_never_rung(self, message_ids: Sequence[str], task: Task, now: datetime) -> None:
        await self._database.quietly(never_rung.tell_of, message_ids, task, now)

    async def give_up_ringing(self, before: datetime, told_by: datetime, now: datetime, most: int) -> int:
        """Nobody is asked any more to ring the next few families of messages of which the office was told by then."""
        return await self._database.quietly(never_rung.give_up, before, told_by, now, most)

    async def let_go_of_the_rest(self, addresses: datetime | None, deliveries: datetime | None) -> int:
        """Older states of the directory and tasks long done. How many."""
        return await self._database.quietly(retention.let_go_of_the_rest, addresses, deliveries)

    async def shorten_audit(self, before: datetime) -> int:
        """Let go of its lines from before that moment; they stay counted."""
        return await self._database.quietly(audit.shorten_audit, before)

    async def find_person(self, id: str) -> Found:
        """Everything held about an adult or a child."""
        return await self._database.read(personal.find, id)

    async def erase(self, id: str, instead: str, by: str, now: datetime) -> Gone | None:
        """Take an adult or a child out of everything; ``instead`` stands for them. None where something is not over."""
        return await self._database.write(personal.erase, id, instead, by, now)
