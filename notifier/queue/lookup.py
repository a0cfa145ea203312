"""Messages read again: by id, by state, by moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, literal_column, select

from notifier.model.message import Mode
from notifier.model.states import MessageState
from notifier.queue import schema
from notifier.queue.encoding import message_from
from notifier.queue.messages import BY_KEY, WAITS
from notifier.queue.rows import StoredMessage

_MESSAGE = schema.message
_STATES: BindParameter[Sequence[str]] = bindparam("states", expanding=True)
_ALL = select(_MESSAGE)
_ONE = _ALL.where(_MESSAGE.c.id == bindparam("which"))
_PREFIXED = _ALL.where(func.substr(_MESSAGE.c.id, 1, bindparam("length")) == bindparam("start")).limit(2)
_NEWEST = _MESSAGE.c.received_at.desc(), _MESSAGE.c.id.desc()
_LATEST = _ALL.order_by(*_NEWEST).limit(bindparam("most"))
_LATEST_IN = _ALL.where(_MESSAGE.c.state.in_(_STATES)).order_by(*_NEWEST).limit(bindparam("most"))
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_FALLEN_DUE = _ALL.where(_MESSAGE.c.state == _WAITING, _MESSAGE.c.send_at <= bindparam("now")).order_by(
    _MESSAGE.c.send_at, _MESSAGE.c.id
)
_FOR_NEWSLETTER = _ALL.where(
    _MESSAGE.c.state.in_([state.value for state in WAITS]), _MESSAGE.c.newsletter == bindparam("name")
).order_by(_MESSAGE.c.received_at, _MESSAGE.c.id)
_CONTENT = select(schema.blob.c.content).where(schema.blob.c.digest == bindparam("digest"))


def one(conn: Connection, id: str) -> StoredMessage | None:
    row = conn.execute(_ONE, {"which": id}).first()
    return None if row is None else _stored(row)


def find(conn: Connection, text: str) -> StoredMessage | None:
    """By its id, or by the beginning of it where only one message begins so."""
    found = one(conn, text)
    if found is not None or not text:
        return found
    rows = conn.execute(_PREFIXED, {"length": len(text), "start": text}).all()
    return _stored(rows[0]) if len(rows) == 1 else None


def by_key(conn: Connection, key: str, mode: Mode) -> str | None:
    return conn.execute(BY_KEY, {"key": key, "mode": mode.value, "drill": False}).scalar_one_or_none()


def newest(conn: Connection, states: Sequence[MessageState] | None, limit: int) -> list[StoredMessage]:
    if states is None:
        return [_stored(row) for row in conn.execute(_LATEST, {"most": limit})]
    wanted = [state.value for state in states]
    return [_stored(row) for row in conn.execute(_LATEST_IN, {"states": wanted, "most": limit})]


def fallen_due(conn: Connection, now: datetime) -> list[StoredMessage]:
    return [_stored(row) for row in conn.execute(_FALLEN_DUE, {"now": now})]


def waiting_for(conn: Connection, newsletter: str) -> list[StoredMessage]:
    return [_stored(row) for row in conn.execute(_FOR_NEWSLETTER, {"name": newsletter})]


def content(conn: Connection, digest: str) -> bytes | None:
    return conn.execute(_CONTENT, {"digest": digest}).scalar()


def _stored(row: Any) -> StoredMessage:
    return StoredMessage(
        message_from(row.value),
        MessageState(row.state),
        row.received_at,
        row.changed_at,
        row.answer,
        row.directory_version,
        row.by,
        row.superseded_by,
    )
