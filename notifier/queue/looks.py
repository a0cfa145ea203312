"""Deliveries that look alike go the same way: ``model/ladder.py`` is asked once, and the database moves them together.

In a newsletter nearly every delivery has one leg, and nearly every leg was just sent.
"""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, String, case, cast, literal_column, select

from notifier.model import ladder
from notifier.model.message import Kind
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.prepared import LINE, Among, Lines, Prepared, words

_LEG, _DELIVERY, _MESSAGE = schema.leg, schema.delivery, schema.message
_BY_PERSON = "by-person"
_ALONE = (
    cast(_LEG.c.rung, String)
    + literal_column("' '")
    + _LEG.c.channel
    + literal_column("' '")
    + _LEG.c.state
    + case((_LEG.c.by_person, literal_column(f"' {_BY_PERSON}'")), else_=literal_column("''"))
)
_LEGS = select(Lines(_ALONE)).where(_LEG.c.delivery_id == _DELIVERY.c.id).correlate(_DELIVERY).scalar_subquery()
_EACH = (
    select(_DELIVERY.c.id, _DELIVERY.c.message_id, _DELIVERY.c.state, _DELIVERY.c.rung, _LEGS.label("legs"))
    .where(Among(_DELIVERY.c.id, words("ids")))
    .subquery("each_one")
)
_ALIKE = (
    select(
        _EACH.c.message_id,
        _EACH.c.state,
        _EACH.c.rung,
        _EACH.c.legs,
        Lines(_EACH.c.id).label("ids"),
    )
    .group_by(_EACH.c.message_id, _EACH.c.state, _EACH.c.rung, _EACH.c.legs)
    .subquery("alike")
)
_LOOKS = Prepared(
    select(
        _ALIKE.c.message_id,
        _ALIKE.c.state,
        _ALIKE.c.rung,
        _ALIKE.c.legs,
        _ALIKE.c.ids,
        _MESSAGE.c.state.label("message_state"),
        _MESSAGE.c.expired,
        _MESSAGE.c.kind,
    ).join(_MESSAGE, _MESSAGE.c.id == _ALIKE.c.message_id)
)

STOPPED = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED, MessageState.REFUSED})

Steps = dict[tuple[str, DeliveryState, DeliveryState], list[str]]
"""The deliveries of a message that go from one state into another."""


def looked_at(conn: Connection, ids: Sequence[str]) -> tuple[Steps, list[str]]:
    """Where these deliveries go of which nothing but the state changes, and those that need a closer look."""
    steps: Steps = {}
    others: list[str] = []
    for message_id, state, rung, legs, found, message_state, expired, kind in _LOOKS.rows(conn, {"ids": ids}):
        those = found.split(LINE)
        over = bool(expired) or message_state in STOPPED
        to = None if kind == Kind.EMERGENCY else usual(state, rung, over, bool(expired), legs or "")
        if to is None:
            others += those
        elif to != state:
            steps.setdefault((message_id, DeliveryState(state), to), []).extend(those)
    return steps, others


@lru_cache(1024)
def usual(state: str, rung: int, over: bool, expired: bool, legs: str) -> DeliveryState | None:
    """The state of all deliveries that look like this; None where more than that may follow."""
    before = DeliveryState(state)
    own = [_leg(*line.split(" ")) for line in legs.split(LINE) if line]
    if any(leg.state is LegState.DUE for leg in own) or (not over and ladder.failing(rung, own)):
        return None
    wanted = DeliveryState.EXPIRED if expired else DeliveryState.CANCELLED
    move = ladder.advance(None, before, rung, own, over=over, wanted=wanted)
    rings = move.state is not before and DeliveryState.UNREACHED in (before, move.state)
    return None if rings or move.start or move.rung != rung else move.state


def _leg(rung: str, channel: str, state: str, by_person: str = "") -> ladder.Leg:
    return ladder.Leg(int(rung), channel, "", LegState(state), by_person == _BY_PERSON)
