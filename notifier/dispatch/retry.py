"""When a leg that failed goes again, as a table. Pure: no clock, no randomness (DESIGN 4).

The queue is the only layer that retries; channels never do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.message import Lane


class Failure(StrEnum):
    """Why a leg is not settled: this address was surely not served, or the account was not, or nobody knows."""

    TEMPORARY = "temporary"
    ACCOUNT = "account"
    DOUBT = "doubt"


def _seconds(*delays: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=delay) for delay in delays)


def _minutes(*delays: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=delay) for delay in delays)


@dataclass(frozen=True, slots=True)
class Terms:
    """``waits``: after the first try, the second, ...; after the last one it is given up, as it is after ``in_all``."""

    waits: tuple[timedelta, ...]
    in_all: timedelta


TABLE: Mapping[tuple[Lane, Failure], Terms] = {
    # five tries within a minute and a bit: a phone call reaches them sooner than a sixth
    (Lane.EMERGENCY, Failure.TEMPORARY): Terms(_seconds(5, 10, 20, 25), timedelta(minutes=2)),
    # a day, two days: then the next rung, paper as a rule, still comes in time
    (Lane.NORMAL, Failure.TEMPORARY): Terms(_minutes(1, 5, 15, 30, 60, 120, 240, 240, 240, 300), timedelta(days=1)),
    (Lane.BULK, Failure.TEMPORARY): Terms(_minutes(2, 10, 30, 60, 120, 240, 480, 480, 480, 600), timedelta(days=2)),
    # the account's own trouble counts no tries: it is asked as accounts.py says, and the legs wait for it;
    # ten minutes, as long as a rung of an emergency is waited for
    (Lane.EMERGENCY, Failure.ACCOUNT): Terms((), timedelta(minutes=10)),
    (Lane.NORMAL, Failure.ACCOUNT): Terms((), timedelta(days=1)),
    (Lane.BULK, Failure.ACCOUNT): Terms((), timedelta(days=2)),
    # providers list what they took within seconds; after that a person looks
    (Lane.EMERGENCY, Failure.DOUBT): Terms(_seconds(5, 10, 20), timedelta(minutes=2)),
    (Lane.NORMAL, Failure.DOUBT): Terms(_seconds(15, 60, 300, 900), timedelta(hours=1)),
    (Lane.BULK, Failure.DOUBT): Terms(_seconds(15, 60, 300, 900), timedelta(hours=1)),
}
"""docs/operating.md shows it to people."""

SPREAD = 0.1
"""Up to this share of a wait is added, so that what failed together does not come back together."""


def again(
    lane: Lane,
    failure: Failure,
    tries: int,
    now: datetime,
    jitter: float,
    *,
    since: datetime | None = None,
    retry_after: timedelta | None = None,
    expires: datetime | None = None,
) -> datetime | None:
    """The moment of the next try, or None to give up. ``tries`` counts those made (1..), ``jitter`` is in 0..1.

    ``since``: when the rung's first try began, now unless given. Never sooner than
    the provider asked for; a provider that asks for longer than the table allows, or
    past the message's expiry, is given up at once, so that the next rung is reached
    in time (DESIGN 5.4).
    """
    terms = TABLE[lane, failure]
    if tries > len(terms.waits):
        return None
    at = now + max(terms.waits[max(tries, 1) - 1], retry_after or timedelta()) * (1 + SPREAD * jitter)
    if over(lane, failure, since or now, at):
        return None
    return None if expires is not None and at >= expires else at


def over(lane: Lane, failure: Failure, since: datetime, at: datetime) -> bool:
    """Whether a leg that fails in this way since then has been waited for long enough at that moment."""
    return at > since + TABLE[lane, failure].in_all
