"""The tables. Values as JSON where only the program reads them, columns where the database has to choose by them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine


@lru_cache(64)
def _text(moment: datetime) -> str:
    """Of a moment in UTC: within another zone the hour that comes twice is equal to itself, and one text would do for
    both. One commit writes the same few moments hundreds of times."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: a timestamp on PostgreSQL, on SQLite a text of fixed width that sorts by time."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else _text(value.astimezone(UTC))

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "pk": "%(table_name)s_pk",
    }
)

school = Table(
    "school",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stamp", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("stamped_at", Moment, nullable=False),
    Column("settings", String, nullable=False, server_default=""),
    Column("looked_at", Moment),
    Column("restored_at", Moment),
)
"""One row: which school folder this database belongs to; ``settings``: a digest of what the leader decides by;
``looked_at``: when somebody last saw to what falls due by the clock; ``restored_at``: when it was last put back
from a backup, so that what fell due before may have gone already."""

node = Table(
    "node",
    metadata,
    Column("id", String, primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("lives_until", Moment, nullable=False),
    Column("folder", Boolean, nullable=False),
    Column("sessions", String, nullable=False, server_default=""),
)
"""The processes that send from this database, all by its own time. One that has not been seen by ``lives_until``
is dead to the others; ``folder``: it has the school's folder; ``sessions``: what it calls itself to the server."""

message = Table(
    "message",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("drill", Boolean, nullable=False, server_default=false()),
    Column("kind", String, nullable=False),
    Column("newsletter", String, nullable=False),
    Column("event_id", String, nullable=False, server_default=""),
    Column("subject", String, nullable=False),
    Column("state", String, nullable=False),
    Column("send_at", Moment),
    Column("expires_at", Moment),
    Column("expired", Boolean, nullable=False, server_default=false()),
    Column("received_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("by", String, nullable=False, server_default=""),
    Column("superseded_by", String, nullable=False, server_default=""),
    Column("directory_version", Integer, nullable=False, server_default="0"),
    Column("answer", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("let_go", Integer, nullable=False, server_default="0"),
    Column("reminded_at", Moment),
    UniqueConstraint("key", "mode", "drill"),
)
"""``event_id``: the event it is about; ``NAMELESS`` for one that stands in no calendar.
``let_go``: which parts of it had their time and are no longer kept, as a sum of ``retention.Part``.
``reminded_at``: when the office was told that families of it were never ticked off."""
NAMELESS = "-"
_ABOUT = text("event_id <> ''")
Index("message_about", message.c.event_id, message.c.received_at, sqlite_where=_ABOUT, postgresql_where=_ABOUT)
Index("message_by_state", message.c.state, message.c.send_at)
Index("message_by_kind", message.c.kind, message.c.expired)
Index("message_expiring", message.c.expires_at, sqlite_where=text("NOT expired"), postgresql_where=text("NOT expired"))

trace = Table(
    "trace",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""The decisions of the plan: compressed JSON, one row a message, read only to explain."""

blob = Table(
    "blob",
    metadata,
    Column("digest", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

message_blob = Table(
    "message_blob",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("digest", ForeignKey("blob.digest"), primary_key=True),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", String, primary_key=True),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("rung_at", Moment),
    Column("public", Boolean, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    Column("value", Text, nullable=False),
    UniqueConstraint("message_id", "key"),
)
Index("delivery_by_state", delivery.c.message_id, delivery.c.state)
_LEFT = text("state IN ('held', 'unreached')")
Index("delivery_left", delivery.c.state, delivery.c.message_id, sqlite_where=_LEFT, postgresql_where=_LEFT)

leg = Table(
    "leg",
    metadata,
    Column("id", String, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("rung", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("contact_id", String, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("mode", String, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("crashes", Integer, nullable=False, server_default="0"),
    Column("owner", String, nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("batch", Integer, nullable=False, server_default="0"),
    Column("unknown_since", Moment),
    Column("by_person", Boolean, nullable=False, server_default=false()),
    Column("reason", String, nullable=False, server_default=""),
    Column("reference", String, nullable=False, server_default=""),
    Column("settled_at", Moment),
    UniqueConstraint("delivery_id", "rung", "channel", "contact_id"),
)
"""``turn`` keeps messages level with one another: it counts up within a message from where the queue stands when
it joins, and the lowest goes first. ``batch`` is how many legs were claimed together."""

_READY = text("state = 'due'")
Index(
    "leg_ready", leg.c.channel, leg.c.lane, leg.c.turn, leg.c.due_at, leg.c.id,
    sqlite_where=_READY, postgresql_where=_READY,
)  # fmt: skip
Index("leg_due", leg.c.due_at, sqlite_where=_READY, postgresql_where=_READY)
_LEASED = text("state = 'started'")
Index("leg_leased", leg.c.lease_until, sqlite_where=_LEASED, postgresql_where=_LEASED)
_UNKNOWN = text("state = 'unknown'")
Index("leg_in_doubt", leg.c.due_at, sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN)
_PARKED = text("state = 'technical_failure'")
Index("leg_parked", leg.c.settled_at, sqlite_where=_PARKED, postgresql_where=_PARKED)
_CRASHED = text("state = 'due' AND crashes > 0")
Index("leg_crashed", leg.c.channel, leg.c.due_at, sqlite_where=_CRASHED, postgresql_where=_CRASHED)
Index("leg_of_message", leg.c.message_id, leg.c.channel, leg.c.state)

attempt = Table(
    "attempt",
    metadata,
    Column("id", String, primary_key=True),
    Column("leg_id", ForeignKey("leg.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    Column("reference", String, nullable=False, server_default=""),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("consumed_at", Moment),
    Column("outcome", String, nullable=False, server_default=""),
)
"""What a provider told, as it came: stored by whoever listens, and consumed later. ``due_at`` None: consumed."""
_TO_CONSUME = text("due_at IS NOT NULL")
Index("receipt_due", receipt.c.due_at, receipt.c.id, sqlite_where=_TO_CONSUME, postgresql_where=_TO_CONSUME)
_CONSUMED = text("consumed_at IS NOT NULL")
Index("receipt_consumed", receipt.c.consumed_at, sqlite_where=_CONSUMED, postgresql_where=_CONSUMED)

refusal = Table(
    "refusal",
    metadata,
    Column("channel", String, primary_key=True),
    Column("address", String, primary_key=True),
    Column("since", Moment, nullable=False),
)
"""What we learned ourselves: whoever has this address wants nothing more by this channel (DESIGN 3.1)."""

withheld = Table(
    "withheld",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("contact_id", String, nullable=False),
    Column("pupil_ids", Text, nullable=False),
    Column("rule", String, nullable=False),
    Column("reason", String, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("sort", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("number", Integer, nullable=False),
)
"""What is let go stays counted: how many deliveries, legs (``name``: the channel) and withheld adults a message had,
and what reports count (``figures``), each ``sort`` with a ``name`` and ``state`` of its own."""

task = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message_id", String, nullable=False, server_default=""),
    Column("delivery_id", String, nullable=False, server_default=""),
    Column("what", String, nullable=False),
    Column("about", Text, nullable=False),
    Column("rule", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("done_by", String, nullable=False, server_default=""),
    Column("key", String, nullable=False, unique=True),
)
"""``key`` is a digest of everything that makes two tasks the same one."""
Index("task_open", task.c.opened_at, sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL"))

occurrence = Table(
    "occurrence",
    metadata,
    Column("key", String, primary_key=True),
    Column("mode", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("event_id", String, nullable=False, server_default=""),
    Column("newsletter", String, nullable=False, server_default=""),
    Column("message_id", String, nullable=False, server_default=""),
    Column("reason", String, nullable=False, server_default=""),
)
"""What was decided about each thing that fell due. The key makes it once, however often and by whom it is looked at."""
Index("occurrence_by_moment", occurrence.c.at)
Index("occurrence_of_event", occurrence.c.event_id)
closure = Table(
    "closure",
    metadata,
    Column("id", String, primary_key=True),
    Column("mode", String, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
"""A closure of the school; what it says stands in its announcements and never changes."""

announcement = Table(
    "announcement",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("closure_id", ForeignKey("closure.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("closure_id", "number"),
)
"""``message_id`` is fixed before there is such a message: there is none while a second person is waited for."""

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("closure_id", ForeignKey("closure.id"), primary_key=True),
    Column("pupil_id", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("how", String, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Somebody has answered for this child."""

directory = Table(
    "directory",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("stored_at", Moment, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("about", String, nullable=False),
    Column("whom", String, nullable=False, server_default=""),
    Column("mark", String, nullable=False, server_default=""),
    Column("policy", String, nullable=False, server_default=""),
)
"""Who did what to what, only ever added to, which triggers hold; ``whom``: ids of pupils and adults, by blanks;
``policy``: the mark of the one by which it was planned."""

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("written", Integer, nullable=False),
    Column("mark", String, nullable=False),
    Column("gone", Integer, nullable=False, server_default="0"),
    Column("gone_to", Integer, nullable=False, server_default="0"),
    Column("begins", String, nullable=False, server_default=""),
)
"""One row: how many lines were ``written``, the last ``mark``; and how many are ``gone``, up to which id, the last
of them with the mark with which the chain now ``begins``."""


@event.listens_for(audit_seal, "after_create")
def _seal_nothing_yet(target: Table, connection: Connection, **_: Any) -> None:
    connection.execute(target.insert(), {"id": 1, "written": 0, "mark": ""})
