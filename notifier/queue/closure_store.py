"""What the store knows of closures: every method is one transaction or one read."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from notifier.model.closure import Announcement, Closure
from notifier.queue import closures
from notifier.queue.engine import Database
from notifier.queue.rows import Entry, Journalled

P = ParamSpec("P")
T = TypeVar("T")


class ClosureStore:
    """``wake`` is set by every write, since its messages are due at once. Any method may raise StoreProblem."""

    def __init__(self, database: Database, wake: asyncio.Event) -> None:
        self._database = database
        self._wake = wake

    async def _write(
        self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        result = await self._database.write(transaction, *args, **kwargs)
        self._wake.set()
        return result

    async def all(self) -> list[Closure]:
        """Newest first, each in the state in which it stands."""
        return await self._database.read(closures.closures)

    async def draft(self, closure: Closure, now: datetime) -> bool:
        """It waits for a second person."""
        return await self._write(closures.drafted, closure, now)

    async def start(self, closure: Closure, entry: Entry, now: datetime) -> bool:
        """Confirmed and on its way, in one transaction; False if somebody else was quicker, or dropped it."""
        return await self._write(closures.started, closure, entry, now)

    async def announce(self, closure_id: str, said: Announcement, entry: Entry | None, now: datetime) -> int | None:
        """An update or the end, to those who had the message before; to how many. None: it is not under way."""
        return await self._write(closures.announced, closure_id, said, entry, now)

    async def take_in(self, closure: Closure, entry: Entry, sends: Sequence[Journalled], now: datetime) -> bool:
        """A closure that was sent without this database; False if it was taken in before."""
        return await self._write(closures.taken_in, closure, entry, sends, now)

    async def drop(self, closure_id: str, by: str, now: datetime) -> bool:
        """A draft is given up."""
        return await self._write(closures.dropped, closure_id, by, now)

    async def answers(self, closure_id: str) -> dict[str, str]:
        """The children for whom somebody has answered, and how."""
        return await self._database.read(closures.answers, closure_id)

    async def answered(
        self, closure_id: str, pupil_ids: Collection[str], by: str, how: str, now: datetime
    ) -> list[str]:
        """Somebody has answered for these children: nobody is rung about them any more. Those that are new."""
        return await self._write(closures.answered, closure_id, pupil_ids, by, how, now)
