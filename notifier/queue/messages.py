"""Messages come in, wait, are released, held, superseded, refused and cancelled; and are read again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)

from notifier.faultpoints import reached
from notifier.model import ladder
from notifier.model.message import Kind, Message
from notifier.model.plan import Delivery, Plan
from notifier.model.states import DeliveryState, LegState, MessageState, may_follow
from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import ids_text, message_text, new_delivery_text, steps_bytes
from notifier.queue.inserting import InsertNew
from notifier.queue.legs import Starter, finish, lock_messages, progress
from notifier.queue.prepared import Prepared
from notifier.queue.rows import Cancelled, Enqueued, Entry
from notifier.queue.tasks import drop_tasks, open_tasks, unreached_task

_MESSAGE, _DELIVERY, _LEG = schema.message, schema.delivery, schema.leg
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_STATES: BindParameter[Sequence[str]] = bindparam("states", expanding=True)
_DUE: ColumnElement[str] = literal_column("'due'")
WAITS = (MessageState.WAITING, MessageState.HELD)
APPROVED = "approved"
AT_ONCE = 1_000
"""Deliveries written together: the rows of a large school, all made first, would take more memory than its plan."""

_NEW_MESSAGE, _NEW_BLOB = InsertNew(_MESSAGE), InsertNew(schema.blob)
_NEW_LINK, _NEW_TRACE = InsertNew(schema.message_blob), InsertNew(schema.trace)
_INSERT_DELIVERY = Prepared(
    insert(_DELIVERY), each=("id", "number", "key", "state", "rung", "public", "reason", "value"), also=("message_id",)
)
_INSERT_WITHHELD = Prepared(
    insert(schema.withheld), each=("number", "contact_id", "pupil_ids", "rule", "reason"), also=("message_id",)
)
BY_KEY = select(_MESSAGE.c.id).where(
    _MESSAGE.c.key == bindparam("key"), _MESSAGE.c.mode == bindparam("mode"), _MESSAGE.c.drill == bindparam("drill")
)
_SUPERSEDE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id.in_(_IDS), _MESSAGE.c.state.in_([state.value for state in WAITS]))
    .values(state=MessageState.SUPERSEDED.value, superseded_by=bindparam("newer"), changed_at=bindparam("now"))
)
_TURN = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("which"), _MESSAGE.c.state.in_(_STATES))
    .values(state=bindparam("to"), changed_at=bindparam("now"))
)
_TURN_BY = _TURN.values(by=bindparam("who"))
_TURN_VALUE = _TURN.values(
    value=bindparam("new_value"),
    send_at=bindparam("new_send_at"),
    expires_at=bindparam("new_expires_at"),
    subject=bindparam("new_subject"),
)
_TURN_ACCEPTED = _TURN_VALUE.values(directory_version=bindparam("new_directory_version"))
_FORGET_TRACE = delete(schema.trace).where(schema.trace.c.message_id == bindparam("which"))
_FORGET_WITHHELD = delete(schema.withheld).where(schema.withheld.c.message_id == bindparam("which"))
_OPEN_DELIVERIES = select(_DELIVERY.c.id, _DELIVERY.c.state).where(
    _DELIVERY.c.message_id == bindparam("which"), _DELIVERY.c.state.in_(_STATES)
)
_IN_PUBLIC = select(_DELIVERY.c.id).where(
    _DELIVERY.c.message_id == bindparam("which"),
    _DELIVERY.c.public.is_(True),
    _DELIVERY.c.state.in_([DeliveryState.HANDED_OVER.value, DeliveryState.CONFIRMED.value]),
)
_SENT = (
    select(_LEG.c.delivery_id)
    .distinct()
    .where(
        _LEG.c.message_id == bindparam("which"),
        _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED, LegState.STARTED, LegState.UNKNOWN]),
    )
)
WITHDRAW_DUE = (
    update(_LEG)
    .where(_LEG.c.message_id == bindparam("which"), _LEG.c.state == _DUE)
    .values(state=LegState.WITHDRAWN.value, reason=bindparam("why"), settled_at=bindparam("now"))
)
MOVE_HELD = (
    update(_DELIVERY)
    .where(_DELIVERY.c.message_id == bindparam("which"), _DELIVERY.c.state == DeliveryState.HELD.value)
    .values(state=bindparam("to"))
)

_STATE = select(_MESSAGE.c.state).where(_MESSAGE.c.id == bindparam("which"))
_SPARE = (
    update(_DELIVERY)
    .where(_DELIVERY.c.message_id == bindparam("which"), _DELIVERY.c.state == DeliveryState.UNREACHED.value)
    .values(state=DeliveryState.CANCELLED.value)
)


def enqueue(conn: Connection, entry: Entry, now: datetime) -> Enqueued:
    """All of it or nothing. A message whose key is there in this mode already changes nothing."""
    message = entry.message
    lock_messages(conn, entry.supersedes)
    if not _NEW_MESSAGE.one(conn, _row(entry, now)):
        keys = {"key": message.key, "mode": message.mode.value, "drill": message.drill}
        return Enqueued(str(conn.execute(BY_KEY, keys).scalar_one()), already=True)
    rows = [{"digest": digest, "media_type": of, "content": content} for digest, (of, content) in entry.blobs.items()]
    _NEW_BLOB.many(conn, rows)
    _NEW_LINK.many(conn, [{"message_id": message.id, "digest": digest} for digest in entry.blobs])
    if entry.supersedes:
        conn.execute(_SUPERSEDE, {"ids": list(entry.supersedes), "newer": message.id, "now": now})
    open_tasks(conn, entry.plan.tasks, now, message.id)
    _NEW_TRACE.one(conn, {"message_id": message.id, "value": steps_bytes(entry.plan.trace)})
    if entry.state is MessageState.ACCEPTED:
        _write_plan(conn, message, entry.plan, now)
    write_audit(conn, entry.state.value, message.author, message.id, now, policy=entry.plan.policy)
    for earlier in entry.supersedes:
        write_audit(conn, "replaced", message.author, earlier, now)
    reached("accepting")
    return Enqueued(message.id)


def _about(message: Message) -> str:
    """Its event; of several none is the one, and each is looked for in the message itself."""
    ids = {event.id for event in message.events}
    return (ids.pop() if len(ids) == 1 else "") or schema.NAMELESS if ids else ""


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    message = entry.message
    return {
        "id": message.id,
        "key": message.key,
        "mode": message.mode.value,
        "drill": message.drill,
        "kind": message.kind.value,
        "newsletter": message.newsletter,
        "event_id": _about(message),
        "subject": message.subject,
        "state": entry.state.value,
        "send_at": message.send_at,
        "expires_at": message.expires_at,
        "received_at": now,
        "changed_at": now,
        "directory_version": entry.directory_version,
        "answer": entry.answer,
        "value": message_text(message),
    }


def _write_plan(conn: Connection, message: Message, plan: Plan, now: datetime) -> None:
    """Deliveries with the legs of their first rung, and who gets nothing."""
    numbered = enumerate(chain(plan.deliveries, [item.delivery for item in plan.public]))
    insert_deliveries(conn, message, numbered, now, public_from=len(plan.deliveries))
    withheld = (
        (number, one.contact_id, ids_text(one.pupil_ids), one.rule, one.reason)
        for number, one in enumerate(plan.withheld)
    )
    _INSERT_WITHHELD.many(conn, withheld, message_id=message.id)
    finish(conn, [message.id], now)


def insert_deliveries(
    conn: Connection, message: Message, numbered: Iterable[tuple[int, Delivery]], now: datetime, *, public_from: int
) -> None:
    """Each under its number within the message, with the legs of its first rung; public from ``public_from`` on."""
    rows: list[tuple[Any, ...]] = []
    unreached: list[tuple[str, Delivery, bool]] = []
    starter, mode = Starter(conn, now), message.mode.value

    def write() -> None:
        _INSERT_DELIVERY.many(conn, rows, message_id=message.id)
        rows.clear()
        starter.write()

    for number, delivery in numbered:
        id = ladder.delivery_id(message.id, number)
        first = ladder.next_rung(delivery, -1)
        is_public = number >= public_from
        state = DeliveryState.HELD if delivery.held else DeliveryState.PLANNED
        if first is None and not delivery.held:
            state = DeliveryState.UNREACHED
            unreached.append((id, delivery, is_public))
        elif first is not None and not delivery.held:
            for leg in first[1]:
                starter.add(id, message.id, message.kind, mode, leg, 0)
        rung = first[0] if first else 0
        rows.append(
            (id, number, delivery.key, state.value, rung, is_public, delivery.held, new_delivery_text(delivery))
        )
        if len(rows) == AT_ONCE:
            write()
    write()
    for id, delivery, is_public in unreached:
        open_tasks(
            conn,
            (unreached_task(delivery, public=is_public, emergency=message.kind is Kind.EMERGENCY),),
            now,
            message.id,
            id,
        )


def release(
    conn: Connection, message_id: str, message: Message, plan: Plan, now: datetime, directory_version: int, by: str
) -> bool:
    """What waited or was held goes, exactly once: False if somebody else was first. ``by``: who said yes to it."""
    values = {**_value(message), "new_directory_version": directory_version}
    if not _turn(conn, _TURN_ACCEPTED, message_id, MessageState.ACCEPTED, now, WAITS, values):
        return False
    conn.execute(_FORGET_TRACE, {"which": message_id})
    conn.execute(_FORGET_WITHHELD, {"which": message_id})
    _NEW_TRACE.one(conn, {"message_id": message_id, "value": steps_bytes(plan.trace)})
    open_tasks(conn, plan.tasks, now, message_id)
    _write_plan(conn, message, plan, now)
    if by:
        write_audit(conn, APPROVED, by, message_id, now, policy=plan.policy)
    reached("releasing")
    return True


def set_waiting(conn: Connection, message_id: str, message: Message, now: datetime, by: str) -> bool:
    """A held message was approved for later, or a waiting one changed its moment."""
    done = _turn(conn, _TURN_VALUE, message_id, MessageState.WAITING, now, WAITS, _value(message))
    if done and by:
        write_audit(conn, APPROVED, by, message_id, now)
    return done


def _value(message: Message) -> dict[str, Any]:
    return {
        "new_value": message_text(message),
        "new_send_at": message.send_at,
        "new_expires_at": message.expires_at,
        "new_subject": message.subject,
    }


def turn_by(
    conn: Connection, message_id: str, to: MessageState, by: str, now: datetime, what: str, signed: str = ""
) -> bool:
    """A person (or expiry) puts a message into another state, where the table allows it.

    ``signed``: who, for the audit, where ``by`` is a reason.
    """
    if not _turned(conn, message_id, to, by, now):
        return False
    write_audit(conn, what, signed or by, message_id, now)
    return True


def _turned(conn: Connection, message_id: str, to: MessageState, by: str, now: datetime) -> bool:
    before = tuple(state for state in MessageState if may_follow(state, to))
    return _turn(conn, _TURN_BY, message_id, to, now, before, {"who": by})


def _turn(
    conn: Connection,
    statement: Any,
    message_id: str,
    to: MessageState,
    now: datetime,
    before: Iterable[MessageState],
    values: dict[str, Any],
) -> bool:
    states = [state.value for state in before]
    return bool(
        conn.execute(statement, {"which": message_id, "states": states, "to": to.value, "now": now, **values}).rowcount
    )


def cancel(conn: Connection, message_id: str, by: str, now: datetime, *, also_public: bool = False) -> Cancelled | None:
    """Stop what has not gone yet, and the calls nobody has made; ``also_public``: and what everybody can read.

    None if there is nothing to stop: unknown, stopped before, or done with nobody left to ring and nothing in public.
    """
    lock_messages(conn, [message_id])
    to_ring = _in_state(conn, message_id, DeliveryState.UNREACHED)
    state = conn.execute(_STATE, {"which": message_id}).scalar_one_or_none()
    in_public = also_public and conn.execute(_IN_PUBLIC, {"which": message_id}).first() is not None
    if state == MessageState.DONE.value and not to_ring and not in_public:
        return None
    if not _turned(conn, message_id, MessageState.CANCELLED, by, now):
        return None
    conn.execute(WITHDRAW_DUE, {"which": message_id, "why": "The message was cancelled.", "now": now})
    sent = {row.delivery_id for row in conn.execute(_SENT, {"which": message_id})} - to_ring
    left = _in_state(conn, message_id, DeliveryState.PLANNED, DeliveryState.SENDING)
    moved = progress(conn, sorted(left), now)
    held = conn.execute(MOVE_HELD, {"which": message_id, "to": DeliveryState.CANCELLED.value}).rowcount
    conn.execute(_SPARE, {"which": message_id})
    drop_tasks(conn, to_ring, by, now)
    write_audit(conn, "stopped", by, message_id, now)
    unsent = sum(state is DeliveryState.CANCELLED and id not in sent for id, state in moved.items())
    return Cancelled(unsent + held + len(to_ring), len(sent), in_public)


def _in_state(conn: Connection, message_id: str, *states: DeliveryState) -> set[str]:
    return {row.id for row in conn.execute(_OPEN_DELIVERIES, {"which": message_id, "states": [*states]})}
