"""Dates for your diary: the coming events of a newsletter, or of one notice of several, each with the children whom it
concerns (H14)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from notifier.acceptance.world import World
from notifier.calendar.notices import starts
from notifier.config.policy import folded
from notifier.model.calendar import Event
from notifier.model.directory import Directory
from notifier.model.message import DiaryDate, Kind, Message, Reach
from notifier.routing import resolve
from notifier.routing.audience import audience, spoken, wide
from notifier.routing.safeguards import named_in, watched

SHOWN = frozenset({Reach.YEAR, Reach.CLASS, Reach.GROUP})
"""For whom it is, where that is worth saying and names no child."""


def with_diary(message: Message, world: World, now: datetime) -> Message:
    """A newsletter with the events of its coming days, a notice of several with those events, as they stand now; any
    other message as it is."""
    newsletter = world.newsletters.get(message.newsletter)
    if world.directory is None:
        return message
    if message.kind is Kind.NOTICE and message.diary:
        return replace(message, diary=listed(message.events, world, now))
    if newsletter is None:
        return message
    found = _coming(world, now, newsletter.upcoming_days)
    return replace(message, diary=tuple(one for event in found if (one := _entry(event, world, world.directory))))


def listed(events: Iterable[Event], world: World, now: datetime) -> tuple[DiaryDate, ...]:
    """Of these events those that are ahead and may stand with others in one list, as the calendar has them now.

    Those of single children or groups, of several sessions, of a sort or in words that a person looks at first, and
    those that name a child, go each by itself.
    """
    policy, directory = world.policy, world.directory
    if directory is None:
        return ()
    known = world.calendar.by_id
    now_so = [known[one.id] for one in events if one.id in known]
    found = [
        date
        for event in sorted(now_so, key=lambda one: (one.date, one.start or time.min, one.id))
        if not event.cancelled
        and not event.sessions
        and starts(event, policy.timezone) > now
        and folded(event.category) not in policy.in_person_only
        and not watched(f"{event.title}\n{event.place}\n{event.details}", policy)
        and (date := _entry(event, world, directory)) is not None
        and date.public
    ]
    return tuple(found)


def _coming(world: World, now: datetime, days: int) -> list[Event]:
    """What is held after this moment and within so many days, each session by itself, by moment."""
    local = now.astimezone(world.policy.timezone)
    last = local.date() + timedelta(days=days)
    found = (
        replace(event, date=one.date, start=one.start, end=one.end, place=one.place, to=one.to or event.to, sessions=())
        for event in world.calendar.events
        if not event.cancelled and folded(event.category) not in world.policy.in_person_only
        for one in event.held
        if local.date() <= one.date <= last and _ahead(one.date, one.start, local)
    )
    return sorted(found, key=lambda event: (event.date, event.start or time.min, event.id))


def _ahead(day: date, start: time | None, local: datetime) -> bool:
    return day > local.date() or (start is not None and start > local.time())


def _entry(event: Event, world: World, directory: Directory) -> DiaryDate | None:
    """None where it concerns nobody, or nobody can tell whom: a name in ``to`` that matches nobody widens nothing.

    An event without ``to`` is the whole school's, as it is in the calendar that families can subscribe to.
    """
    terms, problems = resolve(tuple(_names(event.to)), directory)
    if problems:
        return None
    everybody = not terms or any(term.reach is Reach.SCHOOL for term in terms)
    pupils = () if everybody else audience(terms, (), directory, event.date)
    if not everybody and not pupils:
        return None
    named = bool(named_in(f"{event.title}\n{event.place}", directory))
    if named and (everybody or wide(terms)):
        return None  # a child's full name goes to no other family
    shown = [spoken(term) for term in terms if term.reach in SHOWN]
    return DiaryDate(
        event=event,
        everybody=everybody,
        pupil_ids=frozenset(pupils),
        for_whom="" if everybody else ", ".join(shown),
        public=not named and (everybody or wide(terms)),
    )


def _names(to: str) -> Iterator[str]:
    return (name.strip() for name in re.split(r"[,;]", to) if name.strip())
