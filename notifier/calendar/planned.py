"""Every notice of every event, kept: when one event changes, only its own are worked out anew. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter

from notifier.calendar.notices import Due, Planner
from notifier.model.calendar import Event, SchoolCalendar
from notifier.model.notice import Offset


@dataclass(frozen=True, slots=True)
class Notice:
    """``first``: when its first copy leaves, on paper or not. ``final``: no other of its event comes later."""

    first: datetime
    event: Event
    due: Due
    final: bool


class Planned:
    """Of one planner; ``offsets`` says how long before an event it is told, and holds for all of a day, an hour and a
    category."""

    def __init__(self, planner: Planner, offsets: Callable[[Event], Sequence[Offset]]) -> None:
        self.planner = planner
        self._offsets = offsets
        self._alike: dict[tuple[date, time | None, str], tuple[Due, ...]] = {}  # thousands fall on few
        self._of: SchoolCalendar | None = None
        self._notices: list[Notice] = []

    def of(self, calendar: SchoolCalendar) -> list[Notice]:
        """By when the first copy leaves. An event is known again by being the very same value, as it is where a folder
        is read again (``current``)."""
        before, self._of = self._of, calendar
        if before is calendar:
            return self._notices
        known, now = before.by_id if before is not None else {}, calendar.by_id
        new = [event for event in calendar.events if known.get(event.id) is not event]
        kept = [one for one in self._notices if now.get(one.event.id) is one.event]
        self._notices = kept + [one for event in new for one in self._of_one(event)]
        self._notices.sort(key=attrgetter("first"))
        return self._notices

    def _of_one(self, event: Event) -> list[Notice]:
        if not event.to or event.cancelled:
            return []
        when = event.date, event.start, event.category
        dues = self._alike.get(when)
        if dues is None:
            dues = self._alike[when] = self.planner.notices(event, self._offsets(event))
        return [Notice(due.paper_at, event, due, due is dues[-1]) for due in dues]
