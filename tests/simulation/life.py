"""One process from its start to its end, which may be a kill at any instant.

An instant is a moment at which something outside the process can be seen to have
changed or not: just before and after a commit, a send, a file. What happens between
two of them nobody can tell apart, so a kill at every instant is a kill anywhere.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.simulation.virtual import Time, VirtualLoop

T = TypeVar("T")


class Killed(BaseException):
    """No ``except Exception`` of the program may see it: a killed process does nothing any more."""


class Life:
    """``on_death`` are called once when it is killed, before anything else happens."""

    def __init__(self, time: Time, number: int) -> None:
        self.number = number
        self.loop = VirtualLoop(time)
        self.loop.set_exception_handler(self._unheard)
        self.dead = False
        self.killed_at: int | None = None
        self.lost: list[BaseException] = []
        self.on_death: list[Callable[[], None]] = []
        self._time = time
        self._left: int | None = None

    def kill_after(self, instants: int) -> None:
        """It will be killed at the so-manyth instant from now."""
        self._left = instants

    def instant(self) -> None:
        """Called wherever the process touches the world. Raises Killed from the moment of its death on."""
        if self.dead:
            raise Killed
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.die()
                raise Killed

    def die(self) -> None:
        self.dead, self.killed_at = True, self._time.micros
        for tell in self.on_death:
            tell()
        self.loop.stop()

    def live(self, main: Coroutine[Any, Any, T]) -> T | None:
        """Run it to its end; None when it was killed on the way."""
        asyncio.set_event_loop(self.loop)
        task = self.loop.create_task(main)
        task.add_done_callback(lambda _: self.loop.stop())
        try:
            self.loop.run_forever()
            return None if self.dead else task.result()
        finally:
            self._bury()

    def _bury(self) -> None:
        """The dead do nothing more; their tasks are only taken down."""
        ended = self.dead
        self.dead = True
        for _ in range(20):
            left = asyncio.all_tasks(self.loop)
            if not left:
                break
            for task in left:
                task.cancel()
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()
        self.loop.close()
        asyncio.set_event_loop(None)
        self.dead = ended

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that no task asked about. While it lives that is a fault of the program."""
        error = context.get("exception")
        if not self.dead and isinstance(error, BaseException) and not isinstance(error, Killed):
            self.lost.append(error)
