"""What an account may still send today: its cap against what it took in the last 24 hours. Pure (DESIGN 4).

Providers count over 24 hours, or from some midnight of their own; whoever keeps to
the cap over any 24 hours keeps to it either way.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from notifier.model.message import Lane

DAY = timedelta(hours=24)

SHARE: Mapping[Lane, float] = {Lane.NORMAL: 0.95, Lane.BULK: 0.90}
"""How much of the cap a lane may use: newsletters leave a tenth, and letters half of that, for emergencies.

An emergency is not in here. It is never kept back by our own counting: should the cap be
used up, the provider has the last word.
"""


def limit(cap: int, lane: Lane) -> int:
    """Sends in 24 hours after which this lane waits; at least one, or nothing would ever go."""
    return max(1, int(cap * SHARE[lane])) if lane in SHARE else cap


class Allowance:
    """``cap`` sends in any 24 hours, shared with other nodes."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self._others: list[datetime] = []
        self._own: list[datetime] = []
        self._since_read = 0

    def read(self, others: Sequence[datetime], now: datetime) -> None:
        """``others``: when everybody else, or this program before it was started anew, sent something."""
        self._others = sorted(others)
        self._since_read = 0
        del self._own[: bisect_right(self._own, now - DAY)]

    def take(self, now: datetime) -> None:
        insort(self._own, now)
        self._since_read += 1

    def give_back(self, taken_at: datetime) -> None:
        """What was taken at that moment was surely not sent."""
        if taken_at in self._own:
            self._own.remove(taken_at)
            self._since_read = max(0, self._since_read - 1)

    def left(self, now: datetime, lane: Lane, nodes: int = 1) -> int | None:
        """How many more of this lane; None: as many as there are. Other nodes are taken to send as much as we do."""
        if lane not in SHARE:
            return None
        used = sum(len(one) - bisect_right(one, now - DAY) for one in (self._others, self._own))
        free = max(0, limit(self.cap, lane) - used - self._since_read * (nodes - 1))
        return -(-free // nodes)

    def shut(self, now: datetime, lane: Lane, nodes: int = 1) -> datetime | None:
        """Until when nothing of this lane may begin; None: it may."""
        if self.left(now, lane, nodes) != 0:
            return None
        used = sorted(one for one in (*self._others, *self._own) if one > now - DAY)
        return used[max(0, len(used) - limit(self.cap, lane))] + DAY
