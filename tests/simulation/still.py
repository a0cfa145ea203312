"""The real SQLite file behind the real transactions, without the threads between.

A commit takes a little virtual time, so that others act meanwhile; and it is an
instant before and after which the process may be killed.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from notifier.queue.engine import SqliteDatabase
from tests.simulation.life import Life

P = ParamSpec("P")
T = TypeVar("T")
SLOWEST = 0.003
"""Virtual seconds that a transaction takes at most."""


def _engine(path: Path, begin: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, connect_args={"isolation_level": None})

    @event.listens_for(engine, "connect")
    def settings(dbapi: Any, _record: Any) -> None:
        # Nobody pulls the plug here: what the disk itself may lose is for the system tests.
        for pragma in ("synchronous=OFF", "foreign_keys=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begins(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class StillDatabase(SqliteDatabase):
    """One process's hold of the file."""

    def __init__(self, path: Path, life: Life, random: Random) -> None:
        super().__init__(path)
        self._life = life
        self._random = random
        self._writes = _engine(path, "BEGIN IMMEDIATE").connect()
        self._reads = _engine(path, "BEGIN").connect()
        self._turn = asyncio.Lock()

    async def _transact(
        self, stirs: bool, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def call() -> T:
            with self._writes.begin():
                self._begun(self._writes, stirs)
                return transaction(self._writes, *args, **kwargs)

        return await asyncio.shield(asyncio.ensure_future(self._in_turn(call)))

    async def _in_turn(self, call: Callable[[], T]) -> T:
        async with self._turn:
            await asyncio.sleep(self._random.random() * SLOWEST)
            self._life.instant()
            result = call()
            self._life.instant()
            return result

    async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(self._random.random() * SLOWEST / 3)
        self._life.instant()
        with self._reads.begin():
            return reading(self._reads, *args, **kwargs)

    async def on_writer(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._life.instant()
        return work(self._writes, *args, **kwargs)

    async def close(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        """What a dead process leaves to the operating system."""
        for connection in (self._writes, self._reads):
            connection.close()
            connection.engine.dispose()
