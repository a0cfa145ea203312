"""What falls due by the clock: the next rung, the end of a message, and when to look again (DESIGN 3.6)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, false, func, literal_column, select, update

from notifier.faultpoints import reached
from notifier.model.message import Kind, Lane, Mode
from notifier.model.plan import Delivery, LegPlan, Task, legs_of
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.closures import keep_step
from notifier.queue.encoding import RANK, delivery_from
from notifier.queue.legs import Starter, finish, lock_messages, progress
from notifier.queue.looks import STOPPED
from notifier.queue.messages import MOVE_HELD, WAITS, WITHDRAW_DUE, turn_by
from notifier.queue.tasks import RULE, open_tasks, unreached_task

_LEG, _DELIVERY, _MESSAGE = schema.leg, schema.delivery, schema.message
_STATES: BindParameter[Sequence[str]] = bindparam("states", expanding=True)
_UNCONFIRMED = [DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.HANDED_OVER]
_UNSENT = [DeliveryState.PLANNED, DeliveryState.SENDING]
EXPIRY = "expiry"


_NOT_OVER: ColumnElement[bool] = literal_column("NOT message.expired")
"""Written as the partial index has it, so that the database sees that it fits."""


def _word(state: LegState | MessageState) -> ColumnElement[str]:
    return literal_column(f"'{state.value}'")


_CLIMBING = (
    select(_DELIVERY.c.id, _DELIVERY.c.message_id)
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(
        _MESSAGE.c.kind == bindparam("of_kind"),
        _MESSAGE.c.expired == false(),
        _MESSAGE.c.state.in_([MessageState.ACCEPTED, MessageState.DONE]),
        _DELIVERY.c.state.in_(_UNCONFIRMED),
        _DELIVERY.c.public == false(),
    )
)
_LATE = _CLIMBING.where(_DELIVERY.c.rung_at <= bindparam("since"))
_NEXT_CLIMB = _CLIMBING.with_only_columns(func.min(_DELIVERY.c.rung_at)).where(_DELIVERY.c.rung_at > bindparam("since"))
_EXPIRING = (
    select(_MESSAGE.c.id, _MESSAGE.c.kind, _MESSAGE.c.state, _MESSAGE.c.mode)
    .where(_MESSAGE.c.expires_at <= bindparam("now"), _NOT_OVER)
    .with_for_update(skip_locked=True)
)
_EXPIRED = update(_MESSAGE).where(_MESSAGE.c.id == bindparam("which")).values(expired=True)
_IN_STATE = select(_DELIVERY.c.id, _DELIVERY.c.value, _DELIVERY.c.public, _DELIVERY.c.rung).where(
    _DELIVERY.c.message_id == bindparam("which"), _DELIVERY.c.state.in_(_STATES)
)
_UNREACH = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("which"))
    .values(state=DeliveryState.UNREACHED.value, rung=bindparam("to_rung"))
)
_THERE = select(_LEG.c.id).where(
    _LEG.c.delivery_id == bindparam("which"), _LEG.c.rung == bindparam("on_rung"), _LEG.c.channel == bindparam("by")
)
_NEXT_DUE = select(func.min(_LEG.c.due_at)).where(_LEG.c.state == _word(LegState.DUE), _LEG.c.due_at > bindparam("now"))
_NEXT_DOUBT = select(func.min(_LEG.c.due_at)).where(
    _LEG.c.state == _word(LegState.UNKNOWN), _LEG.c.due_at > bindparam("now")
)
_NEXT_LEASE = select(func.min(_LEG.c.lease_until)).where(
    _LEG.c.state == _word(LegState.STARTED), _LEG.c.lease_until > bindparam("now")
)
_NEXT_SEND = select(func.min(_MESSAGE.c.send_at)).where(
    _MESSAGE.c.state == _word(MessageState.WAITING), _MESSAGE.c.send_at > bindparam("now")
)
_NEXT_EXPIRY = select(func.min(_MESSAGE.c.expires_at)).where(_NOT_OVER, _MESSAGE.c.expires_at > bindparam("now"))

_NEXT_TRY = select(func.min(_LEG.c.due_at)).where(
    _LEG.c.lane == bindparam("in_lane"),
    _LEG.c.mode == bindparam("of_mode"),
    _LEG.c.state.in_([LegState.DUE.value, LegState.UNKNOWN.value]),
)

_AHEAD = select(_LEG.c.id, _LEG.c.due_at).where(
    _LEG.c.state.in_([LegState.DUE.value, LegState.UNKNOWN.value]), _LEG.c.due_at > bindparam("now")
)
_BRING_FORWARD = update(_LEG).where(_LEG.c.id == bindparam("which")).values(due_at=bindparam("at"))
_RUNG_AHEAD = update(_DELIVERY).where(_DELIVERY.c.rung_at > bindparam("now")).values(rung_at=bindparam("now"))


def escalate(conn: Connection, now: datetime, after: Mapping[Kind, timedelta]) -> int:
    """Whoever has not confirmed within that time of the rung's first send gets the next rung. Returns how many."""
    climbing = 0
    for kind, wait in after.items():
        values = {"of_kind": kind.value, "since": now - wait}
        late = conn.execute(_LATE, values).all()
        if not late:
            continue
        lock_messages(conn, [row.message_id for row in late])
        locked = {row.message_id for row in late}
        # Looked at again under the lock: another node may have climbed meanwhile, and one rung at a time is enough.
        late = [row for row in conn.execute(_LATE, values) if row.message_id in locked]
        progress(conn, [row.id for row in late], now, climb=True)
        climbing += len(late)
    return climbing


