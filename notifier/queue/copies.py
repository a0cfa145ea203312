"""A copy that joins a message after it was planned, because somebody asked for it and the office said yes (W39)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select, update

from notifier.model.plan import Offer, Task
from notifier.model.states import MessageState
from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import ids_from, ids_text, message_from, steps_bytes, steps_from
from notifier.queue.legs import finish, lock_messages
from notifier.queue.messages import insert_deliveries
from notifier.queue.tasks import close_task

_MESSAGE, _DELIVERY, _WITHHELD, _TRACE = schema.message, schema.delivery, schema.withheld, schema.trace

_OPEN = select(_MESSAGE.c.value).where(
    _MESSAGE.c.id == bindparam("which"),
    _MESSAGE.c.state.in_([MessageState.ACCEPTED.value, MessageState.DONE.value]),
    ~_MESSAGE.c.expired,
)
_THERE = select(_DELIVERY.c.id).where(_DELIVERY.c.message_id == bindparam("which"), _DELIVERY.c.key == bindparam("key"))
_LAST = select(func.max(_DELIVERY.c.number)).where(_DELIVERY.c.message_id == bindparam("which"))
_REFUSED = select(_WITHHELD).where(_WITHHELD.c.message_id == bindparam("which"))
_ROW = (_WITHHELD.c.message_id == bindparam("which"), _WITHHELD.c.number == bindparam("row"))
_FORGET = delete(_WITHHELD).where(*_ROW)
_NARROW = update(_WITHHELD).where(*_ROW).values(pupil_ids=bindparam("left"))
_STEPS = select(_TRACE.c.value).where(_TRACE.c.message_id == bindparam("which"))
_RETELL = update(_TRACE).where(_TRACE.c.message_id == bindparam("which")).values(value=bindparam("new_value"))


def add(conn: Connection, message_id: str, offer: Offer, task: Task, by: str, now: datetime) -> bool:
    """The delivery with its legs, and the record that its adults are no longer without one."""
    lock_messages(conn, [message_id])
    value = conn.execute(_OPEN, {"which": message_id}).scalar()
    if value is None or conn.execute(_THERE, {"which": message_id, "key": offer.delivery.key}).first():
        return False
    number = int(conn.execute(_LAST, {"which": message_id}).scalar() or 0) + 1
    insert_deliveries(conn, message_from(value), [(number, offer.delivery)], now, public_from=number + 1)
    _no_longer_withheld(conn, message_id, offer)
    close_task(conn, task, message_id, by, now)
    finish(conn, [message_id], now)
    write_audit(conn, "copy sent", by, message_id, now, offer.delivery.contact_ids)
    return True


def _no_longer_withheld(conn: Connection, message_id: str, offer: Offer) -> None:
    """``explain`` then tells how it was decided today, and not that they had not asked."""
    adults, pupils = set(offer.delivery.contact_ids), set(offer.delivery.pupil_ids)
    for row in conn.execute(_REFUSED, {"which": message_id}).all():
        if row.contact_id not in adults or pupils.isdisjoint(ids_from(row.pupil_ids)):
            continue
        where = {"which": message_id, "row": row.number}
        left = tuple(one for one in ids_from(row.pupil_ids) if one not in pupils)
        if left:
            conn.execute(_NARROW, {**where, "left": ids_text(left)})
        else:
            conn.execute(_FORGET, where)
    told = conn.execute(_STEPS, {"which": message_id}).scalar()
    steps = tuple(
        step
        for step in (steps_from(told) if told else ())
        if not (step.contact_id in adults and step.pupil_id in pupils)
    )
    conn.execute(_RETELL, {"which": message_id, "new_value": steps_bytes((*steps, *offer.trace))})
