"""Waking many workers at once: each waits for the next ring, none has to clear anything."""

import asyncio


class Bell:
    """``count`` grows with every ring, so that nobody looks twice for the same news."""

    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()
        self._asleep = 0
        self._lay_down = asyncio.Event()

    def ring(self) -> None:
        self.count += 1
        self._asleep = 0  # at once: whoever counts sleepers must not count one that was just woken
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def after(self, count: int) -> None:
        """Wait until it has rung more often than ``count``."""
        while self.count <= count:
            ring = self._next
            self._asleep += 1
            self._lay_down.set()
            try:
                await ring.wait()
            finally:
                if ring is self._next:  # cancelled, not rung
                    self._asleep -= 1

    def all_asleep(self, number: int) -> bool:
        return self._asleep >= number

    async def lull(self, number: int) -> None:
        """Wait until so many wait for the next ring."""
        while not self.all_asleep(number):
            self._lay_down.clear()
            await self._lay_down.wait()
