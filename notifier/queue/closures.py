"""Closures: each step one transaction, held to the one table of states; their messages are enqueued with them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from notifier.faultpoints import reached
from notifier.model import ladder
from notifier.model.closure import CLOSURE_MOVES, Announcement, Closure, ClosureState, What
from notifier.model.message import Mode
from notifier.model.states import DeliveryState, LegState
from notifier.queue import schema, tasks
from notifier.queue.audit import write_audit
from notifier.queue.encoding import delivery_from, ids_from, ids_text
from notifier.queue.inserting import InsertNew
from notifier.queue.legs import finish, lock_messages
from notifier.queue.messages import cancel, enqueue
from notifier.queue.rows import Entry, Journalled, Settlement
from notifier.queue.settling import settle
from notifier.queue.tasks import drop_tasks

_CLOSURE, _SAID, _ANSWER = schema.closure, schema.announcement, schema.acknowledgement
_DELIVERY, _LEG, _MESSAGE = schema.delivery, schema.leg, schema.message
_ADAPTER = TypeAdapter(Announcement)
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)

_NEW, _NEW_ANSWER = InsertNew(_CLOSURE), InsertNew(_ANSWER)
_NEW_SAID = insert(_SAID)
_ALL = select(_CLOSURE).order_by(_CLOSURE.c.made_at.desc(), _CLOSURE.c.id)
_SAYS = select(_SAID).where(_SAID.c.closure_id.in_(_IDS)).order_by(_SAID.c.closure_id, _SAID.c.number)
_ONE = select(_CLOSURE).where(_CLOSURE.c.id == bindparam("which")).with_for_update()
_MOVE = (
    update(_CLOSURE)
    .where(_CLOSURE.c.id == bindparam("which"))
    .values(state=bindparam("to"), changed_at=bindparam("now"))
)
_CONFIRM = _MOVE.values(confirmed_by=bindparam("who"))
_FORGET = delete(_SAID).where(_SAID.c.closure_id == bindparam("which"))
_TOUCHED = (
    select(_DELIVERY.c.key)
    .distinct()
    .join(_LEG, _LEG.c.delivery_id == _DELIVERY.c.id)
    .where(
        _DELIVERY.c.message_id.in_(_IDS),
        _LEG.c.by_person.is_(False),
        _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED, LegState.STARTED, LegState.UNKNOWN]),
    )
)
_TOLD = select(_DELIVERY.c.key).where(
    _DELIVERY.c.message_id.in_(_IDS), _DELIVERY.c.state == DeliveryState.CONFIRMED.value
)
_PLANNED = select(_DELIVERY.c.key).where(
    _DELIVERY.c.message_id.in_(_IDS),
    _DELIVERY.c.public.is_(False),
    _DELIVERY.c.state.not_in([DeliveryState.WITHHELD.value, DeliveryState.HELD.value]),
)
_PENDING = (
    select(_LEG.c.message_id)
    .distinct()
    .where(_LEG.c.message_id.in_(_IDS), _LEG.c.rung == 0, _LEG.c.state.in_([LegState.DUE, LegState.STARTED]))
)
_OVER = select(_MESSAGE.c.id).where(_MESSAGE.c.id.in_(_IDS), _MESSAGE.c.expired.is_(True))
_STATES = select(_CLOSURE.c.id, _CLOSURE.c.state).where(
    _CLOSURE.c.state.in_([ClosureState.SENDING.value, ClosureState.ACTIVE.value])
)
FAMILY = "family"
"""In whose name the audit has an answer: it names nobody outside the school where everybody reads it."""
JOURNAL = "journal"
"""The owner of what was sent without the database."""
_UNTRIED = select(_LEG.c.delivery_id).where(
    _LEG.c.id == bindparam("which"), _LEG.c.state == LegState.DUE.value, _LEG.c.tries == 0
)
_BEGUN = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(state=LegState.STARTED.value, owner=bindparam("me"), tries=1, batch=1)
)
_NEW_ATTEMPT = insert(schema.attempt)
_RUNG_BEGUN = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("which"), _DELIVERY.c.rung_at.is_(None))
    .values(rung_at=bindparam("at"))
)
_ANSWERS = select(_ANSWER).where(_ANSWER.c.closure_id == bindparam("which")).order_by(_ANSWER.c.at)
_OPEN = select(_DELIVERY).where(
    _DELIVERY.c.message_id == bindparam("which"),
    _DELIVERY.c.public.is_(False),
    _DELIVERY.c.state.in_(
        [DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.HANDED_OVER, DeliveryState.UNREACHED]
    ),
)
_TASK = select(schema.task.c.delivery_id).where(schema.task.c.id == bindparam("task"))
_ITS = (
    select(_DELIVERY.c.value, _SAID.c.closure_id)
    .join(_SAID, _SAID.c.message_id == _DELIVERY.c.message_id)
    .where(_DELIVERY.c.id == bindparam("which"))
)
_ANSWERED = update(_DELIVERY).where(_DELIVERY.c.id.in_(_IDS)).values(state=DeliveryState.CONFIRMED.value)
_CALL_OFF = (
    update(_LEG)
    .where(_LEG.c.delivery_id.in_(_IDS), _LEG.c.state == LegState.DUE.value)
    .values(state=LegState.WITHDRAWN.value, settled_at=bindparam("now"), reason=bindparam("why"))
)


def announcement_text(said: Announcement) -> str:
    return _ADAPTER.dump_json(said).decode()


def announcement_from(value: str) -> Announcement:
    return _ADAPTER.validate_json(value)


def drafted(conn: Connection, closure: Closure, now: datetime) -> bool:
    """It waits for a second person. False if it is there already."""
    if not _NEW.one(conn, _row(closure, ClosureState.DRAFT, now)):
        return False
    conn.execute(_NEW_SAID, [_said(closure.id, number, said) for number, said in enumerate(closure.announcements)])
    write_audit(conn, "closure drafted", closure.first.author, closure.id, now)
    return True


def started(conn: Connection, closure: Closure, entry: Entry, now: datetime) -> bool:
    """Confirmed, and its message on its way, all or nothing; False if it was before, or was dropped meanwhile."""
    row = conn.execute(_ONE, {"which": closure.id}).first()
    if row is None:
        _NEW.one(conn, _row(closure, ClosureState.CONFIRMED, now))
    elif ClosureState.CONFIRMED not in CLOSURE_MOVES[ClosureState(row.state)]:
        return False
    else:
        # The second person sees the day's plan and the same words; the moment of the yes is the later one's.
        conn.execute(_FORGET, {"which": closure.id})
    by = ids_text(closure.confirmed_by)
    conn.execute(_CONFIRM, {"which": closure.id, "to": ClosureState.CONFIRMED.value, "who": by, "now": now})
    conn.execute(_NEW_SAID, [_said(closure.id, 0, closure.first)])
    enqueue(conn, entry, now)
    conn.execute(_MOVE, {"which": closure.id, "to": ClosureState.SENDING.value, "now": now})
    for person in closure.confirmed_by:
        write_audit(conn, "drill confirmed" if closure.drill else "closure confirmed", person, closure.id, now)
    reached("closing")
    return True


def announced(conn: Connection, closure_id: str, said: Announcement, entry: Entry | None, now: datetime) -> int | None:
    """An update or the end: what of the last message has not gone will not go; the new one goes to those who had it.

    ``entry.plan`` is for everybody whom the closure was for; who of them had nothing is left out here, where nothing
    can come between. How many it goes to; None where the closure is not under way any more. ``entry`` None: it
    ends without a word.
    """
    row = conn.execute(_ONE, {"which": closure_id}).first()
    before = None if row is None else _refreshed(conn, row, now)
    ends = said.what in (What.CLEAR, What.MISTAKE)
    to = ClosureState.ENDED if ends else ClosureState.SENDING
    if before is None or (to not in CLOSURE_MOVES[before] and not (before is to and not ends)):
        return None
    spoken = conn.execute(_SAYS, {"ids": [closure_id]}).all()
    earlier = [one.message_id for one in spoken]
    lock_messages(conn, earlier)
    for message_id in earlier:
        cancel(conn, message_id, said.author, now)
    conn.execute(_NEW_SAID, [_said(closure_id, len(spoken), said)])
    write_audit(conn, f"closure {said.what.value}", said.author, closure_id, now)
    conn.execute(_MOVE, {"which": closure_id, "to": to.value, "now": now})
    if entry is None:
        return 0
    had = _had(conn, earlier, or_planned=not ends)
    plan = replace(entry.plan, deliveries=tuple(one for one in entry.plan.deliveries if one.key in had))
    enqueue(conn, replace(entry, plan=plan), now)
    reached("announcing")
    return len(plan.deliveries)


def _had(conn: Connection, message_ids: Sequence[str], *, or_planned: bool) -> set[str]:
    """Whom it was handed over to, or perhaps was; ``or_planned``: or would have been, but for the update."""
    queries = (_TOUCHED, _TOLD, _PLANNED) if or_planned else (_TOUCHED, _TOLD)
    return {key for query in queries for key in conn.execute(query, {"ids": list(message_ids)}).scalars()}


def taken_in(conn: Connection, closure: Closure, entry: Entry, sends: Sequence[Journalled], now: datetime) -> bool:
    """What a journal tells, outcomes included. Done twice it changes nothing; False if the closure was here already."""
    new = started(conn, closure, entry, now)
    for one in sends:
        row = conn.execute(_UNTRIED, {"which": one.leg_id}).first()
        if row is None:
            continue
        attempt = ladder.attempt_id(one.leg_id, 1)
        conn.execute(_BEGUN, {"which": one.leg_id, "me": JOURNAL})
        conn.execute(
            _NEW_ATTEMPT,
            {
                "id": attempt,
                "leg_id": one.leg_id,
                "number": 1,
                "owner": JOURNAL,
                "started_at": one.begun_at,
                "outcome": LegState.STARTED.value,
            },
        )
        conn.execute(_RUNG_BEGUN, {"which": row.delivery_id, "at": one.begun_at})
        outcome = Settlement(
            one.leg_id,
            attempt,
            JOURNAL,
            one.outcome,
            one.reason or ("The process ended before it was known." if one.ended_at is None else ""),
            one.reference,
            retry_at=one.again,
            by_person=one.by_person,
        )
        settle(conn, [outcome], one.ended_at or now)
    reached("journal taken in")
    return new


def dropped(conn: Connection, closure_id: str, by: str, now: datetime) -> bool:
    """A draft that nobody confirmed is given up."""
    row = conn.execute(_ONE, {"which": closure_id}).first()
    if row is None or row.state != ClosureState.DRAFT.value:
        return False
    conn.execute(_MOVE, {"which": closure_id, "to": ClosureState.ENDED.value, "now": now})
    write_audit(conn, "closure dropped", by, closure_id, now)
    return True


def closures(conn: Connection) -> list[Closure]:
    """Newest first, each as it stands."""
    rows = conn.execute(_ALL).all()
    said: dict[str, list[Announcement]] = {}
    for one in conn.execute(_SAYS, {"ids": [row.id for row in rows]}):
        said.setdefault(one.closure_id, []).append(announcement_from(one.value))
    found = [
        Closure(
            row.id,
            Mode(row.mode),
            row.drill,
            ClosureState(row.state),
            tuple(said[row.id]),
            row.made_at,
            ids_from(row.confirmed_by),
        )
        for row in rows
    ]
    standing = _standing(conn, {one.id: one.latest.message_id for one in found})
    return [replace(one, state=_stands(one.state, *standing[one.id])) for one in found]


def keep_step(conn: Connection, now: datetime) -> None:
    """Closures of which all was handed over are active, and over when their message is."""
    for row in conn.execute(_STATES).all():
        _refreshed(conn, row, now)


def _refreshed(conn: Connection, row: Any, now: datetime) -> ClosureState:
    before = ClosureState(row.state)
    spoken = [one.message_id for one in conn.execute(_SAYS, {"ids": [row.id]})]
    after = _stands(before, *_standing(conn, {row.id: spoken[-1]})[row.id]) if spoken else before
    if after is not before:
        conn.execute(_MOVE, {"which": row.id, "to": after.value, "now": now})
    return after


def _standing(conn: Connection, latest: dict[str, str]) -> dict[str, tuple[bool, bool]]:
    """By closure: whether something of its last message has still to be handed over, and whether that is over."""
    ids = list(latest.values())
    pending = set(conn.execute(_PENDING, {"ids": ids}).scalars())
    over = set(conn.execute(_OVER, {"ids": ids}).scalars())
    return {closure: (message in pending, message in over) for closure, message in latest.items()}


def _stands(state: ClosureState, pending: bool, over: bool) -> ClosureState:
    if state is ClosureState.SENDING and not pending:
        state = ClosureState.ACTIVE
    if state is ClosureState.ACTIVE and over:
        state = ClosureState.ENDED
    return state


def answers(conn: Connection, closure_id: str) -> dict[str, str]:
    """The children for whom somebody has answered, and how."""
    return {row.pupil_id: row.how for row in conn.execute(_ANSWERS, {"which": closure_id})}


def answered(
    conn: Connection,
    closure_id: str,
    pupil_ids: Collection[str],
    by: str,
    how: str,
    now: datetime,
    contact_id: str = "",
) -> list[str]:
    """Somebody has answered for these children; the ids of those for whom nobody had. ``contact_id``: which adult.

    A delivery all of whose children are answered for is confirmed, whoever it is to: nobody is rung any more.
    """
    rows: list[dict[str, Any]] = [
        {"closure_id": closure_id, "pupil_id": pupil_id, "by": contact_id or by, "how": how, "at": now}
        for pupil_id in sorted(pupil_ids)
    ]
    fresh = [str(row["pupil_id"]) for row in rows if _NEW_ANSWER.one(conn, row)]
    known = set(answers(conn, closure_id))
    message_ids = [one.message_id for one in conn.execute(_SAYS, {"ids": [closure_id]})]
    lock_messages(conn, message_ids)
    for message_id in message_ids:
        done = [
            row.id
            for row in conn.execute(_OPEN, {"which": message_id})
            if (children := delivery_from(row.value).pupil_ids) and known.issuperset(children)
        ]
        if done:
            conn.execute(_ANSWERED, {"ids": done})
            conn.execute(_CALL_OFF, {"ids": done, "now": now, "why": "Somebody has answered for the child."})
            drop_tasks(conn, done, by, now)
            finish(conn, [message_id], now)
    if fresh:
        write_audit(conn, f"answered: {how}", by, closure_id, now, (*fresh, *filter(None, (contact_id,))))
    return fresh


def answered_by_family(conn: Connection, delivery_id: str, how: str, now: datetime) -> bool:
    """Whoever pressed the key, or wrote back, has answered for the children that the message was about.

    False where it asked for no answer.
    """
    row = conn.execute(_ITS, {"which": delivery_id}).first()
    if row is None or not (delivery := delivery_from(row.value)).acknowledge:
        return False
    contact_id = delivery.contact_ids[0] if delivery.contact_ids else ""
    answered(conn, row.closure_id, delivery.pupil_ids, FAMILY, how, now, contact_id)
    return True


def tick_off(conn: Connection, id: int, by: str, now: datetime) -> bool:
    """As tasks have it; whoever was rung about an early finish has thereby answered for the children."""
    delivery_id = conn.execute(_TASK, {"task": id}).scalar()
    if not tasks.tick_off(conn, id, by, now):
        return False
    row = conn.execute(_ITS, {"which": delivery_id}).first() if delivery_id else None
    if row is not None and (delivery := delivery_from(row.value)).acknowledge:
        answered(conn, row.closure_id, delivery.pupil_ids, by, "rung", now)
    return True


def _row(closure: Closure, state: ClosureState, now: datetime) -> dict[str, Any]:
    return {
        "id": closure.id,
        "mode": closure.mode.value,
        "drill": closure.drill,
        "state": state.value,
        "confirmed_by": ids_text(closure.confirmed_by),
        "made_at": closure.made_at,
        "changed_at": now,
    }


def _said(closure_id: str, number: int, said: Announcement) -> dict[str, Any]:
    return {
        "message_id": said.message_id,
        "closure_id": closure_id,
        "number": number,
        "value": announcement_text(said),
    }
