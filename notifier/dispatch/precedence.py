"""Emergencies first: while one is in hand, other lanes begin nothing that is in its way (DESIGN 5.6)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from notifier.dispatch.bell import Bell
from notifier.model.message import Lane

_NOT_URGENT = nullcontext()


class Precedence:
    """Counts the emergency legs in hand by channel.

    The normal lane gives way on the same channel, where it would hold a
    connection or a turn; the bulk lane on every channel, since it can fill the
    whole process.
    """

    def __init__(self) -> None:
        self._urgent: Counter[str] = Counter()
        self._in_all = 0
        self._cleared = Bell()

    def urgent(self, channel: str, lane: Lane) -> AbstractContextManager[None]:
        """While a leg of this lane is in hand."""
        return self._counted(channel) if lane is Lane.EMERGENCY else _NOT_URGENT

    @contextmanager
    def _counted(self, channel: str) -> Iterator[None]:
        self._urgent[channel] += 1
        self._in_all += 1
        try:
            yield
        finally:
            self._urgent[channel] -= 1
            self._in_all -= 1
            self._cleared.ring()

    def clear(self, channel: str, lane: Lane) -> bool:
        """Whether a leg of this lane may begin."""
        match lane:
            case Lane.EMERGENCY:
                return True
            case Lane.NORMAL:
                return not self._urgent[channel]
            case Lane.BULK:
                return not self._in_all

    async def turn(self, channel: str, lane: Lane) -> None:
        """Wait until nothing more urgent is in the way."""
        while not self.clear(channel, lane):
            await self._cleared.after(self._cleared.count)
