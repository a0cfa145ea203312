"""What people must do, and that they did it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, true, update

from notifier.model.plan import Delivery, Task
from notifier.model.states import DeliveryState
from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import ids_from, ids_text
from notifier.queue.inserting import InsertNew
from notifier.queue.rows import StoredTask

RULE = "DESIGN 3.6"
DRILL = (
    "A drill or link test did not reach this member of staff for certain, so a closure would not either. Look at "
    "their number and email in config.toml, and at the provider's account. Then tick this off."
)

_NEW = InsertNew(schema.task)
_DONE = (
    update(schema.task)
    .where(schema.task.c.id == bindparam("task"), schema.task.c.done_at.is_(None))
    .values(done_at=bindparam("now"), done_by=bindparam("who"))
    .returning(schema.task.c.delivery_id)
)
_CONFIRM = (
    update(schema.delivery)
    .where(schema.delivery.c.id == bindparam("which"), schema.delivery.c.state == DeliveryState.UNREACHED.value)
    .values(state=DeliveryState.CONFIRMED.value)
)

_DROP = (
    update(schema.task)
    .where(schema.task.c.delivery_id == bindparam("of"), schema.task.c.done_at.is_(None))
    .values(done_at=bindparam("now"), done_by=bindparam("who"))
)
_CLOSE_RULE = (
    update(schema.task)
    .where(
        schema.task.c.rule == bindparam("its_rule"),
        schema.task.c.done_at.is_(None),
        schema.task.c.opened_at <= bindparam("by_then"),
    )
    .values(done_at=bindparam("now"), done_by=bindparam("who"))
)
_CLOSE = (
    update(schema.task)
    .where(schema.task.c.key == bindparam("its_key"), schema.task.c.done_at.is_(None))
    .values(done_at=bindparam("now"), done_by=bindparam("who"))
)


def open_tasks(
    conn: Connection, tasks: Iterable[Task], now: datetime, message_id: str = "", delivery_id: str = ""
) -> None:
    """Open those that are not there yet; the same task for the same message is opened once, done or not."""
    rows = [
        {
            "message_id": message_id,
            "delivery_id": delivery_id,
            "what": task.what,
            "about": ids_text(task.about),
            "rule": task.rule,
            "opened_at": now,
            "key": _key(task, message_id, delivery_id),
        }
        for task in tasks
    ]
    _NEW.many(conn, rows)


def _key(task: Task, message_id: str, delivery_id: str) -> str:
    parts = (task.what, ids_text(task.about), task.rule, message_id, delivery_id)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def unreached_task(delivery: Delivery, *, public: bool, emergency: bool) -> Task:
    if public:
        return Task("Put this message up by hand: its public copy could not be put out.", (), RULE)
    if delivery.staff_id:
        what = "Tell this member of staff what this message says: it could not be brought to them."
        return Task(DRILL if emergency else what, (delivery.staff_id,), RULE)
    what = "Ring this family and tell them: nothing has reached them for certain. Then tick this off."
    return Task(what, delivery.contact_ids + delivery.pupil_ids, RULE)


def list_tasks(conn: Connection, open_only: bool, message_id: str | None) -> list[StoredTask]:
    query = select(schema.task).where(
        schema.task.c.done_at.is_(None) if open_only else true(),
        true() if message_id is None else schema.task.c.message_id == message_id,
    )
    return [_task(row) for row in conn.execute(query.order_by(schema.task.c.id))]


def _task(row: Any) -> StoredTask:
    return StoredTask(
        row.id,
        row.message_id,
        row.what,
        ids_from(row.about),
        row.rule,
        row.opened_at,
        row.done_at,
        row.done_by,
        row.delivery_id,
    )


def tick_off(conn: Connection, id: int, by: str, now: datetime) -> bool:
    """Ticking off an unreached delivery's task confirms the delivery. False if it was done, or is not there."""
    found = conn.execute(_DONE, {"task": id, "now": now, "who": by}).first()
    if found is None:
        return False
    if found.delivery_id:
        conn.execute(_CONFIRM, {"which": found.delivery_id})
    write_audit(conn, "task done", by, str(id), now)
    return True


def drop_tasks(conn: Connection, delivery_ids: Iterable[str], by: str, now: datetime) -> None:
    """These deliveries ask nothing of anybody any more."""
    rows = [{"of": delivery_id, "now": now, "who": by} for delivery_id in sorted(delivery_ids)]
    if rows:
        conn.execute(_DROP, rows)


def close_task(conn: Connection, task: Task, message_id: str, by: str, now: datetime) -> None:
    """What it asked for was done another way than by ticking it off."""
    conn.execute(_CLOSE, {"its_key": _key(task, message_id, ""), "now": now, "who": by})


def close_rule(conn: Connection, rule: str, opened_by: datetime, by: str, now: datetime) -> None:
    """All tasks of a rule that were open by then: what they ask about is past."""
    conn.execute(_CLOSE_RULE, {"its_rule": rule, "by_then": opened_by, "now": now, "who": by})


GONE, BACK = "account gone", "account back"


def write_account_news(conn: Connection, channel: str, gone: bool, reason: str, now: datetime) -> None:
    """An account went or came back. ``reason`` names no address."""
    write_audit(conn, GONE if gone else BACK, channel, reason, now)
