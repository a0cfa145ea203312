"""Where a delivery stands, and what comes next on its ladder: decided from its legs alone (DESIGN 3.4, 3.6)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier.model.plan import Delivery, LegPlan, legs_of
from notifier.model.states import FAILED_LEG, DeliveryState, LegState, may_follow

UNDER_WAY = frozenset({LegState.STARTED, LegState.UNKNOWN, LegState.TECHNICAL_FAILURE})
"""A leg in one of these may have been handed over, or waits for a person to say so."""

FINAL = frozenset({DeliveryState.CONFIRMED, DeliveryState.WITHHELD, DeliveryState.CANCELLED, DeliveryState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Leg:
    """What the ladder needs to know of a leg. ``by_person``: sending it only asked a person to do it."""

    rung: int
    channel: str
    contact_id: str
    state: LegState
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Where the delivery stands now, on which rung, and the legs to begin."""

    state: DeliveryState
    rung: int
    start: tuple[LegPlan, ...] = ()


def delivery_id(message_id: str, number: int) -> str:
    return f"{message_id}.{number}"


def leg_id(delivery_id: str, rung: int, channel: str, number: int) -> str:
    """The ``number``-th leg (from 0) of that rung and channel: the same wherever it is worked out, naming nobody."""
    return f"{delivery_id}.{rung}.{channel}.{number}"


def stem(leg_id: str) -> str:
    """A name for this leg that says nothing about anybody: letters and digits, the same over all tries."""
    return hashlib.sha256(leg_id.encode()).hexdigest()[:24]


def attempt_id(leg_id: str, number: int) -> str:
    return f"{leg_id}.{number}"


def message_of_leg(leg_id: str) -> str:
    return leg_id.rsplit(".", 4)[0]


def delivery_of_leg(leg_id: str) -> str:
    return leg_id.rsplit(".", 3)[0]


def leg_of_attempt(attempt_id: str) -> tuple[str, int]:
    """The leg and the number of the try; an empty leg where this is no attempt's id."""
    leg, _, number = attempt_id.rpartition(".")
    return (leg, int(number)) if leg and number.isdecimal() else ("", 0)


def stands(rung: int, legs: Sequence[Leg], *, acknowledged: bool = False) -> DeliveryState | None:
    """The state that the legs of this rung amount to; None when all of them failed.

    A leg that arrived on any rung confirms the delivery. ``acknowledged``: only a person's answer does, which is
    no matter of legs; what arrived counts as handed over.
    """
    if acknowledged:
        arrived = LegState.DELIVERED
        legs = [replace(leg, state=LegState.SENT) if leg.state is arrived else leg for leg in legs]
    if any(leg.state is LegState.DELIVERED for leg in legs):
        return DeliveryState.CONFIRMED
    current = [leg for leg in legs if leg.rung == rung]
    sent = [leg for leg in current if leg.state is LegState.SENT]
    if any(leg.by_person for leg in sent):
        return DeliveryState.UNREACHED
    if sent:
        return DeliveryState.HANDED_OVER
    if any(leg.state in UNDER_WAY for leg in current):
        return DeliveryState.SENDING
    if any(leg.state not in FAILED_LEG for leg in current):
        return DeliveryState.PLANNED
    return None


def failing(rung: int, legs: Sequence[Leg]) -> tuple[str, ...]:
    """The channels of this rung of which every leg failed."""
    channels = dict.fromkeys(leg.channel for leg in legs if leg.rung == rung)
    alive = {leg.channel for leg in legs if leg.rung == rung and leg.state not in FAILED_LEG}
    return tuple(channel for channel in channels if channel not in alive)


def next_addresses(delivery: Delivery, rung: int, legs: Sequence[Leg], prefer: str = "") -> tuple[LegPlan, ...]:
    """The next adult of the household for each channel of the rung that failed (DESIGN 3.4).

    An adult whose address was already tried under another adult's name is passed
    over. ``prefer`` is a contact to take first, where that one is still untried.
    """
    plans = []
    for channel in failing(rung, legs):
        contacts = {leg.contact_id for leg in legs if leg.rung == rung and leg.channel == channel}
        route = delivery.routes.get(channel, ())
        spent = {address.value for address in route if address.contact_id in contacts}
        left = [one.contact_id for one in route if one.contact_id not in contacts and one.value not in spent]
        if left:
            plans.append(LegPlan(rung, channel, prefer if prefer in left else left[0]))
    return tuple(plans)


def next_rung(delivery: Delivery, rung: int) -> tuple[int, tuple[LegPlan, ...]] | None:
    """The next rung with legs to begin, None at the end of the ladder."""
    for number in range(rung + 1, len(delivery.ladder)):
        plans = legs_of(delivery, number)
        if plans:
            return number, plans
    return None


def climb(delivery: Delivery, state: DeliveryState, rung: int) -> Move:
    """The next rung, whatever became of this one; past the last, nothing has reached them."""
    following = next_rung(delivery, rung)
    if following is None:
        return _moved(state, rung, DeliveryState.UNREACHED)
    if state is DeliveryState.PLANNED or may_follow(state, DeliveryState.PLANNED):
        return Move(DeliveryState.PLANNED, *following)
    return Move(state, rung)


def advance(
    delivery: Delivery | None,
    state: DeliveryState,
    rung: int,
    legs: Sequence[Leg],
    *,
    over: bool = False,
    wanted: DeliveryState = DeliveryState.EXPIRED,
    prefer: str = "",
    acknowledged: bool = False,
) -> Move:
    """Where a delivery goes from here, given all its legs as they are now.

    ``delivery`` may be None while no channel of the rung is failing, or when it is over.
    ``over``: its message expired or was stopped, so nothing new begins, and a
    delivery of which nothing can be handed over any more becomes ``wanted``.
    ``acknowledged`` as in ``stands``. A move that stands in no table leaves everything as it is: late and repeated
    receipts are recorded and ignored.
    """
    found = stands(rung, legs, acknowledged=acknowledged)
    if state in FINAL or state is DeliveryState.HELD:
        return Move(state, rung)
    if found is DeliveryState.CONFIRMED or state is DeliveryState.UNREACHED:
        return _moved(state, rung, found or state)
    if over or delivery is None:
        lost = over and found in (None, DeliveryState.PLANNED)
        return _moved(state, rung, wanted if lost else found or state)
    again = next_addresses(delivery, rung, legs, prefer)
    if found is None and not again:
        return climb(delivery, state, rung)
    return _moved(state, rung, found or DeliveryState.PLANNED, again)


def _moved(state: DeliveryState, rung: int, to: DeliveryState, start: tuple[LegPlan, ...] = ()) -> Move:
    """The step, if a table allows it; legs of the same rung begin all the same."""
    return Move(to if may_follow(state, to) else state, rung, start)
