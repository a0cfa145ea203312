"""The school year: terms, days off and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


class Nation(StrEnum):
    """Whose bank holidays a school keeps; ``NONE`` for a school that lists its days off itself."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SchoolTerm:
    """``until`` is the last day."""

    name: str
    from_: date
    until: date


@dataclass(frozen=True, slots=True)
class Session:
    """One of several times at which the same event is held, for all or for those in ``to`` (W17, W36)."""

    date: date
    start: time | None = None
    end: time | None = None
    place: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day at the school or elsewhere. ``on_site`` None is unknown and counts as on-site (DESIGN 3.1).

    ``sessions``: all of them by moment where there are several, else empty; date, times and place are then the first's.
    """

    id: str
    title: str
    date: date
    start: time | None = None
    end: time | None = None
    place: str = ""
    on_site: bool | None = None
    to: str = ""
    category: str = ""
    details: str = ""
    cancelled: bool = False
    sessions: tuple[Session, ...] = ()

    @property
    def held(self) -> tuple[Session, ...]:
        """When and where it is held: once, or all its sessions."""
        return self.sessions or (Session(self.date, self.start, self.end, self.place),)

    @property
    def facts(self) -> tuple[object, ...]:
        """What families go by: if this changes, whoever knew it otherwise must hear of it."""
        return (self.cancelled, *((one.date, one.start, one.end, folded(one.place)) for one in self.held))


def folded(place: str) -> str:
    return " ".join(place.casefold().split())


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """``open`` are bank holidays of the nation on which this school is open all the same."""

    terms: tuple[SchoolTerm, ...] = ()
    inset: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()
    events: tuple[Event, ...] = ()
    nation: Nation = Nation.NONE
    open: frozenset[date] = frozenset()
    by_id: Mapping[str, Event] = field(init=False, repr=False, compare=False)
    """The events by their id."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {event.id: event for event in self.events})

    def event(self, id: str) -> Event | None:
        return self.by_id.get(id)

    def same_days(self, other: "SchoolCalendar") -> bool:
        """Whether every day is the same sort of day in both, whatever happens on it."""
        return (self.terms, self.inset, self.closed, self.nation, self.open) == (
            other.terms,
            other.inset,
            other.closed,
            other.nation,
            other.open,
        )


class DayOff(StrEnum):
    """What a newsletter does whose day is an INSET day, a holiday or closed."""

    SKIP = "skip"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A newsletter's rhythm (DESIGN 3.8). ``day`` is 0 for Monday; ``upcoming_days`` how far its diary looks ahead.

    Its author is reminded ``remind_days`` school days before it goes, at ``remind_at``; None: never.
    """

    name: str
    folder: str
    as_: str
    day: int
    at: time
    to: str = "whole school"
    term_only: bool = True
    upcoming_days: int = 14
    day_off: DayOff = DayOff.SKIP
    remind_days: int = 1
    remind_at: time | None = time(9)


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which a newsletter goes. ``day`` is the day of its rhythm; it may go on another (``day_off``)."""

    newsletter: str
    day: date
    at: datetime

    @property
    def key(self) -> str:
        """What makes it one, whatever time of that day the newsletter goes by now."""
        return f"newsletter:{self.newsletter}:{self.day.isoformat()}"