def expire(
    conn: Connection, now: datetime, escalating: Collection[Kind], by_person: Collection[str] = frozenset()
) -> int:
    """End what is past its moment. What is on the wire may still come back; nothing new begins.

    ``by_person``: the channels that ask a person to reach somebody; of a kind that escalates they still do.
    """
    ended = 0
    for row in conn.execute(_EXPIRING, {"now": now}).all():
        conn.execute(_EXPIRED, {"which": row.id})
        reached("expiring")
        state = MessageState(row.state)
        if state in WAITS:
            turn_by(conn, row.id, MessageState.CANCELLED, EXPIRY, now, "expired")
            what = "A message expired before it went, and nobody got it. Send it anew if it is still wanted."
            open_tasks(conn, [Task(what, (row.id,), RULE)], now, row.id)
            continue
        if state in STOPPED:
            continue
        conn.execute(WITHDRAW_DUE, {"which": row.id, "why": "The message expired.", "now": now})
        if Kind(row.kind) in escalating:
            ended += _unreach(conn, row, now, by_person)
        else:
            ended += conn.execute(MOVE_HELD, {"which": row.id, "to": DeliveryState.EXPIRED.value}).rowcount
        left = conn.execute(_IN_STATE, {"which": row.id, "states": _UNSENT}).all()
        moved = progress(conn, [one.id for one in left], now)
        ended += sum(to is DeliveryState.EXPIRED for to in moved.values())
        finish(conn, [row.id], now)
    keep_step(conn, now)
    return ended


def _unreach(conn: Connection, message: Any, now: datetime, by_person: Collection[str]) -> int:
    """Of a kind that escalates, everybody who did not confirm has to be told by a person: a task, and the sheet."""
    rows = conn.execute(_IN_STATE, {"which": message.id, "states": [*_UNCONFIRMED, DeliveryState.HELD]}).all()
    people = [(row, delivery_from(row.value)) for row in rows if not row.public]
    starter = Starter(conn, now)
    moves = []
    for row, delivery in people:
        rung = row.rung
        for plan in _calls(delivery, by_person):
            rung = plan.rung
            if conn.execute(_THERE, {"which": row.id, "on_rung": plan.rung, "by": plan.channel}).first() is None:
                starter.add(row.id, message.id, Kind(message.kind), message.mode, plan, 0, by_person=True)
        moves.append({"which": row.id, "to_rung": rung})
        open_tasks(
            conn,
            [unreached_task(delivery, public=False, emergency=message.kind == Kind.EMERGENCY.value)],
            now,
            message.id,
            row.id,
        )
    if moves:
        conn.execute(_UNREACH, moves)
    starter.write()
    return len(people)


def _calls(delivery: Delivery, by_person: Collection[str]) -> tuple[LegPlan, ...]:
    """The legs of the last rung on which a person reaches them."""
    for rung in range(len(delivery.ladder) - 1, -1, -1):
        if found := tuple(one for one in legs_of(delivery, rung) if one.channel in by_person):
            return found
    return ()


def next_moment(conn: Connection, now: datetime, after: Mapping[Kind, timedelta]) -> datetime | None:
    """The earliest moment to come at which there is something to do; None if nothing waits for a moment."""
    found = [
        conn.execute(query, {"now": now}).scalar()
        for query in (_NEXT_DUE, _NEXT_DOUBT, _NEXT_LEASE, _NEXT_SEND, _NEXT_EXPIRY)
    ]
    for kind, wait in after.items():
        begun = conn.execute(_NEXT_CLIMB, {"of_kind": kind.value, "since": now - wait}).scalar()
        found.append(None if begun is None else begun + wait)
    return min((moment for moment in found if moment is not None), default=None)


def next_try(conn: Connection, lane: Lane, mode: Mode, now: datetime) -> datetime | None:
    found = conn.execute(_NEXT_TRY, {"in_lane": RANK[lane], "of_mode": mode.value}).scalar()
    return None if found is None else max(found, now)


def clock_went_back(conn: Connection, now: datetime, by: timedelta) -> int:
    """What was due stays due, and what waited waits no longer than it would have. How many legs moved.

    Moments that people chose (``send:``, expiry) are moments by the clock, whatever it shows, and stay.
    """
    ahead = conn.execute(_AHEAD, {"now": now}).all()
    if ahead:
        conn.execute(_BRING_FORWARD, [{"which": row.id, "at": max(now, row.due_at - by)} for row in ahead])
    conn.execute(_RUNG_AHEAD, {"now": now})
    return len(ahead)
