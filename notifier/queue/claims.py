"""Claiming legs: durable before any provider is asked, in the order of lanes, fair between messages (DESIGN 3.6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from notifier.faultpoints import reached
from notifier.model import ladder
from notifier.model.message import Lane, Mode
from notifier.model.states import DeliveryState, LegState
from notifier.queue import schema
from notifier.queue.encoding import LANES, RANK, delivery_from
from notifier.queue.rows import Claim, ClaimedLeg

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_MODES: BindParameter[Sequence[str]] = bindparam("modes", expanding=True)
_MOST: BindParameter[int] = bindparam("most")


NEEDED = (
    "id", "delivery_id", "message_id", "rung", "channel", "contact_id", "lane", "mode", "tries", "crashes",
    "due_at", "lease_until", "unknown_since",
)  # fmt: skip


def is_in(state: LegState) -> ColumnElement[bool]:
    """The state written out, so that the database sees which partial index fits."""
    word: ColumnElement[str] = literal_column(f"'{state.value}'")
    return _LEG.c.state == word


def whole(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            *(_LEG.c[name] for name in NEEDED),
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
    is_in(LegState.DUE),
    _LEG.c.due_at <= bindparam("now"),
    _LEG.c.mode.in_(_MODES),
)
READY = whole(*_DUE_NOW).order_by(_LEG.c.turn, _LEG.c.due_at, _LEG.c.id).limit(_MOST)
READY_SOUND = READY.where(_LEG.c.crashes == literal_column("0"))
LATE = (
    whole(*_DUE_NOW, func.coalesce(_DELIVERY.c.rung_at, _LEG.c.due_at) < bindparam("since"))
    .order_by(_LEG.c.turn, _LEG.c.due_at, _LEG.c.id)
    .limit(_MOST)
)
CRASHED = whole(*_DUE_NOW, _LEG.c.crashes > literal_column("0")).order_by(_LEG.c.due_at, _LEG.c.id).limit(_MOST)
_IN_DOUBT = (is_in(LegState.UNKNOWN), _LEG.c.due_at <= bindparam("now"), _LEG.c.mode.in_(_MODES))
_DOUBT_ORDER = (_LEG.c.lane, _LEG.c.due_at, _LEG.c.id)
UNKNOWN = whole(*_IN_DOUBT).order_by(*_DOUBT_ORDER).limit(_MOST)
UNKNOWN_ON = whole(*_IN_DOUBT, _LEG.c.channel == bindparam("on_channel")).order_by(*_DOUBT_ORDER).limit(_MOST)
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
        rows += conn.execute(READY_SOUND if alone_first else READY, {**values, "most": limit - len(rows)}).all()
        if len(rows) >= limit:
            break
    return Claim(_start(conn, rows, owner, lease, now), directory_version(conn))


def claim_late(
    conn: Connection,
    owner: str,
    channel: str,
    lane: Lane,
    limit: int,
    lease: timedelta,
    now: datetime,
    since: datetime,
    mode: Mode | None,
) -> Claim:
    """Due legs whose rung began before ``since``, or that were due by then and never began."""
    values = {"on_channel": channel, "in_lane": RANK[lane], "now": now, "modes": _modes(mode), "since": since}
    rows = conn.execute(LATE, {**values, "most": limit}).all()
    legs = _start(conn, rows, owner, lease, now)
    waited = (replace(leg, since=row.rung_at or row.due_at) for leg, row in zip(legs, rows, strict=True))
    return Claim(tuple(waited), directory_version(conn))


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
    legs = tuple(claimed(row, row.tries + 1, row.unknown_since or now, until) for row in rows)
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
    reached("claiming")
    return legs


def claimed(row: Any, number: int, started_at: datetime, until: datetime) -> ClaimedLeg:
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
        since=row.rung_at or started_at,
        lane=LANES[row.lane],
        mode=Mode(row.mode),
    )


def directory_version(conn: Connection) -> int:
    return int(conn.execute(_DIRECTORY).scalar() or 0)
