"""A clock that a test moves by hand: who sleeps wakes when it is told that the time has come."""

import asyncio
from datetime import datetime, timedelta


class HandClock:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.at + timedelta(seconds=seconds), woken))
        await woken.wait()

    async def move(self, seconds: float) -> None:
        """Time passes, whoever slept until then wakes, and everybody does what there is to do."""
        self.at += timedelta(seconds=seconds)
        due = [woken for until, woken in self._sleepers if until <= self.at]
        self._sleepers = [(until, woken) for until, woken in self._sleepers if until > self.at]
        for woken in due:
            woken.set()
        await settle_down()


async def settle_down() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)
