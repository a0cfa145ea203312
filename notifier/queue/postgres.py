"""The same transactions on PostgreSQL, for several computers (DESIGN 4)."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from notifier.queue import stamp
from notifier.queue.migrations import Condition, condition, upgrade
from notifier.queue.opening import refuse
from notifier.queue.problem import StoreProblem, translated

P = ParamSpec("P")
T = TypeVar("T")
CHANNEL = "notifier"
TRIES = 5
AGAIN = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock: the server undid it, so it may simply run again."""

_TELL = text("SELECT pg_notify(:channel, :node)")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(718293)")


class PostgresDatabase:
    """Other nodes are noticed by LISTEN/NOTIFY."""

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self.name = name
        self._engine = engine
        self._node = secrets.token_hex(8)
        self._others = False
        self._ear: AsyncConnection | None = None

    async def listen(self) -> None:
        self._ear = await self._engine.connect()
        driver: Any = (await self._ear.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, self._heard)
        await self._ear.commit()

    def _heard(self, _connection: object, _pid: int, _channel: str, node: str) -> None:
        self._others = self._others or node != self._node

    async def write(self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async def call() -> T:
            for left in reversed(range(TRIES)):
                try:
                    return await self._once(transaction, *args, **kwargs)
                except DBAPIError as error:
                    if not left or getattr(error.orig, "sqlstate", "") not in AGAIN:
                        raise
            raise AssertionError("unreachable")

        with translated(self.name):
            return await asyncio.shield(asyncio.ensure_future(call()))

    async def _once(self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._engine.begin() as connection:
            result = await connection.run_sync(transaction, *args, **kwargs)
            await connection.execute(_TELL, {"channel": CHANNEL, "node": self._node})
            return result

    async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with translated(self.name):
            async with self._engine.connect() as connection:
                return await connection.run_sync(reading, *args, **kwargs)

    async def changed(self) -> bool:
        found, self._others = self._others, False
        return found

    async def close(self) -> None:
        if self._ear is not None:
            await self._ear.close()
        await self._engine.dispose()


async def open_postgres(url: URL, root: Path, now: datetime, *, create: bool) -> PostgresDatabase:
    """Raises StoreProblem, as for a file."""
    name = f"The database {url.database}"
    try:
        engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    except ModuleNotFoundError as error:
        raise StoreProblem(
            "PostgreSQL needs one more package. Install it with: pip install asyncpg, then try again."
        ) from error
    database = PostgresDatabase(engine, name)
    try:
        found = await database.write(_bring_up, root, now, name, create)
        if create:
            stamp.remember(root, found)
        await database.listen()
    except BaseException:
        await database.close()
        raise
    return database


def _bring_up(connection: Connection, root: Path, now: datetime, name: str, create: bool) -> str:
    if create:
        connection.execute(_ONE_AT_A_TIME)
    found = condition(connection)
    refuse(found, name, create)
    if create and found is not Condition.CURRENT:
        upgrade(connection)
    return stamp.check(connection, root, now, write=create, inside=False)
