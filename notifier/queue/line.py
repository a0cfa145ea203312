"""A node's own line to PostgreSQL: signs of life, and leadership while it holds (docs/decisions/nodes-and-leases.md).

It is a connection apart from all others, so that neither a busy pool nor a long transaction
keeps a sign of life waiting. The leader's advisory lock belongs to it: when it is lost the lock is
free, and the server itself ends it once it has been silent for too long, as that of a frozen or
cut-off computer is.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import URL, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from notifier.queue import nodes
from notifier.queue.nodes import Pulse
from notifier.queue.problem import translated

LEADER = 718294
"""The advisory lock of the leader; a lock lies within one database, and one database is one school."""

LEAST = 1.0
"""Seconds that even the shortest span leaves for an answer."""

_LEAD = select(func.pg_try_advisory_lock(LEADER))
_FOLLOW = select(func.pg_advisory_unlock(LEADER))


class ServerLine:
    """A connection of its own to PostgreSQL, opened anew after it was lost."""

    def __init__(self, url: URL, name: str, sessions: str) -> None:
        """``sessions``: what all connections of this process call themselves to the server."""
        self._url = url
        self._name = name
        self._sessions = sessions
        self._engine: AsyncEngine | None = None
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._leads = False
        self._ended = asyncio.Event()

    async def beat(self, node: str, *, folder: bool, lead: bool, span: timedelta, settings: str = "") -> Pulse:
        try:
            with translated(self._name):
                async with asyncio.timeout(max(LEAST, span.total_seconds() / 3)):
                    if self._ended.is_set():
                        await self._drop()
                    connection = self._connection or await self._opened(span)
                    async with connection.begin():
                        pulse = await connection.run_sync(nodes.beat, node, folder, span, self._sessions)
                        if lead and not self._leads:
                            self._leads = bool(await connection.scalar(_LEAD))
                        elif self._leads and not lead:
                            await connection.scalar(_FOLLOW)
                            self._leads = False
                        if self._leads:
                            await connection.run_sync(nodes.decide_by, settings)
        except BaseException:
            await self._drop()
            raise
        return replace(pulse, leads=True, settings=settings) if self._leads else pulse

    async def broken(self) -> None:
        await (self._ended.wait() if self._connection is not None else asyncio.Event().wait())

    async def leave(self, node: str) -> None:
        if self._connection is None:
            return
        try:
            with translated(self._name):
                async with asyncio.timeout(2), self._connection.begin():
                    await self._connection.run_sync(nodes.leave, node)
        finally:
            await self._drop()

    async def close(self) -> None:
        await self._drop()
        if self._engine is not None:
            await self._engine.dispose()

    async def _opened(self, span: timedelta) -> AsyncConnection:
        """The server ends what has been silent for the span: until then nobody else could lead."""
        if self._engine is None:
            limit = str(int(max(LEAST, span.total_seconds()) * 1000))
            settings = {
                "application_name": self._sessions,
                "idle_session_timeout": limit,
                "idle_in_transaction_session_timeout": limit,
            }
            self._engine = create_async_engine(
                self._url, poolclass=NullPool, connect_args={"server_settings": settings}
            )
        ended = self._ended = asyncio.Event()
        connection = await self._engine.connect()
        self._driver = (await connection.get_raw_connection()).driver_connection
        self._driver.add_termination_listener(lambda _: ended.set())
        self._connection = connection
        return connection

    async def _drop(self) -> None:
        """At once and without a farewell, for which a server that is gone would keep us waiting."""
        connection, self._connection = self._connection, None
        driver, self._driver = self._driver, None
        self._leads = False
        self._ended.clear()
        if driver is not None and not driver.is_closed():
            driver.terminate()
        if connection is not None:
            with suppress(Exception):
                await connection.invalidate()
                await connection.close()
