"""The one place that reads the time; everything else is handed ``now``."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def steady() -> float:
    """Seconds that only ever go on, whatever the date is set to, also while the computer sleeps (Linux)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SharedClock:
    """The time of a server, the same on every computer that asks it, carried on by this one's steady clock."""

    def __init__(self, steady: Callable[[], float] = steady) -> None:
        self._steady = steady
        self._set: tuple[datetime, float] | None = None

    def set(self, moment: datetime, at: float) -> None:
        """``moment`` was the server's time when the steady clock showed ``at``. May come from any thread."""
        self._set = (moment, at)

    def now(self) -> datetime:
        if self._set is None:
            return datetime.now(UTC)
        moment, at = self._set
        return moment + timedelta(seconds=self._steady() - at)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class FixedClock:
    """Stands still until it is told otherwise: ``demo`` and tests. Sleeping moves it on at once."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)
