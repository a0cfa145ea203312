"""What has had its time goes: addresses, then words, then what became of each copy. What is gone stays counted.

A message that is over and has not changed since the cut-off loses one part after the other, a few messages in
one transaction, so that nothing that is sent meanwhile waits long. Its row stays, without a word of it: its key
keeps it from being taken again, and ``tally`` keeps its numbers.
"""

from dataclasses import replace
from datetime import datetime
from enum import IntFlag
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from notifier.model.message import Body, Message
from notifier.model.plan import Delivery
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import figures, schema
from notifier.queue.encoding import delivery_from, delivery_text, message_from, message_text

NO_LONGER = "(no longer kept)"


class Part(IntFlag):
    """What of a message is let go, and is written into ``message.let_go`` once it is."""

    ADDRESSES = 1
    WORDS = 2
    DELIVERIES = 4


_MESSAGE, _DELIVERY, _LEG, _ATTEMPT, _TASK, _TALLY = (
    schema.message, schema.delivery, schema.leg, schema.attempt, schema.task, schema.tally
)  # fmt: skip
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OVER = [
    MessageState.DONE.value, MessageState.CANCELLED.value, MessageState.SUPERSEDED.value, MessageState.REFUSED.value
]  # fmt: skip
_MOVING = [LegState.DUE.value, LegState.STARTED.value, LegState.UNKNOWN.value, LegState.TECHNICAL_FAILURE.value]

OVER_SINCE = (
    _MESSAGE.c.state.in_(_OVER),
    _MESSAGE.c.changed_at < bindparam("before"),
    or_(_MESSAGE.c.expires_at.is_(None), _MESSAGE.c.expires_at < bindparam("before")),
    not_(exists().where(_LEG.c.message_id == _MESSAGE.c.id, _LEG.c.state.in_(_MOVING))),
)
"""Over, unchanged since then, with nothing that could still move."""
_READY = (
    select(_MESSAGE.c.id)
    .where(
        *OVER_SINCE,
        _MESSAGE.c.let_go.op("&")(bindparam("part")) == 0,
        not_(
            exists().where(_DELIVERY.c.message_id == _MESSAGE.c.id, _DELIVERY.c.state == DeliveryState.UNREACHED.value)
        ),
    )
    .order_by(_MESSAGE.c.changed_at)
    .limit(bindparam("most"))
)
"""With nobody still to ring either."""
_MARK = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("which"))
    .values(let_go=_MESSAGE.c.let_go.op("|")(bindparam("part")))
)
_LEGS_OF = select(_LEG.c.id).where(_LEG.c.message_id.in_(_IDS))
_DELIVERIES = select(_DELIVERY.c.id, _DELIVERY.c.value).where(_DELIVERY.c.message_id == bindparam("which"))
_REWRITE = update(_DELIVERY).where(_DELIVERY.c.id == bindparam("which")).values(value=bindparam("new_value"))
_VALUE = select(_MESSAGE.c.value, _MESSAGE.c.received_at).where(_MESSAGE.c.id == bindparam("which"))
_SILENCE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("which"))
    .values(value=bindparam("new_value"), subject=NO_LONGER, answer="")
)
_UNLINK = delete(schema.message_blob).where(schema.message_blob.c.message_id.in_(_IDS))
_UNUSED = delete(schema.blob).where(not_(exists().where(schema.message_blob.c.digest == schema.blob.c.digest)))
_COUNTED = ("message_id", "sort", "name", "state", "number")
_COUNTS = tuple(
    insert(_TALLY).from_select(_COUNTED, query)
    for query in (
        select(_DELIVERY.c.message_id, literal("delivery"), literal(""), _DELIVERY.c.state, func.count())
        .where(_DELIVERY.c.message_id.in_(_IDS))
        .group_by(_DELIVERY.c.message_id, _DELIVERY.c.state),
        select(_LEG.c.message_id, literal("leg"), _LEG.c.channel, _LEG.c.state, func.count())
        .where(_LEG.c.message_id.in_(_IDS))
        .group_by(_LEG.c.message_id, _LEG.c.channel, _LEG.c.state),
        select(schema.withheld.c.message_id, literal("withheld"), literal(""), literal(""), func.count())
        .where(schema.withheld.c.message_id.in_(_IDS))
        .group_by(schema.withheld.c.message_id),
    )
)
_DROP = (
    delete(_ATTEMPT).where(_ATTEMPT.c.leg_id.in_(_LEGS_OF)),
    delete(_LEG).where(_LEG.c.message_id.in_(_IDS)),
    delete(_DELIVERY).where(_DELIVERY.c.message_id.in_(_IDS)),
    delete(schema.withheld).where(schema.withheld.c.message_id.in_(_IDS)),
    delete(schema.trace).where(schema.trace.c.message_id.in_(_IDS)),
    delete(_TASK).where(_TASK.c.message_id.in_(_IDS), _TASK.c.done_at.is_not(None)),
)
_OLD_TASKS = delete(_TASK).where(_TASK.c.message_id == "", _TASK.c.done_at < bindparam("before"))
_OLD_DIRECTORIES = delete(schema.directory).where(
    schema.directory.c.stored_at < bindparam("before"),
    schema.directory.c.version < select(func.max(schema.directory.c.version)).scalar_subquery(),
)


