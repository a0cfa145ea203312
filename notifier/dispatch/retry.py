"""When a leg that failed goes again, as a table. Pure: no clock, no randomness (DESIGN 4).

The queue is the only layer that retries; channels never do.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.message import Lane


class Failure(StrEnum):
    """Why a leg is not settled: surely not taken, or perhaps taken and the provider has to be asked."""

    TEMPORARY = "temporary"
    DOUBT = "doubt"


def _seconds(*delays: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=delay) for delay in delays)


def _minutes(*delays: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=delay) for delay in delays)


DELAYS: Mapping[tuple[Lane, Failure], tuple[timedelta, ...]] = {
    # ten minutes in all: as long as a rung of an emergency is waited for
    (Lane.EMERGENCY, Failure.TEMPORARY): _seconds(5, 10, 20, *[25] * 22),
    # a day, two days: then the next rung, paper as a rule, still comes in time
    (Lane.NORMAL, Failure.TEMPORARY): _minutes(1, 5, 15, 30, 60, 120, 240, 240, 240, 480),
    (Lane.BULK, Failure.TEMPORARY): _minutes(2, 10, 30, 60, 120, 240, 480, 480, 720, 720),
    # providers list what they took within seconds; after that a person looks
    (Lane.EMERGENCY, Failure.DOUBT): _seconds(5, 10, 20),
    (Lane.NORMAL, Failure.DOUBT): _seconds(15, 60, 300, 900),
    (Lane.BULK, Failure.DOUBT): _seconds(15, 60, 300, 900),
}
"""The wait after the first try, after the second, ...; after the last one it is given up."""

SPREAD = 0.1
"""Up to this share of a delay is added, so that what failed together does not come back together."""


def again(
    lane: Lane,
    failure: Failure,
    tries: int,
    now: datetime,
    jitter: float,
    *,
    retry_after: timedelta | None = None,
    expires: datetime | None = None,
) -> datetime | None:
    """The moment of the next try, or None to give up. ``tries`` counts those made (1..), ``jitter`` is in 0..1.

    Never sooner than the provider asked for; a provider that asks for longer
    than the whole table, or past the message's expiry, is given up at once, so
    that the next rung is reached in time (DESIGN 5.4).
    """
    delays = DELAYS[lane, failure]
    if tries > len(delays):
        return None
    delay = delays[max(tries, 1) - 1]
    if retry_after is not None:
        if retry_after > sum(delays, timedelta()):
            return None
        delay = max(delay, retry_after)
    at = now + delay * (1 + SPREAD * jitter)
    return None if expires is not None and at >= expires else at
