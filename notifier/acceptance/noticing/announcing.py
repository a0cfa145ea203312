"""Notices of the events in the calendar, to whom they are for, as long before as the school has set (W1, W35)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from notifier.acceptance.noticing.duty import AboutEvents, Means
from notifier.acceptance.noticing.known import names
from notifier.acceptance.noticing.together import LISTED, POST, Together, key_of
from notifier.acceptance.noticing.writing import RULE, Draft
from notifier.calendar.notices import Due, starts
from notifier.calendar.planned import Notice, Planned
from notifier.config.policy import notice_meant
from notifier.model.calendar import Event
from notifier.model.english import the_first
from notifier.model.message import Kind
from notifier.model.notice import Offset, Selection
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.queue import StoredMessage
from notifier.queue.rows import Decision
from notifier.rendering.prepared import Facts
from notifier.routing.audience import spoken

MADE_UP = timedelta(minutes=10)
"""What is found so long after its moment is made up for: it was entered late, or the computer was off."""


class Announcing(AboutEvents):
    """A ``schedule.Duty``. What has passed when an event is first seen is merged into one notice that goes at once."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._planned: Planned | None = None
        self._together = Together(means)
        self._found: list[Occurrence] = []
        self._told: dict[bool, frozenset[str]] = {}

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        now = self._clock.now()
        covered = _covered(await self._known.letters(now))
        on_paper, corrected = self._known.on_paper(), await self._known.corrected(now)
        found: list[Occurrence] = []
        planned = self._all()
        for notice in planned[: bisect_right(planned, last, key=attrgetter("first"))]:
            event, due = notice.event, notice.due
            if due.until <= first or covered.get(event.id, frozenset()).issuperset(_folded(event)):
                continue
            if event.id in corrected and due.at <= corrected[event.id]:
                continue  # the correction told them, or is about to
            if due.until <= now and not notice.final:
                continue  # the next one has taken its place
            if on_paper and due.paper_at < due.at and now < due.at and due.paper_at <= last:
                found.append(self._occurrence(event, due, post=True))
            if due.at <= last:
                found.append(self._occurrence(event, due, post=False))
        self._found, self._told = found, {}
        return found

    async def begin(self, now: datetime, *, sample: bool) -> None:
        """Before the first look in this mode, trial or live: of a calendar full of events families have heard before.

        Only what should have gone within the catch-up time of notices still goes. Of the other events that are ahead
        the office is asked; of a new folder's ``sample`` events nobody hears, whatever has passed.
        """
        why = "it had passed when the program began to look after the calendar"
        gone, ahead = self._all_passed(now) if sample else self._long_passed(now)
        decisions = [
            Decision(self._occurrence(event, due, post=post), OccurrenceState.SKIPPED, reason=why)
            for event, due, post in gone
        ]
        if decisions and ahead:
            decisions[0] = replace(decisions[0], tasks=(_have_they_heard(ahead),))
        await self._store.decisions.decide(decisions, self._world().mode, now)

    def _all_passed(self, now: datetime) -> tuple[list[tuple[Event, Due, bool]], list[Event]]:
        """Each copy, on paper or not, whose moment has come."""
        gone = [
            (one.event, one.due, post)
            for one in self._all()
            for post, moment in ((True, one.due.paper_at), (False, one.due.at))
            if moment <= now
        ]
        return gone, []

    def _long_passed(self, now: datetime) -> tuple[list[tuple[Event, Due, bool]], list[Event]]:
        """What passed before the catch-up time, with the events of it that are still ahead."""
        since = now - self._world().policy.kinds[Kind.NOTICE].catch_up
        passed: dict[str, list[Due]] = {}
        for one in self._all():
            if one.due.at <= now:
                passed.setdefault(one.event.id, []).append(one.due)
        events = self._world().calendar.by_id
        old = {events[id]: dues for id, dues in passed.items() if max(due.at for due in dues) <= since}
        gone = [(event, due, post) for event, dues in old.items() for due in dues for post in (True, False)]
        return gone, [event for event in old if starts(event, self._world().policy.timezone) > now]

    def _late(self, now: datetime, post: bool) -> list[tuple[Occurrence, Sequence[Due]]]:
        """What should have gone before now, each with every notice of its event."""
        since = now - MADE_UP
        events = self._world().calendar.by_id
        return [
            (one, self._known.planner().notices(event, self.offsets(event)))
            for one in self._found
            if one.at <= since and one.until > now and one.key.endswith(POST) is post
            for event in (events[one.event_id],)
        ]

    def _all(self) -> list[Notice]:
        planner = self._known.planner()
        if self._planned is None or self._planned.planner is not planner:
            self._planned = Planned(planner, self.offsets)
        return self._planned.of(self._world().calendar)

    def offsets(self, event: Event) -> tuple[Offset, ...]:
        world = self._world()
        return world.notices.offsets_of(event.category, notice_meant(world.policy, event.category))

    def _occurrence(self, event: Event, due: Due, *, post: bool) -> Occurrence:
        return Occurrence(
            key=key_of(event, due, post=post),
            at=due.paper_at if post else due.at,
            until=due.at if post else due.until,
            kind=Kind.NOTICE.value,
            title=event.title,
            audience=names(event.to),
            event_id=event.id,
            reason=f"{due.offset} before it{', on paper, so that it is there in time' if post else ''}",
            lead_school_days=self._known.planner().lead(due.paper_at, event.date) if post else due.lead,
        )

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        event = self._world().calendar.event(occurrence.event_id)
        if event is None or event.cancelled or self._known.at_rest(now, occurrence.until):
            return False
        post = occurrence.key.endswith(POST)
        if post not in self._told:  # once a look: whether several are to be made up for, and go in one
            self._told[post] = await self._together.tell(self._late(now, post), now, post=post)
        if occurrence.key in self._told[post]:
            return True
        if post and event.id in await self._known.to_correct(now):
            return False  # the correction first, which stands in for it
        before = await self._store.decisions.of_event(event.id, self._world().mode)
        went = [
            one
            for one in before
            if one.state is OccurrenceState.DONE and one.key.startswith(f"notice:{event.id}:{event.date}:")
        ]
        apart = [one.message_id for one in went if one.key == f"{occurrence.key}{POST}"]
        changed = await self._known.corrected(now)
        again = event.id in changed or any(not one.key.startswith(occurrence.key.removesuffix(POST)) for one in went)
        late = again and self._known.too_late_by_post(now, event)
        if post and (late or any(one.decided_at >= occurrence.at for one in went)):
            nobody = "it would come too late by post, or on the heels of the notice before it"
            return await self._writing.decide(occurrence, [], now, nobody=nobody)
        letters = [one.id for one in await self._known.letters(now) if _about(one, event.id)]
        paper_at = occurrence.at if post else self._known.planner().paper(occurrence.at)
        stands_in = await self._known.stand_in(now, event, paper_at)
        settled = any(one.key == f"{occurrence.key}{POST}" for one in before)
        draft = Draft(
            event=event,
            bodies=self._words.bodies("reminder" if again else "notice", Facts(event)),
            to=names(event.to),
            selection=Selection(
                not_had=(*apart, *letters, *(stands_in if post else ())),
                posted=post,
                not_posted=late or bool(settled and stands_in),
            ),
            category=event.category,
            first=not again and not post,
        )
        nobody = "nobody gets it on paper" if post else "everybody it is for has a letter about it"
        return await self._writing.decide(occurrence, [draft], now, nobody=nobody)


def _have_they_heard(events: Sequence[Event]) -> Task:
    named = [f"“{one.title}” on {one.date:%-d %B}" for one in sorted(events, key=lambda one: one.date)]
    what = (
        "Families should have heard of these before the program began to look after the calendar, so it sends no late "
        f"notice of them by itself: {the_first(named, LISTED)}. If families do not know, write them a letter with "
        "“event:” and its id. What is due from now on goes."
    )
    return Task(what, tuple(one.id for one in events[:LISTED]), RULE)


def _about(stored: StoredMessage, event_id: str) -> bool:
    return stored.message.event is not None and stored.message.event.id == event_id


def _folded(event: Event) -> frozenset[str]:
    return frozenset(name.casefold() for name in names(event.to))


def _covered(letters: Iterable[StoredMessage]) -> dict[str, frozenset[str]]:
    """By event, for whom somebody has written a letter about it: they are reminded of that letter instead."""
    found: dict[str, frozenset[str]] = {}
    for stored in letters:
        event = stored.message.event
        if event is not None and event.id and not stored.message.except_:
            terms = frozenset(spoken(term).casefold() for term in stored.message.audience)
            found[event.id] = found.get(event.id, frozenset()) | terms
    return found
