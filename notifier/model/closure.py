"""A closure: an emergency about opening, live or drill, and the one table of what may follow what (DESIGN 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from notifier.model.message import Body, Mode, Reach, Term


class Opening(StrEnum):
    """What is said about opening."""

    CLOSED = "closed"
    LATE = "late"
    EARLY = "early"
    REOPENED = "reopened"


class What(StrEnum):
    """What an announcement is for. ``CLEAR`` is the all-clear, ``MISTAKE`` takes back what was sent in error."""

    START = "start"
    UPDATE = "update"
    CLEAR = "clear"
    MISTAKE = "mistake"


class ClosureState(StrEnum):
    DRAFT = "draft"  # waits for a second person
    CONFIRMED = "confirmed"  # from here on its words never change
    SENDING = "sending"
    ACTIVE = "active"  # everything has been handed over once
    ENDED = "ended"


CLOSURE_MOVES: Mapping[ClosureState, frozenset[ClosureState]] = {
    ClosureState.DRAFT: frozenset({ClosureState.CONFIRMED, ClosureState.ENDED}),
    ClosureState.CONFIRMED: frozenset({ClosureState.SENDING, ClosureState.ENDED}),
    ClosureState.SENDING: frozenset({ClosureState.ACTIVE, ClosureState.ENDED}),
    # An update goes out; the words of the one before it stay as they were.
    ClosureState.ACTIVE: frozenset({ClosureState.SENDING, ClosureState.ENDED}),
    ClosureState.ENDED: frozenset(),
}

UNDER_WAY = frozenset({ClosureState.CONFIRMED, ClosureState.SENDING, ClosureState.ACTIVE})
"""While it is in one of these, it may be updated and ended."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message of a closure, as a person confirmed it: its words and moments are never changed afterwards.

    ``from_`` and ``until`` are what families are told: days (``until`` the last one) for closed and reopened, for
    late ``until`` is when the school opens, for early ``from_`` is when it finishes. ``whole_days``: they stand
    for days, and the times in them mean nothing. ``expires_at``: nothing goes out after it.
    """

    what: What
    opening: Opening
    message_id: str
    author: str
    made_at: datetime
    from_: datetime
    until: datetime
    expires_at: datetime
    audience: tuple[Term, ...]
    bodies: tuple[Body, ...]
    whole_days: bool = True
    reason: str = ""
    next_update: datetime | None = None

    @property
    def key(self) -> str:
        """Its wording in the files: a state's own, the all-clear after it, or the one that takes back."""
        if self.what is What.MISTAKE:
            return MISTAKE
        return f"clear_{self.opening}" if self.what is What.CLEAR else self.opening.value

    def days(self) -> tuple[date, ...]:
        """The local days on which nobody has school because of it; none unless the whole school is closed."""
        whole = any(term.reach is Reach.SCHOOL for term in self.audience)
        if self.opening is not Opening.CLOSED or self.what in (What.CLEAR, What.MISTAKE) or not whole:
            return ()
        first, last = self.from_.date(), self.until.date()
        return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


MISTAKE = "mistake"
WORDINGS = (*(one.value for one in Opening), "clear_closed", "clear_late", "clear_early", MISTAKE)
"""Every prepared wording; a school that is open again needs no all-clear."""


@dataclass(frozen=True, slots=True)
class Closure:
    """``drill`` and ``mode`` are fixed when it is made. ``announcements`` in their order, the first its start.

    ``confirmed_by``: the staff ids of those who said yes, in their order.
    """

    id: str
    mode: Mode
    drill: bool
    state: ClosureState
    announcements: tuple[Announcement, ...]
    made_at: datetime
    confirmed_by: tuple[str, ...] = ()

    @property
    def first(self) -> Announcement:
        return self.announcements[0]

    @property
    def latest(self) -> Announcement:
        return self.announcements[-1]

    def may_become(self, state: ClosureState) -> bool:
        return state in CLOSURE_MOVES[self.state]


def closed_days(closures: tuple[Closure, ...]) -> frozenset[date]:
    """The days on which the school was or is closed: live ones that were sent, as their latest words have it."""
    found: set[date] = set()
    for one in closures:
        if one.drill or one.state is ClosureState.DRAFT:
            continue
        days: frozenset[date] = frozenset()
        for said in one.announcements:
            if said.what is What.MISTAKE:
                days = frozenset()
            elif said.what is What.CLEAR or said.opening is Opening.REOPENED:
                days = frozenset(day for day in days if day < said.from_.date())
            else:
                # What was said of days already over stays true.
                before = frozenset(day for day in days if day < said.made_at.astimezone(said.from_.tzinfo).date())
                days = before | frozenset(said.days())
        found |= days
    return frozenset(found)
