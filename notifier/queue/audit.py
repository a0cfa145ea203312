"""Who did what to what: only ever added to, and each line sealed by all before it (docs/decisions/audit.md).

A line's ``mark`` is a sha256 over the mark before it and what the line says, so that a line that was
changed, put in or taken out leaves a chain that does not fit. The one row of ``audit_seal`` holds the
last mark, how many lines there ever were, and where the chain begins once the oldest have been let go.
The database itself refuses to change a line, or to delete one that the seal does not say is gone.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import Connection, bindparam, delete, func, insert, select, true, update

from notifier.queue import schema
from notifier.queue.held import AuditLine, AuditState

_AUDIT, _SEAL = schema.audit, schema.audit_seal

_ADD = insert(_AUDIT)
_HEAD = select(_SEAL.c.written, _SEAL.c.mark).with_for_update()
"""Held until the transaction ends: lines are added one after the other, also by several computers."""
_MOVE_HEAD = update(_SEAL).values(written=bindparam("number"), mark=bindparam("last"))
_LINES = select(_AUDIT).order_by(_AUDIT.c.id).execution_options(yield_per=1000)
_WITH_SEAL = (
    select(_SEAL.c.written, _SEAL.c.mark.label("head"), _SEAL.c.gone, _SEAL.c.begins, _AUDIT)
    .select_from(_SEAL.outerjoin(_AUDIT, true()))
    .order_by(_AUDIT.c.id)
    .execution_options(yield_per=1000)
)
"""In one statement, which sees one moment, whoever adds lines meanwhile."""
_LAST_OF_OLD = (
    select(_AUDIT.c.id, _AUDIT.c.mark).where(_AUDIT.c.at < bindparam("before")).order_by(_AUDIT.c.id.desc()).limit(1)
)
_HOW_MANY = select(func.count()).where(_AUDIT.c.id <= bindparam("upto"))
_BEGIN_AT = update(_SEAL).values(
    gone=_SEAL.c.gone + bindparam("number"), gone_to=bindparam("upto"), begins=bindparam("from_mark")
)
_LET_GO = delete(_AUDIT).where(_AUDIT.c.id <= bindparam("upto"))


def write_audit(
    conn: Connection, what: str, by: str, about: str, now: datetime, whom: Iterable[str] = (), policy: str = ""
) -> None:
    """``about``: what anybody may read, an id of a message or a channel; ``whom``: ids of pupils and adults;
    ``policy``: the mark of that by which a message was planned (W47).

    The last thing in a transaction that locks anything else, so that two never wait for each other.
    """
    head = conn.execute(_HEAD).one()
    people = " ".join(whom)
    mark = _mark(head.mark, now, by, what, about, people, policy)
    line = {"at": now, "by": by, "what": what, "about": about, "whom": people, "mark": mark, "policy": policy}
    conn.execute(_ADD, line)
    conn.execute(_MOVE_HEAD, {"number": head.written + 1, "last": mark})


def _mark(before: str, at: datetime, by: str, what: str, about: str, whom: str, policy: str) -> str:
    """A line without a policy is sealed as it was before there were any."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [before, moment, by, what, about, whom, *([policy] if policy else [])]
    said = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def read_audit(conn: Connection, since: datetime | None) -> list[AuditLine]:
    """The oldest first."""
    query = _LINES if since is None else _LINES.where(_AUDIT.c.at >= since)
    return [
        AuditLine(row.at, row.by, row.what, row.about, tuple(row.whom.split()), row.mark, row.policy)
        for row in conn.execute(query)
    ]


def check_audit(conn: Connection, noted: str) -> AuditState:
    """Whether every line is as it was written. ``noted``: the beginning of a mark that somebody wrote down once."""
    rows = iter(conn.execute(_WITH_SEAL))
    first = next(rows)
    before, number = first.begins, first.gone
    found = AuditState(first.written, first.gone, first.head, noted=bool(noted) and before.startswith(noted))
    for row in chain((first,), rows):
        if row.id is None:  # the seal alone: there is no line
            break
        if row.mark != _mark(before, row.at, row.by, row.what, row.about, row.whom, row.policy):
            return replace(found, broken_at=row.at)
        before, number = row.mark, number + 1
        if noted and before.startswith(noted):
            found = replace(found, noted=True)
    return replace(found, lines_missing=(number, before) != (first.written, first.head))


def shorten_audit(conn: Connection, before: datetime) -> int:
    """Let go of the lines from before that moment; the seal remembers how many there were, and their last mark."""
    conn.execute(_HEAD)
    last = conn.execute(_LAST_OF_OLD, {"before": before}).first()
    if last is None:
        return 0
    number = int(conn.execute(_HOW_MANY, {"upto": last.id}).scalar_one())
    conn.execute(_BEGIN_AT, {"number": number, "upto": last.id, "from_mark": last.mark})
    conn.execute(_LET_GO, {"upto": last.id})
    return number
