"""How much notice families really had of each event: from the first copy that left to its start (W35)."""

from dataclasses import dataclass
from datetime import date, datetime

from notifier.acceptance.noticing.known import REMEMBERED, TOLD, Known
from notifier.acceptance.world import World
from notifier.config.policy import folded
from notifier.model.calendar import Event
from notifier.queue import Store, StoredMessage


@dataclass(frozen=True, slots=True)
class Given:
    """``first_copy``: when the first copy that named this day was handed over, None where none was yet.

    ``school_days`` None: the terms entered do not say. ``wanted``: the policy's lead time for such an event.
    """

    event_id: str
    title: str
    date: date
    category: str
    first_copy: datetime | None
    school_days: int | None
    wanted: int

    @property
    def enough(self) -> bool | None:
        return None if self.school_days is None or not self.wanted else self.school_days >= self.wanted


async def given(store: Store, world: World, since: date, now: datetime) -> list[Given]:
    """Every event from that day on of which families were told, by its day. A cancelled one had no notice to give."""
    known = Known(store, lambda: world)
    copies = await store.told.first_copies(now - REMEMBERED, world.mode)
    by_event: dict[str, list[tuple[StoredMessage, Event]]] = {}
    for one in await known.messages(now):
        for event in one.message.events if one.state in TOLD else ():
            by_event.setdefault(event.id or f"{event.date} {event.title}", []).append((one, event))
    found = []
    for told in by_event.values():
        last = told[-1][1]
        event = world.calendar.event(last.id) or last if last.id else last
        if event.cancelled or event.date < since:
            continue
        days = (copies[one.id] for one, said in told if one.id in copies and said.date == event.date)
        first = min(days, default=None)
        found.append(_given(event, first, known, world))
    return sorted(found, key=lambda one: (one.date, one.title))


def _given(event: Event, first: datetime | None, known: Known, world: World) -> Given:
    lead = world.policy.lead_time
    return Given(
        event_id=event.id,
        title=event.title,
        date=event.date,
        category=event.category,
        first_copy=first,
        school_days=known.planner().lead(first, event.date) if first is not None else None,
        wanted=lead.get(folded(event.category), lead.get("*", 0)),
    )
