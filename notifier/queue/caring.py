"""The store's part for care of data: the audit, what is put back from a backup, what has had its time."""

from collections.abc import Collection, Sequence
from datetime import datetime

from notifier.model.message import Kind
from notifier.queue import audit, restoring
from notifier.queue.engine import Database
from notifier.queue.rows import AuditLine, AuditState, Doubtful


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
