"""Time that passes only when nobody has anything left to do, and an event loop that lives in it.

Nothing here waits: where a real loop would sleep until its next timer, this one moves
the clock to it. There are no threads either, so that a seed gives the same year
whenever and wherever it is run.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Stuck(Exception):
    """Everybody waits and no timer is set: in a real process this would be a hang."""


class Time:
    """Microseconds since the beginning; shared by every process that lives in the year."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.micros = 0

    def now(self) -> datetime:
        return self.start + timedelta(microseconds=self.micros)

    def skip_to(self, moment: datetime) -> None:
        """Nobody lives through what lies between."""
        self.micros = max(self.micros, (moment - self.start) // timedelta(microseconds=1))


class VirtualClock:
    """The program's own clock, by which it wakes."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def now(self) -> datetime:
        return self._time.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Jump:
    """Stands where a loop has its selector: instead of waiting for a file it lets the time pass."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stuck("Everybody waits for somebody else.")
        self._time.micros += ceil(timeout * 1_000_000)
        return []

    def close(self) -> None:
        pass


class VirtualLoop(asyncio.BaseEventLoop):
    """One process's loop. What would run on a thread runs at once."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._virtual = time
        self._selector = _Jump(time)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._virtual.micros / 1_000_000

    def _process_events(self, events: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done
