"""The same transactions on PostgreSQL, for several computers (DESIGN 4)."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from notifier.queue import stamp
from notifier.queue.ear import CHANNEL, Ear
from notifier.queue.engine import Line
from notifier.queue.line import ServerLine
from notifier.queue.migrations import Condition, condition, upgrade
from notifier.queue.opening import refuse
from notifier.queue.problem import StoreProblem, Watch

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 5
OLDEST = (14,)
"""The first PostgreSQL that ends a session which has fallen silent, on which the leader's lock relies."""
RENEWED = 300
"""Seconds after which a connection is not used again: a firewall forgets the ones that rest, and says nothing."""
STALLED = 10
"""Seconds after which the server undoes a transaction in which nothing happens: a process that froze, or was cut
off, in the middle of one must not keep its rows from everybody else."""
AGAIN = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock: the server undid it, so it may simply run again."""

_TELL = text("SELECT pg_notify(:channel, :node)")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(718293)")


class PostgresDatabase:
    """Other nodes are noticed by LISTEN/NOTIFY."""

    shared = True
    file: Path | None = None
    stirred: int | None = None

    def __init__(self, url: URL, name: str) -> None:
        self.name = name
        self._watched = Watch(name)
        self._url = url
        self._node = f"notifier {secrets.token_hex(8)}"
        settings = {
            "application_name": self._node,
            "idle_in_transaction_session_timeout": str(STALLED * 1000),
        }
        connecting = {"timeout": 10, "command_timeout": 60, "server_settings": settings}
        self._engine: AsyncEngine = create_async_engine(
            url, pool_size=8, max_overflow=8, pool_recycle=RENEWED, connect_args=connecting
        )
        self._ear = Ear(self._engine, self._node)

    async def write(self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def told(connection: Connection) -> T:
            result = transaction(connection, *args, **kwargs)
            connection.execute(_TELL, {"channel": CHANNEL, "node": self._node})
            return result

        return await self.quietly(told)

    async def quietly(
        self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async def call() -> T:
            for left in reversed(range(TRIES)):
                try:
                    async with self._engine.begin() as connection:
                        return await connection.run_sync(transaction, *args, **kwargs)
                except DBAPIError as error:
                    if not left or getattr(error.orig, "sqlstate", "") not in AGAIN:
                        raise
            raise AssertionError("unreachable")

        with self._watched():
            return await asyncio.shield(asyncio.ensure_future(call()))

    async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._watched():
            async with self._engine.connect() as connection:
                return await connection.run_sync(reading, *args, **kwargs)

    async def changed(self) -> bool:
        return await self._ear.news()

    async def look(self) -> int | None:
        return self.stirred

    def line(self) -> Line:
        return ServerLine(self._url, self.name, self._node)

    async def close(self) -> None:
        await self._ear.close()
        await self._engine.dispose()


async def open_postgres(url: URL, root: Path, now: datetime, *, create: bool, sender: bool) -> PostgresDatabase:
    """Raises StoreProblem, as for a file."""
    name = f"The database {url.database}"
    try:
        database = PostgresDatabase(url.set(drivername="postgresql+asyncpg"), name)
    except ModuleNotFoundError as error:
        raise StoreProblem(
            "PostgreSQL needs one more package. Install it with: pip install asyncpg, then try again."
        ) from error
    try:
        found = await database.write(_bring_up, root, now, name, create, sender)
        if create:
            stamp.remember(root, found)
    except BaseException:
        await database.close()
        raise
    return database


def _bring_up(connection: Connection, root: Path, now: datetime, name: str, create: bool, sender: bool) -> str:
    if (connection.dialect.server_version_info or OLDEST) < OLDEST:
        raise StoreProblem(f"{name} is on a PostgreSQL that is too old. Use PostgreSQL 14 or newer.")
    if create:
        connection.execute(_ONE_AT_A_TIME)
    found = condition(connection)
    refuse(found, name, create)
    if create and found is not Condition.CURRENT:
        upgrade(connection)
    if sender:
        stamp.check_sender(connection, root)
        return ""
    return stamp.check(connection, root, now, write=create, inside=False)
