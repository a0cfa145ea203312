"""What goes into the store and what comes out of it, as frozen values. All moments are aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from notifier.model.message import Lane, Message, Mode
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Delivery, Plan, Task
from notifier.model.states import DeliveryState, LegState, MessageState


@dataclass(frozen=True, slots=True)
class Entry:
    """A message on its way in. ``blobs`` maps a sha256 digest in hex to (media type, content).

    ``state`` is ACCEPTED, WAITING, HELD or REFUSED. ``supersedes`` are ids of
    messages that this one replaces while they are waiting or held.
    """

    message: Message
    state: MessageState
    plan: Plan
    blobs: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    answer: str = ""
    supersedes: tuple[str, ...] = ()
    directory_version: int = 0


@dataclass(frozen=True, slots=True)
class Enqueued:
    """``already``: the same key and mode were there before; nothing was written, ``message_id`` is the old one."""

    message_id: str
    already: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """A message that waits or is held goes with this plan."""

    message: Message
    plan: Plan
    directory_version: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an occurrence, with all that it causes, in one transaction.

    ``entries`` are new messages, to families or to staff; ``releases`` waiting ones that go; ``holds`` the ids of
    waiting ones that now wait for a person, and ``cancels`` of those that are stopped. Where one of ``releases`` or
    ``holds`` does not wait any more, somebody else was quicker, and nothing is decided. ``message_id``: which message
    this became. ``with_``: other occurrences that the same message sees to; all of them are decided, or none.
    """

    occurrence: Occurrence
    state: OccurrenceState
    entries: tuple[Entry, ...] = ()
    releases: tuple[Release, ...] = ()
    holds: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    message_id: str = ""
    reason: str = ""
    with_: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredOccurrence:
    """``reason`` is why it was decided so, in words for staff."""

    key: str
    mode: Mode
    kind: str
    state: OccurrenceState
    at: datetime
    decided_at: datetime
    event_id: str = ""
    newsletter: str = ""
    message_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Journalled:
    """What a closure's journal says of one leg; ``unknown`` where it began and nobody wrote down how it ended."""

    leg_id: str
    begun_at: datetime
    outcome: LegState
    ended_at: datetime | None = None
    reference: str = ""
    reason: str = ""
    by_person: bool = False
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """``by`` is who cancelled or refused it (or ``expiry``), ``superseded_by`` the id of the newer message."""

    message: Message
    state: MessageState
    received_at: datetime
    changed_at: datetime
    answer: str = ""
    directory_version: int = 0
    by: str = ""
    superseded_by: str = ""

    @property
    def id(self) -> str:
        return self.message.id


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """``rung`` is the one it stands on. ``public``: once per message, for nobody in particular.

    ``rung_at`` is when the first leg of that rung was claimed, None before.
    """

    id: str
    message_id: str
    delivery: Delivery
    state: DeliveryState
    rung: int
    public: bool = False
    reason: str = ""
    rung_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredLeg:
    """``due_at`` None: not due by itself, it waits for a person (held, or an outcome nobody can tell)."""

    id: str
    delivery_id: str
    message_id: str
    rung: int
    channel: str
    contact_id: str
    lane: Lane
    mode: Mode
    state: LegState
    due_at: datetime | None
    tries: int
    crashes: int
    owner: str = ""
    lease_until: datetime | None = None
    reason: str = ""
    reference: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """``outcome`` is STARTED while nothing is known of it."""

    id: str
    leg_id: str
    number: int
    owner: str
    started_at: datetime
    ended_at: datetime | None
    outcome: LegState
    reason: str = ""
    reference: str = ""


STIRRED = "stirred"
"""Under this name a transaction finds, in its connection's ``info``, what ``Store.stirred`` was when it began."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a claim saw: the version of the directory in force, and ``Store.stirred``. While that stays the same, nobody
    has stopped what was claimed, nor is another directory in force."""

    directory_version: int
    stirred: int


