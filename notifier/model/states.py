"""States and the one table of what may follow what (DESIGN 3.6)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias


class MessageState(StrEnum):
    RECEIVED = "received"
    HELD = "held"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    REFUSED = "refused"


class DeliveryState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    UNREACHED = "unreached"
    HELD = "held"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class LegState(StrEnum):
    DUE = "due"
    STARTED = "started"
    SENT = "sent"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


MESSAGE_MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.RECEIVED: frozenset(
        {MessageState.HELD, MessageState.ACCEPTED, MessageState.WAITING, MessageState.REFUSED}
    ),
    MessageState.HELD: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.WAITING,
            MessageState.CANCELLED,
            MessageState.SUPERSEDED,
            MessageState.REFUSED,
        }
    ),
    MessageState.WAITING: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.HELD,
            MessageState.CANCELLED,
            MessageState.SUPERSEDED,
            MessageState.REFUSED,
        }
    ),
    MessageState.ACCEPTED: frozenset({MessageState.DONE, MessageState.CANCELLED, MessageState.SUPERSEDED}),
    # A bounce after the last delivery opens it again; families still to be rung may be spared the call.
    MessageState.DONE: frozenset({MessageState.ACCEPTED, MessageState.CANCELLED}),
    MessageState.CANCELLED: frozenset(),
    MessageState.SUPERSEDED: frozenset(),
    MessageState.REFUSED: frozenset(),
}

DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PLANNED: frozenset(
        {
            DeliveryState.SENDING,
            DeliveryState.HANDED_OVER,
            DeliveryState.CONFIRMED,
            DeliveryState.UNREACHED,
            DeliveryState.HELD,
            DeliveryState.WITHHELD,
            DeliveryState.CANCELLED,
            DeliveryState.EXPIRED,
        }
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.PLANNED,
            DeliveryState.HANDED_OVER,
            DeliveryState.CONFIRMED,
            DeliveryState.UNREACHED,
            DeliveryState.HELD,
            DeliveryState.WITHHELD,
            DeliveryState.CANCELLED,
            DeliveryState.EXPIRED,
        }
    ),
    DeliveryState.HANDED_OVER: frozenset(
        {
            DeliveryState.PLANNED,
            DeliveryState.CONFIRMED,
            DeliveryState.UNREACHED,
            DeliveryState.HELD,
            DeliveryState.WITHHELD,
        }
    ),
    DeliveryState.HELD: frozenset(
        {
            DeliveryState.PLANNED,
            DeliveryState.WITHHELD,
            DeliveryState.CANCELLED,
            DeliveryState.EXPIRED,
            DeliveryState.UNREACHED,
        }
    ),
    # Long after, when nobody has said whether the family was rung, nobody is asked any more (never-rung.md).
    DeliveryState.UNREACHED: frozenset({DeliveryState.CONFIRMED, DeliveryState.CANCELLED, DeliveryState.EXPIRED}),
    DeliveryState.CONFIRMED: frozenset(),
    DeliveryState.WITHHELD: frozenset(),
    DeliveryState.CANCELLED: frozenset(),
    DeliveryState.EXPIRED: frozenset(),
}

LEG_MOVES: Mapping[LegState, frozenset[LegState]] = {
    LegState.DUE: frozenset(
        {
            LegState.STARTED,
            LegState.DELIVERED,  # a receipt: an earlier try arrived after all
            LegState.WITHDRAWN,
        }
    ),
    LegState.STARTED: frozenset(
        {
            LegState.DUE,  # claimed but not begun: the daemon stopped, or the lease ran short
            LegState.SENT,
            LegState.DELIVERED,
            LegState.TEMPORARY_FAILURE,
            LegState.PERMANENT_FAILURE,
            LegState.TECHNICAL_FAILURE,
            LegState.UNKNOWN,
            LegState.WITHDRAWN,
        }
    ),
    LegState.TEMPORARY_FAILURE: frozenset(
        {LegState.DUE, LegState.STARTED, LegState.PERMANENT_FAILURE, LegState.WITHDRAWN}
    ),
    LegState.UNKNOWN: frozenset(
        {
            LegState.DUE,
            LegState.STARTED,
            LegState.SENT,
            LegState.DELIVERED,
            LegState.PERMANENT_FAILURE,
            LegState.WITHDRAWN,
        }
    ),
    LegState.TECHNICAL_FAILURE: frozenset(
        {
            LegState.DUE,
            LegState.SENT,  # a person saw to it
            LegState.DELIVERED,
            LegState.PERMANENT_FAILURE,
            LegState.WITHDRAWN,
        }
    ),
    LegState.SENT: frozenset({LegState.DELIVERED, LegState.PERMANENT_FAILURE}),
    LegState.DELIVERED: frozenset(),
    # That it arrived outweighs whatever was said before, so the order of receipts does not matter.
    LegState.PERMANENT_FAILURE: frozenset({LegState.DELIVERED}),
    LegState.WITHDRAWN: frozenset({LegState.DELIVERED}),
}

OPEN_DELIVERY = frozenset({DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.HELD})
"""While one of its deliveries is in one of these, a message is not done."""

SETTLED_LEG = frozenset({LegState.SENT, LegState.DELIVERED, LegState.PERMANENT_FAILURE, LegState.WITHDRAWN})
FAILED_LEG = frozenset({LegState.PERMANENT_FAILURE, LegState.WITHDRAWN})


State: TypeAlias = MessageState | DeliveryState | LegState


def may_follow(before: State, after: State) -> bool:
    """Whether this move stands in the tables; a late or repeated receipt asks for one that does not."""
    if isinstance(before, MessageState):
        return after in MESSAGE_MOVES[before]
    if isinstance(before, DeliveryState):
        return after in DELIVERY_MOVES[before]
    return after in LEG_MOVES[before]
