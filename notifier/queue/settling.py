"""Settling: how attempts ended, many in one commit, each guarded by the leg's state and owner (DESIGN 3.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, or_, select, update

from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model import ladder
from notifier.model.message import Kind
from notifier.model.plan import Delivery, legs_of
from notifier.model.states import LEG_MOVES, DeliveryState, LegState, MessageState, may_follow
from notifier.queue import schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import delivery_from, delivery_text
from notifier.queue.legs import PARK, Starter, finish, lock_messages, progress
from notifier.queue.looks import STOPPED
from notifier.queue.messages import WITHDRAW_DUE
from notifier.queue.prepared import Among, Prepared, as_pairs, moment, pairs, words
from notifier.queue.rows import Settlement
from notifier.queue.tasks import open_tasks

log = logger("queue")

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_THESE_LEGS = Among(_LEG.c.id, words("ids"))
_DUE: ColumnElement[str] = literal_column("'due'")

_MESSAGES = Prepared(select(_LEG.c.message_id).distinct().where(_THESE_LEGS))
_STARTED = Prepared(
    select(
        _LEG.c.id,
        _LEG.c.delivery_id,
        _LEG.c.message_id,
        _LEG.c.state,
        _LEG.c.owner,
        _LEG.c.tries,
        _LEG.c.unknown_since,
        _LEG.c.by_person,
    )
    .where(_THESE_LEGS)
    .order_by(_LEG.c.id)
    .with_for_update()
)
_BEGAN = Prepared(select(_ATTEMPT.c.id, _ATTEMPT.c.started_at).where(Among(_ATTEMPT.c.id, words("ids"))))
_SETTLE = Prepared(
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=bindparam("to"),
        due_at=bindparam("at"),
        owner="",
        lease_until=None,
        unknown_since=bindparam("since"),
        by_person=bindparam("by_hand"),
        reason=bindparam("why"),
        reference=bindparam("ref"),
        settled_at=bindparam("now"),
    ),
    each=("which", "to", "at", "since", "by_hand", "why", "ref"),
)
_END = Prepared(
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("which"))
    .values(outcome=bindparam("to"), ended_at=bindparam("now"), reason=bindparam("why"), reference=bindparam("ref")),
    each=("which", "to", "why", "ref"),
)
_ONE = select(_DELIVERY).where(_DELIVERY.c.id == bindparam("which")).with_for_update()
_VALUES = Prepared(
    select(_DELIVERY.c.id, _DELIVERY.c.value).where(Among(_DELIVERY.c.id, words("ids"))).with_for_update()
)
_REDUCE = update(_DELIVERY).where(_DELIVERY.c.id == bindparam("which")).values(value=bindparam("new_value"))
_STOP = (
    update(_DELIVERY).where(_DELIVERY.c.id == bindparam("which")).values(state=bindparam("to"), reason=bindparam("why"))
)
_WITHDRAW = (
    update(_LEG)
    .where(_LEG.c.delivery_id == bindparam("which"), _LEG.c.state == _DUE)
    .values(state=LegState.WITHDRAWN.value, reason=bindparam("why"), settled_at=bindparam("now"))
)
_WITHDRAW_PARKED = _WITHDRAW.where(_LEG.c.due_at.is_(None))
_WAKE = (
    update(_LEG)
    .where(
        _LEG.c.delivery_id == bindparam("which"),
        _LEG.c.state.in_([LegState.DUE, LegState.UNKNOWN]),
        _LEG.c.due_at.is_(None),
    )
    .values(due_at=bindparam("now"))
)
_ITS_MESSAGE = select(_MESSAGE.c.state, _MESSAGE.c.expired, _MESSAGE.c.kind, _MESSAGE.c.mode).where(
    _MESSAGE.c.id == bindparam("which")
)
_ANY_LEG = select(_LEG.c.id).where(_LEG.c.delivery_id == bindparam("which"), _LEG.c.rung == bindparam("on_rung"))
_IN_DOUBT = (
    select(_LEG.c.id, _LEG.c.delivery_id, _LEG.c.message_id, _LEG.c.state, _LEG.c.tries)
    .where(
        or_(_LEG.c.id == bindparam("which"), _LEG.c.delivery_id == bindparam("which")),
        _LEG.c.state.in_([LegState.UNKNOWN, LegState.TECHNICAL_FAILURE]),
    )
    .with_for_update()
)
_RESOLVE = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=bindparam("to"), due_at=bindparam("at"), reason=bindparam("why"), settled_at=bindparam("now"),
        unknown_since=None, crashes=0,
    )
)  # fmt: skip
_BEGIN_ANEW = update(_DELIVERY).where(_DELIVERY.c.id == bindparam("which")).values(rung_at=None)


_GIVEN = pairs("given")
"""References by leg."""
_OURS = Prepared(
    select(func.count()).select_from(
        select(_LEG.c.id)
        .where(
            _LEG.c.id == _GIVEN.c.key,
            _LEG.c.state == LegState.STARTED.value,
            _LEG.c.owner == bindparam("me"),
            _LEG.c.tries == bindparam("number"),
        )
        .with_for_update(of=_LEG)
        .subquery()
    )
)
_ARRIVE = Prepared(
    update(_LEG)
    .where(_LEG.c.id == _GIVEN.c.key)
    .values(
        state=bindparam("to"),
        due_at=None,
        owner="",
        lease_until=None,
        unknown_since=None,
        reason="",
        reference=_GIVEN.c.value,
        settled_at=bindparam("now"),
    )
)
_ARRIVED = Prepared(
    update(_ATTEMPT)
    .where(_ATTEMPT.c.leg_id == _GIVEN.c.key, _ATTEMPT.c.number == bindparam("number"))
    .values(outcome=bindparam("to"), ended_at=bindparam("now"), reason="", reference=_GIVEN.c.value)
)
ARRIVED = frozenset({LegState.SENT, LegState.DELIVERED})
"""What became of it makes nothing else due: a newsletter on its way wakes nobody."""


def settle(conn: Connection, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
    """For each whether it counted: False where another took the leg over, or it was settled before."""
    ids = sorted({one.leg_id for one in outcomes})
    if not ids:
        return []
    if conn.dialect.name != "sqlite":
        lock_messages(conn, [row.message_id for row in _MESSAGES.rows(conn, {"ids": ids})])
    if len(ids) < len(outcomes):  # of two outcomes of one leg the first counts
        counted = _settle_each(conn, outcomes, now)
        reached("settling")
        return counted
    together, others = _sorted(outcomes)
    arrived: list[str] = []
    for how, references in together.items():
        if _arrive(conn, *how, references, now):
            arrived += references
        else:
            others += [one for one in outcomes if one.leg_id in references]
    progress(conn, map(ladder.delivery_of_leg, arrived), now)
    counted = _settle_each(conn, others, now) if others else []
    reached("settling")
    refused = {one.leg_id for one, counts in zip(others, counted, strict=True) if not counts}
    return [one.leg_id not in refused for one in outcomes]


_Arrivals: TypeAlias = dict[tuple[str, int, LegState], dict[str, str]]
"""By owner, number of the try and outcome: the references by leg."""


def _sorted(outcomes: Sequence[Settlement]) -> tuple[_Arrivals, list[Settlement]]:
    """Those that were sent and nothing more is to be said of them, and the others."""
    together: _Arrivals = {}
    others = []
    for one in outcomes:
        leg, number = ladder.leg_of_attempt(one.attempt_id)
        if leg == one.leg_id and _just_arrived(one):
            together.setdefault((one.owner, number, one.outcome), {})[leg] = one.reference
        else:
            others.append(one)
    return together, others


def _just_arrived(one: Settlement) -> bool:
    return (
        one.outcome in ARRIVED
        and one.delivery is None
        and one.delivery_state is None
        and not (one.by_person or one.tasks or one.reason or one.next_address)
        and "\0" not in one.reference
    )


def _arrive(
    conn: Connection, owner: str, number: int, to: LegState, references: Mapping[str, str], now: datetime
) -> bool:
    """All of them, or none where one of them is not this owner's any more."""
    given = {"given": as_pairs(references), "me": owner, "number": number, "to": to.value, "now": now}
    if _OURS.rows(conn, given)[0][0] != len(references):
        return False
    _ARRIVE.run(conn, given)
    _ARRIVED.run(conn, given)
    return True


