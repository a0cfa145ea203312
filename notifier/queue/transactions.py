"""What every part of the store does its work with: one transaction, or one read (DESIGN 4)."""

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from notifier.queue.engine import Database

P = ParamSpec("P")
T = TypeVar("T")


class Transactions:
    """``wake`` is set whenever this process wrote something that may be due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.wake = asyncio.Event()

    async def _write(
        self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A write after which something may be due."""
        result = await self._database.write(transaction, *args, **kwargs)
        self.wake.set()
        return result

    def _woken(self, found: T) -> T:
        """Looking at the time makes something due only where it found something."""
        if found:
            self.wake.set()
        return found
