"""How much notice families really had of each event: from the first copy that left to its start (W35)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.acceptance.noticing.known import REMEMBERED, TOLD, Known
from notifier.acceptance.world import World
from notifier.config.policy import notice_meant
from notifier.model.figures import AboutEvent, Figures
from notifier.queue import Store

NO_LONGER = "(an event no longer kept)"


@dataclass(frozen=True, slots=True)
class Given:
    """``first_copy``: when the first copy that named this day was handed over, None where none was yet.

    ``school_days`` None: the terms entered do not say. ``wanted``: the policy's lead time for such an event.
    ``wide``: whole classes or more were told; of others the title may tell of a child.
    """

    event_id: str
    title: str
    date: date
    category: str
    first_copy: datetime | None
    school_days: int | None
    wanted: int
    wide: bool = True

    @property
    def enough(self) -> bool | None:
        return None if self.school_days is None or not self.wanted else self.school_days >= self.wanted


async def given(store: Store, world: World, since: date, now: datetime) -> list[Given]:
    """Every event from that day on of which families were told, by its day. A cancelled one had no notice to give.

    It answers by numbers that stay, also when the messages and their copies are no longer kept.
    """
    planner = Known(store, lambda: world).planner()
    by_event: dict[str, list[tuple[AboutEvent, Figures]]] = {}
    for one in await store.told.figures(now - REMEMBERED, now + timedelta(days=1), world.mode):
        for event in one.events if one.state in TOLD else ():
            by_event.setdefault(event.id or f"{event.date} {event.title}", []).append((event, one))
    found = []
    for told in by_event.values():
        last, _ = told[-1]
        now_says = world.calendar.event(last.id) if last.id else None
        day, category = (now_says or last).date, (now_says or last).category
        if (now_says or last).cancelled or day < since:
            continue
        copies = [one.first_copy for about, one in told if about.date == day and one.first_copy is not None]
        first = min(copies, default=None)
        found.append(
            Given(
                event_id=last.id,
                title=(now_says or last).title or NO_LONGER,
                date=day,
                category=category,
                first_copy=first,
                school_days=planner.lead(first, day) if first is not None else None,
                wanted=notice_meant(world.policy, category),
                wide=any(one.wide for _, one in told),
            )
        )
    return sorted(found, key=lambda one: (one.date, one.title))
