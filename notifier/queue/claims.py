"""Claiming legs: durable before any provider is asked, in the order of lanes, fair between messages (DESIGN 3.6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from notifier.model import ladder
from notifier.model.message import Lane, Mode
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.encoding import LANES, RANK, delivery_from
from notifier.queue.legs import progress
from notifier.queue.rows import Claim, ClaimedLeg, Wanted

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_MODES: BindParameter[Sequence[str]] = bindparam("modes", expanding=True)
_MOST: BindParameter[int] = bindparam("most")


def _is(state: LegState) -> ColumnElement[bool]:
    """The state written out, so that the database sees which partial index fits."""
    word: ColumnElement[str] = literal_column(f"'{state.value}'")
    return _LEG.c.state == word


def _whole(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            _LEG,
            _DELIVERY.c.value,
            _DELIVERY.c.public,
            _DELIVERY.c.rung.label("stands_on"),
            _DELIVERY.c.state.label("delivery_state"),
            _DELIVERY.c.rung_at,
        )
        .join(_DELIVERY, _DELIVERY.c.id == _LEG.c.delivery_id)
        .where(*conditions)
        .with_for_update(skip_locked=True, of=_LEG)
    )


_DUE_NOW = (
    _LEG.c.channel == bindparam("on_channel"),
    _LEG.c.lane == bindparam("in_lane"),
    _is(LegState.DUE),
    _LEG.c.due_at <= bindparam("now"),
    _LEG.c.mode.in_(_MODES),
)
READY = _whole(*_DUE_NOW).order_by(_LEG.c.turn, _LEG.c.due_at, _LEG.c.id).limit(_MOST)
CRASHED = _whole(*_DUE_NOW, _LEG.c.crashes > literal_column("0")).order_by(_LEG.c.due_at, _LEG.c.id).limit(_MOST)
_IN_DOUBT = (_is(LegState.UNKNOWN), _LEG.c.due_at <= bindparam("now"), _LEG.c.mode.in_(_MODES))
_DOUBT_ORDER = (_LEG.c.lane, _LEG.c.due_at, _LEG.c.id)
UNKNOWN = _whole(*_IN_DOUBT).order_by(*_DOUBT_ORDER).limit(_MOST)
UNKNOWN_ON = _whole(*_IN_DOUBT, _LEG.c.channel == bindparam("on_channel")).order_by(*_DOUBT_ORDER).limit(_MOST)
_OVERDUE = _LEG.c.lease_until <= bindparam("now")
LAPSED = _whole(_is(LegState.STARTED), _OVERDUE)
LEFT_BEHIND = _whole(_is(LegState.STARTED), or_(_OVERDUE, _LEG.c.owner != bindparam("me")))

_START = (
    update(_LEG)
    .where(_LEG.c.id.in_(_IDS))
    .values(
        state=LegState.STARTED.value,
        owner=bindparam("me"),
        lease_until=bindparam("until"),
        batch=bindparam("size"),
        tries=_LEG.c.tries + 1,
    )
)
_INSERT_ATTEMPT = insert(_ATTEMPT)
_BEGIN = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id.in_(_IDS), _DELIVERY.c.state == DeliveryState.PLANNED.value)
    .values(state=DeliveryState.SENDING.value)
)
_BEGIN_RUNG = (
    update(_DELIVERY).where(_DELIVERY.c.id.in_(_IDS), _DELIVERY.c.rung_at.is_(None)).values(rung_at=bindparam("now"))
)
_DIRECTORY = select(func.max(schema.directory.c.version))
_DROP = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=LegState.UNKNOWN.value,
        due_at=bindparam("now"),
        owner="",
        lease_until=None,
        crashes=_LEG.c.crashes + case((_LEG.c.batch == 1, 1), else_=0),
        unknown_since=func.coalesce(
            _LEG.c.unknown_since,
            select(_ATTEMPT.c.started_at).where(_ATTEMPT.c.id == bindparam("its_attempt")).scalar_subquery(),
        ),
    )
)
_END_ATTEMPT = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("its_attempt"))
    .values(outcome=LegState.UNKNOWN.value, ended_at=bindparam("now"), reason=bindparam("why"))
)
_OWNED = (
    select(_LEG.c.id, _LEG.c.delivery_id, _LEG.c.tries, _LEG.c.unknown_since)
    .where(_LEG.c.id.in_(_IDS), _is(LegState.STARTED), _LEG.c.owner == bindparam("me"))
    .with_for_update()
)
_RETURN = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=bindparam("to"),
        due_at=bindparam("at"),
        owner="",
        lease_until=None,
        tries=_LEG.c.tries - 1,
    )
)
_FORGET_ATTEMPT = delete(_ATTEMPT).where(_ATTEMPT.c.id == bindparam("its_attempt"))
_WANTED = (
    select(
        _LEG.c.id,
        _LEG.c.state,
        _DELIVERY.c.state.label("delivery_state"),
        _MESSAGE.c.state.label("message_state"),
        _MESSAGE.c.expires_at,
    )
    .join(_DELIVERY, _DELIVERY.c.id == _LEG.c.delivery_id)
    .join(_MESSAGE, _MESSAGE.c.id == _LEG.c.message_id)
    .where(and_(_LEG.c.id.in_(_IDS)))
)
_MESSAGE_STOPS = {
    MessageState.CANCELLED: Wanted.CANCELLED,
    MessageState.REFUSED: Wanted.CANCELLED,
    MessageState.SUPERSEDED: Wanted.SUPERSEDED,
    MessageState.HELD: Wanted.HELD,
}
_DELIVERY_STOPS = {
    DeliveryState.CANCELLED: Wanted.CANCELLED,
    DeliveryState.WITHHELD: Wanted.CANCELLED,
    DeliveryState.EXPIRED: Wanted.EXPIRED,
    DeliveryState.HELD: Wanted.HELD,
}


def claim(
    conn: Connection,
    owner: str,
    channel: str,
    lanes: Sequence[Lane],
    limit: int,
    lease: timedelta,
    now: datetime,
    alone_first: bool,
    mode: Mode | None,
) -> Claim:
    """A leg that was alone with a process when it died comes alone again, before the others of its lane."""
    rows: list[Any] = []
    for lane in sorted(lanes, key=LANES.index):
        values = {"on_channel": channel, "in_lane": RANK[lane], "now": now, "modes": _modes(mode)}
        if alone_first and not rows:
            rows = list(conn.execute(CRASHED, {**values, "most": 1}))
            if rows:
                break
        rows += conn.execute(READY, {**values, "most": limit - len(rows)}).all()
        if len(rows) >= limit:
            break
    return Claim(_start(conn, rows, owner, lease, now), directory_version(conn))


def claim_unknown(
    conn: Connection, owner: str, lease: timedelta, now: datetime, channel: str | None, mode: Mode | None
) -> ClaimedLeg | None:
    """One leg in doubt, highest lane first, always alone."""
    values: dict[str, Any] = {"now": now, "modes": _modes(mode), "most": 1}
    if channel is None:
        rows = conn.execute(UNKNOWN, values).all()
    else:
        rows = conn.execute(UNKNOWN_ON, {**values, "on_channel": channel}).all()
    return next(iter(_start(conn, rows, owner, lease, now)), None)


def _modes(mode: Mode | None) -> list[str]:
    return [one.value for one in Mode] if mode is None else [mode.value]


def _start(
    conn: Connection, rows: Sequence[Any], owner: str, lease: timedelta, now: datetime
) -> tuple[ClaimedLeg, ...]:
    if not rows:
        return ()
    until = now + lease
    conn.execute(_START, {"ids": [row.id for row in rows], "me": owner, "until": until, "size": len(rows)})
    legs = tuple(_claimed(row, row.tries + 1, row.unknown_since or now, until) for row in rows)
    conn.execute(
        _INSERT_ATTEMPT,
        [
            {
                "id": leg.attempt_id,
                "leg_id": leg.leg_id,
                "number": leg.tries,
                "owner": owner,
                "started_at": now,
                "outcome": LegState.STARTED.value,
            }
            for leg in legs
        ],
    )
    current = [row for row in rows if row.rung == row.stands_on]
    begin = [row.delivery_id for row in current if row.delivery_state == DeliveryState.PLANNED.value]
    if begin:
        conn.execute(_BEGIN, {"ids": begin})
    begin = [row.delivery_id for row in current if row.rung_at is None]
    if begin:
        conn.execute(_BEGIN_RUNG, {"ids": begin, "now": now})
    return legs


def _claimed(row: Any, number: int, started_at: datetime, until: datetime) -> ClaimedLeg:
    return ClaimedLeg(
        leg_id=row.id,
        attempt_id=ladder.attempt_id(row.id, number),
        delivery_id=row.delivery_id,
        message_id=row.message_id,
        delivery=delivery_from(row.value),
        rung=row.rung,
        channel=row.channel,
        contact_id=row.contact_id,
        public=row.public,
        tries=number,
        crashes=row.crashes,
        was_unknown=row.unknown_since is not None,
        started_at=started_at,
        lease_until=until,
        lane=LANES[row.lane],
        mode=Mode(row.mode),
    )


def directory_version(conn: Connection) -> int:
    return int(conn.execute(_DIRECTORY).scalar() or 0)


def take_over(conn: Connection, owner: str, now: datetime, all_leases: bool) -> list[ClaimedLeg]:
    """Started legs that nobody will settle become unknown, and are then claimed one by one.

    ``all_leases``: every other owner is known to be dead, so their leases need not run out first.
    """
    found = conn.execute(*((LEFT_BEHIND, {"now": now, "me": owner}) if all_leases else (LAPSED, {"now": now}))).all()
    if not found:
        return []
    why = "The program stopped before it knew what became of this."
    dropped = [{"which": row.id, "its_attempt": ladder.attempt_id(row.id, row.tries), "now": now} for row in found]
    conn.execute(_DROP, dropped)
    conn.execute(_END_ATTEMPT, [{"its_attempt": one["its_attempt"], "now": now, "why": why} for one in dropped])
    return [
        _claimed(row, row.tries, row.unknown_since or row.lease_until or now, row.lease_until or now) for row in found
    ]


def give_back(conn: Connection, leg_ids: Sequence[str], owner: str, now: datetime, until: datetime | None) -> None:
    """As if it had not been claimed; a leg that was in doubt is in doubt again."""
    rows = conn.execute(_OWNED, {"ids": list(leg_ids), "me": owner}).all()
    if not rows:
        return
    conn.execute(_FORGET_ATTEMPT, [{"its_attempt": ladder.attempt_id(row.id, row.tries)} for row in rows])
    back = [
        {
            "which": row.id,
            "to": LegState.DUE.value if row.unknown_since is None else LegState.UNKNOWN.value,
            "at": until or now,
        }
        for row in rows
    ]
    conn.execute(_RETURN, back)
    progress(conn, [row.delivery_id for row in rows], now)


def still_wanted(conn: Connection, leg_ids: Sequence[str], now: datetime) -> dict[str, Wanted]:
    """For each leg whether it should still go; one that is nobody's any more counts as cancelled."""
    wanted = dict.fromkeys(leg_ids, Wanted.CANCELLED)
    for row in conn.execute(_WANTED, {"ids": list(leg_ids)}):
        if row.state != LegState.STARTED.value:
            continue
        stop = _MESSAGE_STOPS.get(MessageState(row.message_state)) or _DELIVERY_STOPS.get(
            DeliveryState(row.delivery_state)
        )
        if stop is None and row.expires_at is not None and row.expires_at <= now:
            stop = Wanted.EXPIRED
        wanted[row.id] = stop or Wanted.SEND
    return wanted
