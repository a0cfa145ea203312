"""What falls due by the clock is decided once, in one transaction with all that it causes (DESIGN 5.3)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from notifier.faultpoints import reached
from notifier.model.message import Mode
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.states import MessageState
from notifier.queue import schema
from notifier.queue.inserting import InsertNew
from notifier.queue.messages import cancel, enqueue, release, turn_by
from notifier.queue.rows import Decision, StoredOccurrence
from notifier.queue.tasks import open_tasks

CLOCK = "clock"
"""By whom a message was held or stopped that no person touched."""
AT_ONCE = 500
_OCCURRENCE, _SCHOOL = schema.occurrence, schema.school
_KEYS: BindParameter[Sequence[str]] = bindparam("keys", expanding=True)

_NEW = InsertNew(_OCCURRENCE)
_IN_MODE = _OCCURRENCE.c.mode == bindparam("in_mode")
_UNDECIDE = delete(_OCCURRENCE).where(_OCCURRENCE.c.key == bindparam("its_key"), _IN_MODE)
_DECIDED = select(_OCCURRENCE.c.key, _OCCURRENCE.c.state).where(_OCCURRENCE.c.key.in_(_KEYS), _IN_MODE)
_BY_MOMENT = select(_OCCURRENCE).where(_IN_MODE).order_by(_OCCURRENCE.c.at, _OCCURRENCE.c.key)
_BETWEEN = _BY_MOMENT.where(_OCCURRENCE.c.at >= bindparam("since"), _OCCURRENCE.c.at <= bindparam("until"))
_OF_EVENT = _BY_MOMENT.where(_OCCURRENCE.c.event_id == bindparam("event"))
_ANY = select(_OCCURRENCE.c.key).where(_IN_MODE).limit(1)
_LOOKED = select(_SCHOOL.c.looked_at)
_SET_LOOKED = update(_SCHOOL).values(looked_at=bindparam("now"))
_BEGUN = select(_SCHOOL.c.stamped_at)
_REOPEN = delete(_OCCURRENCE).where(
    _OCCURRENCE.c.state == OccurrenceState.MISSED.value, _OCCURRENCE.c.decided_at > bindparam("now")
)


def decide(conn: Connection, decisions: Sequence[Decision], mode: Mode, now: datetime) -> list[bool]:
    """Each that is new, with what it causes; False for one that is decided, or whose message somebody else moved."""
    return [_decide(conn, decision, mode, now) for decision in decisions]


def _decide(conn: Connection, decision: Decision, mode: Mode, now: datetime) -> bool:
    written: list[Occurrence] = []
    for one in (decision.occurrence, *decision.with_):
        if not _NEW.one(conn, _row(one, decision, mode, now)):
            break
        written.append(one)
    if len(written) <= len(decision.with_) or not all(_moved(conn, decision, now)):
        # Nothing else has been written: of several messages none, or all, wait for one moment.
        for one in written:
            conn.execute(_UNDECIDE, {"its_key": one.key, "in_mode": mode.value})
        return False
    for message_id in decision.cancels:
        cancel(conn, message_id, CLOCK, now)
    for entry in decision.entries:
        enqueue(conn, entry, now)
    open_tasks(conn, decision.tasks, now, decision.message_id)
    reached("deciding")
    return True


def _moved(conn: Connection, decision: Decision, now: datetime) -> list[bool]:
    released = [
        release(conn, one.message.id, one.message, one.plan, now, one.directory_version, CLOCK)
        for one in decision.releases
    ]
    return released + [turn_by(conn, id, MessageState.HELD, CLOCK, now, "hold") for id in decision.holds]


def _row(one: Occurrence, decision: Decision, mode: Mode, now: datetime) -> dict[str, Any]:
    return {
        "key": one.key,
        "mode": mode.value,
        "kind": one.kind,
        "state": decision.state.value,
        "at": one.at,
        "decided_at": now,
        "event_id": one.event_id,
        "newsletter": one.newsletter,
        "message_id": decision.message_id,
        "reason": decision.reason,
    }


def decided(conn: Connection, keys: Collection[str], mode: Mode) -> dict[str, OccurrenceState]:
    found: dict[str, OccurrenceState] = {}
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        for row in conn.execute(_DECIDED, {"keys": some, "in_mode": mode.value}):
            found[row.key] = OccurrenceState(row.state)
    return found


def ever(conn: Connection, mode: Mode) -> bool:
    return conn.execute(_ANY, {"in_mode": mode.value}).first() is not None


def between(conn: Connection, since: datetime, until: datetime, mode: Mode) -> list[StoredOccurrence]:
    values = {"since": since, "until": until, "in_mode": mode.value}
    return [_stored(row) for row in conn.execute(_BETWEEN, values)]


def of_event(conn: Connection, event_id: str, mode: Mode) -> list[StoredOccurrence]:
    return [_stored(row) for row in conn.execute(_OF_EVENT, {"event": event_id, "in_mode": mode.value})]


def _stored(row: Any) -> StoredOccurrence:
    return StoredOccurrence(
        row.key,
        Mode(row.mode),
        row.kind,
        OccurrenceState(row.state),
        row.at,
        row.decided_at,
        row.event_id,
        row.newsletter,
        row.message_id,
        row.reason,
    )


def looked(conn: Connection) -> datetime | None:
    found: datetime | None = conn.execute(_LOOKED).scalar_one_or_none()
    return found


def set_looked(conn: Connection, now: datetime) -> None:
    conn.execute(_SET_LOOKED, {"now": now})


def begun(conn: Connection) -> datetime:
    found: datetime = conn.execute(_BEGUN).scalar_one()
    return found


def reopen_missed(conn: Connection, now: datetime) -> int:
    return conn.execute(_REOPEN, {"now": now}).rowcount
