"""What comes in from anybody: read up to a limit and within a time, and counted by what became of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request

LARGEST = 64 * 1024
"""Bytes of a body; a provider's have a few hundred."""
PATIENCE = 10.0
"""Seconds in which a body must have come."""
TELL_EVERY = timedelta(minutes=1)


@dataclass
class Tally:
    """How many came since the start, by what became of them."""

    stored: int = 0
    forged: int = 0
    too_large: int = 0
    unknown: int = 0
    _told_at: dict[str, datetime] = field(default_factory=dict)

    def tells(self, what: str, now: datetime) -> bool:
        """Whether the log should say it again: whoever knocks all night fills no disk."""
        last = self._told_at.get(what)
        if last is not None and timedelta() <= now - last < TELL_EVERY:
            return False
        self._told_at[what] = now
        return True


class TooLarge(Exception):
    """More than LARGEST."""


async def body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise TooLarge
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            raise TooLarge
    return bytes(found)
