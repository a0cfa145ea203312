"""When a message goes, and until when it may (DESIGN 3.4, 3.5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar import next_slot
from notifier.calendar.notices import over
from notifier.model.calendar import Event, Newsletter, SchoolCalendar
from notifier.model.message import Header, Kind

EMERGENCY_LASTS = timedelta(hours=12)
"""A closure text that nobody gave an end is stale by then (SCHOOL part 5, 12)."""


@dataclass(frozen=True, slots=True)
class Moments:
    """``send_at`` None: at once. Both aware. ``slot``: the day of the newsletter's rhythm for which it waits."""

    send_at: datetime | None
    expires_at: datetime | None
    slot: date | None = None


def moments(
    kind: Kind,
    header: Header,
    event: Event | None,
    newsletter: Newsletter | None,
    calendar: SchoolCalendar,
    zone: ZoneInfo,
    now: datetime,
    taken: Collection[date] = (),
) -> Moments:
    """An explicit ``send:`` and ``expires:`` win; a newsletter waits for its next occurrence and lasts until the one
    after; a message about an event lasts until it starts (the last of its sessions); an emergency half a day.
    ``taken``: days of the newsletter's rhythm that are over, whatever the clock says."""
    send_at, slot = header.send, None
    if send_at is None and newsletter is not None:
        slot = next_slot(newsletter, calendar, now, zone, taken)
        send_at = slot.at if slot else None
    expires_at = header.expires
    if expires_at is None and newsletter is not None:
        after = next_slot(newsletter, calendar, send_at or now, zone)
        expires_at = after.at if after else None
    if expires_at is None and event is not None:
        expires_at = over(event, zone)
    if expires_at is None and kind is Kind.EMERGENCY:
        expires_at = (send_at or now) + EMERGENCY_LASTS
    return Moments(send_at, expires_at, slot.day if slot else None)


def at_nine(day: date, zone: ZoneInfo) -> datetime:
    """What ``--on DATE`` means without a time."""
    return datetime.combine(day, time(9), zone)
