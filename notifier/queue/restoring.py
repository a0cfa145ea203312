"""A database put back from a backup: nothing in it goes by itself (docs/decisions/restored-means-held.md).

What went out after the backup was made is unknown to it. Whatever had not gone by then may have gone since,
may have been stopped since, or may be needed still: only a person can tell.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, exists, false, func, or_, select, update

from notifier.model.message import Kind
from notifier.model.plan import Task
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import message_from, message_text
from notifier.queue.held import Doubtful
from notifier.queue.legs import finish
from notifier.queue.tasks import RULE, open_tasks

RESTORED = "restored"
"""The doubt for which a message waits after a restore; and why, for its copies."""
WHY = "It was put back from a backup, and may have gone since then."
WHAT = (
    "This was put back from a backup, and nobody can tell whether it went since then. Find out. If it still has to "
    "go, approve it; if it has gone, or is no longer wanted, cancel it."
)

_MESSAGE, _DELIVERY, _LEG, _ATTEMPT, _SCHOOL = (
    schema.message, schema.delivery, schema.leg, schema.attempt, schema.school
)  # fmt: skip
_KINDS: BindParameter[Any] = bindparam("kinds", expanding=True)
_OPEN_LEG = [LegState.DUE.value, LegState.STARTED.value, LegState.UNKNOWN.value]

_AFFECTED = (
    select(_DELIVERY.c.id, _DELIVERY.c.message_id)
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(
        or_(
            _DELIVERY.c.state.in_([DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.HELD]),
            and_(
                _DELIVERY.c.state == DeliveryState.HANDED_OVER.value,
                or_(
                    and_(_MESSAGE.c.kind.in_(_KINDS), _MESSAGE.c.expired == false()),
                    exists().where(_LEG.c.delivery_id == _DELIVERY.c.id, _LEG.c.state.in_(_OPEN_LEG)),
                ),
            ),
        )
    )
)
"""What could still send: also what was handed over and would climb to its next rung by the clock alone."""
_HOLD = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("which"))
    .values(state=DeliveryState.HELD.value, reason=WHY, rung_at=None)
)
_END_ATTEMPTS = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.outcome == LegState.STARTED.value)
    .values(
        outcome=LegState.UNKNOWN.value,
        ended_at=bindparam("now"),
        reason="It was on its way when the backup was made.",
    )
)
_DOUBT = (
    update(_LEG)
    .where(_LEG.c.state == LegState.STARTED.value)
    .values(
        state=LegState.UNKNOWN.value,
        owner="",
        lease_until=None,
        unknown_since=func.coalesce(
            _LEG.c.unknown_since,
            select(func.max(_ATTEMPT.c.started_at)).where(_ATTEMPT.c.leg_id == _LEG.c.id).scalar_subquery(),
        ),
    )
)
_PARK = update(_LEG).where(_LEG.c.state.in_([LegState.DUE.value, LegState.UNKNOWN.value])).values(due_at=None)
_WAITING = select(_MESSAGE.c.id, _MESSAGE.c.value).where(
    _MESSAGE.c.state.in_([MessageState.WAITING.value, MessageState.HELD.value])
)
_HOLD_MESSAGE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("which"))
    .values(state=MessageState.HELD.value, value=bindparam("new_value"), changed_at=bindparam("now"))
)
_TOLD = select(_MESSAGE.c.id, _MESSAGE.c.kind, _MESSAGE.c.subject).where(
    _MESSAGE.c.id.in_(bindparam("ids", expanding=True))
)
_SINCE = update(_SCHOOL).values(restored_at=bindparam("now"))
_RESTORED_AT = select(_SCHOOL.c.restored_at)


def hold_everything(conn: Connection, now: datetime, escalating: Collection[Kind], made_at: str) -> list[Doubtful]:
    """Park every leg, hold what could still send and every message that waits. What that was, emergencies first."""
    deliveries = conn.execute(_AFFECTED, {"kinds": [kind.value for kind in escalating]}).all()
    conn.execute(_END_ATTEMPTS, {"now": now})
    conn.execute(_DOUBT)
    conn.execute(_PARK)
    if deliveries:
        conn.execute(_HOLD, [{"which": row.id} for row in deliveries])
    waiting = conn.execute(_WAITING).all()
    for row in waiting:
        message = message_from(row.value)
        held = replace(message, doubts=tuple(dict.fromkeys((*message.doubts, RESTORED))))
        conn.execute(_HOLD_MESSAGE, {"which": row.id, "new_value": message_text(held), "now": now})
    copies: dict[str, int] = {row.id: 0 for row in waiting}
    for row in deliveries:
        copies[row.message_id] = copies.get(row.message_id, 0) + 1
    finish(conn, {row.message_id for row in deliveries}, now, opened=True)
    for id in copies:
        open_tasks(conn, [Task(WHAT, (id,), RULE)], now, id)
    conn.execute(_SINCE, {"now": now})
    write_audit(conn, "put back from a backup", "the program", f"backup of {made_at}", now)
    found = [Doubtful(row.id, Kind(row.kind), row.subject, copies[row.id]) for row in _told(conn, [*copies])]
    return sorted(found, key=lambda one: (one.kind is not Kind.EMERGENCY, one.message_id))


def _told(conn: Connection, ids: list[str]) -> list[Any]:
    return list(conn.execute(_TOLD, {"ids": ids}).all())


def restored_at(conn: Connection) -> datetime | None:
    return conn.execute(_RESTORED_AT).scalar()
