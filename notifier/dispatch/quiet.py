"""Hours in which no telephone should ring (SCHOOL 29). Pure: ``now`` is an argument."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.model.policy import AddressKind, QuietHours

DISTURBING = frozenset({AddressKind.MOBILE, AddressKind.PHONE})
"""An address at which a telephone makes itself heard; mail and paper wait until they are looked at."""


def opens(now: datetime, hours: QuietHours, timezone: ZoneInfo) -> datetime | None:
    """When sending may begin again, None while it may go now. Hours that begin and end alike are never quiet."""
    local = now.astimezone(timezone)
    clock = local.time().replace(tzinfo=None)
    if hours.opens == hours.closes:
        return None
    if hours.opens < hours.closes:
        if hours.opens <= clock < hours.closes:
            return None
    elif clock >= hours.opens or clock < hours.closes:  # open over midnight
        return None
    day = local.date() if clock < hours.opens else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.opens, timezone).astimezone(now.tzinfo)
