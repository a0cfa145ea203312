"""What is on its way, what the accounts took of late, and which of them are lost: read only."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, or_, select

from notifier.model.message import Mode
from notifier.model.states import LegState
from notifier.queue import schema
from notifier.queue.encoding import LANES
from notifier.queue.rows import Lost, Waiting
from notifier.queue.tasks import BACK, GONE

_LEG, _MESSAGE, _ATTEMPT = schema.leg, schema.message, schema.attempt
_WHICH: ColumnElement[str] = bindparam("which")
_DUE: ColumnElement[str] = literal_column("'due'")
_STARTED: ColumnElement[str] = literal_column("'started'")

ACTIVE = select(_MESSAGE.c.id).where(
    or_(_MESSAGE.c.state == literal_column("'accepted'"), _MESSAGE.c.changed_at >= bindparam("since"))
)
"""One that is done and unchanged since then sent nothing since then: years of legs need not be gone through."""
SENT_SINCE = (
    select(_ATTEMPT.c.started_at)
    .join(_LEG, _LEG.c.id == _ATTEMPT.c.leg_id)
    .where(
        _LEG.c.message_id == _WHICH,
        _LEG.c.channel == bindparam("on_channel"),
        _LEG.c.mode == bindparam("in_mode"),
        _ATTEMPT.c.started_at >= bindparam("since"),
        _ATTEMPT.c.outcome.in_([LegState.STARTED, LegState.SENT, LegState.DELIVERED, LegState.UNKNOWN]),
        _ATTEMPT.c.owner != bindparam("me"),
    )
)
_ACCOUNT_NEWS = (
    select(schema.audit).where(schema.audit.c.what.in_([GONE, BACK])).order_by(schema.audit.c.id.desc()).limit(200)
)
_COLUMNS = (_LEG.c.message_id, _LEG.c.channel, _LEG.c.lane)
WAITING = tuple(
    select(*_COLUMNS, func.count().label("number"), func.max(_LEG.c.due_at).label("last"))
    .where(_LEG.c.mode == bindparam("in_mode"), *conditions)
    .group_by(*_COLUMNS)
    for conditions in (
        (_LEG.c.state == _DUE, _LEG.c.due_at <= bindparam("now")),
        (_LEG.c.state == _STARTED, _LEG.c.lease_until > bindparam("long_ago")),
    )
)
LATER = (
    select(*_COLUMNS, literal_column("0").label("number"), func.max(_LEG.c.due_at).label("last"))
    .where(_LEG.c.mode == bindparam("in_mode"), _LEG.c.state == _DUE, _LEG.c.due_at > bindparam("now"))
    .group_by(*_COLUMNS)
)
WENT = (
    select(_LEG.c.id)
    .where(
        _LEG.c.message_id == _WHICH,
        _LEG.c.channel == bindparam("on_channel"),
        _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED]),
        _LEG.c.settled_at > bindparam("since"),
    )
    .limit(1)
)


def sent_since(conn: Connection, channel: str, since: datetime, owner: str, mode: Mode) -> list[datetime]:
    """When everybody but ``owner`` began what this channel's account took, or may have taken."""
    values = {"on_channel": channel, "since": since, "me": owner, "in_mode": mode.value}
    found: list[datetime] = []
    for message_id in conn.execute(ACTIVE, {"since": since}).scalars().all():
        found += conn.execute(SENT_SINCE, {**values, "which": message_id}).scalars()
    return found


def lost_accounts(conn: Connection) -> dict[str, Lost]:
    """The channels whose last news is that they have gone, and by which nothing went since."""
    last: dict[str, Any] = {}
    for row in conn.execute(_ACCOUNT_NEWS):
        last.setdefault(row.by, row)
    gone = {channel: row for channel, row in last.items() if row.what == GONE}
    return {channel: Lost(row.at, row.about) for channel, row in gone.items() if not _went(conn, channel, row.at)}


def _went(conn: Connection, channel: str, since: datetime) -> bool:
    """Whether anything went by the channel since then, whoever sent it."""
    values = {"on_channel": channel, "since": since}
    active = conn.execute(ACTIVE, {"since": since}).scalars().all()
    return any(conn.execute(WENT, {**values, "which": message_id}).first() is not None for message_id in active)


def waiting(conn: Connection, mode: Mode, now: datetime) -> list[Waiting]:
    """What is on its way, by message, channel and lane."""
    counts: dict[tuple[str, str, int], int] = {}
    later: dict[tuple[str, str, int], datetime] = {}
    values = {"in_mode": mode.value, "now": now, "long_ago": now - timedelta(days=7)}
    for query in WAITING:
        for row in conn.execute(query, values):
            key = (row.message_id, row.channel, row.lane)
            counts[key] = counts.get(key, 0) + row.number
    for row in conn.execute(LATER, values):
        later[row.message_id, row.channel, row.lane] = row.last
    return [Waiting(*key[:2], LANES[key[2]], counts.get(key, 0), later.get(key)) for key in sorted({*counts, *later})]
