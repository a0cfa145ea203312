"""Who sends from this database, and who of them is alive: all by the database's own time (DESIGN 3.6).

A node says until when it may be counted on. Whoever compares that with the database's clock
comes to the same answer, however wrong the clocks of the computers are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Float,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from notifier.model.states import LegState
from notifier.queue import schema
from notifier.queue.claims import is_in

FORGOTTEN = timedelta(days=1)
"""How long after its death a node's row is kept, for people."""


class MomentIn(FunctionElement[datetime]):
    """The database's own time, so many seconds from now."""

    name = "moment_in"
    type = schema.Moment()
    inherit_cache = True


@compiles(MomentIn, "postgresql")
def _on_postgresql(element: MomentIn, compiler: SQLCompiler, **options: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(MomentIn, "sqlite")
def _on_sqlite(element: MomentIn, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%dT%H:%M:%f', 'now', {seconds} || ' seconds') || '000Z')"


class UpFor(FunctionElement[bool]):
    """Whether the database has been there for so many seconds; a file always has."""

    name = "up_for"
    type = Boolean()
    inherit_cache = True


@compiles(UpFor, "postgresql")
def _up_on_postgresql(element: UpFor, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => {seconds}))"


@compiles(UpFor, "sqlite")
def _up_on_sqlite(element: UpFor, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a node learns when it has said that it lives.

    ``at``: the database's time. ``nodes``: how many are alive, this one included.
    ``left_behind``: a dead one has legs in hand. ``leads``: this node, and no other, does what
    only one may. ``settings``: a digest of what whoever leads, or led last, decides by.
    """

    at: datetime
    nodes: int
    left_behind: bool
    leads: bool = False
    settings: str = ""


_NODE, _LEG = schema.node, schema.leg
_NOW = MomentIn(literal_column("0"))
ALIVE = select(_NODE.c.id).where(_NODE.c.lives_until > _NOW)
"""The ids of all nodes that the others may count on."""

_SIGN = {
    "seen_at": _NOW,
    "lives_until": MomentIn(bindparam("span", type_=Float)),
    "folder": bindparam("has_folder"),
    "sessions": bindparam("called"),
}
_BEAT = update(_NODE).where(_NODE.c.id == bindparam("me")).values(_SIGN)
_JOIN = insert(_NODE).values(id=bindparam("me"), started_at=_NOW, **_SIGN)
_LEAVE = delete(_NODE).where(_NODE.c.id == bindparam("me"))
_FORGET = delete(_NODE).where(_NODE.c.lives_until < MomentIn(bindparam("since", type_=Float)))
_MOMENT = select(_NOW.label("at"))


def forsaken() -> ColumnElement[bool]:
    """Legs whose owner is dead. After the database was away, the living first get ``span`` seconds to say so."""
    return _LEG.c.owner.not_in(ALIVE) & UpFor(bindparam("span", type_=Float))


_AROUND = select(
    _NOW.label("at"),
    select(func.count()).select_from(ALIVE.subquery()).scalar_subquery().label("nodes"),
    select(_LEG.c.id).where(is_in(LegState.STARTED), forsaken()).limit(1).scalar_subquery().label("forsaken"),
    select(schema.school.c.settings).scalar_subquery().label("settings"),
)
_DECIDE = update(schema.school).where(schema.school.c.settings != bindparam("mine")).values(settings=bindparam("mine"))


_CUT = text("""
    SELECT pg_terminate_backend(session.pid) FROM pg_stat_activity AS session
    JOIN node ON node.sessions = session.application_name
    WHERE session.datname = current_database() AND node.sessions NOT IN ('', :called)
    AND node.lives_until <= clock_timestamp()
    AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :span)
""").bindparams(bindparam("span", type_=Float))
"""A process that froze or was cut off in the middle of a transaction keeps rows from everybody for as long as the
server holds its session, and between two messages of one statement no timeout of the server's ends that."""


def beat(conn: Connection, node: str, folder: bool, span: timedelta, sessions: str = "") -> Pulse:
    """``node`` lives, and may be counted on for ``span`` from now.

    ``sessions``: what it calls itself to a server, by which the others end its sessions when it is dead.
    """
    values = {"me": node, "has_folder": folder, "called": sessions, "span": span.total_seconds()}
    if not conn.execute(_BEAT, values).rowcount:
        conn.execute(_FORGET, {"since": -FORGOTTEN.total_seconds()})
        conn.execute(_JOIN, values)
    if sessions:
        conn.execute(_CUT, {"span": span.total_seconds(), "called": sessions})
    found = conn.execute(_AROUND, {"span": span.total_seconds()}).one()
    return Pulse(found.at, int(found.nodes), found.forsaken is not None, settings=found.settings or "")


def decide_by(conn: Connection, settings: str) -> None:
    """The node that leads says by which settings is decided."""
    conn.execute(_DECIDE, {"mine": settings})


def leave(conn: Connection, node: str) -> None:
    """It ends of its own will, with nothing in hand."""
    conn.execute(_LEAVE, {"me": node})


def moment(conn: Connection) -> datetime:
    """The database's own time."""
    found: datetime = conn.execute(_MOMENT).scalar_one()
    return found
