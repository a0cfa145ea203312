"""The part of the store that knows what was decided about each thing that falls due (DESIGN 5.3)."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

from notifier.model.message import Mode
from notifier.model.occurrence import OccurrenceState
from notifier.queue import occurrences
from notifier.queue.engine import Database
from notifier.queue.rows import Decision, StoredOccurrence


class Decisions:
    """Every method is one transaction or one read, and may raise StoreProblem; ``wake`` is the store's."""

    def __init__(self, database: Database, wake: asyncio.Event) -> None:
        self._database = database
        self._wake = wake

    async def decide(self, decisions: Sequence[Decision], mode: Mode, now: datetime) -> list[bool]:
        """All in one commit, each with what it causes; False for one that had been decided, or came too late."""
        made = await self._database.write(occurrences.decide, decisions, mode, now)
        self._wake.set()
        return made

    async def decided(self, keys: Collection[str], mode: Mode) -> dict[str, OccurrenceState]:
        """What has been decided of these."""
        return await self._database.read(occurrences.decided, keys, mode)

    async def ever(self, mode: Mode) -> bool:
        """Whether anything has been decided in this mode."""
        return await self._database.read(occurrences.ever, mode)

    async def between(self, since: datetime, until: datetime, mode: Mode) -> list[StoredOccurrence]:
        """Those decided whose moment lies in between, by moment."""
        return await self._database.read(occurrences.between, since, until, mode)

    async def of_event(self, event_id: str, mode: Mode) -> list[StoredOccurrence]:
        """Those decided about one event, by moment."""
        return await self._database.read(occurrences.of_event, event_id, mode)

    async def looked(self) -> datetime | None:
        """When somebody last saw to what falls due by the clock; None: nobody ever has."""
        return await self._database.read(occurrences.looked)

    async def set_looked(self, now: datetime) -> None:
        await self._database.quietly(occurrences.set_looked, now)

    async def begun(self) -> datetime:
        """When this database was made for this school: what fell due before is none of its business."""
        return await self._database.read(occurrences.begun)

    async def reopen_missed(self, now: datetime) -> int:
        """What a clock that was ahead recorded as missed counts as undecided again. How many those are."""
        made = await self._database.write(occurrences.reopen_missed, now)
        self._wake.set()
        return made
