"""Beginning legs, and moving deliveries on by the ladder once their legs have moved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    literal_column,
    select,
    update,
)

from notifier.faultpoints import reached
from notifier.model import ladder
from notifier.model.message import LANE_OF, Kind
from notifier.model.plan import Delivery, LegPlan
from notifier.model.states import OPEN_DELIVERY, DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.encoding import RANK, delivery_from
from notifier.queue.looks import STOPPED, looked_at
from notifier.queue.prepared import Among, Prepared, words
from notifier.queue.tasks import drop_tasks, open_tasks, unreached_task

_DUE: ColumnElement[str] = literal_column("'due'")
_LEG, _DELIVERY, _MESSAGE = schema.leg, schema.delivery, schema.message
_RANK_OF = {kind: RANK[lane] for kind, lane in LANE_OF.items()}
_THESE = Among(_DELIVERY.c.id, words("ids"))
_THESE_MESSAGES = Among(_MESSAGE.c.id, words("ids"))

_INSERT = Prepared(
    insert(_LEG),
    each=(
        "id", "delivery_id", "message_id", "rung", "channel", "contact_id", "lane", "mode", "turn", "by_person",
    ),
    also=("state", "due_at"),
)  # fmt: skip
_TURN = select(func.min(_LEG.c.turn)).where(
    _LEG.c.channel == bindparam("of_channel"), _LEG.c.lane == bindparam("of_lane"), _LEG.c.state == _DUE
)
_ACKNOWLEDGED = '"acknowledge":true'
"""In the text of a delivery that only an answer confirms; reading all of it takes longer than finding this."""
_DELIVERIES = Prepared(
    select(
        _DELIVERY.c.id,
        _DELIVERY.c.message_id,
        _DELIVERY.c.state,
        _DELIVERY.c.rung,
        _DELIVERY.c.public,
        _MESSAGE.c.state.label("message_state"),
        _MESSAGE.c.expired,
        _MESSAGE.c.kind,
        _MESSAGE.c.mode,
        case(
            (_MESSAGE.c.kind == literal_column(f"'{Kind.EMERGENCY}'"), _DELIVERY.c.value.contains(_ACKNOWLEDGED)),
            else_=false(),
        ).label("acknowledged"),
    )
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(_THESE)
    .order_by(_DELIVERY.c.id)
)
_VALUE = Prepared(select(_DELIVERY.c.value).where(_DELIVERY.c.id == bindparam("which")))
_LEGS = Prepared(
    select(_LEG.c.delivery_id, _LEG.c.contact_id, _LEG.c.rung, _LEG.c.channel, _LEG.c.state, _LEG.c.by_person)
    .where(Among(_LEG.c.delivery_id, words("ids")))
    .order_by(_LEG.c.delivery_id, _LEG.c.rung, _LEG.c.id)
)
_MOVE = Prepared(update(_DELIVERY).where(_THESE).values(state=bindparam("to")))
_CLIMB = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("which"))
    .values(state=bindparam("to"), rung=bindparam("to_rung"), rung_at=None)
)
_WITHDRAW = (
    update(_LEG)
    .where(_LEG.c.delivery_id == bindparam("which"), _LEG.c.state == _DUE, _LEG.c.rung > bindparam("after_rung"))
    .values(state=LegState.WITHDRAWN.value, settled_at=bindparam("now"), reason=bindparam("why"))
)
_END = _WITHDRAW.where(_LEG.c.by_person == false())
"""What only asks a person to ring is wanted also when the message itself is over."""
PARK = update(_LEG).where(_LEG.c.delivery_id == bindparam("which"), _LEG.c.state == _DUE).values(due_at=None)
"""Due, but not by itself: it waits until a person lets its delivery go."""
_OPEN: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in sorted(OPEN_DELIVERY)]
_STILL_OPEN = exists().where(and_(_DELIVERY.c.message_id == _MESSAGE.c.id, _DELIVERY.c.state.in_(_OPEN)))
_FINISH = Prepared(
    update(_MESSAGE)
    .where(_THESE_MESSAGES, _MESSAGE.c.state == MessageState.ACCEPTED.value, ~_STILL_OPEN)
    .values(state=MessageState.DONE.value, changed_at=bindparam("now"))
)
_REOPEN = Prepared(
    update(_MESSAGE)
    .where(_THESE_MESSAGES, _MESSAGE.c.state == MessageState.DONE.value, _STILL_OPEN)
    .values(state=MessageState.ACCEPTED.value, changed_at=bindparam("now"))
)
_LOCK_DELIVERIES = Prepared(select(_DELIVERY.c.id).where(_THESE).order_by(_DELIVERY.c.id).with_for_update())
_LOCK = Prepared(select(_MESSAGE.c.id).where(_THESE_MESSAGES).order_by(_MESSAGE.c.id).with_for_update())

RECEIPT = "receipt"
"""Who did it, where a receipt spared a person the call."""
AT_ONCE = 500
"""Ids in one statement: every database has a limit."""
STOPS = frozenset({DeliveryState.CANCELLED, DeliveryState.EXPIRED, DeliveryState.WITHHELD})


def lock_messages(conn: Connection, message_ids: Collection[str]) -> None:
    """Whoever may finish a message holds its row: of two last settlements, one has to see the other's."""
    if conn.dialect.name != "sqlite":
        _LOCK.rows(conn, {"ids": sorted(message_ids)})


