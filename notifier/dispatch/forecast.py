"""When a message will be through, as far as pace, cap and accounts tell. Pure: ``now`` is an argument (DESIGN 4).

Who asks need not be the process that sends: all of it is in the settings and the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.dispatch.allowance import DAY, limit
from notifier.dispatch.pacing import RANK
from notifier.model.message import Lane
from notifier.queue.rows import Lost, Waiting

UNPACED = 300.0
"""Sends a minute that an account without a pace is taken to do: a small mail server's, on the slow side."""
SHORT = timedelta(minutes=5)
"""What is through so soon needs no reason."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one channel's account. ``sent``: when it sent in the last 24 hours; needed only with ``per_day``."""

    per_minute: float | None = None
    per_day: int | None = None
    sent: Sequence[datetime] = ()
    lost: Lost | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """``at``: when the last copy will have gone, None while an account is lost. ``because`` is a clause, or empty."""

    at: datetime | None
    because: str = ""


def forecast(
    waiting: Sequence[Waiting],
    limits: Mapping[str, Limits],
    now: datetime,
    quiet: Mapping[str, datetime] | None = None,
) -> dict[str, Forecast]:
    """For each message that has something due, when it will be through. ``quiet``: the channels that disturb nobody
    now, but for an emergency, and until when."""
    found: dict[str, Forecast] = {}
    for channel in {one.channel for one in waiting}:
        own = [one for one in waiting if one.channel == channel]
        for one in own:
            peace = None if one.lane is Lane.EMERGENCY else (quiet or {}).get(channel)
            here = _one(one, own, limits.get(channel, Limits()), now, peace)
            before = found.get(one.message_id)
            if before is None or (before.at is not None and (here.at is None or here.at > before.at)):
                found[one.message_id] = here
    return found


def _one(
    one: Waiting, queue: Sequence[Waiting], limits: Limits, now: datetime, peace: datetime | None = None
) -> Forecast:
    if limits.lost is not None and (one.count or one.later):
        return Forecast(None, limits.lost.reason)
    at, capped = _through(_before(one, queue), one.lane, limits, now)
    if peace is not None and (one.later is None or one.later <= peace):
        return Forecast(peace + (at - now), f"the {one.channel} waits until quiet hours are over")
    if one.later is not None and one.later > at:
        return Forecast(one.later, "some copies wait for a later try")
    if capped:
        return Forecast(at, f"the {one.channel} account takes {limits.per_day:,} a day")
    if limits.per_minute is not None and at - now > SHORT:
        return Forecast(at, f"the {one.channel} account takes {limits.per_minute:g} a minute")
    return Forecast(at)


def _before(one: Waiting, queue: Sequence[Waiting]) -> int:
    """Sends until this message's last one: more urgent lanes whole, and others of its lane in turns with it."""
    ahead = sum(other.count for other in queue if RANK[other.lane] < RANK[one.lane])
    beside = sum(
        min(other.count, one.count) for other in queue if other.lane is one.lane and other.message_id != one.message_id
    )
    return ahead + beside + one.count


def _through(sends: int, lane: Lane, limits: Limits, now: datetime) -> tuple[datetime, bool]:
    """When that many have gone, and whether it is the day's cap that they wait for."""
    gap = timedelta(minutes=1) / (limits.per_minute or UNPACED)
    if limits.per_day is None or lane is Lane.EMERGENCY:
        return now + gap * sends, False
    most = limit(limits.per_day, lane)
    gone = sorted(moment for moment in limits.sent if moment > now - DAY)
    at, capped = now, False
    for _ in range(sends):
        at += gap
        if len(gone) >= most and gone[len(gone) - most] + DAY > at:
            at, capped = gone[len(gone) - most] + DAY, True
        gone.append(at)
    return at, capped


def said(found: Forecast, now: datetime, timezone: ZoneInfo) -> str:
    """In words: "in about 12 minutes", "tomorrow at about 08:00 because the email account takes 2,000 a day"."""
    if found.at is None:
        return f"waits, and is tried again by itself: {found.because}"
    because = f" because {found.because}" if found.because else ""
    return _when(found.at, now, timezone) + because


def _when(at: datetime, now: datetime, timezone: ZoneInfo) -> str:
    minutes = -(-int((at - now).total_seconds()) // 60)
    if minutes <= 1:
        return "in about a minute"
    if minutes < 90:
        return f"in about {minutes} minutes"
    local, today = at.astimezone(timezone), now.astimezone(timezone).date()
    if local.date() == today:
        return f"today at about {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow at about {local:%H:%M}"
    return f"on {local:%a} {local.day} {local:%b} at about {local:%H:%M}"
