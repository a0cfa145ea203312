"""Messages that wait for a moment of their own, as a duty of the rota: ``send:``, and a newsletter out of its turn."""

from collections.abc import Callable, Iterable
from datetime import datetime

from notifier.acceptance.acceptance import Acceptance
from notifier.acceptance.world import World
from notifier.calendar.agenda import of_message
from notifier.model.message import Message
from notifier.model.occurrence import Occurrence
from notifier.model.states import MessageState
from notifier.queue import Store, StoredMessage
from notifier.routing.audience import spoken

MOST = 10_000
"""Waiting messages looked at."""


async def waiting(store: Store, *states: MessageState) -> list[StoredMessage]:
    return await store.messages(states or (MessageState.WAITING,), limit=MOST)


def in_turn(message: Message, world: World) -> bool:
    """Whether it is an issue that waits for a slot of its newsletter."""
    return message.slot is not None and message.mode is world.mode and message.newsletter in world.newsletters


class Waiting:
    def __init__(self, store: Store, world: Callable[[], World], acceptance: Acceptance) -> None:
        self._store = store
        self._world = world
        self._acceptance = acceptance

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        """One for each; while it waits it is met at every look, however late."""
        world = self._world()
        policy = world.policy
        found = (
            of_message(
                one.message,
                tuple(spoken(term) for term in one.message.audience),
                world.calendar,
                policy.timezone,
                policy.kinds[one.message.kind].catch_up,
            )
            for one in await waiting(self._store)
            if not in_turn(one.message, world)
        )
        return [one for one in found if one is not None and one.at <= last]

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        stored = await self._store.message(occurrence.message_id)
        if stored is None or stored.state is not MessageState.WAITING:
            return False
        return await self._acceptance.release(stored.message, occurrence, now)
