"""Events entered all at once, whose first notice should have gone already: one message of dates for each family.

A school that types in its term would else send every family thirty messages in a minute. Each family reads the dates
of its own children; whatever falls due later comes for each event by itself (docs/decisions/new-dates-in-one.md).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from notifier.acceptance.dates import listed
from notifier.acceptance.events import short_by
from notifier.acceptance.noticing.duty import AboutEvents
from notifier.acceptance.noticing.known import names
from notifier.acceptance.noticing.writing import RULE, Draft
from notifier.calendar.notices import Due
from notifier.model.calendar import Event
from notifier.model.english import the_first
from notifier.model.message import DiaryDate
from notifier.model.notice import Selection
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.model.states import MessageState
from notifier.queue.rows import Decision

POST = ":post"
"""Ends the key of the part of a notice that goes on paper, and leaves earlier."""
SEVERAL = 3
"""From so many on they go in one; one or two families can keep apart, and each says more of its event."""
LISTED = 20
"""Events named in one task; the rest are counted."""


class Together(AboutEvents):
    async def tell(
        self, late: Sequence[tuple[Occurrence, Sequence[Due]]], now: datetime, *, post: bool
    ) -> frozenset[str]:
        """Tell of all that can stand in one list, if there are several. The keys of what was seen to so.

        ``late``: notices whose moment has passed, each with all the notices of its event; with ``post`` the parts of
        them that go on paper.
        """
        world = self._world()
        alone = await self._alone(now)
        events = world.calendar.by_id
        fresh = [
            (one, events[one.event_id], dues)
            for one, dues in late
            if one.event_id not in alone and not self._known.at_rest(now, one.until)
        ]
        if len(fresh) < SEVERAL:
            return frozenset()
        keys = {key_of(event, due, post=on) for _, event, dues in fresh for due in dues for on in (True, False)}
        decided = await self._store.decisions.decided(keys, world.mode)
        new = {
            event.id: one
            for one, event, dues in fresh
            if one.key not in decided
            and not any(
                decided.get(key_of(event, due, post=on)) is OccurrenceState.DONE for due in dues for on in (True, False)
            )
        }
        dates = listed([events[id] for id in new], world, now)
        if len(dates) < SEVERAL:
            return frozenset()
        return await self._tell(dates, [new[one.event.id] for one in dates], now, post)

    async def _alone(self, now: datetime) -> set[str]:
        """The events of which somebody has written, or of which families were told otherwise."""
        letters = {one.message.event.id for one in await self._known.letters(now) if one.message.event is not None}
        return letters | set(await self._known.corrected(now))

    async def _tell(
        self, dates: tuple[DiaryDate, ...], occurrences: Sequence[Occurrence], now: datetime, post: bool
    ) -> frozenset[str]:
        first, *others = occurrences
        draft = Draft(
            event=None,
            bodies=self._words.bodies("dates"),
            to=audience_of(dates),
            selection=Selection(posted=post),
            dates=dates,
        )
        written = await self._writing.write(first, draft, now)
        if written is None:
            return frozenset()
        entry, nobody = written.entry, post and not written.tasks
        if entry is None and nobody:
            decision = Decision(first, OccurrenceState.SKIPPED, reason="nobody gets it on paper", with_=tuple(others))
        elif entry is None or entry.state is MessageState.HELD:
            return frozenset()  # each by itself, which says what is the matter with it
        else:
            decision = Decision(
                occurrence=first,
                state=OccurrenceState.DONE,
                entries=(entry,),
                tasks=(*written.tasks, *(() if post else self._late([one.event for one in dates], now))),
                message_id=entry.message.id,
                reason=f"with {len(others)} others in one message of new dates, as they were entered together",
                with_=tuple(others),
            )
        (done,) = await self._store.decisions.decide([decision], self._world().mode, now)
        return frozenset(one.key for one in occurrences) if done else frozenset()

    def _late(self, events: Sequence[Event], now: datetime) -> list[Task]:
        """W35, in one task for all of them."""
        world = self._world()
        day = now.astimezone(world.policy.timezone).date()
        short = [(event, found) for event in events if (found := short_by(event, world, day)) is not None]
        if not short:
            return []
        named = [f"“{event.title}” on {event.date:%-d %B} ({given} of {wanted})" for event, (given, wanted) in short]
        what = (
            "Families hear of these later than the school means to tell them, counted in school days before the event: "
            f"{the_first(named, LISTED)}. Enter events earlier another time, or ring who must plan ahead."
        )
        return [Task(what, tuple(event.id for event, _ in short[:LISTED]), RULE)]


def audience_of(dates: Iterable[DiaryDate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in dates for name in names(one.event.to)))


def key_of(event: Event, due: Due, *, post: bool) -> str:
    return f"notice:{event.id}:{event.date}:{due.offset}{POST if post else ''}"
