"""What families were told about events already, and the plan of moments: kept as long as nothing has changed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from notifier.acceptance.world import World
from notifier.calendar.counting import SchoolDays
from notifier.calendar.notices import Planner, Rhythm, over
from notifier.calendar.quiet import opens
from notifier.model.calendar import Event, SchoolCalendar
from notifier.model.message import Kind, Mode
from notifier.model.policy import AddressKind
from notifier.model.states import MessageState
from notifier.queue import Store, StoredMessage

REMEMBERED = timedelta(days=400)
"""Whatever was said about an event longer ago is about another year's."""
ANOTHER = timedelta(days=14)
"""An event that was to be longer ago than this, and has a new date, is a new event under an old id."""
CHANGED = "changed:"
TOLD = frozenset({MessageState.ACCEPTED, MessageState.DONE, MessageState.CANCELLED})
"""Of these some families may have had a copy."""
LIVES = frozenset({MessageState.ACCEPTED, MessageState.DONE})


class Known:
    def __init__(self, store: Store, world: Callable[[], World]) -> None:
        self._store = store
        self._world = world
        self._messages: dict[str, StoredMessage] = {}
        self._said: dict[str, tuple[StoredMessage, dict[str, Event]]] = {}
        self._planner: Planner | None = None
        self._of: tuple[SchoolCalendar, Rhythm] | None = None

    async def messages(self, now: datetime) -> list[StoredMessage]:
        """Every message about an event that is not long past, the oldest first."""
        rows = await self._store.told.about(now - REMEMBERED, self._world().mode)
        fresh: dict[str, StoredMessage] = {}
        for row in rows:
            kept = self._messages.get(row.message_id)
            if kept is None or (kept.changed_at, kept.state) != (row.changed_at, row.state):
                kept = await self._store.message(row.message_id)
            if kept is not None and kept.message.events:  # of one whose words had their time, nothing follows
                fresh[row.message_id] = kept
        self._messages = fresh
        self._said = {id: said for id, said in self._said.items() if id in fresh}
        return list(fresh.values())

    async def letters(self, now: datetime) -> list[StoredMessage]:
        """Letters and notices that somebody wrote about an event and that went, and were not replaced."""
        found = await self.messages(now)
        replaced = {one.message.replaces for one in found}
        return [
            one
            for one in found
            if one.state in LIVES
            and not one.message.occurrence
            and one.message.kind in (Kind.LETTER, Kind.NOTICE)
            and one.id not in replaced
        ]

    async def corrected(self, now: datetime) -> dict[str, datetime]:
        """By event, until when nobody needs to be reminded: a correction went then, or is just about to go."""
        corrections = await self.corrections(now)
        found = {id: messages[-1].received_at for id, messages in corrections.items()}
        return found | dict.fromkeys(await self.to_correct(now), now)

    async def corrections(self, now: datetime) -> dict[str, list[StoredMessage]]:
        """By event, what told families of the facts as they are now because they had been told otherwise."""
        found: dict[str, list[StoredMessage]] = {}
        for event, messages in await self._told(now):
            for one in messages:
                said = one.message.event  # a list of several tells each for the first time
                if said is not None and one.message.occurrence.startswith(CHANGED) and said.facts == event.facts:
                    found.setdefault(event.id, []).append(one)
        return found

    async def stand_in(self, now: datetime, event: Event, paper_at: datetime) -> tuple[str, ...]:
        """Corrections that went when a copy on paper should have left already: two letters by one post help nobody."""
        return tuple(one.id for one in (await self.corrections(now)).get(event.id, ()) if one.received_at >= paper_at)

    async def to_correct(self, now: datetime) -> set[str]:
        """The events of which a correction is about to go."""
        pending: dict[str, str] = {}
        for event, messages in await self._told(now):
            if stale := self.stale(messages, event, now):
                pending[change_key(event, stale)] = event.id
        if not pending:
            return set()
        decided = await self._store.decisions.decided([*pending], self._world().mode)
        return {id for key, id in pending.items() if key not in decided}

    async def _told(self, now: datetime) -> list[tuple[Event, list[StoredMessage]]]:
        """The events of the calendar of which families may have heard, with what they heard, the oldest first."""
        told: dict[str, list[StoredMessage]] = {}
        for one in await self.messages(now):
            for event in one.message.events if one.state in TOLD else ():
                told.setdefault(event.id, []).append(one)
        events = self._world().calendar.by_id
        return [(events[id], messages) for id, messages in told.items() if id in events]

    def stale(self, told: Iterable[StoredMessage], event: Event, now: datetime) -> list[StoredMessage]:
        """Of these messages those that said otherwise than the calendar now."""
        other = [one for one in told if self.as_told(one, event.id).facts != event.facts]
        if not other:
            return other
        zone = self._world().policy.timezone
        return [one for one in other if over(self.as_told(one, event.id), zone) > now - ANOTHER]

    def as_told(self, stored: StoredMessage, event_id: str) -> Event:
        """An event as this message tells of it, which must be one of its own; a list may be long, so it is kept."""
        kept = self._said.get(stored.id)
        if kept is None or kept[0] is not stored:
            kept = self._said[stored.id] = stored, {event.id: event for event in stored.message.events}
        return kept[1][event_id]

    def planner(self) -> Planner:
        """The same one as long as no day becomes another sort of day; what happens on them may change."""
        world = self._world()
        notices, hours = world.notices, world.policy.quiet_hours
        rhythm = Rhythm(world.policy.timezone, notices.at, hours.opens, hours.closes, notices.post, notices.cut_off)
        made = self._of
        if self._planner is None or made is None or made[1] != rhythm or not _same_days(made[0], world.calendar):
            self._planner = Planner(SchoolDays(world.calendar), rhythm)
        self._of = world.calendar, rhythm
        return self._planner

    def event_now(self, stored: StoredMessage) -> Event | None:
        """As the calendar has it now; one in no calendar is as the message says. None: it is gone, or cancelled."""
        known = stored.message.event
        if known is None or not known.id:
            return known
        event = self._world().calendar.event(known.id)
        return None if event is None or event.cancelled else event

    def at_rest(self, now: datetime, until: datetime) -> bool:
        """Whether families are left in peace now, and it may wait until they are not; in trial nobody waits."""
        world = self._world()
        quiet = opens(now, world.policy.quiet_hours, world.policy.timezone, world.calendar)
        return world.mode is Mode.LIVE and quiet is not None and quiet < until

    def too_late_by_post(self, now: datetime, event: Event) -> bool:
        return self.planner().arrives(now) >= event.date

    def on_paper(self) -> bool:
        """Whether any copy is carried to families at all."""
        channels = self._world().policy.channels.values()
        return any(one.address is AddressKind.POSTAL and one.configured for one in channels)


def _same_days(before: SchoolCalendar, now: SchoolCalendar) -> bool:
    return before is now or before.same_days(now)


def change_key(event: Event, stale: Sequence[StoredMessage]) -> str:
    """Of what tells families that it is otherwise: once for what they had last and for the facts as they are."""
    facts = hashlib.sha256(repr(event.facts).encode()).hexdigest()[:16]
    return f"{CHANGED}{event.id}:{stale[-1].id}:{facts}"


def names(to: str) -> tuple[str, ...]:
    """The audience of an event as the school says it."""
    return tuple(_names(to))


def _names(to: str) -> Iterator[str]:
    for name in to.replace(";", ",").split(","):
        if name.strip():
            yield name.strip()
