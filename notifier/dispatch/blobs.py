"""Attachments by digest, the last few kept: thousands of legs of one message carry the same bytes."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from notifier.model.message import Attachment, Enclosure

MOST_BYTES = 32 * 1024 * 1024


class Missing(Exception):
    """The database does not hold what a message says it carries; the digest may stand in a log."""


class Blobs:
    """Hands out the same ``Enclosure`` object while it is kept, so that a channel may keep what it made of it."""

    def __init__(self, blob: Callable[[str], Awaitable[bytes | None]], most_bytes: int = MOST_BYTES) -> None:
        self._blob = blob
        self._most = most_bytes
        self._kept: OrderedDict[Attachment, Enclosure] = OrderedDict()
        self._held = 0

    async def enclosures(self, attachments: tuple[Attachment, ...]) -> tuple[Enclosure, ...]:
        """Raises Missing."""
        return tuple([await self._enclosure(one) for one in attachments])

    async def _enclosure(self, attachment: Attachment) -> Enclosure:
        kept = self._kept.get(attachment)
        if kept is not None:
            self._kept.move_to_end(attachment)
            return kept
        content = await self._blob(attachment.digest)
        if content is None:
            raise Missing(attachment.digest)
        if attachment in self._kept:  # somebody else was quicker
            return self._kept[attachment]
        fresh = Enclosure(attachment, content)
        self._kept[attachment] = fresh
        self._held += len(content)
        while self._held > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._held -= len(dropped.content)
        return fresh