class Starter:
    """Makes the rows of new legs. ``turn`` begins where each channel's queue stands, so nobody has to wait longer."""

    def __init__(self, conn: Connection, now: datetime) -> None:
        self._conn, self._now = conn, now
        self._turns: dict[tuple[str, int], int] = {}
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        delivery_id: str,
        message_id: str,
        kind: Kind,
        mode: str,
        plan: LegPlan,
        number: int,
        *,
        by_person: bool = False,
    ) -> None:
        """``number``: how many legs of this rung and channel the delivery had before.

        ``by_person``: it only asks a person to do something, so it goes also when its message is over.
        """
        lane = _RANK_OF[kind]
        turn = self._turns.get((plan.channel, lane))
        if turn is None:
            found = self._conn.execute(_TURN, {"of_channel": plan.channel, "of_lane": lane}).scalar()
            turn = 0 if found is None else int(found)
        self._turns[plan.channel, lane] = turn + 1
        leg_id = ladder.leg_id(delivery_id, plan.rung, plan.channel, number)
        self._rows.append(
            (leg_id, delivery_id, message_id, plan.rung, plan.channel, plan.contact_id, lane, mode, turn, by_person)
        )

    def write(self) -> None:
        if self._rows:
            _INSERT.many(self._conn, self._rows, state=LegState.DUE.value, due_at=self._now)
            self._rows.clear()


def progress(
    conn: Connection,
    delivery_ids: Iterable[str],
    now: datetime,
    *,
    next_address: Mapping[str, str] | None = None,
    climb: bool = False,
) -> dict[str, DeliveryState]:
    """Move these deliveries, and with them their messages, on by what their legs are now.

    Tells the new state of those deliveries that changed.
    ``next_address`` maps a delivery to the contact that dispatch wants tried next.
    ``climb``: the rung's time is over, take the next one whatever became of this one.
    """
    ids = sorted(set(delivery_ids))
    moved: dict[str, DeliveryState] = {}
    for start in range(0, len(ids), AT_ONCE):
        moved |= _progress(conn, ids[start : start + AT_ONCE], now, next_address or {}, climb)
    return moved


def _progress(
    conn: Connection, ids: Sequence[str], now: datetime, prefer: Mapping[str, str], climb: bool
) -> dict[str, DeliveryState]:
    _hold(conn, ids)
    steps, others = ({}, ids) if climb else looked_at(conn, ids)
    moved: dict[str, DeliveryState] = {}
    for (_, _, to), those in steps.items():
        _MOVE.run(conn, {"ids": those, "to": to.value})
        moved.update(dict.fromkeys(those, to))
    messages = {message_id for message_id, _, _ in steps}
    if others:
        one_by_one, theirs = _each(conn, others, now, prefer, climb)
        moved |= one_by_one
        messages |= theirs
    finish(conn, messages, now, opened=any(state in OPEN_DELIVERY for state in moved.values()))
    return moved


def _hold(conn: Connection, ids: Sequence[str]) -> None:
    """What is read of their legs afterwards is as whoever held them before has left it."""
    if conn.dialect.name != "sqlite":
        _LOCK_DELIVERIES.rows(conn, {"ids": ids})


