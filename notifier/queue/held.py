"""What the store tells about itself for care of data: the audit, what was put back, what is held about one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.model.message import Kind
from notifier.model.states import OPEN_DELIVERY, DeliveryState, LegState
from notifier.queue.rows import StoredDelivery, StoredLeg, StoredTask


@dataclass(frozen=True, slots=True)
class AuditLine:
    """``whom`` are ids of pupils and adults; all else names no family. ``policy``: by which a message was planned."""

    at: datetime
    by: str
    what: str
    about: str
    whom: tuple[str, ...] = ()
    mark: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class AuditState:
    """``mark`` is the last one. ``broken_at``: the moment of the first line that does not fit.

    ``lines_missing``: what is there fits, but is not all that was written. ``noted``: whether the mark that was
    asked for is in the chain.
    """

    written: int
    gone: int
    mark: str
    broken_at: datetime | None = None
    lines_missing: bool = False
    noted: bool = False

    @property
    def whole(self) -> bool:
        return self.broken_at is None and not self.lines_missing


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message put back from a backup, with how many of its copies may have gone since; 0: it was only planned."""

    message_id: str
    kind: Kind
    subject: str
    copies: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is held about one person. ``withheld``: message, adult, pupils, rule, reason."""

    deliveries: tuple[StoredDelivery, ...]
    legs: Mapping[str, tuple[StoredLeg, ...]]
    withheld: tuple[tuple[str, str, tuple[str, ...], str, str], ...]
    tasks: tuple[StoredTask, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """The messages still on their way to them, or for which somebody is still to ring them."""
        over = {LegState.SENT, LegState.DELIVERED, LegState.PERMANENT_FAILURE, LegState.WITHDRAWN}
        waits = OPEN_DELIVERY | {DeliveryState.UNREACHED}
        still = {
            one.message_id
            for one in self.deliveries
            if one.state in waits or any(leg.state not in over for leg in self.legs[one.id])
        }
        return tuple(sorted(still))


@dataclass(frozen=True, slots=True)
class Gone:
    """How much one person was taken out of. ``words``: messages for them alone; ``legs``: whose files go too."""

    copies: int = 0
    withheld: int = 0
    traces: int = 0
    tasks: int = 0
    words: int = 0
    legs: tuple[str, ...] = ()
