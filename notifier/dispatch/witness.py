"""Who is told of each send before and after it, besides the database: the journal of a closure without one."""

from collections.abc import Sequence
from typing import Protocol

from notifier.queue.rows import ClaimedLeg, Settlement


class Witness(Protocol):
    async def begins(self, leg: ClaimedLeg) -> None:
        """Just before the first byte."""
        ...

    async def ended(self, outcomes: Sequence[Settlement]) -> None:
        """As soon as it is known what became of them, before the database hears of it."""
        ...


class Nobody:
    """The database alone knows."""

    async def begins(self, leg: ClaimedLeg) -> None:
        return

    async def ended(self, outcomes: Sequence[Settlement]) -> None:
        return


NOBODY = Nobody()
