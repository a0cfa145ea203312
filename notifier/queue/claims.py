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
    String,
    bindparam,
    cast,
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
from notifier.queue.prepared import Among, Prepared, moment, words
from notifier.queue.rows import STIRRED, Claim, ClaimedLeg, Sight

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_MODES = {mode.value: mode for mode in Mode}
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
    Among(_LEG.c.mode, words("modes")),
)
READY = whole(*_DUE_NOW).order_by(_LEG.c.turn, _LEG.c.due_at, _LEG.c.id).limit(_MOST)
READY_SOUND = READY.where(_LEG.c.crashes == literal_column("0"))
LATE = (
    whole(*_DUE_NOW, func.coalesce(_DELIVERY.c.rung_at, _LEG.c.due_at) < bindparam("since"))
    .order_by(_LEG.c.turn, _LEG.c.due_at, _LEG.c.id)
    .limit(_MOST)
)
CRASHED = whole(*_DUE_NOW, _LEG.c.crashes > literal_column("0")).order_by(_LEG.c.due_at, _LEG.c.id).limit(_MOST)
_IN_DOUBT = (is_in(LegState.UNKNOWN), _LEG.c.due_at <= bindparam("now"), Among(_LEG.c.mode, words("modes")))
_DOUBT_ORDER = (_LEG.c.lane, _LEG.c.due_at, _LEG.c.id)
UNKNOWN = whole(*_IN_DOUBT).order_by(*_DOUBT_ORDER).limit(_MOST)
UNKNOWN_ON = whole(*_IN_DOUBT, _LEG.c.channel == bindparam("on_channel")).order_by(*_DOUBT_ORDER).limit(_MOST)
_READY, _READY_SOUND, _LATE = Prepared(READY), Prepared(READY_SOUND), Prepared(LATE)
_CRASHED, _UNKNOWN, _UNKNOWN_ON = Prepared(CRASHED), Prepared(UNKNOWN), Prepared(UNKNOWN_ON)
_START = Prepared(
    update(_LEG)
    .where(Among(_LEG.c.id, words("ids")))
    .values(
        state=LegState.STARTED.value,
        owner=bindparam("me"),
        lease_until=bindparam("until"),
        batch=bindparam("size"),
        tries=_LEG.c.tries + 1,
    )
)
_BEGIN_ATTEMPT = Prepared(
    insert(_ATTEMPT).from_select(
        ["id", "leg_id", "number", "owner", "started_at", "outcome"],
        select(
            _LEG.c.id + literal_column("'.'") + cast(_LEG.c.tries, String),  # as ``ladder.attempt_id``
            _LEG.c.id,
            _LEG.c.tries,
            _LEG.c.owner,
            bindparam("now", type_=schema.Moment()),
            _LEG.c.state,
        ).where(Among(_LEG.c.id, words("ids"))),
    )
)
_THESE = Among(_DELIVERY.c.id, words("ids"))
_BEGIN = Prepared(
    update(_DELIVERY)
    .where(_THESE, _DELIVERY.c.state == DeliveryState.PLANNED.value)
    .values(
        state=DeliveryState.SENDING.value,
        rung_at=func.coalesce(_DELIVERY.c.rung_at, bindparam("now", type_=schema.Moment())),
    )
)
_BEGIN_RUNG = Prepared(update(_DELIVERY).where(_THESE, _DELIVERY.c.rung_at.is_(None)).values(rung_at=bindparam("now")))
_DIRECTORY = Prepared(select(func.max(schema.directory.c.version)))


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
            rows = list(_CRASHED.rows(conn, {**values, "most": 1}))
            if rows:
                break
        ready = _READY_SOUND if alone_first else _READY
        rows += ready.rows(conn, {**values, "most": limit - len(rows)})
        if len(rows) >= limit:
            break
    return _claim(conn, rows, owner, lease, now)


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
    rows = _LATE.rows(conn, {**values, "most": limit})
    made = _claim(conn, rows, owner, lease, now)
    since_when = (moment(row.rung_at or row.due_at) or now for row in rows)
    return replace(made, legs=tuple(leg._replace(since=one) for leg, one in zip(made.legs, since_when, strict=True)))


def claim_unknown(
    conn: Connection, owner: str, lease: timedelta, now: datetime, channel: str | None, mode: Mode | None
) -> ClaimedLeg | None:
    """One leg in doubt, highest lane first, always alone."""
    statement = _UNKNOWN if channel is None else _UNKNOWN_ON
    rows = statement.rows(conn, {"now": now, "modes": _modes(mode), "most": 1, "on_channel": channel})
    return next(iter(_start(conn, rows, owner, lease, now, None)), None)


def _modes(mode: Mode | None) -> list[str]:
    return [one.value for one in Mode] if mode is None else [mode.value]


def _claim(conn: Connection, rows: Sequence[Any], owner: str, lease: timedelta, now: datetime) -> Claim:
    version, stirred = directory_version(conn), conn.info.get(STIRRED)
    sight = None if stirred is None else Sight(version, stirred)
    return Claim(_start(conn, rows, owner, lease, now, sight), version)


def _start(
    conn: Connection, rows: Sequence[Any], owner: str, lease: timedelta, now: datetime, sight: Sight | None
) -> tuple[ClaimedLeg, ...]:
    if not rows:
        return ()
    until = now + lease
    ids = [row.id for row in rows]
    _START.run(conn, {"ids": ids, "me": owner, "until": until, "size": len(ids)})
    _BEGIN_ATTEMPT.run(conn, {"ids": ids, "now": now})
    legs = tuple(claimed(row, row.tries + 1, moment(row.unknown_since) or now, until, sight) for row in rows)
    planned, begun = [], []
    for row in rows:
        if row.rung == row.stands_on:
            if row.delivery_state == DeliveryState.PLANNED.value:
                planned.append(row.delivery_id)
            elif row.rung_at is None:
                begun.append(row.delivery_id)
    for statement, ids in ((_BEGIN, planned), (_BEGIN_RUNG, begun)):
        if ids:
            statement.run(conn, {"ids": ids, "now": now})
    reached("claiming")
    return legs


def claimed(row: Any, number: int, started_at: datetime, until: datetime, sight: Sight | None = None) -> ClaimedLeg:
    """``row`` as ``whole`` selects it; made for every leg, so its values stand in their order and have no names."""
    since = row.rung_at
    return ClaimedLeg(
        row.id,
        ladder.attempt_id(row.id, number),
        row.delivery_id,
        row.message_id,
        delivery_from(row.value),
        row.rung,
        row.channel,
        row.contact_id,
        row.public,
        number,
        row.crashes,
        row.unknown_since is not None,
        started_at,
        until,
        started_at if since is None else moment(since) or started_at,
        LANES[row.lane],
        _MODES[row.mode],
        sight,
    )


def directory_version(conn: Connection) -> int:
    return int(_DIRECTORY.rows(conn, {})[0][0] or 0)
