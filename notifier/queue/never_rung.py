"""Families of a message long over whom nobody has ticked off: the office hears of it once, then nobody is asked any
more (docs/decisions/never-rung.md). They stay counted as not reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, literal_column, not_, or_, select, update

from notifier.model.plan import Task
from notifier.model.states import DeliveryState
from notifier.queue import schema
from notifier.queue.legs import lock_messages
from notifier.queue.retention import OVER_SINCE
from notifier.queue.tasks import close_rule, drop_tasks, open_tasks

RULE = "S15"
"""Of the task for the office, and of no other."""
PROGRAM = "the program"
_MESSAGE, _DELIVERY, _TASK = schema.message, schema.delivery, schema.task
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_TO_RING = _DELIVERY.c.state == literal_column(f"'{DeliveryState.UNREACHED.value}'")
_SINCE_TOLD = exists().where(
    _TASK.c.delivery_id == _DELIVERY.c.id, _TASK.c.done_at.is_(None), _TASK.c.opened_at > _MESSAGE.c.reminded_at
)
"""It came to be rung after the office was told: by a failure reported late."""
_OPEN = select(_DELIVERY.c.message_id, func.count().label("families")).join(
    _MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id
)
_UNTOLD = (
    _OPEN.where(*OVER_SINCE, _TO_RING, or_(_MESSAGE.c.reminded_at.is_(None), _SINCE_TOLD))
    .group_by(_DELIVERY.c.message_id, _MESSAGE.c.changed_at)
    .order_by(_MESSAGE.c.changed_at, _DELIVERY.c.message_id)
)
_TOLD = update(_MESSAGE).where(_MESSAGE.c.id.in_(_IDS)).values(reminded_at=bindparam("now"))
_GIVEN_UP = (
    select(_DELIVERY.c.id, _DELIVERY.c.message_id)
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(*OVER_SINCE, _TO_RING, _MESSAGE.c.reminded_at <= bindparam("told_by"), not_(_SINCE_TOLD))
    .order_by(_DELIVERY.c.message_id, _DELIVERY.c.id)
    .limit(bindparam("most"))
)
_GIVE_UP = (
    update(_DELIVERY).where(_DELIVERY.c.id == bindparam("which"), _TO_RING).values(state=DeliveryState.EXPIRED.value)
)


@dataclass(frozen=True, slots=True)
class NeverRung:
    """A message, and how many of its families are still to be rung."""

    message_id: str
    families: int


def never_rung(conn: Connection, before: datetime) -> list[NeverRung]:
    """Those over since before then of which the office has not heard so, the oldest first."""
    return [NeverRung(row.message_id, row.families) for row in conn.execute(_UNTOLD, {"before": before})]


def tell_of(conn: Connection, message_ids: Sequence[str], task: Task, now: datetime) -> None:
    """The office is told of these by this task."""
    conn.execute(_TOLD, {"ids": list(message_ids), "now": now})
    open_tasks(conn, (task,), now)


def give_up(conn: Connection, before: datetime, told_by: datetime, now: datetime, most: int) -> int:
    """Ask no more for the next few families of whose message the office was told by then. How many those were."""
    rows = conn.execute(_GIVEN_UP, {"before": before, "told_by": told_by, "most": most}).all()
    lock_messages(conn, {row.message_id for row in rows})
    if rows:
        conn.execute(_GIVE_UP, [{"which": row.id} for row in rows])
        drop_tasks(conn, [row.id for row in rows], PROGRAM, now)
    if len(rows) < most:
        close_rule(conn, RULE, told_by, PROGRAM, now)
    return len(rows)
