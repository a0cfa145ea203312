"""What providers tell, as it is kept and as it is handed on (DESIGN 3.7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.model.plan import Task
from notifier.model.states import LegState


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What a provider told, as it came. ``url`` is path and query."""

    id: int
    channel: str
    url: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LegNews:
    """What became of a leg, by a receipt: ``to`` is SENT, DELIVERED or PERMANENT_FAILURE.

    ``number`` is the try that it is about, 0 where the receipt does not say: then ``reference`` tells.
    ``answered``: a person said so, which also answers for the children of an early finish.
    """

    leg_id: str
    to: LegState
    number: int = 0
    reference: str = ""
    reason: str = ""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Agreeing:
    """Somebody wrote a plain yes from this address: an answer for the children of the newest early finish sent there.

    ``task``: what the office is asked to read where there was none; None for nothing.
    """

    channel: str
    address: str
    task: Task | None


class Heard(StrEnum):
    """What became of a receipt."""

    COUNTED = "counted"
    IGNORED = "ignored"  # repeated, late, or about nothing we know
    EARLY = "early"  # its leg is in somebody's hands: it is looked at again in a moment
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Refusing:
    """Somebody wants nothing more by this channel at this address; ``ends``: wants it again."""

    channel: str
    address: str
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing goes to this address by this channel since then: somebody said STOP, or three failed there running."""

    channel: str
    address: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    """A leg that was handed over and of which nothing was heard since."""

    leg_id: str
    number: int
    reference: str
    settled_at: datetime
