"""What providers tell later: stored as it came, and consumed by the one table of what may follow what (DESIGN 3.6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from notifier.model import ladder
from notifier.model.message import Mode
from notifier.model.plan import Task
from notifier.model.states import LegState, may_follow
from notifier.queue import closures, schema
from notifier.queue.audit import write_audit
from notifier.queue.encoding import delivery_from
from notifier.queue.inserting import InsertNew
from notifier.queue.legs import lock_messages, progress
from notifier.queue.news import Agreeing, Heard, LegNews, Refused, Refusing, Silent, StoredReceipt
from notifier.queue.outlook import ACTIVE
from notifier.queue.tasks import open_tasks

KEPT = timedelta(days=30)
"""How long a consumed receipt is kept: it holds numbers, and what families wrote."""
SOON = timedelta(seconds=1)
"""After how long one that came before its leg was written down is looked at again."""

_RECEIPT, _REFUSAL, _LEG, _ATTEMPT = schema.receipt, schema.refusal, schema.leg, schema.attempt
_SENT: ColumnElement[str] = literal_column("'sent'")
_MESSAGES: BindParameter[Sequence[str]] = bindparam("messages", expanding=True)

_KEEP = insert(_RECEIPT)
_NEXT = (
    select(_RECEIPT.c.id, _RECEIPT.c.channel, _RECEIPT.c.url, _RECEIPT.c.body, _RECEIPT.c.received_at)
    .where(_RECEIPT.c.due_at <= bindparam("now"))
    .order_by(_RECEIPT.c.due_at, _RECEIPT.c.id)
    .limit(bindparam("most"))
)
_MINE = (
    select(_RECEIPT.c.id)
    .where(_RECEIPT.c.id == bindparam("which"), _RECEIPT.c.due_at.is_not(None))
    .with_for_update(skip_locked=True)
)
_CONSUME = (
    update(_RECEIPT)
    .where(_RECEIPT.c.id == bindparam("which"))
    .values(due_at=None, consumed_at=bindparam("now"), outcome=bindparam("what"))
)
_POSTPONE = (
    update(_RECEIPT)
    .where(_RECEIPT.c.id == bindparam("which"), _RECEIPT.c.due_at.is_not(None))
    .values(due_at=bindparam("at"))
)
_FORGET = delete(_RECEIPT).where(_RECEIPT.c.consumed_at < bindparam("before"))
_MESSAGE_OF = select(_LEG.c.message_id).where(_LEG.c.id == bindparam("which"))
_ONE = (
    select(
        _LEG.c.id, _LEG.c.delivery_id, _LEG.c.message_id, _LEG.c.channel, _LEG.c.state, _LEG.c.tries, _LEG.c.reference,
        _LEG.c.lease_until,
    )
    .where(_LEG.c.id == bindparam("which"))
    .with_for_update()
)  # fmt: skip
_TELL = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=bindparam("to"), reason=bindparam("why"), reference=bindparam("ref"), settled_at=bindparam("now"),
        due_at=None, unknown_since=None, owner="", lease_until=None,
    )
)  # fmt: skip
_TELL_ATTEMPT = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("which"))
    .values(outcome=bindparam("to"), reason=bindparam("why"), reference=bindparam("ref"))
)
_REFUSES = InsertNew(_REFUSAL)
_REFUSES_NO_MORE = delete(_REFUSAL).where(
    _REFUSAL.c.channel == bindparam("on_channel"), _REFUSAL.c.address == bindparam("its_address")
)
_REFUSED = select(_REFUSAL.c.since).where(
    _REFUSAL.c.channel == bindparam("on_channel"), _REFUSAL.c.address == bindparam("its_address")
)
_REFUSED_BY = select(_REFUSAL.c.address, _REFUSAL.c.since).where(_REFUSAL.c.channel == bindparam("on_channel"))
_ADDRESSES: BindParameter[Sequence[str]] = bindparam("addresses", expanding=True)
_REFUSALS = (
    select(_REFUSAL.c.channel, _REFUSAL.c.address, _REFUSAL.c.since)
    .where(_REFUSAL.c.address.in_(_ADDRESSES))
    .order_by(_REFUSAL.c.channel, _REFUSAL.c.address)
)
_SILENT = select(_LEG.c.id, _LEG.c.tries, _LEG.c.reference, _LEG.c.settled_at).where(
    _LEG.c.message_id.in_(_MESSAGES),
    _LEG.c.channel == bindparam("on_channel"),
    _LEG.c.state == _SENT,
    _LEG.c.mode == bindparam("in_mode"),
    _LEG.c.reference != "",
    _LEG.c.settled_at > bindparam("since"),
)


PRESSED, WROTE = "pressed the key", "wrote back"
SAME_DAY = timedelta(hours=12)
"""For so long a plain yes is taken for the answer to an early finish."""
FAILURES = 3
BY_ADDRESS = "(known by the address alone)"
"""Ends the reason of a failure that anybody could have made up who knows an address: it counts for that one copy
and gives no address up."""
LONG_AGO = timedelta(days=365)
_BY_REFERENCE = select(_LEG.c.id).where(
    _LEG.c.message_id.in_(_MESSAGES),
    _LEG.c.channel == bindparam("on_channel"),
    _LEG.c.reference == bindparam("its_reference"),
)
_WITH_VALUE = select(
    _LEG.c.id, _LEG.c.channel, _LEG.c.contact_id, _LEG.c.mode, _LEG.c.state, _LEG.c.reason, schema.delivery.c.value
).join(schema.delivery, schema.delivery.c.id == _LEG.c.delivery_id)
_SENT_TO = _WITH_VALUE.where(
    _LEG.c.message_id.in_(_MESSAGES),
    _LEG.c.channel == bindparam("on_channel"),
    _LEG.c.state == _SENT,
    func.lower(schema.delivery.c.value).contains(bindparam("its_address")),
).order_by(_LEG.c.settled_at.desc())

_HAD = (
    select(_LEG.c.delivery_id, _LEG.c.contact_id, _LEG.c.settled_at, schema.delivery.c.value)
    .join(schema.delivery, schema.delivery.c.id == _LEG.c.delivery_id)
    .join(schema.message, schema.message.c.id == _LEG.c.message_id)
    .where(
        _LEG.c.message_id.in_(_MESSAGES),
        _LEG.c.channel == bindparam("on_channel"),
        _LEG.c.state.in_([LegState.SENT.value, LegState.DELIVERED.value]),
        func.lower(schema.delivery.c.value).contains(bindparam("its_address")),
    )
    .order_by(schema.message.c.received_at.desc(), _LEG.c.settled_at.desc())
)


def keep(conn: Connection, channel: str, url: str, body: bytes, now: datetime) -> None:
    """As it came; whoever listens answers the provider only after this is durable."""
    conn.execute(_KEEP, {"channel": channel, "url": url, "body": body, "received_at": now, "due_at": now})


def due(conn: Connection, now: datetime, limit: int) -> list[StoredReceipt]:
    """Not yet consumed, the oldest first."""
    return [StoredReceipt(*row) for row in conn.execute(_NEXT, {"now": now, "most": limit})]


def consume(
    conn: Connection,
    id: int,
    news: Sequence[LegNews],
    tasks: Sequence[Task],
    refusing: Sequence[Refusing],
    agreeing: Sequence[Agreeing],
    now: datetime,
    unreadable: bool = False,
) -> Heard | None:
    """All that a receipt says, once; None where another node was quicker.

    One that came before its leg was written down waits, and nothing of it counts yet.
    """
    _lock(conn, news)
    if conn.execute(_MINE, {"which": id}).first() is None:
        return None
    heard = [_told(conn, one, now) for one in news]
    if Heard.EARLY in heard:
        conn.execute(_POSTPONE, {"which": id, "at": now + SOON})
        return Heard.EARLY
    unanswered = [one.task for one in agreeing if not _agreed(conn, one, now) and one.task is not None]
    open_tasks(conn, [*tasks, *unanswered], now)
    for refusal in refusing:
        _learn(conn, refusal, now)
    counted = Heard.COUNTED in heard or bool(tasks) or bool(refusing) or bool(agreeing)
    outcome = Heard.UNREADABLE if unreadable else Heard.COUNTED if counted else Heard.IGNORED
    conn.execute(_CONSUME, {"which": id, "now": now, "what": outcome.value})
    conn.execute(_FORGET, {"before": now - KEPT})
    return outcome


def _agreed(conn: Connection, one: Agreeing, now: datetime) -> bool:
    """Whether that was an answer to an early finish. A yes belongs to what was sent there last, and to that alone."""
    since = now - SAME_DAY
    messages = [row.id for row in conn.execute(ACTIVE, {"since": since})]
    values = {"messages": messages, "on_channel": one.channel, "its_address": one.address.lower()}
    for row in conn.execute(_HAD, values) if messages else ():
        if _went_to(row, one.channel).lower() == one.address.lower():
            return row.settled_at >= since and closures.answered_by_family(conn, row.delivery_id, WROTE, now)
    return False


def postpone(conn: Connection, id: int, at: datetime) -> None:
    conn.execute(_POSTPONE, {"which": id, "at": at})


def tell(conn: Connection, news: Sequence[LegNews], now: datetime) -> list[Heard]:
    """The same for what was asked for and not sent to us."""
    _lock(conn, news)
    return [_told(conn, one, now) for one in news]


def leg_of_reference(conn: Connection, channel: str, reference: str, since: datetime) -> str:
    """The leg that went under this reference; empty where there is none."""
    messages = [row.id for row in conn.execute(ACTIVE, {"since": since})]
    values = {"messages": messages, "on_channel": channel, "its_reference": reference}
    return str(conn.execute(_BY_REFERENCE, values).scalar() or "") if messages else ""


def last_sent_to(conn: Connection, channel: str, address: str, since: datetime) -> str:
    """The newest leg that was handed over to this address; empty where there is none."""
    messages = [row.id for row in conn.execute(ACTIVE, {"since": since})]
    values = {"messages": messages, "on_channel": channel, "its_address": address.lower()}
    for row in conn.execute(_SENT_TO, values) if messages else ():
        if _went_to(row, channel).lower() == address.lower():
            return str(row.id)
    return ""


def _went_to(row: Any, channel: str) -> str:
    route = delivery_from(row.value).routes.get(channel, ())
    return next((one.value for one in route if one.contact_id == row.contact_id), "")


def contact_of(conn: Connection, leg_id: str) -> str:
    return str(conn.execute(select(_LEG.c.contact_id).where(_LEG.c.id == leg_id)).scalar() or "")


def tries_of(conn: Connection, leg_id: str) -> int:
    return int(conn.execute(select(_LEG.c.tries).where(_LEG.c.id == leg_id)).scalar() or 0)


def suspend(conn: Connection, leg_id: str, now: datetime) -> bool:
    """Give up an address by which nothing came through three times running, with a task for the office."""
    leg = conn.execute(_WITH_VALUE.where(_LEG.c.id == leg_id)).first()
    address = _went_to(leg, leg.channel) if leg is not None else ""
    if leg is None or not address:
        return False
    same = _WITH_VALUE.where(
        _LEG.c.channel == leg.channel, _LEG.c.contact_id == leg.contact_id, _LEG.c.mode == leg.mode,
        _LEG.c.settled_at.is_not(None), _LEG.c.state != LegState.WITHDRAWN.value, _LEG.c.settled_at > now - LONG_AGO,
    ).order_by(_LEG.c.settled_at.desc())  # fmt: skip
    sure = (row for row in conn.execute(same) if not row.reason.endswith(BY_ADDRESS))
    last = [row.state for row in sure if _went_to(row, leg.channel) == address][:FAILURES]
    if last != [LegState.PERMANENT_FAILURE.value] * FAILURES:
        return False
    if not _REFUSES.one(conn, {"channel": leg.channel, "address": address, "since": now}):
        return False
    what = (
        f"Three times running nothing got through to this adult by {leg.channel}, so nothing is sent there any more. "
        "Ask them for the right address and correct it in contacts.csv: a corrected one is used at once."
    )
    open_tasks(conn, [Task(what, (leg.contact_id,), "DESIGN 3.1")], now)
    write_audit(conn, "address suspended", leg.channel, "", now, (leg.contact_id,))
    return True


def refused(conn: Connection, channel: str, address: str) -> datetime | None:
    """Since when whoever has this address wants nothing by this channel."""
    return conn.execute(_REFUSED, {"on_channel": channel, "its_address": address}).scalar()


def refused_by(conn: Connection, channel: str) -> dict[str, datetime]:
    """Every address that takes nothing more by this channel, and since when."""
    return {row.address: row.since for row in conn.execute(_REFUSED_BY, {"on_channel": channel})}


def refusals(conn: Connection, addresses: Sequence[str]) -> list[Refused]:
    """Which of these addresses are not used any more, by which channel."""
    return [Refused(*row) for row in conn.execute(_REFUSALS, {"addresses": list(addresses)})]


def use_again(conn: Connection, one: Refused, by: str, whom: str, now: datetime) -> bool:
    """A person says that this address may be tried again. False where it was not refused any more."""
    values = {"on_channel": one.channel, "its_address": one.address}
    if conn.execute(_REFUSES_NO_MORE, values).rowcount == 0:
        return False
    write_audit(conn, "address used again", by, one.channel, now, (whom,))
    return True


def silent(conn: Connection, channel: str, mode: Mode, since: datetime) -> list[Silent]:
    """Handed over since that moment, and nothing was heard of it."""
    messages = [row.id for row in conn.execute(ACTIVE, {"since": since})]
    if not messages:
        return []
    values = {"messages": messages, "on_channel": channel, "in_mode": mode.value, "since": since}
    return [Silent(*row) for row in conn.execute(_SILENT, values)]


def _lock(conn: Connection, news: Sequence[LegNews]) -> None:
    if conn.dialect.name != "sqlite" and news:
        found = [conn.execute(_MESSAGE_OF, {"which": one.leg_id}).scalar() for one in news]
        lock_messages(conn, {one for one in found if one is not None})


def _told(conn: Connection, one: LegNews, now: datetime) -> Heard:
    row = conn.execute(_ONE, {"which": one.leg_id}).first()
    if row is None:
        return Heard.IGNORED
    state = LegState(row.state)
    if state is LegState.STARTED and row.lease_until is not None and row.lease_until > now:
        return Heard.EARLY
    if not may_follow(state, one.to) or not _is_about(one, row):
        return Heard.IGNORED
    number = one.number or row.tries
    values = {"to": one.to.value, "why": one.reason, "ref": one.reference or row.reference}
    conn.execute(_TELL, {"which": row.id, "now": now, **values})
    conn.execute(_TELL_ATTEMPT, {"which": ladder.attempt_id(row.id, number), **values})
    progress(conn, [row.delivery_id], now)
    if one.answered:
        closures.answered_by_family(conn, row.delivery_id, PRESSED, now)
    return Heard.COUNTED


def _is_about(one: LegNews, row: Any) -> bool:
    """That an earlier try arrived counts; that it did not says nothing of the one after it."""
    if one.to is LegState.DELIVERED:
        return True
    if one.number:
        return bool(one.number == row.tries)
    return bool(one.reference == row.reference)


def _learn(conn: Connection, one: Refusing, now: datetime) -> None:
    if one.ends:
        conn.execute(_REFUSES_NO_MORE, {"on_channel": one.channel, "its_address": one.address})
    else:
        _REFUSES.one(conn, {"channel": one.channel, "address": one.address, "since": now})
    write_audit(conn, "wants no more" if not one.ends else "wants it again", one.channel, "", now)
