"""What became of messages in numbers: counted from what is there, else as it was counted before that was let go.

``count`` is the one way of counting, and ``tally`` keeps what it found: a report says the same before and after.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, select

from notifier.model.figures import REACHED, AboutEvent, CopySort, Figures
from notifier.model.message import Kind, Message, Mode, Reach
from notifier.model.plan import Basis
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.encoding import message_from

COPY, PUBLIC, MINUTES, FIRST, EVENT = "copy", "public", "minutes", "first copy", "event"
"""Sorts of ``tally`` that are for reports; those for `status` are its own."""
OURS = frozenset({COPY, PUBLIC, MINUTES, FIRST, EVENT})
WIDE = frozenset({Reach.SCHOOL, Reach.YEAR, Reach.CLASS})
_MESSAGE, _DELIVERY, _LEG, _TASK, _TALLY = schema.message, schema.delivery, schema.leg, schema.task, schema.tally
_WHICH: BindParameter[str] = bindparam("which")

_MESSAGES = (
    select(_MESSAGE.c.id, _MESSAGE.c.state, _MESSAGE.c.received_at, _MESSAGE.c.value)
    .where(
        _MESSAGE.c.received_at >= bindparam("since"),
        _MESSAGE.c.received_at < bindparam("until"),
        _MESSAGE.c.mode == bindparam("of"),
    )
    .order_by(_MESSAGE.c.received_at, _MESSAGE.c.id)
)
_COPIES = select(_DELIVERY.c.id, _DELIVERY.c.state, _DELIVERY.c.public, _DELIVERY.c.value).where(
    _DELIVERY.c.message_id == _WHICH
)
_ARRIVED = select(
    _LEG.c.delivery_id, _LEG.c.rung, _LEG.c.channel, _LEG.c.state, _LEG.c.by_person, _LEG.c.settled_at
).where(_LEG.c.message_id == _WHICH, _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED]))
_RUNG = select(_TASK.c.delivery_id, _TASK.c.done_at).where(_TASK.c.message_id == _WHICH, _TASK.c.done_at.is_not(None))
_KEPT = select(_TALLY).where(_TALLY.c.message_id == _WHICH)
_KEEP = insert(_TALLY)


@dataclass(slots=True)
class _Counted:
    copies: Counter[CopySort] = field(default_factory=Counter)
    public: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)
    first: datetime | None = None


def figures(conn: Connection, since: datetime, until: datetime, mode: Mode) -> list[Figures]:
    """Of every message that came in then, the oldest first."""
    rows = conn.execute(_MESSAGES, {"since": since, "until": until, "of": mode.value}).all()
    return [_figures(conn, row) for row in rows]


def _figures(conn: Connection, row: Any) -> Figures:
    message = message_from(row.value)
    kept = conn.execute(_KEPT, {"which": row.id}).all()
    # An id of which nothing is left was counted when it went; of all others the rows themselves are counted.
    counted = (
        _counted_before(kept) if any(one.sort == "delivery" for one in kept) else count(conn, message, row.received_at)
    )
    return Figures(
        message_id=row.id,
        kind=message.kind,
        mode=message.mode,
        drill=message.drill,
        state=MessageState(row.state),
        received_at=row.received_at,
        wide=bool(message.audience) and all(term.reach in WIDE for term in message.audience),
        language=message.bodies[0].language,
        copies=counted.copies,
        public=counted.public,
        minutes=counted.minutes,
        first_copy=counted.first,
        events=_events(message) or _events_before(kept),
    )


def count(conn: Connection, message: Message, since: datetime) -> _Counted:
    """What the rows of one message say. ``since``: from when the minutes of an emergency count."""
    found = _Counted()
    by_delivery: dict[str, list[Any]] = {}
    for leg in conn.execute(_ARRIVED, {"which": message.id}):
        by_delivery.setdefault(leg.delivery_id, []).append(leg)
    urgent = message.kind is Kind.EMERGENCY
    rung = {one.delivery_id: one.done_at for one in conn.execute(_RUNG, {"which": message.id})} if urgent else {}
    moments = [leg.settled_at for legs in by_delivery.values() for leg in legs if leg.settled_at is not None]
    found.first = min(moments).replace(second=0, microsecond=0) if moments else None
    for row in conn.execute(_COPIES, {"which": message.id}):
        legs = by_delivery.get(row.id, [])
        state = DeliveryState(row.state)
        if row.public:
            for leg in legs:
                found.public[leg.channel] += 1
            continue
        value = json.loads(row.value)
        if value.get("staff_id"):
            continue
        found.copies[_sort(state, value, legs)] += 1
        if urgent and state in REACHED and (at := _reached_at(legs, rung.get(row.id))) is not None:
            found.minutes[max(0, -((since - at) // timedelta(minutes=1)))] += 1
    return found


def _sort(state: DeliveryState, value: Mapping[str, Any], legs: Sequence[Any]) -> CopySort:
    return CopySort(
        state,
        _brought_by(value.get("ladder", ()), legs) if state in REACHED else "",
        value.get("language", ""),
        value.get("text_language", "en"),
        Basis(value["basis"]),
        bool(value.get("interpreter", False)),
    )


def _brought_by(ladder: Sequence[Sequence[str]], legs: Sequence[Any]) -> str:
    """What surely arrived, else what was handed over last; of several at once the one that stands first."""

    def rank(leg: Any) -> tuple[bool, int, int]:
        order = list(ladder[leg.rung]) if leg.rung < len(ladder) else []
        place = order.index(leg.channel) if leg.channel in order else len(order)
        return (leg.state == LegState.DELIVERED.value, leg.rung, -place)

    return str(max(legs, key=rank).channel) if legs else ""


def _reached_at(legs: Sequence[Any], rung_at: datetime | None) -> datetime | None:
    """When the first way got through by itself; where none did, when somebody ticked the call off."""
    by_itself = [leg.settled_at for leg in legs if not leg.by_person and leg.settled_at is not None]
    return min(by_itself, default=rung_at)


def _events(message: Message) -> tuple[AboutEvent, ...]:
    return tuple(
        AboutEvent(event.id, event.date, event.category, event.title, event.cancelled) for event in message.events
    )


# What is kept of it


def keep_counted(conn: Connection, message_id: str, message: Message, received_at: datetime) -> None:
    """Before its deliveries go."""
    counted = count(conn, message, received_at)
    rows = [(COPY, _name(sort), sort.state.value, number) for sort, number in counted.copies.items()]
    rows += [(PUBLIC, channel, "", number) for channel, number in counted.public.items()]
    rows += [(MINUTES, str(minutes), "", number) for minutes, number in counted.minutes.items()]
    if counted.first is not None:  # in minutes, which a number of the database holds for four thousand years
        rows.append((FIRST, "", "", int(counted.first.timestamp()) // 60))
    _write(conn, message_id, rows)


def keep_events(conn: Connection, message: Message) -> None:
    """Before its words go: which events it was about, and which days families were told, without a word of them."""
    rows = [
        (EVENT, json.dumps([event.id, event.category, event.cancelled]), event.date.isoformat(), 1)
        for event in message.events
    ]
    _write(conn, message.id, list(dict.fromkeys(rows)))


def _write(conn: Connection, message_id: str, rows: Sequence[tuple[str, str, str, int]]) -> None:
    names = ("sort", "name", "state", "number")
    if rows:
        conn.execute(_KEEP, [{"message_id": message_id, **dict(zip(names, row, strict=True))} for row in rows])


def _name(sort: CopySort) -> str:
    return json.dumps([sort.by, sort.language, sort.written, sort.basis.value, sort.interpreter])


def _counted_before(kept: Sequence[Any]) -> _Counted:
    found = _Counted()
    for row in kept:
        if row.sort == COPY:
            by, language, written, basis, interpreter = json.loads(row.name)
            found.copies[CopySort(DeliveryState(row.state), by, language, written, Basis(basis), interpreter)] += (
                row.number
            )
        elif row.sort == PUBLIC:
            found.public[row.name] += row.number
        elif row.sort == MINUTES:
            found.minutes[int(row.name)] += row.number
        elif row.sort == FIRST:
            found.first = datetime.fromtimestamp(row.number * 60, UTC)
    if not OURS & {row.sort for row in kept}:  # let go by a version that counted less
        found.copies.update({CopySort(DeliveryState(row.state)): row.number for row in kept if row.sort == "delivery"})
    return found


def _events_before(kept: Sequence[Any]) -> tuple[AboutEvent, ...]:
    found = []
    for row in kept:
        if row.sort == EVENT:
            id, category, cancelled = json.loads(row.name)
            found.append(AboutEvent(id, date.fromisoformat(row.state), category, cancelled=cancelled))
    return tuple(found)
