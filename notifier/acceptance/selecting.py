"""Narrowing a plan to some of its recipients: those on paper, those who had an earlier message, those who had not.

Nobody is ever added: what is left is a part of the plan, or of what was delivered before, looked at anew.
"""

from dataclasses import replace
from datetime import datetime

from notifier.model.directory import Directory
from notifier.model.ladder import next_rung
from notifier.model.message import Message
from notifier.model.plan import Delivery, Hold, Plan, Step, Task, Withheld, Withhold
from notifier.model.policy import AddressKind, Policy
from notifier.model.states import DeliveryState
from notifier.queue import Store, StoredDelivery, StoredMessage
from notifier.routing import recheck

RULE = "W35"
HAD = frozenset({DeliveryState.SENDING, DeliveryState.HANDED_OVER, DeliveryState.CONFIRMED})
"""They know what it said, or may know it."""
GOES = HAD | {DeliveryState.PLANNED, DeliveryState.HELD, DeliveryState.UNREACHED}
"""They know it or will hear of it."""


def posted(delivery: Delivery, policy: Policy) -> bool:
    """Whether it begins with something carried to a home, which takes days."""
    first = next_rung(delivery, -1)
    return first is not None and any(policy.channels[leg.channel].address is AddressKind.POSTAL for leg in first[1])


def _told(stored: StoredMessage, had: StoredDelivery, message: Message) -> bool:
    """Whether that copy spoke of the event this message is about: in a list of several each family has its own."""
    if not stored.message.diary or message.event is None:
        return True
    return any(
        one.event.id == message.event.id and one.concerns(had.delivery.pupil_ids) for one in stored.message.diary
    )


class Selecting:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def narrow(
        self, message: Message, planned: Plan, directory: Directory, policy: Policy, now: datetime
    ) -> Plan:
        """The plan for those whom the message's selection means; the plan itself where it has none."""
        selection = message.selection
        if not selection or (not planned.deliveries and not selection.had):
            return planned
        if selection.had:
            return await self._those_who_had(message, planned, directory, policy, now)
        told = {one for id in selection.not_had for found in await self._goes(id) for one in found.delivery.contact_ids}
        kept = tuple(
            one
            for one in planned.deliveries
            if not (told and told.issuperset(one.contact_ids) and one.contact_ids)
            and (posted(one, policy) or not selection.posted)
            and not (selection.not_posted and posted(one, policy))
        )
        if selection.posted:  # what the whole plan asks of people, the message to all the others asks
            return replace(planned, deliveries=kept, public=(), withheld=(), tasks=())
        return replace(planned, deliveries=kept)

    async def _those_who_had(
        self, message: Message, planned: Plan, directory: Directory, policy: Policy, now: datetime
    ) -> Plan:
        """Each as it was delivered to them, if they may still have it; by what they were told last."""
        deliveries: list[Delivery] = []
        withheld: list[Withheld] = []
        tasks: list[Task] = []
        trace: list[Step] = []
        seen: set[str] = set()
        for stored in await self._latest(message):
            before = replace(stored.delivery, held="")
            fresh = tuple(one for one in before.contact_ids if one not in seen)
            seen.update(before.contact_ids)
            if stored.message_id not in message.selection.had or not fresh:
                continue
            verdict = recheck(message, before, directory, policy, now)
            tasks += verdict.tasks
            if isinstance(verdict, Withhold):
                withheld += [Withheld(one, before.pupil_ids, verdict.rule, verdict.reason) for one in fresh]
                continue
            delivery = replace(before, held=verdict.rule) if isinstance(verdict, Hold) else verdict.delivery
            deliveries.append(delivery)
            said = f"had {stored.message_id}, which said otherwise"
            trace += [Step(6, RULE, said, one) for one in delivery.contact_ids]
        kept = tuple({one.key: one for one in deliveries}.values())
        return replace(planned, deliveries=kept, withheld=tuple(withheld), tasks=tuple(tasks), trace=tuple(trace))

    async def _latest(self, message: Message) -> list[StoredDelivery]:
        """What anybody had of these messages, the newest message first."""
        ids = {*message.selection.had, *message.selection.not_had}
        stored = [found for id in ids if (found := await self._store.message(id)) is not None]
        stored.sort(key=lambda one: (one.received_at, one.id), reverse=True)
        return [
            one
            for each in stored
            for one in await self._store.deliveries(each.id)
            if one.state in HAD and not one.public and one.delivery.contact_ids and _told(each, one, message)
        ]

    async def _goes(self, message_id: str) -> list[StoredDelivery]:
        return [one for one in await self._store.deliveries(message_id) if one.state in GOES and not one.public]
