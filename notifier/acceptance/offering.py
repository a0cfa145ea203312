"""Copies asked for after a message went: a task for the office, and what its yes then sends (W39, H29)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.model.plan import Offer, Task
from notifier.model.states import DeliveryState, MessageState
from notifier.queue import Store, StoredMessage
from notifier.routing import asking, offers

OFFERED_FOR = timedelta(days=14)
"""How long after a message came in a copy of it is still worth a task."""

_WENT = (MessageState.ACCEPTED, MessageState.DONE)
_NEVER_WENT = frozenset({DeliveryState.WITHHELD, DeliveryState.CANCELLED, DeliveryState.EXPIRED})


class Offering:
    def __init__(self, store: Store, world: Callable[[], World], clock: Clock) -> None:
        self._store = store
        self._world = world
        self._clock = clock

    async def look(self) -> None:
        """Open a task for each copy that somebody has asked for since its message was planned. Sends nothing."""
        world, now = self._world(), self._clock.now()
        if world.directory is None:
            return
        for stored in await self._store.messages(_WENT):
            fresh = stored.message.mode is world.mode and now - stored.received_at <= OFFERED_FOR
            if fresh and stored.directory_version < world.directory.version:
                found = [_task(stored, one) for one in await self._offers(stored, now)]
                await self._store.open_tasks(found, now, stored.id)

    async def send(self, stored: StoredMessage, contact_id: str, by: str) -> int:
        """The copies of this message that this adult has asked for go. How many there were."""
        now = self._clock.now()
        sent = 0
        for offer in await self._offers(stored, now):
            if contact_id in offer.delivery.contact_ids:
                sent += await self._store.add_copy(stored.id, offer, _task(stored, offer), by, now)
        return sent

    async def _offers(self, stored: StoredMessage, now: datetime) -> tuple[Offer, ...]:
        world, expires = self._world(), stored.message.expires_at
        if world.directory is None or stored.state not in _WENT or (expires is not None and expires <= now):
            return ()
        concerned = asking(stored.message, world.directory, world.policy, now).values()
        about = {pupil_id for pupil_ids in concerned for pupil_id in pupil_ids}
        deliveries = await self._store.deliveries(stored.id, about)
        stands = [one.delivery for one in deliveries if one.state not in _NEVER_WENT]
        return offers(stored.message, stands, world.directory, world.policy, now)


def _task(stored: StoredMessage, offer: Offer) -> Task:
    delivery = offer.delivery
    what = (
        "Asked for copies after this was sent. To send it to them too: "
        f"notifier approve {stored.id} --contact {delivery.contact_ids[0]} --as ID. If not, tick this off."
    )
    return Task(what, delivery.contact_ids + delivery.pupil_ids, offer.rule)
