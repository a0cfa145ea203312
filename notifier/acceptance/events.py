"""The event a message is about: which one, whether families hear of it in time, and what they would have to ask."""

import difflib
import re
from datetime import date, datetime, time

from notifier.acceptance.world import World
from notifier.calendar import school_days_between
from notifier.calendar.notices import over
from notifier.config.policy import folded, notice_meant
from notifier.model.calendar import Event
from notifier.model.english import counted
from notifier.model.message import Header, Kind, Message
from notifier.model.notice import Offset, offset
from notifier.model.problem import Problem, advice, error

_EVENT_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{1,2}):(\d{2}))?")


def event_of(header: Header, world: World, now: datetime, problems: list[Problem]) -> Event | None:
    """The event of ``event:``: an event_id of the calendar, or an ISO date with or without time."""
    if not header.event:
        return None
    where = header.where.get("event", "")
    zone = world.policy.timezone
    event = world.calendar.event(header.event)
    if event is None:
        found = _EVENT_DATE.fullmatch(header.event.strip())
        try:
            if found:
                year, month, day, hour, minute = found.groups()
                event = Event(
                    id="",
                    title=header.subject,
                    date=date(int(year), int(month), int(day)),
                    start=time(int(hour), int(minute)) if hour else None,
                )
        except ValueError:
            event = None
    if event is None:
        near = difflib.get_close_matches(header.event, [known.id for known in world.calendar.events], n=1)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        problems.append(
            error(
                "event-unknown",
                f"There is no event “{header.event}” in calendar/events.csv.{hint} Or write a date like 2026-12-01.",
                where,
            )
        )
    elif event.cancelled:
        problems.append(error("event-cancelled", f"The event “{event.id}” is cancelled in events.csv.", where))
    elif over(event, zone) <= now:
        problems.append(error("event-past", "The event has been already. Check the date of “event:”.", where))
    return event


NO_REMINDER = frozenset({"none", "no", "never"})


def reminders(header: Header, event: Event | None, problems: list[Problem]) -> tuple[Offset, ...] | None:
    """``remind:`` as times before the event; none at all for "none", None where the header does not say."""
    where = header.where.get("remind", "")
    if not header.remind:
        return None
    if event is None:
        problems.append(
            error(
                "remind-without-event", "A reminder needs an event. Add a line “event:”, or take “remind:” out.", where
            )
        )
    if len(header.remind) == 1 and header.remind[0].casefold() in NO_REMINDER:
        return ()
    found: list[Offset] = []
    for written in header.remind:
        try:
            found.append(offset(written))
        except ValueError as fault:
            problems.append(error("remind-unreadable", f"{fault} Or write “none”.", where))
    return tuple(dict.fromkeys(found))


def short_by(event: Event, world: World, day: date) -> tuple[int, int] | None:
    """How many school days of notice families get who hear of it on this day, and how many the school means to give;
    None where that is enough, or nobody knows which days are school days."""
    calendar, wanted = world.calendar, notice_meant(world.policy, event.category)
    if not any(term.from_ <= event.date <= term.until for term in calendar.terms):
        return None
    given = max(0, school_days_between(day, event.date, calendar))
    return None if given >= wanted else (given, wanted)


def short_notice(message: Message, world: World, day: date, where: str) -> list[Problem]:
    """W35: an event of which families hear later than the school means them to, counted in school days."""
    event = message.event
    if event is None or message.kind is Kind.EMERGENCY:
        return []
    short = short_by(event, world, day)
    if short is None:
        return []
    given, wanted = short
    sort = f"“{event.category}”" if folded(event.category) in world.policy.lead_time else "an event"
    return [
        advice(
            "short-notice",
            f"Families get this {counted(given, 'school day')} before the event; for {sort} "
            f"the school means to give {wanted}. Send it earlier another time, or ring who must plan ahead.",
            where,
            rule="W35",
        )
    ]


_CLOCK = re.compile(r"\b\d{1,2}(?:[:.]\d{2}|\s*[ap]\.?m\b)|\bnoon\b", re.IGNORECASE)


def facts_missing(message: Message, world: World) -> list[Problem]:
    """W44: when and where, of an event in the calendar for which families plan ahead.

    Asked only where a letter could not do without: the time where the words name none, the place where it is not the
    school. What it costs and until when to answer no field holds yet, and words in many languages do not show it.
    """
    event = message.event
    if event is None or not event.id or message.kind not in (Kind.LETTER, Kind.NOTICE):
        return []
    if folded(event.category) not in world.policy.lead_time:
        return []
    lacks = []
    if event.start is None and not any(_CLOCK.search(body.plain) for body in message.bodies):
        lacks.append("time")
    if not event.place and event.on_site is not True:
        lacks.append("place")
    if not lacks:
        return []
    them = "it" if len(lacks) == 1 else "them"
    return [
        advice(
            "event-facts-missing",
            f"The event “{event.id}” has no {' and no '.join(lacks)} in the calendar, so the {message.kind.value} "
            f"cannot show {them} to families. Add {them} to events.csv, or see that the words say so.",
            "calendar/events.csv",
            rule="W44",
        )
    ]
