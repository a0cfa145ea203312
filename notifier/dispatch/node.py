"""This process among those that send for the school: what it may do now (docs/decisions/nodes-and-leases.md)."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from math import inf
from typing import Protocol


class Node(Protocol):
    """What the others believe of this process, as far as it can know that by itself.

    A node that could not show the others that it lives must stop before they take its work over.
    When it can again that is another ``life``: what it had in hand before may be another's by now.
    """

    id: str
    """The owner of its legs."""
    span: timedelta | None
    """How long it is counted on after a sign of life; None where there are no others."""

    def life(self) -> int:
        """The number of its present life; 0 while it may begin nothing."""
        ...

    def alive_for(self) -> float:
        """Seconds for which it may go on without a further sign of life, by a clock that only goes on."""
        ...

    def leads(self) -> bool:
        """Whether it, and no other, does what only one may: it works in the school's folder."""
        ...

    def nodes(self) -> int:
        """How many share the accounts, this one included."""
        ...

    def left_behind(self) -> bool:
        """Whether a dead one was found with legs in hand since this was last asked."""
        ...


def new_id() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class Alone:
    """The only process, as on the embedded database."""

    span: timedelta | None = None

    def __init__(self) -> None:
        self.id = new_id()

    def life(self) -> int:
        return 1

    def alive_for(self) -> float:
        return inf

    def leads(self) -> bool:
        return True

    def nodes(self) -> int:
        return 1

    def left_behind(self) -> bool:
        return False


@asynccontextmanager
async def while_alive(node: Node, life: int) -> AsyncIterator[None]:
    """What goes on inside is cut off when that life is over; raises TimeoutError then.

    The look falls due on the loop's own clock, so a process that was frozen meets it before
    anything that came in over the network meanwhile.
    """
    task = asyncio.current_task()
    if node.span is None or task is None:
        yield
        return
    loop = asyncio.get_running_loop()
    cut = False
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal cut, timer
        if node.life() == life:
            timer = loop.call_later(max(0.0, node.alive_for()), look)
        else:
            cut = True
            task.cancel()

    timer = loop.call_later(max(0.0, node.alive_for()), look)
    before = task.cancelling()
    try:
        yield
    except asyncio.CancelledError:
        if cut and task.uncancel() <= before:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