def let_go(conn: Connection, part: Part, before: datetime, most: int) -> tuple[list[str], list[str]]:
    """That part of the next few messages that are over since before then: their ids, and those of their legs."""
    values = {"part": int(part), "before": before, "most": most}
    ids = [str(row.id) for row in conn.execute(_READY, values)]
    if not ids:
        return [], []
    legs = [str(id) for id in conn.execute(_LEGS_OF, {"ids": ids}).scalars()]
    with_overwriting(conn, True)
    if part is Part.ADDRESSES:
        for id in ids:
            _without_addresses(conn, id)
    elif part is Part.WORDS:
        for id in ids:
            silence(conn, id)
        conn.execute(_UNLINK, {"ids": ids})
        conn.execute(_UNUSED)
    else:
        for id in ids:
            row = conn.execute(_VALUE, {"which": id}).one()
            figures.keep_counted(conn, id, message_from(row.value), row.received_at)
        for statement in (*_COUNTS, *_DROP):
            conn.execute(statement, {"ids": ids})
    conn.execute(_MARK, [{"which": id, "part": int(part)} for id in ids])
    with_overwriting(conn, False)
    return ids, legs


def with_overwriting(conn: Connection, on: bool) -> None:
    """On SQLite, that what is deleted is overwritten in the file and not only let go of."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA secure_delete={'ON' if on else 'OFF'}").close()


def _without_addresses(conn: Connection, message_id: str) -> None:
    rows = [
        {"which": row.id, "new_value": delivery_text(without_routes(delivery_from(row.value)))}
        for row in conn.execute(_DELIVERIES, {"which": message_id})
    ]
    if rows:
        conn.execute(_REWRITE, rows)


def without_routes(delivery: Delivery) -> Delivery:
    return replace(delivery, routes={})


def silence(conn: Connection, message_id: str) -> None:
    """Its words and the names of its files; that it was, when, of what kind and for which audience stays."""
    message = message_from(conn.execute(_VALUE, {"which": message_id}).one().value)
    figures.keep_events(conn, message)
    conn.execute(_SILENCE, {"which": message_id, "new_value": message_text(_silent(message))})


def _silent(message: Message) -> Message:
    bodies = tuple(Body(body.language, "", NO_LONGER, NO_LONGER) for body in message.bodies)
    return replace(message, bodies=bodies, attachments=(), source="", reply_to="", event=None)


def let_go_of_the_rest(conn: Connection, addresses: datetime | None, deliveries: datetime | None) -> int:
    """Older states of the whole directory, and tasks of no message that were done long ago. How many rows."""
    gone = 0
    if addresses is not None:
        gone += conn.execute(_OLD_DIRECTORIES, {"before": addresses}).rowcount
    if deliveries is not None:
        gone += conn.execute(_OLD_TASKS, {"before": deliveries}).rowcount
    return gone
