"""One leg as a channel gets it: address, payload, attachments, and names that stay the same over all tries."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from channels.base import Channel, Outgoing
from notifier.dispatch.blobs import Blobs
from notifier.model.directory import Directory
from notifier.model.ladder import stem as stem
from notifier.model.message import Enclosure, Message
from notifier.model.payload import ON_PAPER
from notifier.model.plan import Address, Delivery
from notifier.queue.rows import StoredMessage

MESSAGES_KEPT = 16


class Renders(Protocol):
    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None = None,
    ) -> Any: ...


class Messages:
    """The last few messages in hand: thousands of legs belong to one."""

    def __init__(self, message: Callable[[str], Awaitable[StoredMessage | None]]) -> None:
        self._message = message
        self._kept: dict[str, Message] = {}

    def kept(self, message_id: str) -> Message | None:
        """If it is in hand."""
        return self._kept.get(message_id)

    async def of(self, message_id: str) -> Message:
        """Raises LookupError where there is none; what a message says never changes once it has legs."""
        kept = self.kept(message_id)
        if kept is not None:
            return kept
        stored = await self._message(message_id)
        if stored is None:
            raise LookupError(message_id)
        while len(self._kept) >= MESSAGES_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[message_id] = stored.message
        return stored.message


class Packer:
    """Renders a leg and puts it together, just before it goes: nothing rendered is kept (PERFORMANCE 9)."""

    def __init__(self, renderer: Renders, blobs: Blobs) -> None:
        self._renderer = renderer
        self._blobs = blobs

    async def pack(
        self,
        channel: Channel,
        leg_id: str,
        attempt_id: str,
        message: Message,
        delivery: Delivery | None,
        address: Address,
        directory: Directory,
        now: datetime,
    ) -> Outgoing:
        """``delivery`` None: a public item, for nobody in particular."""
        medium = channel.medium
        payload = self._renderer.render(
            medium, message, delivery, directory, now, address if delivery is not None else None
        )
        name = stem(leg_id)
        return Outgoing(
            attempt_id,
            address.value,
            medium,
            payload,
            await self._enclosures(medium, message, delivery) if message.attachments else (),
            delivery.text_language if delivery is not None else message.bodies[0].language,
            message.expires_at,
            name,
            message.id,
            name,
            message.drill,
            family(delivery, directory) if delivery is not None and channel.writes_files else "",
        )

    async def _enclosures(self, medium: str, message: Message, delivery: Delivery | None) -> tuple[Enclosure, ...]:
        attachments = message.attachments_for(delivery.pupil_ids if delivery is not None else ())
        if medium in ON_PAPER:
            attachments = tuple(one for one in attachments if not one.electronic)
        return await self._blobs.enclosures(attachments)


def family(delivery: Delivery, directory: Directory) -> str:
    """For staff: "Amara Okafor: Ada (Oak)"; whoever is gone from the directory is left out."""
    if delivery.staff_id:
        return delivery.staff_id
    adults = [directory.contacts[one].name for one in delivery.contact_ids if one in directory.contacts]
    pupils = [directory.pupils[one] for one in delivery.pupil_ids if one in directory.pupils]
    children = ", ".join(f"{pupil.forename} ({pupil.class_})" for pupil in pupils)
    return ": ".join(part for part in (", ".join(adults), children) if part)
