"""Running transactions: on SQLite one writer thread, reader threads apart; on PostgreSQL asyncpg (DESIGN 4).

A transaction is a plain function whose first argument is a connection. On SQLite
it is one call on the one writer thread, so no write lock is ever held across an
iteration of the loop (PERFORMANCE 7, 9); a read is one call on a reader thread
(docs/decisions/reads-on-threads.md).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from notifier.queue import nodes
from notifier.queue.nodes import Pulse
from notifier.queue.problem import Watch
from notifier.queue.rows import STIRRED

P = ParamSpec("P")
T = TypeVar("T")
BUSY_SECONDS = 30
READERS = 4
"""Reads at once: a slow one (a report on a large message) must not keep the senders waiting."""


class Line(Protocol):
    """Used by one event loop, which need not be that of the store."""

    async def beat(self, node: str, *, folder: bool, lead: bool, span: timedelta, settings: str = "") -> Pulse:
        """``node`` may be counted on for ``span`` from now. Raises StoreProblem, after which it leads no more.

        ``lead``: it would lead if nobody else does. ``settings``: a digest of what it decides by.
        Takes no longer than a third of the span.
        """
        ...

    async def broken(self) -> None:
        """Returns when the line is lost between two signs of life."""
        ...

    async def leave(self, node: str) -> None:
        """It ends with nothing in hand, and another may lead at once."""
        ...

    async def close(self) -> None: ...


class Database(Protocol):
    """Where transactions run. ``shared``: by several computers, so that its own time is everybody's.

    ``file``: the database where it is a file. ``stirred``: how often anybody has written more than ``quietly``, as
    far as this process knows; None where it cannot know that without asking.
    """

    shared: bool
    file: Path | None
    stirred: int | None

    async def write(self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it and commit; carried through to its end even if the caller is cancelled meanwhile."""
        ...

    async def quietly(
        self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As ``write``, where it makes nothing due and stops nothing that is: other processes need not look."""
        ...

    async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def changed(self) -> bool:
        """Whether another process has committed since this was last asked."""
        ...

    async def look(self) -> int | None:
        """``stirred`` as of now."""
        ...

    def line(self) -> Line: ...

    async def close(self) -> None: ...


def _settings(patience: float, dbapi: Any, _record: Any) -> None:
    cursor = dbapi.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(patience * 1000)}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _reading_only(dbapi: Any, _record: Any) -> None:
    cursor = dbapi.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """The driver's own BEGIN comes too late: a read before the first write would be outside the transaction."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


class SqliteDatabase:
    """``path`` is one file on a local disk. ``patience``: seconds to wait for another process that writes."""

    shared = False

    def __init__(self, path: Path, patience: float = BUSY_SECONDS) -> None:
        self.name = path.name
        self.file: Path | None = path
        self._watched = Watch(path.name)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        options = {"isolation_level": None, "timeout": patience, "check_same_thread": False}
        url = f"sqlite:///{path}"
        self._writer = create_engine(url, poolclass=StaticPool, connect_args=options)
        self._readers = create_engine(url, poolclass=QueuePool, pool_size=READERS, connect_args=options)
        for engine in (self._writer, self._readers):
            event.listen(engine, "connect", partial(_settings, patience))
        event.listen(self._writer, "begin", _begin_immediate)
        event.listen(self._readers, "connect", _reading_only)
        event.listen(self._readers, "begin", _begin)
        self._version: int | None = None
        self._others = self._told = 0
        """How often other processes were found to have written, and how often ``changed`` has said so."""
        self.stirred: int | None = 0

    async def on_writer(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it on the writer thread without beginning a transaction."""

        def call() -> T:
            with self._watched(), self._writer.connect() as connection:
                return work(connection, *args, **kwargs)

        return await self._hand_over(call)

    async def write(self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._transact(True, transaction, *args, **kwargs)

    async def quietly(
        self, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._transact(False, transaction, *args, **kwargs)

    async def _transact(
        self, stirs: bool, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def call() -> T:
            with self._watched(), self._writer.begin() as connection:
                self._begun(connection, stirs)
                return transaction(connection, *args, **kwargs)

        return await self._hand_over(call)

    def _begun(self, connection: Connection, stirs: bool) -> None:
        """In a transaction that writes, before anything else: nobody else writes until it is over."""
        self._look(connection)
        self.stirred = (self.stirred or 0) + stirs
        connection.info[STIRRED] = self.stirred

    def _look(self, connection: Connection) -> None:
        """The counter moves only by commits of other connections, and no other of ours commits."""
        before, self._version = self._version, _data_version(connection)
        if before is not None and before != self._version:
            self._others += 1
            self.stirred = (self.stirred or 0) + 1

    async def _hand_over(self, call: Callable[[], T]) -> T:
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(call)))

    async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def call() -> T:
            with self._watched(), self._readers.connect() as connection:
                return reading(connection, *args, **kwargs)

        return await asyncio.wrap_future(self._reading.submit(call))

    async def changed(self) -> bool:
        await self.look()
        before, self._told = self._told, self._others
        return before != self._told

    async def look(self) -> int | None:
        await self.on_writer(self._look)
        return self.stirred

    def line(self) -> Line:
        return LocalLine(self)

    async def close(self) -> None:
        await asyncio.to_thread(self._reading.shutdown)
        self._readers.dispose()
        await self._hand_over(self._writer.dispose)
        self._thread.shutdown()


class LocalLine:
    """The embedded database has one process at a time: whoever wants to lead does."""

    def __init__(self, database: "SqliteDatabase") -> None:
        self._database = database

    async def beat(self, node: str, *, folder: bool, lead: bool, span: timedelta, settings: str = "") -> Pulse:
        pulse = await self._database.quietly(nodes.beat, node, folder, span)
        return replace(pulse, leads=lead, settings=settings)

    async def broken(self) -> None:
        await asyncio.Event().wait()

    async def leave(self, node: str) -> None:
        await self._database.write(nodes.leave, node)

    async def close(self) -> None:
        pass


def raw(connection: Connection) -> Any:
    """The driver's own connection, for what SQLite refuses inside a transaction."""
    return connection.connection.driver_connection


def _data_version(connection: Connection) -> int:
    return int(raw(connection).execute("PRAGMA data_version").fetchone()[0])
