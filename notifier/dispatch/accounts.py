"""A channel's account as the sender sees it: its pace, its day, its connections, whether it answers; or several."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

from channels.base import Channel, HasLines, Limited, TemporaryFailure, hears
from notifier.clock import Clock
from notifier.dispatch.allowance import DAY, Allowance
from notifier.dispatch.bell import Bell
from notifier.dispatch.breaker import GONE_AFTER, Breaker
from notifier.dispatch.pacing import Pace, one
from notifier.dispatch.retry import Failure, over
from notifier.dispatch.seats import Seats, Width
from notifier.logs import logger
from notifier.model.message import Lane

SOON = timedelta(seconds=5)
"""After so long a leg is looked at again that its account did not take."""
READ_EVERY = timedelta(minutes=1)
"""How old a reading may be of what others sent by the account today."""

SentSince = Callable[[str, datetime], Awaitable[Sequence[datetime]]]
"""When everybody but this process sent something by a channel, since a moment."""
Told = Callable[[str, bool, str], object]
"""Gets an account's name, whether it has gone or is back, and why: once when it goes and once when it comes back."""

log = logger("dispatch")


class Admitted:
    """One try that may begin. ``taken``: the account took it, or may have."""

    def __init__(self) -> None:
        self.taken = False


class Account:
    """One channel with its limits. It is logged once when it goes, and once when it is back."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        clock: Clock,
        *,
        nodes: Callable[[], int] = one,
        jitter: Callable[[], float] = lambda: 0.0,
        sent_since: SentSince | None = None,
        told: Told | None = None,
        gone_after: int = GONE_AFTER,
    ) -> None:
        limits = channel if isinstance(channel, Limited) else None
        self.name = name
        self.channel = channel
        self.hears = hears(channel)
        """Whether anything can come back by it: asked once, as asking takes longer than putting an email together."""
        self.pace = Pace(channel.per_minute, clock, burst=limits.burst if limits else 1, nodes=nodes)
        self.news = Bell()
        """Rings when something that waited for the account may go on."""
        self._clock = clock
        self._nodes = nodes
        self._jitter = jitter
        self._told = told
        self._breaker = Breaker(gone_after)
        self._day = Allowance(limits.per_day) if limits and limits.per_day else None
        self._sent_since = sent_since
        self._read_at: datetime | None = None
        self._width = Width(limits.begins_with if limits else channel.parallelism, channel.parallelism)
        self._seats, self._urgent_seats = Seats(self._width), Seats(self._width)
        self._order = count()
        self._failed_at = -1
        lines = channel.lines() if isinstance(channel, HasLines) else ()
        self._lines = tuple(
            # Where there is another to go by, one failure is enough to leave it alone for a while.
            Account(f"{name} {number}", line, clock, nodes=nodes, jitter=jitter, gone_after=1)
            for number, line in enumerate(lines, 1)
            if len(lines) > 1
        )

    # what it bears

    def seats(self, lane: Lane) -> Seats:
        """As many sends at once as the account bears; an emergency never waits for another lane's."""
        return self._urgent_seats if lane is Lane.EMERGENCY else self._seats

    @property
    def at_once(self) -> int:
        return self._width.now

    @property
    def nodes(self) -> int:
        """How many nodes share it now."""
        return max(1, self._nodes())

    async def refresh(self) -> None:
        """Read anew what others sent today, where a cap makes it matter and the last reading is old."""
        now = self._clock.now()
        if self._day is None or self._sent_since is None:
            return
        if self._read_at is None or abs(now - self._read_at) >= READ_EVERY:
            self._day.read(await self._sent_since(self.name, now - DAY), now)
            self._read_at = now

    def room(self, lane: Lane) -> int | None:
        """Legs of a lane that may be claimed now at most; None: no limit but the pace."""
        if self._breaker.gone:
            return 1
        return None if self._day is None else self._day.left(self._clock.now(), lane, self._nodes())

    def ways(self, lane: Lane) -> Sequence["Account"]:
        """By what a send of this lane may go now, in order: itself, or those of several that serve us."""
        return (self,) if not self._lines else tuple(one for one in self._lines if one.shut(lane) is None)

    def way_back(self, lane: Lane) -> tuple[str, timedelta]:
        """Where none of several serves us: the first one's reason, and in how long the next one may be tried."""
        now = self._clock.now()
        waits = [until - now for one in self._lines if (until := one.gone_until(lane)) is not None]
        return self._lines[0].reason, max(min(waits, default=SOON), timedelta())

    # whether it may be asked

    def shut(self, lane: Lane) -> datetime | None:
        """Until when nothing of this lane may begin, as far as can be told; None: it may."""
        if self.unguarded:
            return None  # as nearly always: no clock need be asked
        now = self._clock.now()
        over = self._day.shut(now, lane, self._nodes()) if self._day is not None else None
        gone = self._breaker.shut(now, lane)
        return max((one for one in (over, gone) if one is not None), default=None)

    def gone_until(self, lane: Lane) -> datetime | None:
        """As ``shut``, but only for an account that does not serve us: a day's cap is no failure."""
        return self._breaker.shut(self._clock.now(), lane)

    @property
    def gone_since(self) -> datetime | None:
        """The first of its failures in a row."""
        return self._breaker.since

    def given_up(self, lane: Lane, since: datetime, back_at: datetime) -> bool:
        """Whether a leg whose rung began then need not wait for the account until that moment.

        What counts is how long the account has been gone while the leg waited for it.
        """
        return over(lane, Failure.ACCOUNT, max(since, self.gone_since or since), back_at)

    @property
    def reason(self) -> str:
        """Its last failure, in words for staff."""
        return self._breaker.reason

    @property
    def again_at(self) -> datetime:
        """When a leg that it did not take is due again: soon, and then it waits until the account may be asked."""
        return self._clock.now() + SOON

    @property
    def unguarded(self) -> bool:
        """Nothing is counted, and nobody waits for what becomes of a try: it needs no ``trying``."""
        return self._day is None and not self._breaker.gone

    @contextmanager
    def trying(self, lane: Lane) -> Iterator[Admitted | None]:
        """One try of this lane; None where it may not begin now."""
        if self.shut(lane) is not None:
            yield None
            return
        now, admitted = self._clock.now(), Admitted()
        first_again = self._breaker.tries(now, lane)
        if self._day is not None:
            self._day.take(now)
        try:
            yield admitted
        finally:
            if first_again:
                self._breaker.tried(lane)
                self.news.ring()
            if self._day is not None and not admitted.taken:
                self._day.give_back(now)

    # what became of it

    def begin(self) -> int:
        """A send begins; the number goes into ``answered`` or ``failed``."""
        return next(self._order)

    def failed(self, begun: int, reason: str, retry_after: timedelta | None = None, *, silent: bool = False) -> None:
        """The account did not serve us; ``silent``: nobody knows whether it did. ``reason`` names no address.

        A silence is no word against the number of connections: what a newsletter waits
        for in vain takes none from an emergency.
        """
        now = self._clock.now()
        if begun > self._failed_at:  # sends that ran side by side failed together: that is once too much
            self._failed_at = next(self._order)
            if not silent:
                self._width.too_much(now)
        if self._breaker.failed(now, reason, retry_after, self._jitter()):
            log.warning("channel-gone", channel=self.name, reason=reason)
            if self._told is not None:
                self._told(self.name, True, reason)
        self.news.ring()

    def answered(self, begun: int) -> None:
        """It took something, or refused one address: there is somebody there."""
        if self._breaker.gone and begun < self._failed_at:
            return  # begun before it went: it says nothing about now
        if self._breaker.answered():
            log.info("channel-back", channel=self.name)
            if self._told is not None:
                self._told(self.name, False, "")
            self.news.ring()
        if self._width.now >= self._width.most:
            return
        full = self._seats.full or self._urgent_seats.full
        if full and self._width.went_well(self._clock.now(), full=full):
            self._seats.call()
            self._urgent_seats.call()


def together(refusals: Sequence[TemporaryFailure]) -> tuple[str, timedelta | None]:
    """The first account's reason is the one to mend; the earliest delay is the one to wait for, if all named one."""
    delays = [one.retry_after for one in refusals if one.retry_after is not None]
    return refusals[0].reason, min(delays) if len(delays) == len(refusals) else None
