"""Everything held about one adult or child: found for whoever asks to see it, taken out where it is to be erased.

An id is looked for in the text of a row first and then in its value, because two ids may begin alike.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from notifier.model.message import Message, Reach, Term
from notifier.model.plan import Delivery, Step
from notifier.queue import reports, schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import (
    delivery_from,
    delivery_text,
    ids_from,
    ids_text,
    message_from,
    message_text,
    steps_bytes,
    steps_from,
)
from notifier.queue.held import Found, Gone
from notifier.queue.retention import silence, with_overwriting
from notifier.queue.rows import StoredDelivery, StoredTask
from notifier.queue.tasks import list_tasks

_MESSAGE, _DELIVERY, _LEG, _ATTEMPT, _WITHHELD, _TASK, _TRACE, _LINK = (
    schema.message, schema.delivery, schema.leg, schema.attempt, schema.withheld, schema.task, schema.trace,
    schema.message_blob,
)  # fmt: skip
_WHICH = bindparam("which", type_=_DELIVERY.c.id.type)
_LEGS = select(_LEG).where(_LEG.c.delivery_id == _WHICH).order_by(_LEG.c.rung, _LEG.c.id)
_CHANGE = (
    update(_DELIVERY).where(_DELIVERY.c.id == _WHICH).values(value=bindparam("new_value"), key=bindparam("its_key"))
)
_FORGET_LEG = update(_LEG).where(_LEG.c.id == _WHICH).values(contact_id=bindparam("whom"), reason="", reference="")
_FORGET_TRIES = update(_ATTEMPT).where(_ATTEMPT.c.leg_id == _WHICH).values(reason="", reference="")
_RENAME = update(_WITHHELD).where(
    _WITHHELD.c.message_id == bindparam("its_message"), _WITHHELD.c.number == bindparam("its_number")
)
_RETELL = update(_TRACE).where(_TRACE.c.message_id == _WHICH).values(value=bindparam("new_value"))
_REWRITE = (
    update(_MESSAGE).where(_MESSAGE.c.id == _WHICH).values(value=bindparam("new_value"), answer=bindparam("said"))
)
_UNUSED = delete(schema.blob).where(~select(_LINK.c.digest).where(_LINK.c.digest == schema.blob.c.digest).exists())


def _like(column: Any, id: str) -> Any:
    return column.contains(id, autoescape=True)


def find(conn: Connection, id: str) -> Found:
    """``id`` of an adult or a child."""
    deliveries = [one for one in _deliveries(conn, id) if id in (*one.delivery.contact_ids, *one.delivery.pupil_ids)]
    legs = {one.id: tuple(reports.leg_of(row) for row in conn.execute(_LEGS, {"which": one.id})) for one in deliveries}
    rows = conn.execute(select(_WITHHELD).where(or_(_WITHHELD.c.contact_id == id, _like(_WITHHELD.c.pupil_ids, id))))
    withheld = [
        (str(row.message_id), str(row.contact_id), ids_from(row.pupil_ids), str(row.rule), str(row.reason))
        for row in rows
        if id == row.contact_id or id in ids_from(row.pupil_ids)
    ]
    return Found(tuple(deliveries), legs, tuple(withheld), tuple(_tasks(conn, id)))


def _deliveries(conn: Connection, id: str) -> Iterator[StoredDelivery]:
    for row in conn.execute(_naming(id).order_by(_DELIVERY.c.message_id, _DELIVERY.c.number)):
        yield reports.delivery_of(row)


def _naming(id: str) -> Any:
    return select(_DELIVERY).where(or_(_like(_DELIVERY.c.value, id), _like(_DELIVERY.c.key, id)))


def _tasks(conn: Connection, id: str) -> list[StoredTask]:
    return [one for one in list_tasks(conn, False, None) if id in one.about]


def erase(conn: Connection, id: str, instead: str, by: str, now: datetime) -> Gone | None:
    """Take this id out of everything; ``instead`` stands for it. None, and nothing done, unless all is over."""
    found = find(conn, id)
    if found.open:
        return None
    with_overwriting(conn, True)
    here = re.compile(rf"(?<![\w-]){re.escape(id)}(?![\w-])")

    def other(said: str) -> str:
        return here.sub(instead, said)

    legs: list[str] = []
    for row in conn.execute(
        select(_DELIVERY).where(or_(_like(_DELIVERY.c.value, id), _like(_DELIVERY.c.key, id)))
    ).all():
        delivery = delivery_from(row.value)
        changed = _without(delivery, id, instead, other, row.number)
        if changed != delivery or row.key != changed.key:
            conn.execute(_CHANGE, {"which": row.id, "new_value": delivery_text(changed), "its_key": changed.key})
        for leg in conn.execute(_LEGS, {"which": row.id}).all():
            if leg.contact_id == id or id in delivery.pupil_ids:
                legs.append(str(leg.id))
            if leg.contact_id == id:
                conn.execute(_FORGET_LEG, {"which": leg.id, "whom": instead})
                conn.execute(_FORGET_TRIES, {"which": leg.id})
    for one in conn.execute(
        select(_WITHHELD).where(or_(_WITHHELD.c.contact_id == id, _like(_WITHHELD.c.pupil_ids, id)))
    ).all():
        pupils = tuple(instead if pupil == id else pupil for pupil in ids_from(one.pupil_ids))
        adult = instead if one.contact_id == id else one.contact_id
        where = {"its_message": one.message_id, "its_number": one.number}
        conn.execute(_RENAME.values(contact_id=adult, pupil_ids=ids_text(pupils), reason=other(one.reason)), where)
    traces = _retell(conn, id, other)
    tasks = [task.id for task in found.tasks]
    if tasks:
        conn.execute(delete(_TASK).where(_TASK.c.id.in_(tasks)))
    words = _messages(conn, id, instead, other)
    conn.execute(_UNUSED)
    newest = select(func.max(schema.directory.c.version)).scalar_subquery()
    conn.execute(delete(schema.directory).where(schema.directory.c.version < newest))
    with_overwriting(conn, False)
    write_audit(conn, "erased", by, instead, now)
    return Gone(len(found.deliveries), len(found.withheld), traces, len(tasks), words, tuple(legs))


def _without(delivery: Delivery, id: str, instead: str, other: Callable[[str], str], number: int) -> Delivery:
    adult = id in delivery.contact_ids or id in delivery.also_ring
    homes = adult or delivery.household.endswith(id) or id in delivery.key

    def named(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(instead if one == id else one for one in ids)

    return replace(
        delivery,
        key=f"{instead} {number}" if homes or id in delivery.pupil_ids else delivery.key,
        household="" if homes else delivery.household,
        contact_ids=named(delivery.contact_ids),
        pupil_ids=named(delivery.pupil_ids),
        also_ring=named(delivery.also_ring),
        routes={
            channel: tuple(address for address in route if address.contact_id != id)
            for channel, route in delivery.routes.items()
        },
        held=other(delivery.held),
    )


def _retell(conn: Connection, id: str, other: Callable[[str], str]) -> int:
    told = 0
    for row in conn.execute(select(_TRACE)).all():
        steps = steps_from(row.value)
        new = tuple(
            Step(step.step, step.rule, other(step.says), other(step.contact_id), other(step.pupil_id)) for step in steps
        )
        if new != steps:
            conn.execute(_RETELL, {"which": row.message_id, "new_value": steps_bytes(new)})
            told += 1
    return told


def _messages(conn: Connection, id: str, instead: str, other: Callable[[str], str]) -> int:
    """The words of what was for this child alone, and the child's own files. How many messages lost their words."""
    silenced = 0
    rows = conn.execute(select(_MESSAGE).where(or_(_like(_MESSAGE.c.value, id), _like(_MESSAGE.c.answer, id)))).all()
    for row in rows:
        message = message_from(row.value)
        alone = message.to_single_children and all(term.name == id for term in message.audience)
        theirs = [one.digest for one in message.attachments if one.pupil_id == id]
        if alone:
            silence(conn, row.id)
            conn.execute(delete(_LINK).where(_LINK.c.message_id == row.id))
            message = message_from(conn.execute(select(_MESSAGE.c.value).where(_MESSAGE.c.id == row.id)).scalar_one())
            silenced += 1
        elif theirs:
            conn.execute(delete(_LINK).where(_LINK.c.message_id == row.id, _LINK.c.digest.in_(theirs)))
        changed = _unnamed(message, id, instead)
        said = "" if alone else other(row.answer)
        conn.execute(_REWRITE, {"which": row.id, "new_value": message_text(changed), "said": said})
    return silenced


def _unnamed(message: Message, id: str, instead: str) -> Message:
    def terms(those: tuple[Term, ...]) -> tuple[Term, ...]:
        child = Term(Reach.PUPIL, id)
        return tuple(replace(one, name=instead) if one == child else one for one in those)

    return replace(
        message,
        audience=terms(message.audience),
        except_=terms(message.except_),
        attachments=tuple(one for one in message.attachments if one.pupil_id != id),
    )
