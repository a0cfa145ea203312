"""The directory in force, whole, by version (DESIGN 4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.inserting import InsertNew

KEPT = 10
"""Versions kept besides the newest: enough to look back at what a recent message was planned upon."""

_DIRECTORY = schema.directory
_NEW = InsertNew(_DIRECTORY)
_VALUE = select(_DIRECTORY.c.value).where(_DIRECTORY.c.version == bindparam("wanted"))
_FORGET = delete(_DIRECTORY).where(
    _DIRECTORY.c.version < select(func.max(_DIRECTORY.c.version)).scalar_subquery() - KEPT
)


def put(
    conn: Connection, version: int, data: bytes, now: datetime, changes: Sequence[tuple[str, str, tuple[str, ...]]]
) -> bool:
    """False if that version is there already: a version is written once. ``changes``: what, by whom, about whom."""
    if not _NEW.one(conn, {"version": version, "stored_at": now, "value": data}):
        return False
    conn.execute(_FORGET)
    for what, by, whom in changes:
        write_audit(conn, what, by, f"directory {version}", now, whom)
    return True


def get(conn: Connection, version: int) -> bytes | None:
    return conn.execute(_VALUE, {"wanted": version}).scalar()