class ClaimedLeg(NamedTuple):
    """One leg in the hands of one owner until ``lease_until``.

    ``tries`` counts this one: 1 is the first. ``crashes`` counts processes that
    died while they had this leg alone. ``was_unknown``: an earlier try may have
    been taken by the provider; ``started_at`` is then the moment of that try
    (where a look-up has to begin), otherwise the moment of this claim. ``since``:
    when the first leg of its rung was claimed; from ``claim_late``, when it was due if none ever was.
    """

    leg_id: str
    attempt_id: str
    delivery_id: str
    message_id: str
    delivery: Delivery
    rung: int
    channel: str
    contact_id: str
    public: bool
    tries: int
    crashes: int
    was_unknown: bool
    started_at: datetime
    lease_until: datetime
    since: datetime
    lane: Lane = Lane.NORMAL
    mode: Mode = Mode.TRIAL
    sight: Sight | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """``directory_version`` is the one in force: a node with an older one loads it before rechecking (DESIGN 4)."""

    legs: tuple[ClaimedLeg, ...]
    directory_version: int


class Wanted(StrEnum):
    """Whether a claimed leg should still go, read just before each send."""

    SEND = "send"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    HELD = "held"


@dataclass(slots=True)
class Settlement:
    """How one attempt ended. Changed by nobody: one that guards itself takes three times as long to make.

    TEMPORARY_FAILURE with ``retry_at`` makes the leg due again then; without it
    the leg has failed for good and the ladder goes on. UNKNOWN stands until
    ``claim_unknown`` gives it out again, from ``retry_at`` (at once where None);
    a leg that came out of ``claim_unknown`` and is UNKNOWN again without
    ``retry_at`` waits for ``resolve``.
    ``by_person``: the channel only asks a person to do it, so SENT leaves the
    delivery UNREACHED with an open task. ``next_address`` is the contact to try
    next in the same rung; without it the ladder decides.
    ``delivery`` is the delivery as recheck reduced it; ``delivery_state`` is
    WITHHELD or HELD where recheck stopped it (``outcome`` is then WITHDRAWN).
    """

    leg_id: str
    attempt_id: str
    owner: str
    outcome: LegState
    reason: str = ""
    reference: str = ""
    retry_at: datetime | None = None
    next_address: str = ""
    delivery: Delivery | None = None
    delivery_state: DeliveryState | None = None
    tasks: tuple[Task, ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Deliveries that were stopped, and those for which something had already gone out or may have.

    ``in_public``: something of it stands where everybody can read it, and is taken down.
    """

    unsent: int
    already_sent: int
    in_public: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one message. ``legs`` is keyed by (channel, state)."""

    deliveries: Mapping[DeliveryState, int]
    legs: Mapping[tuple[str, LegState], int]
    withheld: int


@dataclass(frozen=True, slots=True)
class StoredTask:
    """``message_id`` and ``delivery_id`` are empty where the task belongs to none."""

    id: int
    message_id: str
    what: str
    about: tuple[str, ...]
    rule: str
    opened_at: datetime
    done_at: datetime | None = None
    done_by: str = ""
    delivery_id: str = ""


class Left(StrEnum):
    """What kind of work is left."""

    DUE = "due"  # legs that go at ``at``
    STARTED = "started"  # legs in somebody's hands
    UNKNOWN = "unknown"  # legs whose outcome nobody can tell
    TECHNICAL = "technical"  # legs parked by a fault in the program
    WAITING = "waiting"  # a message whose moment comes at ``at``
    HELD = "held"  # a message that waits for a person
    HELD_DELIVERY = "held-delivery"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class OpenWork:
    """``count`` things of one message (and channel) that are left; ``at`` None: when a person acts."""

    message_id: str
    subject: str
    left: Left
    channel: str
    count: int
    at: datetime | None
    needs_person: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Copies of one message that are on their way by one channel: ``count`` may go now or are going.

    ``later`` is when the last of those goes that wait for a moment, None where none does.
    """

    message_id: str
    channel: str
    lane: Lane
    count: int
    later: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """An account that does not serve us since then, and its reason in words for staff."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers over everything in the store."""

    messages: Mapping[MessageState, int]
    deliveries: Mapping[DeliveryState, int]
    legs: Mapping[tuple[str, LegState], int]
    open_tasks: int
    directory_version: int
    oldest_due: datetime | None
