"""This process among those that send for the school: what it may do now (docs/decisions/nodes-and-leases.md)."""

import os
import socket
import uuid
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
