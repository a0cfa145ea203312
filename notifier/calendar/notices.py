"""When families hear of an event: counted back from it over school days, printing and post (W1, W35, SCHOOL 39). Pure.

A notice leaves on a school day, at one time of day within quiet hours, and before the event. Paper leaves so
early that it arrives when the email does. Where the terms entered do not reach, weekdays stand in for school days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.counting import SchoolDays, working_days_after, working_days_before
from notifier.model.calendar import Event, Session
from notifier.model.notice import Offset, Post, Unit

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``at``: the local time at which notices leave, within ``opens`` and ``closes``. ``cut_off``: what is printed by
    then is collected on the next working day."""

    zone: ZoneInfo
    at: time = time(9)
    opens: time = time(8)
    closes: time = time(20)
    post: Post = Post.SECOND
    cut_off: time = time(17, 30)

    @property
    def hour(self) -> time:
        return min(max(self.at, self.opens), self.closes)


@dataclass(frozen=True, slots=True)
class Due:
    """One notice of an event. All moments in UTC.

    ``paper_at``: when a copy on paper must leave, never after ``at``. ``until``: when the next notice takes its place,
    or the event begins. ``lead``: school days from ``at`` to the event, None where nobody can count them.
    """

    offset: Offset
    at: datetime
    paper_at: datetime
    until: datetime
    lead: int | None


def starts(event: Event | Session, zone: ZoneInfo) -> datetime:
    """The start of an event; one without a time lasts the whole day, so it is news until that day ends."""
    if event.start is None:
        return datetime.combine(event.date + DAY, time(0), zone)
    return datetime.combine(event.date, event.start, zone)


def over(event: Event, zone: ZoneInfo) -> datetime:
    """When its last session starts: after that nobody needs to hear of it."""
    return max(starts(one, zone) for one in event.held)


class Planner:
    """Kept as long as calendar and settings are the same: ten thousand events fall on a few hundred days."""

    def __init__(self, days: SchoolDays, rhythm: Rhythm) -> None:
        self.days = days
        self.rhythm = rhythm
        self._paper: dict[date, datetime] = {}

    def notices(self, event: Event, offsets: Sequence[Offset]) -> tuple[Due, ...]:
        """By moment; two that fall on one moment are one. Empty for a cancelled event."""
        if event.cancelled or not offsets:
            return ()
        begins = starts(event, self.rhythm.zone).astimezone(UTC)
        moments: dict[datetime, Offset] = {}
        for offset in offsets:
            moments.setdefault(self._moment(event.date, begins, offset), offset)
        ordered = sorted(moments)
        ends = [*ordered[1:], begins]
        return tuple(
            Due(moments[at], at, self.paper(at), until, self.lead(at, event.date))
            for at, until in zip(ordered, ends, strict=True)
        )

    def lead(self, at: datetime, day: date) -> int | None:
        if not self.days.covers(day):
            return None
        return max(0, self.days.between(at.astimezone(self.rhythm.zone).date(), day))

    def paper(self, at: datetime) -> datetime:
        """When a copy on paper leaves, so as to arrive on the day of ``at``."""
        day = at.astimezone(self.rhythm.zone).date()
        if day not in self._paper:
            self._paper[day] = self._paper_moment(day, at)
        return self._paper[day]

    def arrives(self, now: datetime) -> date:
        """The day on which a copy on paper is there that leaves now."""
        local = now.astimezone(self.rhythm.zone)
        day = local.date()
        if self.rhythm.post is Post.BY_HAND:
            return day
        if local.time() > self.rhythm.cut_off or not self.days.works(day):
            day = working_days_after(day, 1, self.days)
        collected = working_days_after(day, 1, self.days)
        if self.rhythm.post is Post.FIRST:
            return working_days_after(collected, 2, self.days, saturdays=True)
        return working_days_after(collected, 4, self.days)

    def next_open(self, moment: datetime) -> datetime:
        """The first moment not before this one that lies within quiet hours."""
        local = moment.astimezone(self.rhythm.zone)
        if self.rhythm.opens <= local.time() <= self.rhythm.closes:
            return moment
        day = local.date() if local.time() < self.rhythm.opens else local.date() + DAY
        return self._at(day, self.rhythm.opens)

    def _moment(self, day: date, begins: datetime, offset: Offset) -> datetime:
        if offset.unit is Unit.SCHOOL_DAY:
            leaves = self._school_days_before(day, offset.count)
        else:
            leaves = self._open_day(day - DAY * offset.count * (7 if offset.unit is Unit.WEEK else 1))
        at = self._at(leaves, self.rhythm.hour)
        while at >= begins:  # on the day itself, but too late for it
            leaves = self._open_day(leaves - DAY)
            at = self._at(leaves, self.rhythm.hour)
        return at

    def _school_days_before(self, day: date, count: int) -> date:
        found = self.days.before(day, count) if self.days.covers(day) else None
        return working_days_before(day, count, self.days) if found is None else found

    def _open_day(self, day: date) -> date:
        """The day itself, or the last school day before it; where no terms are entered the last weekday."""
        return self._school_days_before(day, 0)

    def _paper_moment(self, day: date, at: datetime) -> datetime:
        post = self.rhythm.post
        if post is Post.BY_HAND:
            return at
        first = post is Post.FIRST
        collected = working_days_before(day, 2 if first else 4, self.days, saturdays=first)
        collected = working_days_before(collected, 0, self.days)
        printed = self._open_day(working_days_before(collected, 1, self.days))
        if self.rhythm.hour > self.rhythm.cut_off:
            printed = self._open_day(printed - DAY)
        return min(at, self._at(printed, self.rhythm.hour))

    def _at(self, day: date, hour: time) -> datetime:
        """In UTC. An hour that the change of clocks skips is read as if they had not yet changed."""
        return datetime.combine(day, hour, self.rhythm.zone).astimezone(UTC)
