"""Cutting off what takes too long, or goes on when this node's life is over: one timer for all sends (DESIGN 3.6)."""

import asyncio
import math
from types import TracebackType

from notifier.dispatch.node import Node


class Cutoff:
    """A timer for each send would cost more than all else that is done around it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._under_way: dict[Within, None] = {}
        """In the order in which they began, so that those which are cut off together always are in the same order."""
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float, life: int) -> "Within":
        """What goes on inside is cut off after so many seconds, or when that life is over; raises TimeoutError then."""
        return Within(self, asyncio.get_running_loop().time() + seconds, life)

    def begun(self, send: "Within") -> None:
        self._under_way[send] = None
        if self._timer is None or self._timer.when() > send.until or self._node.alive_for() != math.inf:
            self._look_at(send.until)

    def ended(self, send: "Within") -> None:
        self._under_way.pop(send, None)

    def _look_at(self, until: float) -> None:
        """The look falls due on the loop's own clock, so a process that was frozen meets it before anything that came
        in over the network meanwhile."""
        loop = asyncio.get_running_loop()
        due = min(until, loop.time() + max(0.0, self._node.alive_for()))
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for send in [one for one in self._under_way if one.until <= now or self._node.life() != one.life]:
            self.ended(send)
            send.cut()
        if self._under_way:
            self._look_at(min(send.until for send in self._under_way))


class Within:
    """One send. ``over``: it was cut off."""

    __slots__ = ("_before", "_cutoff", "_task", "life", "over", "until")

    def __init__(self, cutoff: Cutoff, until: float, life: int) -> None:
        """``until``: on the loop's own clock."""
        self._cutoff = cutoff
        self.until = until
        self.life = life
        self.over = False

    def cut(self) -> None:
        self.over = True
        self._task.cancel()

    def __enter__(self) -> "Within":
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be cut off")
        self._task = task
        self._before = task.cancelling()
        self._cutoff.begun(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cutoff.ended(self)
        if self.over and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error
