"""What became of things: read only."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, or_, select

from notifier.model.message import Mode
from notifier.model.plan import Step, Withheld
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.claims import directory_version
from notifier.queue.encoding import LANES, delivery_from, ids_from, ids_text, steps_from
from notifier.queue.rows import Counts, Left, OpenWork, Status, StoredAttempt, StoredDelivery, StoredLeg

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_WHICH: ColumnElement[str] = bindparam("which")
_DUE: ColumnElement[str] = literal_column("'due'")
_STARTED: ColumnElement[str] = literal_column("'started'")

_DELIVERIES = select(_DELIVERY).where(_DELIVERY.c.message_id == _WHICH).order_by(_DELIVERY.c.number)
_NAMES = 100
"""Ids looked for at once."""
_DELIVERY_ONE = select(_DELIVERY).where(_DELIVERY.c.id == _WHICH)
_LEGS = (
    select(_LEG)
    .join(_DELIVERY, _DELIVERY.c.id == _LEG.c.delivery_id)
    .where(_LEG.c.message_id == _WHICH)
    .order_by(_DELIVERY.c.number, _LEG.c.rung, _LEG.c.id)
)
_ATTEMPTS = (
    select(_ATTEMPT)
    .join(_LEG, _LEG.c.id == _ATTEMPT.c.leg_id)
    .where(_LEG.c.message_id == _WHICH)
    .order_by(_ATTEMPT.c.started_at, _ATTEMPT.c.leg_id, _ATTEMPT.c.number)
)
_WITHHELD = select(schema.withheld).where(schema.withheld.c.message_id == _WHICH).order_by(schema.withheld.c.number)
_TRACE = select(schema.trace.c.value).where(schema.trace.c.message_id == _WHICH)
_UNREACHED = select(_DELIVERY).where(_DELIVERY.c.state == literal_column("'unreached'"))
_HELD = (
    select(_DELIVERY.c.id)
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(
        _DELIVERY.c.state == literal_column("'held'"),
        _MESSAGE.c.state == MessageState.ACCEPTED.value,
        _DELIVERY.c.reason.endswith(bindparam("ending"), autoescape=False),
    )
)
_ITEMS = (
    select(_LEG.c.id.label("leg_id"), _DELIVERY)
    .join(_DELIVERY, _DELIVERY.c.id == _LEG.c.delivery_id)
    .where(
        _LEG.c.message_id == _WHICH,
        _LEG.c.channel == bindparam("on_channel"),
        _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED]),
    )
    .order_by(_DELIVERY.c.number, _LEG.c.id)
)
_BUSY = (
    select(_LEG.c.id)
    .where(
        _LEG.c.message_id == _WHICH,
        _LEG.c.channel == bindparam("on_channel"),
        or_(_LEG.c.state == _STARTED, (_LEG.c.state == _DUE) & _LEG.c.due_at.is_not(None)),
    )
    .limit(1)
)
_COUNT_DELIVERIES = (
    select(_DELIVERY.c.state, func.count()).where(_DELIVERY.c.message_id == _WHICH).group_by(_DELIVERY.c.state)
)
_COUNT_LEGS = (
    select(_LEG.c.channel, _LEG.c.state, func.count())
    .where(_LEG.c.message_id == _WHICH)
    .group_by(_LEG.c.channel, _LEG.c.state)
)
_COUNT_WITHHELD = select(func.count()).where(schema.withheld.c.message_id == _WHICH)

_TALLIED = select(schema.tally).where(schema.tally.c.message_id == _WHICH)
_ALL_TALLIED = select(
    schema.tally.c.sort, schema.tally.c.name, schema.tally.c.state, func.sum(schema.tally.c.number).label("number")
).group_by(schema.tally.c.sort, schema.tally.c.name, schema.tally.c.state)
_ALL_MESSAGES = select(_MESSAGE.c.state, func.count()).group_by(_MESSAGE.c.state)
_ALL_DELIVERIES = select(_DELIVERY.c.state, func.count()).group_by(_DELIVERY.c.state)
_ALL_LEGS = select(_LEG.c.channel, _LEG.c.state, func.count()).group_by(_LEG.c.channel, _LEG.c.state)
_OPEN_TASKS = select(func.count()).where(schema.task.c.done_at.is_(None))
_OLDEST = select(func.min(_LEG.c.due_at)).where(_LEG.c.state == _DUE)


def _left(state: LegState, order: ColumnElement[Any]) -> Select[Any]:
    """Ordered as the partial index of that state is, which is how the database comes to take it."""
    word: ColumnElement[str] = literal_column(f"'{state.value}'")
    return (
        select(_LEG.c.message_id, _MESSAGE.c.subject, _LEG.c.channel, _LEG.c.due_at, _LEG.c.lease_until)
        .join(_MESSAGE, _MESSAGE.c.id == _LEG.c.message_id)
        .where(_LEG.c.state == word)
        .order_by(order)
    )


LEFT_LEGS = {
    Left.DUE: _left(LegState.DUE, _LEG.c.due_at).where(_LEG.c.due_at.is_not(None)),
    Left.STARTED: _left(LegState.STARTED, _LEG.c.lease_until),
    Left.UNKNOWN: _left(LegState.UNKNOWN, _LEG.c.due_at),
    Left.TECHNICAL: _left(LegState.TECHNICAL_FAILURE, _LEG.c.settled_at),
}
_LEFT_DELIVERIES = (
    select(_DELIVERY.c.message_id, _MESSAGE.c.subject, _DELIVERY.c.state, func.count().label("how_many"))
    .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
    .where(_DELIVERY.c.state.in_([literal_column("'held'"), literal_column("'unreached'")]))
    .group_by(_DELIVERY.c.message_id, _MESSAGE.c.subject, _DELIVERY.c.state)
    .order_by(_DELIVERY.c.message_id, _DELIVERY.c.state)
)
_LEFT_MESSAGES = (
    select(_MESSAGE.c.id, _MESSAGE.c.subject, _MESSAGE.c.state, _MESSAGE.c.send_at)
    .where(_MESSAGE.c.state.in_([MessageState.WAITING, MessageState.HELD]))
    .order_by(_MESSAGE.c.send_at, _MESSAGE.c.id)
)


def delivery(conn: Connection, id: str) -> StoredDelivery | None:
    row = conn.execute(_DELIVERY_ONE, {"which": id}).first()
    return None if row is None else delivery_of(row)


def deliveries(conn: Connection, message_id: str, about: Collection[str] | None) -> list[StoredDelivery]:
    if about is None:
        return [delivery_of(row) for row in conn.execute(_DELIVERIES, {"which": message_id})]
    found: dict[str, StoredDelivery] = {}
    ids = sorted(about)
    for start in range(0, len(ids), _NAMES):
        # Looked for in the text first: a large message has thousands, and reading one costs more than finding it.
        names = [
            _DELIVERY.c.value.contains(ids_text((id,))[1:-1], autoescape=True) for id in ids[start : start + _NAMES]
        ]
        found |= {
            row.id: delivery_of(row) for row in conn.execute(_DELIVERIES.where(or_(*names)), {"which": message_id})
        }
    wanted = set(ids)
    return [one for one in found.values() if wanted & {*one.delivery.pupil_ids, *one.delivery.contact_ids}]


def delivery_of(row: Any) -> StoredDelivery:
    return StoredDelivery(
        row.id,
        row.message_id,
        delivery_from(row.value),
        DeliveryState(row.state),
        row.rung,
        row.public,
        row.reason,
        row.rung_at,
    )


def legs(conn: Connection, message_id: str) -> list[StoredLeg]:
    return [leg_of(row) for row in conn.execute(_LEGS, {"which": message_id})]


def leg_of(row: Any) -> StoredLeg:
    return StoredLeg(
        id=row.id,
        delivery_id=row.delivery_id,
        message_id=row.message_id,
        rung=row.rung,
        channel=row.channel,
        contact_id=row.contact_id,
        lane=LANES[row.lane],
        mode=Mode(row.mode),
        state=LegState(row.state),
        due_at=row.due_at,
        tries=row.tries,
        crashes=row.crashes,
        owner=row.owner,
        lease_until=row.lease_until,
        reason=row.reason,
        reference=row.reference,
        settled_at=row.settled_at,
    )


def attempts(conn: Connection, message_id: str) -> list[StoredAttempt]:
    return [
        StoredAttempt(
            row.id,
            row.leg_id,
            row.number,
            row.owner,
            row.started_at,
            row.ended_at,
            LegState(row.outcome),
            row.reason,
            row.reference,
        )
        for row in conn.execute(_ATTEMPTS, {"which": message_id})
    ]


def withheld(conn: Connection, message_id: str) -> list[Withheld]:
    return [
        Withheld(row.contact_id, ids_from(row.pupil_ids), row.rule, row.reason)
        for row in conn.execute(_WITHHELD, {"which": message_id})
    ]


def trace(conn: Connection, message_id: str) -> list[Step]:
    value = conn.execute(_TRACE, {"which": message_id}).scalar()
    return [] if value is None else list(steps_from(value))


def unreached(conn: Connection, message_id: str | None) -> list[StoredDelivery]:
    query = _UNREACHED if message_id is None else _UNREACHED.where(_DELIVERY.c.message_id == message_id)
    return [delivery_of(row) for row in conn.execute(query.order_by(_DELIVERY.c.message_id, _DELIVERY.c.number))]


def held_for(conn: Connection, rule: str) -> list[str]:
    """The ids of deliveries of accepted messages that were held by this rule at the last moment."""
    return list(conn.execute(_HELD, {"ending": f"({rule})"}).scalars())


def items_of(conn: Connection, message_id: str, channel: str) -> list[tuple[str, StoredDelivery]]:
    rows = conn.execute(_ITEMS, {"which": message_id, "on_channel": channel})
    return [(row.leg_id, delivery_of(row)) for row in rows]


def quiet(conn: Connection, message_id: str, channel: str) -> bool:
    """A leg that waits for a person does not count: the sheet is made without it."""
    return conn.execute(_BUSY, {"which": message_id, "on_channel": channel}).first() is None


def counts(conn: Connection, message_id: str) -> Counts:
    values = {"which": message_id}
    withheld = int(conn.execute(_COUNT_WITHHELD, values).scalar_one())
    return _with_tally(
        conn.execute(_COUNT_DELIVERIES, values), conn.execute(_COUNT_LEGS, values), withheld,
        conn.execute(_TALLIED, values),
    )  # fmt: skip


def _with_tally(deliveries: Iterable[Any], legs: Iterable[Any], withheld: int, tallied: Iterable[Any]) -> Counts:
    """What is there, and what was let go and is only counted any more."""
    by_state = Counter({DeliveryState(state): number for state, number in deliveries})
    by_leg = Counter({(channel, LegState(state)): number for channel, state, number in legs})
    for row in tallied:
        if row.sort == "delivery":
            by_state[DeliveryState(row.state)] += row.number
        elif row.sort == "leg":
            by_leg[row.name, LegState(row.state)] += row.number
        elif row.sort == "withheld":
            withheld += row.number
    return Counts(by_state, by_leg, withheld)


def status(conn: Connection) -> Status:
    whole = _with_tally(conn.execute(_ALL_DELIVERIES), conn.execute(_ALL_LEGS), 0, conn.execute(_ALL_TALLIED))
    return Status(
        {MessageState(state): number for state, number in conn.execute(_ALL_MESSAGES)},
        whole.deliveries,
        whole.legs,
        int(conn.execute(_OPEN_TASKS).scalar_one()),
        directory_version(conn),
        conn.execute(_OLDEST).scalar(),
    )


def open_work(conn: Connection, now: datetime) -> list[OpenWork]:
    """All that is left, and when: work that needs a person has no moment."""
    found = _open_legs(conn, LEFT_LEGS)
    for row in conn.execute(_LEFT_DELIVERIES):
        left = Left.HELD_DELIVERY if row.state == DeliveryState.HELD.value else Left.UNREACHED
        found.append(OpenWork(row.message_id, row.subject, left, "", row.how_many, None, True))
    for message in conn.execute(_LEFT_MESSAGES):
        held = message.state == MessageState.HELD.value
        left = Left.HELD if held else Left.WAITING
        found.append(OpenWork(message.id, message.subject, left, "", 1, None if held else message.send_at, held))
    return found


def stuck(conn: Connection) -> list[OpenWork]:
    """What nobody can tell about, and what a fault stopped, as far as it waits for a person."""
    return [one for one in _open_legs(conn, (Left.UNKNOWN, Left.TECHNICAL)) if one.needs_person]


def _open_legs(conn: Connection, kinds: Iterable[Left]) -> list[OpenWork]:
    found = []
    for left in kinds:
        query = LEFT_LEGS[left]
        groups: dict[tuple[str, str, str, bool], list[datetime | None]] = {}
        for row in conn.execute(query):
            at = row.lease_until if left is Left.STARTED else row.due_at
            person = left is Left.TECHNICAL or at is None
            groups.setdefault((row.message_id, row.channel, row.subject, person), []).append(at)
        for (message_id, channel, subject, person), moments in sorted(groups.items()):
            first = None if person else min(moment for moment in moments if moment is not None)
            found.append(OpenWork(message_id, subject, left, channel, len(moments), first, person))
    return found
