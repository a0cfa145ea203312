"""One process among several that send from one database: it shows that it lives, and learns who leads.

On a thread and a connection of its own, so that neither a long plan nor a busy database makes it look
dead; a process whose own loop stands still for ``STUCK`` seconds is dead, though, whatever its threads do.
Everything goes by a clock that only goes on; the date is the database's (docs/decisions/nodes-and-leases.md).
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from math import inf
from types import TracebackType

from notifier.clock import Clock, SharedClock, steady
from notifier.logs import logger
from notifier.queue import StoreProblem
from notifier.queue.engine import Line
from notifier.queue.nodes import Pulse

STUCK = 60.0
"""Seconds for which the process's own loop may stand still."""
AGAIN = 0.5
"""Seconds before a database that did not answer is told again."""

log = logger("node")


class Heart:
    """A ``dispatch.Node`` on a shared database. Used as ``async with``, inside the loop whose work it vouches for.

    ``span``: how long the others count on it after a sign of life. It gives one every sixth of that,
    and after two thirds without one it begins nothing more, well before anybody takes its work over.
    """

    def __init__(
        self,
        line: Line,
        id: str,
        clock: Clock,
        span: timedelta,
        *,
        folder: bool,
        settings: str = "",
        steady: Callable[[], float] = steady,
    ) -> None:
        """``folder``: it has the school's folder, and leads when nobody else does.

        ``settings``: a digest of what it decides by. Where it is not that of whoever leads, this node sends
        nothing: its last look before a send would decide otherwise, and be written down.
        """
        self.id = id
        self.span: timedelta | None = span
        self._line = line
        self._clock = clock
        self._span = span
        self._folder = folder
        self._settings = settings
        self._fits = True
        self._steady = steady
        self._life = 0
        self._until = -inf
        self._leads = False
        self._nodes = 1
        self._left_behind = False
        self._shown = inf
        self._problem: StoreProblem | None = None
        self._first = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="heart", daemon=True)

    # what the rest of the process asks; from any thread

    def life(self) -> int:
        return self._life if self._fits and self._steady() < self._until else 0

    def alive_for(self) -> float:
        return self._until - self._steady()

    def leads(self) -> bool:
        return self._leads and self._steady() < self._until

    def nodes(self) -> int:
        return self._nodes

    def left_behind(self) -> bool:
        found, self._left_behind = self._left_behind, False
        return found

    async def __aenter__(self) -> "Heart":
        """Returns after the first sign of life, when it is known who leads. Raises StoreProblem."""
        self._shown = self._steady()
        self._thread.start()
        await asyncio.to_thread(self._first.wait)
        if self._problem is not None:
            await self._end()
            raise self._problem
        self._showing = asyncio.create_task(self._show())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._showing.cancel()
        await self._end()

    async def _end(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join)

    async def _show(self) -> None:
        """This loop still turns."""
        while True:
            self._shown = self._steady()
            await asyncio.sleep(1)

    # on its own thread

    def _live(self) -> None:
        try:
            asyncio.run(self._beats())
        except Exception:
            log.exception("a fault in the program")
        finally:
            self._first.set()

    async def _beats(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            while not self._stop.is_set():
                if self._steady() - self._shown < STUCK:
                    done = await self._beat()
                else:
                    log.error("this process stands still; others take its work over")
                    done = False
                    await self._line.close()
                self._first.set()
                await self._rest(self._span.total_seconds() / 6 if done else AGAIN)
            with suppress(StoreProblem):
                await self._line.leave(self.id)
        finally:
            await self._line.close()

    async def _beat(self) -> bool:
        begun = self._steady()
        try:
            pulse = await self._line.beat(
                self.id, folder=self._folder, lead=self._folder, span=self._span, settings=self._settings
            )
        except StoreProblem as problem:
            self._lost(problem)
            return False
        except Exception:
            log.exception("a fault in the program")
            self._lost(None)
            return False
        self._proven(pulse, begun)
        return True

    def _proven(self, pulse: Pulse, begun: float) -> None:
        """Counted from before the question, so that we stop before the others may begin."""
        fits = pulse.settings == self._settings
        if self._fits and not fits:
            log.error(
                "config.toml decides otherwise here than on the computer that leads, so nothing is sent from here; "
                "make them the same but for [node], and start this one again"
            )
        self._fits = fits
        if begun >= self._until:
            self._life += 1  # before ``_until``: until that is set there is no life at all
            if self._life > 1:
                log.warning("this node was silent for too long; what it had in hand may be another's now")
        if pulse.leads != self._leads:
            log.info("this node leads" if pulse.leads else "another node leads")
        self._leads = pulse.leads
        self._until = begun + self._span.total_seconds() * 2 / 3
        self._nodes = max(1, pulse.nodes)
        self._left_behind = self._left_behind or pulse.left_behind
        self._problem = None
        if isinstance(self._clock, SharedClock):
            self._clock.set(pulse.at, (begun + self._steady()) / 2)

    def _lost(self, problem: StoreProblem | None) -> None:
        if self._leads:
            log.warning("this node leads no more: its line to the database is lost")
        self._leads = False
        self._problem = problem

    async def _rest(self, seconds: float) -> None:
        """Until the next sign of life is due, or the line is lost, which is noticed at once."""
        waits = [asyncio.ensure_future(one) for one in (self._stop.wait(), self._line.broken())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if waits[1].done() and not self._stop.is_set():
                self._lost(None)
                await asyncio.sleep(AGAIN)
        finally:
            for wait in waits:
                wait.cancel()
