"""An event that moved, was cancelled or is gone: whoever knew it otherwise hears of it, and only they (W1).

Whether families must hear follows from what they were told last and what the calendar says now. Told twice of one
change they cannot be: its key names the message they had and the facts as they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.acceptance.dates import listed
from notifier.acceptance.noticing.duty import AboutEvents
from notifier.acceptance.noticing.known import ANOTHER, TOLD, change_key, names
from notifier.acceptance.noticing.together import audience_of
from notifier.acceptance.noticing.writing import Draft
from notifier.calendar.notices import over, starts
from notifier.calendar.quiet import opens
from notifier.model.calendar import Event
from notifier.model.message import Kind
from notifier.model.notice import Selection
from notifier.model.occurrence import QUESTION, Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.model.states import MessageState
from notifier.queue import StoredMessage
from notifier.queue.rows import Decision
from notifier.rendering.prepared import Facts
from notifier.routing.audience import spoken

URGENT = timedelta(hours=2)
"""So near to the event a correction does not wait for the morning."""
RULE = "W35"
CALENDAR = "calendar"
"""By whom a message was stopped whose event moved while it was under way."""


@dataclass(frozen=True, slots=True)
class Affair:
    """One event: what was told about it, the oldest first, and what waits to be told."""

    id: str
    told: tuple[StoredMessage, ...]
    pending: tuple[StoredMessage, ...]


class Correcting(AboutEvents):
    """A ``schedule.Duty``."""

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        now = self._clock.now()
        events = self._world().calendar.by_id
        found: list[Occurrence] = []
        for affair in await self._affairs(now):
            event = events.get(affair.id)
            if event is None:
                found += self._gone(affair, now, first) if events else ()
            else:
                found += self._changed(affair, event, now, first)
                found += self._called_off(affair, event, now, first)
        return found

    async def _affairs(self, now: datetime) -> Iterator[Affair]:
        by_event: dict[str, list[StoredMessage]] = {}
        for one in await self._known.messages(now):
            for event in one.message.events:
                if event.id:
                    by_event.setdefault(event.id, []).append(one)
        return (
            Affair(
                id,
                tuple(one for one in found if one.state in TOLD),
                tuple(one for one in found if one.state in (MessageState.WAITING, MessageState.HELD)),
            )
            for id, found in by_event.items()
        )

    def _changed(self, affair: Affair, event: Event, now: datetime, first: datetime) -> Iterator[Occurrence]:
        stale = self._known.stale(affair.told, event, now)
        if not stale:
            return
        zone = self._world().policy.timezone
        was = self._known.as_told(stale[-1], event.id)
        ends = over(was, zone) if event.cancelled else max(over(event, zone), over(was, zone))
        if ends <= now or (not event.cancelled and over(event, zone) <= now):
            return  # nobody can go by it any more
        world = self._world()
        at = opens(first, world.policy.quiet_hours, zone, world.calendar) or first
        if at + URGENT > min(starts(was, zone), starts(event, zone)):
            at = first
        what = "Cancelled" if event.cancelled else "On after all" if was.cancelled else "Changed"
        yield Occurrence(
            key=change_key(event, stale),
            at=at,
            until=ends,
            kind=Kind.NOTICE.value,
            title=f"{what}: {event.title}",
            audience=self._audience(stale, event.id),
            event_id=event.id,
            reason="families were told otherwise",
            lead_school_days=None if event.cancelled else self._known.planner().lead(at, event.date),
        )

    def _audience(self, messages: Iterable[StoredMessage], event_id: str) -> tuple[str, ...]:
        """To whom they told of this event."""
        found: dict[str, None] = {}
        for one in messages:
            alone = not one.message.diary
            said = () if alone else names(self._known.as_told(one, event_id).to)
            found |= dict.fromkeys(map(spoken, one.message.audience) if alone else said)
        return tuple(found)

    def _called_off(self, affair: Affair, event: Event, now: datetime, first: datetime) -> Iterator[Occurrence]:
        """A message about a cancelled event that waits would tell families of something that is not."""
        for one in affair.pending if event.cancelled else ():
            if one.message.diary:
                continue  # a list of several leaves out what is cancelled when it goes
            key = f"withdrawn:{event.id}:{one.id}"
            title = f"“{one.message.subject}” is about an event that is cancelled"
            yield Occurrence(key, first, now + ANOTHER, QUESTION, title, event_id=event.id, message_id=one.id)

    def _gone(self, affair: Affair, now: datetime, first: datetime) -> Iterator[Occurrence]:
        zone = self._world().policy.timezone
        if not affair.told:
            return
        was = self._known.as_told(affair.told[-1], affair.id)
        if over(was, zone) <= now or was.cancelled:
            return
        key = f"vanished:{affair.id}:{affair.told[-1].id}"
        yield Occurrence(key, first, over(was, zone), QUESTION, f"{was.title}: gone from the calendar", event_id=was.id)

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        sort = occurrence.key.partition(":")[0]
        if sort == "vanished":
            return await self._ask(occurrence, now)
        if sort == "withdrawn":
            return await self._withdraw(occurrence, now)
        return await self._correct(occurrence, now)

    async def _ask(self, occurrence: Occurrence, now: datetime) -> bool:
        what = (
            f"“{occurrence.title.removesuffix(': gone from the calendar')}” is gone from events.csv, but families were "
            "told of it. If it is off, put its row back with yes under “cancelled”: then they hear of it. "
            "If the row was lost, put it back. Until then nobody is reminded."
        )
        task = Task(what, (occurrence.event_id,), RULE)
        decision = Decision(
            occurrence, OccurrenceState.SKIPPED, tasks=(task,), reason="a row that is gone says nothing"
        )
        return all(await self._store.decisions.decide([decision], self._world().mode, now))

    async def _withdraw(self, occurrence: Occurrence, now: datetime) -> bool:
        what = f"{occurrence.title}, so it does not go. Nobody has had it."
        decision = Decision(
            occurrence,
            OccurrenceState.WITHDRAWN,
            cancels=(occurrence.message_id,),
            tasks=(Task(what, (occurrence.message_id,), RULE),),
            message_id=occurrence.message_id,
            reason="its event is cancelled",
        )
        return all(await self._store.decisions.decide([decision], self._world().mode, now))

    async def _correct(self, occurrence: Occurrence, now: datetime) -> bool:
        event = self._world().calendar.event(occurrence.event_id)
        affair = next((one for one in await self._affairs(now) if one.id == occurrence.event_id), None)
        if event is None or affair is None:
            return False
        stale = self._known.stale(affair.told, event, now)
        if not stale or occurrence.key != change_key(event, stale):
            return False
        under_way = [one for one in stale if one.state is MessageState.ACCEPTED or one.by == CALENDAR]
        for one in under_way:  # what has not left yet would say what is not so; done twice, it changes nothing
            await self._store.cancel(one.id, CALENDAR, now)
        right = tuple(one.id for one in affair.told if one not in stale)
        wrong = tuple(one.id for one in stale)
        was = self._known.as_told(stale[-1], event.id)
        to = tuple(dict.fromkeys((*self._audience(stale, event.id), *(() if event.cancelled else names(event.to)))))
        approved = tuple(dict.fromkeys(id for one in stale for id in one.message.approved))
        sort = "cancelled" if event.cancelled else "on-again" if was.cancelled else "changed"
        drafts = [
            Draft(
                event=event,
                bodies=self._words.bodies(sort, Facts(event, was=was)),
                to=to,
                selection=Selection(had=wrong, not_had=right),
                category=event.category,
                essential=any(one.message.essential for one in stale),
                approved=approved,
            )
        ]
        alone = [one for one in under_way if not one.message.diary]
        if alone and not event.cancelled:
            drafts.append(
                Draft(
                    event=event,
                    bodies=self._words.bodies("notice", Facts(event)),
                    to=self._audience(alone, event.id),
                    except_=_exceptions(alone),
                    selection=Selection(not_had=(*wrong, *right)),
                    category=event.category,
                    approved=approved,
                    key=f"{occurrence.key}:rest",
                )
            )
        stopped = [other for one in under_way if one.message.diary for other in one.message.events]
        dates = listed({other.id: other for other in stopped}.values(), self._world(), now)
        if dates:  # what else stood in a list that was stopped, and this event as it is now
            drafts.append(
                Draft(
                    event=None,
                    bodies=self._words.bodies("dates"),
                    to=audience_of(dates),
                    selection=Selection(not_had=tuple(one.id for one in affair.told if one.message.diary)),
                    approved=approved,
                    key=f"{occurrence.key}:rest-of-list",
                    dates=dates,
                )
            )
        return await self._writing.decide(
            occurrence,
            drafts,
            now,
            tasks=tuple(_stopped(one) for one in under_way if not one.message.occurrence),
            nobody="nobody had been told yet",
        )


def _stopped(one: StoredMessage) -> Task:
    what = (
        "The event of this message was moved or cancelled while copies of it were still to go; those were stopped, and "
        "these families get a notice instead. If they need your own words, write them anew."
    )
    return Task(what, (one.id,), RULE)


def _exceptions(messages: Sequence[StoredMessage]) -> tuple[str, ...]:
    """Only whom all of them leave out."""
    found = [{spoken(term) for term in one.message.except_} for one in messages]
    return tuple(sorted(set.intersection(*found))) if found else ()
