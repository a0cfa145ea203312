"""Hearing on PostgreSQL what other processes wrote: LISTEN on a connection of its own (DESIGN 4)."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "notifier"
AGAIN = 1.0
"""Seconds before a server that is gone is asked again."""
PROBED = 10.0
"""Seconds after which a line that has been still is asked whether it still stands."""
PATIENCE = 5.0


class Ear:
    """Opened at the first question, and anew whenever it was lost: then anything may have been missed."""

    def __init__(self, engine: AsyncEngine, me: str) -> None:
        """``me`` is what our own writes call themselves."""
        self._engine = engine
        self._me = me
        self._news = False
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._next = 0.0

    async def news(self) -> bool:
        """Whether others wrote since this was last asked. Never raises: a server that is gone has no news."""
        now = asyncio.get_running_loop().time()
        if self._driver is not None and self._driver.is_closed():
            await self._drop()
        if now >= self._next:
            try:
                async with asyncio.timeout(PATIENCE):
                    if self._driver is None:
                        await self._open()
                    else:
                        await self._driver.execute("SELECT 1")
                self._next = now + PROBED
            except Exception:
                await self._drop()
                self._next = now + AGAIN
        found, self._news = self._news, False
        return found

    async def close(self) -> None:
        await self._drop()

    async def _open(self) -> None:
        self._connection = await self._engine.connect()
        self._driver = (await self._connection.get_raw_connection()).driver_connection
        await self._driver.add_listener(CHANNEL, self._heard)
        self._news = True

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        driver, self._driver = self._driver, None
        self._next = 0.0
        with suppress(Exception):
            if driver is not None:
                driver.terminate()
            if connection is not None:
                await connection.invalidate()
                await connection.close()

    def _heard(self, _connection: object, _pid: int, _channel: str, node: str) -> None:
        self._news = self._news or node != self._me
