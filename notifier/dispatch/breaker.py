"""When an account that failed may be asked again. Pure: no clock, no randomness (DESIGN 4).

served --5 failures in a row, or the provider's own "come back later"--> gone
gone   --the pause is over--> one send of the lane may try
tried  --answered--> served;  --failed--> gone, for a longer pause
"""

from datetime import datetime, timedelta

from notifier.model.message import Lane

GONE_AFTER = 5
"""Failures of the account in a row after which nothing more is begun."""
PAUSES = tuple(timedelta(seconds=one) for one in (5, 10, 20, 40, 80, 160, 300))
"""Before the first try, the second, ...; the last one from then on."""
URGENT_PAUSE = timedelta(seconds=10)
"""An emergency tries at least this often, unless the provider itself named a delay."""
FORGOTTEN = timedelta(seconds=75)
"""A try that said nothing for so long does not keep others from trying: no send takes that long."""
SPREAD = 0.1
"""Up to this share of a pause is added, so that several nodes do not come back together."""


def pause(number: int, lane: Lane) -> timedelta:
    """The wait after the first failure (1), the second, ... of one leg whose account did not serve it."""
    found = PAUSES[min(number, len(PAUSES)) - 1]
    return min(found, URGENT_PAUSE) if lane is Lane.EMERGENCY else found


class Breaker:
    """``since`` is the first failure of the row, ``reason`` the last one's, in words for staff."""

    def __init__(self, gone_after: int = GONE_AFTER) -> None:
        self._gone_after = gone_after
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.since: datetime | None = None
        self.reason = ""
        self._failures = 0
        self._pauses = 0
        self._last: datetime | None = None
        self._until: datetime | None = None
        self._asked: datetime | None = None
        self._trying: dict[bool, datetime] = {}

    @property
    def gone(self) -> bool:
        return self._until is not None

    def failed(self, now: datetime, reason: str, retry_after: timedelta | None, jitter: float) -> bool:
        """The account did not serve us; True: with this it has gone. ``jitter`` is in 0..1."""
        before = self.gone
        if self._went_back(now):
            self._until = self._asked = None
        self._failures += 1
        self._last = now
        self.since = self.since or now
        self.reason = reason
        if retry_after is not None:
            self._asked = max(self._asked or now, now + retry_after)
        if not before and retry_after is None and self._failures < self._gone_after:
            return False
        if self._until is None or now >= self._until:  # else it was under way before, and says nothing new
            self._pauses += 1
            self._until = now + pause(self._pauses, Lane.BULK) * (1 + SPREAD * jitter)
        self._trying.clear()
        return not before

    def answered(self) -> bool:
        """It served us; True: with this it is back."""
        before = self.gone
        self._begin_anew()
        return before

    def shut(self, now: datetime, lane: Lane) -> datetime | None:
        """Until when nothing of this lane may begin; None: it may."""
        if self._until is None or self._last is None or self._went_back(now):
            return None
        urgent = lane is Lane.EMERGENCY
        until = min(self._until, self._last + URGENT_PAUSE) if urgent else self._until
        until = max(until, self._asked or until)
        if now < until:
            return until
        trying = self._trying.get(urgent)
        return None if trying is None or now >= trying + FORGOTTEN else trying + FORGOTTEN

    def _went_back(self, now: datetime) -> bool:
        """Whether somebody put the clock back: a pause that ends by the old time would last far too long."""
        return self._last is not None and now < self._last

    def tries(self, now: datetime, lane: Lane) -> bool:
        """A send of this lane begins; True: it tries whether the account is back."""
        if self.gone:
            self._trying[lane is Lane.EMERGENCY] = now
        return self.gone

    def tried(self, lane: Lane) -> None:
        """It is over, whatever came of it."""
        self._trying.pop(lane is Lane.EMERGENCY, None)
