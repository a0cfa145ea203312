"""Emergencies first: while one is in hand, other lanes begin nothing that is in its way (DESIGN 5.6)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from notifier.dispatch.bell import Bell
from notifier.model.message import Lane


class Precedence:
    """Counts the emergency legs in hand by channel.

    The normal lane gives way on the same channel, where it would hold a
    connection or a turn; the bulk lane on every channel, since it can fill the
    whole process.
    """

    def __init__(self) -> None:
        self._urgent: Counter[str] = Counter()
        self._cleared = Bell()

    @contextmanager
    def urgent(self, channel: str, lane: Lane) -> Iterator[None]:
        """While a leg of this lane is in hand."""
        if lane is not Lane.EMERGENCY:
            yield
            return
        self._urgent[channel] += 1
        try:
            yield
        finally:
            self._urgent[channel] -= 1
            self._cleared.ring()

    def clear(self, channel: str, lane: Lane) -> bool:
        """Whether a leg of this lane may begin."""
        match lane:
            case Lane.EMERGENCY:
                return True
            case Lane.NORMAL:
                return not self._urgent[channel]
            case Lane.BULK:
                return not self._urgent.total()

    async def turn(self, channel: str, lane: Lane) -> None:
        """Wait until nothing more urgent is in the way."""
        while not self.clear(channel, lane):
            await self._cleared.after(self._cleared.count)