def _each(
    conn: Connection, ids: Sequence[str], now: datetime, prefer: Mapping[str, str], climb: bool
) -> tuple[dict[str, DeliveryState], set[str]]:
    """Those that moved, and the messages they are of."""
    rows = _DELIVERIES.rows(conn, {"ids": ids})
    legs: dict[str, list[ladder.Leg]] = {}
    for leg in _LEGS.rows(conn, {"ids": ids}):
        legs.setdefault(leg.delivery_id, []).append(_leg(leg))
    starter = Starter(conn, now)
    moved: dict[str, DeliveryState] = {}
    steps: dict[DeliveryState, list[str]] = {}
    climbs: list[dict[str, Any]] = []
    stray: list[tuple[Any, DeliveryState, bool, Sequence[ladder.Leg]]] = []
    for row in rows:
        own = legs.get(row.id, [])
        before = DeliveryState(row.state)
        over = bool(row.expired) or row.message_state in STOPPED
        move = _decide(conn, row, own, before, over, climb, prefer.get(row.id, ""))
        for plan in move.start:
            number = sum(leg.rung == plan.rung and leg.channel == plan.channel for leg in own)
            starter.add(row.id, row.message_id, Kind(row.kind), row.mode, plan, number)
        if any(leg.state is LegState.DUE for leg in own):
            stray.append((row, move.state, over, own))
        if move.rung != row.rung:
            climbs.append({"which": row.id, "to": move.state.value, "to_rung": move.rung})
        elif move.state is not before:
            steps.setdefault(move.state, []).append(row.id)
        if move.state is before:
            continue
        moved[row.id] = move.state
        if move.state is DeliveryState.UNREACHED:
            task = unreached_task(
                _delivery(conn, row.id), public=bool(row.public), emergency=row.kind == Kind.EMERGENCY.value
            )
            open_tasks(conn, (task,), now, row.message_id, row.id)
        elif before is DeliveryState.UNREACHED and move.state is DeliveryState.CONFIRMED:
            drop_tasks(conn, (row.id,), RECEIPT, now)
    for state, those in steps.items():
        _MOVE.run(conn, {"ids": those, "to": state.value})
    if climbs:
        conn.execute(_CLIMB, climbs)
        reached("next rung")
    _call_off(conn, stray, now)
    starter.write()
    return moved, {row.message_id for row in rows if row.id in moved}


def _delivery(conn: Connection, id: str) -> Delivery:
    return delivery_from(_VALUE.rows(conn, {"which": id})[0].value)


def _leg(row: Any) -> ladder.Leg:
    return ladder.Leg(row.rung, row.channel, row.contact_id, LegState(row.state), bool(row.by_person))


def _decide(
    conn: Connection,
    row: Any,
    legs: Sequence[ladder.Leg],
    before: DeliveryState,
    over: bool,
    climb: bool,
    prefer: str,
) -> ladder.Move:
    """The delivery itself is read only where a rung fails or its time is over: reading it takes longest."""
    acknowledged = bool(row.acknowledged)
    if over or not (climb or ladder.failing(row.rung, legs)):
        wanted = DeliveryState.EXPIRED if row.expired else DeliveryState.CANCELLED
        return ladder.advance(None, before, row.rung, legs, over=over, wanted=wanted, acknowledged=acknowledged)
    delivery = _delivery(conn, row.id)
    if climb:
        return ladder.climb(delivery, before, row.rung)
    return ladder.advance(delivery, before, row.rung, legs, prefer=prefer, acknowledged=acknowledged)


def _call_off(
    conn: Connection, stray: Iterable[tuple[Any, DeliveryState, bool, Sequence[ladder.Leg]]], now: datetime
) -> None:
    """No leg stays due that is not wanted any more, also one that just came back from whoever had it."""
    ended, withdrawn, parked = [], [], []
    for row, state, over, legs in stray:
        if over or state in STOPS:
            why = "Its message or its delivery was stopped before it went."
            ended.append({"which": row.id, "after_rung": -1, "now": now, "why": why})
        elif state is DeliveryState.HELD:
            parked.append({"which": row.id})
        elif state is DeliveryState.CONFIRMED:
            arrived = min((leg.rung for leg in legs if leg.state is LegState.DELIVERED), default=row.rung)
            why = "It arrived another way."
            withdrawn.append({"which": row.id, "after_rung": arrived, "now": now, "why": why})
    for statement, batch in ((_END, ended), (_WITHDRAW, withdrawn), (PARK, parked)):
        if batch:
            conn.execute(statement, batch)


def finish(conn: Connection, message_ids: Iterable[str], now: datetime, *, opened: bool = True) -> None:
    """A message is done when none of its deliveries is planned, sending or held; a failed one opens it again.

    ``opened``: whether a delivery may have been opened.
    """
    ids = sorted(set(message_ids))
    if ids:
        _FINISH.run(conn, {"ids": ids, "now": now})
        if opened:
            _REOPEN.run(conn, {"ids": ids, "now": now})
