"""Addresses at which nothing more is wanted, or that nothing gets through to, just before each send (DESIGN 3.1)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from notifier.dispatch.stillness import Stillness

One = Callable[[str, str], Awaitable[datetime | None]]
"""Since when an address takes nothing more by a channel; None: nobody said so."""
All = Callable[[str], Awaitable[Mapping[str, datetime]]]
"""All of a channel."""


class Refusals:
    """All of a channel are kept while it is known that nobody has written any; else each address is asked about."""

    def __init__(self, one: One, all_: All, stillness: Stillness) -> None:
        self._asked = one
        self._read = all_
        self._stillness = stillness
        self._kept: dict[str, tuple[int, Mapping[str, datetime]]] = {}

    async def of(self, channel: str, address: str) -> datetime | None:
        stirred = self._stillness.known()
        if stirred is None:
            return await self._asked(channel, address)
        as_of, refused = self._kept.get(channel, (-1, {}))
        if as_of != stirred:
            refused = await self._read(channel)
            self._kept[channel] = stirred, refused  # at least as new: whoever writes now makes it old
        return refused.get(address)
