"""Waking everybody at once: each waits for the next ring, none has to clear anything."""

import asyncio


class Bell:
    """``count`` grows with every ring, so that nobody looks twice for the same news."""

    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()

    def ring(self) -> None:
        self.count += 1
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def after(self, count: int) -> None:
        """Wait until it has rung more often than ``count``."""
        while self.count <= count:
            await self._next.wait()