def _settle_each(conn: Connection, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
    """Whatever they say."""
    ids = sorted({one.leg_id for one in outcomes})
    started = {row.id: row for row in _STARTED.rows(conn, {"ids": ids})}
    counted: list[bool] = []
    done: list[tuple[Any, Settlement]] = []
    for one in outcomes:
        row = started.get(one.leg_id)
        counted.append(row is not None and _is_its(row, one))
        if counted[-1]:
            done.append((started.pop(one.leg_id), one))
    if not done:
        return counted
    doubtful = [one.attempt_id for _, one in done if one.outcome is LegState.UNKNOWN]
    began = {row.id: moment(row.started_at) for row in _BEGAN.rows(conn, {"ids": doubtful})} if doubtful else {}
    _SETTLE.many(conn, (_leg_values(row, one, began.get(one.attempt_id), now) for row, one in done), now=now)
    _END.many(conn, ((one.attempt_id, one.outcome.value, one.reason, one.reference) for _, one in done), now=now)
    _reduce(conn, {row.delivery_id: one.delivery for row, one in done if one.delivery is not None})
    for row, one in done:
        if one.tasks:
            open_tasks(conn, one.tasks, now, row.message_id)
        if one.delivery_state is not None:
            stop(conn, row.delivery_id, one.delivery_state, one.reason, now)
    wanted_next = {row.delivery_id: one.next_address for row, one in done if one.next_address}
    progress(conn, [row.delivery_id for row, _ in done], now, next_address=wanted_next)
    finish(conn, [row.message_id for row, one in done if one.delivery_state is not None], now)
    return counted


def _is_its(row: Any, one: Settlement) -> bool:
    return (
        row.state == LegState.STARTED
        and row.owner == one.owner
        and ladder.attempt_id(row.id, row.tries) == one.attempt_id
        and one.outcome in LEG_MOVES[LegState.STARTED]
    )


def _leg_values(row: Any, one: Settlement, began: datetime | None, now: datetime) -> tuple[Any, ...]:
    """For ``_SETTLE``; ``began``: the attempt, where it is needed."""
    to, at, since = one.outcome, None, None
    if one.delivery_state is DeliveryState.HELD:
        to = LegState.DUE if row.unknown_since is None else LegState.UNKNOWN
        since = moment(row.unknown_since)
    elif to is LegState.TEMPORARY_FAILURE:
        to, at = (LegState.PERMANENT_FAILURE, None) if one.retry_at is None else (LegState.DUE, one.retry_at)
    elif to is LegState.UNKNOWN:
        since = moment(row.unknown_since) or began
        at = one.retry_at or (now if row.unknown_since is None else None)
    elif to is LegState.DUE:
        at = one.retry_at or now
    return row.id, to.value, at, since, one.by_person or bool(row.by_person), one.reason, one.reference


def _reduce(conn: Connection, rechecked: Mapping[str, Delivery]) -> None:
    """Recheck only ever takes away; a delivery that came back wider is a fault, and the narrow one stays."""
    if not rechecked:
        return
    changed = []
    for row in _VALUES.rows(conn, {"ids": list(rechecked)}):
        new = rechecked[row.id]
        text = delivery_text(new)
        if text == row.value:
            continue
        old = delivery_from(row.value)
        if (
            _addresses(new) <= _addresses(old)
            and {*new.contact_ids} <= {*old.contact_ids}
            and {*new.pupil_ids} <= {*old.pupil_ids}
        ):
            changed.append({"which": row.id, "new_value": text})
        else:
            log.error("a rechecked delivery was wider than the planned one and was not taken", delivery=row.id)
    if changed:
        conn.execute(_REDUCE, changed)


def _addresses(delivery: Delivery) -> set[tuple[str, str]]:
    return {(address.contact_id, address.value) for route in delivery.routes.values() for address in route}


def stop(conn: Connection, delivery_id: str, to: DeliveryState, reason: str, now: datetime) -> bool:
    """WITHHELD withdraws what has not gone; HELD parks it until a person lets it go."""
    row = conn.execute(_ONE, {"which": delivery_id}).first()
    if row is None or not may_follow(DeliveryState(row.state), to):
        conn.execute(_WITHDRAW_PARKED, {"which": delivery_id, "why": reason, "now": now})
        return False
    conn.execute(_STOP, {"which": delivery_id, "to": to.value, "why": reason})
    if to is DeliveryState.HELD:
        conn.execute(PARK, {"which": delivery_id})
    else:
        conn.execute(_WITHDRAW, {"which": delivery_id, "why": reason, "now": now})
    return True


def stop_alone(conn: Connection, delivery_id: str, to: DeliveryState, reason: str, now: datetime) -> bool:
    """As ``stop``, outside a settlement."""
    done = stop(conn, delivery_id, to, reason, now)
    if done:
        finish(conn, [delivery_id.rpartition(".")[0]], now)
    return done


def requeue_held(conn: Connection, delivery_id: str, now: datetime, by: str) -> bool:
    """A person lets a held delivery go: from where it stood, or from the beginning of its rung.

    Its value keeps what it was held for, so that a recheck does not hold it for the same once more.
    """
    row = conn.execute(_ONE, {"which": delivery_id}).first()
    if row is None or row.state != DeliveryState.HELD.value:
        return False
    owner = conn.execute(_ITS_MESSAGE, {"which": row.message_id}).one()
    if owner.expired or MessageState(owner.state) is not MessageState.ACCEPTED:
        return False
    delivery = replace(delivery_from(row.value), held=row.reason)
    conn.execute(_REDUCE, {"which": delivery_id, "new_value": delivery_text(delivery)})
    conn.execute(_STOP, {"which": delivery_id, "to": DeliveryState.PLANNED.value, "why": ""})
    conn.execute(_BEGIN_ANEW, {"which": delivery_id})
    if not conn.execute(_WAKE, {"which": delivery_id, "now": now}).rowcount:
        if conn.execute(_ANY_LEG, {"which": delivery_id, "on_rung": row.rung}).first() is None:
            starter = Starter(conn, now)
            for plan in legs_of(delivery, row.rung) if row.rung < len(delivery.ladder) else ():
                starter.add(delivery_id, row.message_id, Kind(owner.kind), owner.mode, plan, 0)
            starter.write()
        progress(conn, [delivery_id], now)
    write_audit(conn, "held copy let go", by, delivery_id, now)
    return True


def resolve(conn: Connection, id: str, sent: bool, by: str, now: datetime) -> bool:
    """What a person found out about an unknown or parked leg, or about all those of a delivery.

    Sent, or seen to by that person: it is settled. Not sent: it goes again, as if its
    rung began now and no process had ever died over it. False if there was nothing to say.
    """
    rows = conn.execute(_IN_DOUBT, {"which": id}).all()
    if not rows:
        return False
    to = LegState.SENT if sent else LegState.DUE
    said = "A person said that it was sent." if sent else "A person said that it was not sent."
    values = {"to": to.value, "at": None if sent else now, "why": said, "now": now}
    conn.execute(_RESOLVE, [{"which": row.id, **values} for row in rows])
    if not sent:
        conn.execute(_BEGIN_ANEW, [{"which": row.delivery_id} for row in rows])
    for message_id in {row.message_id for row in rows}:
        owner = conn.execute(_ITS_MESSAGE, {"which": message_id}).one()
        if not sent and (owner.expired or MessageState(owner.state) in STOPPED):
            conn.execute(WITHDRAW_DUE, {"which": message_id, "why": "Its message is over.", "now": now})
    progress(conn, [row.delivery_id for row in rows], now)
    write_audit(conn, "settled: sent" if sent else "settled: not sent", by, id, now)
    return True
