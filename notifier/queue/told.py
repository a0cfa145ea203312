"""What families were told about each event: which messages, and when the first copy left (W35)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from notifier.model.message import Mode
from notifier.model.states import LegState, MessageState
from notifier.queue import schema
from notifier.queue.engine import Database

_MESSAGE, _LEG = schema.message, schema.leg
_ABOUT = (
    select(_MESSAGE.c.id, _MESSAGE.c.event_id, _MESSAGE.c.state, _MESSAGE.c.changed_at, _MESSAGE.c.received_at)
    .where(_MESSAGE.c.event_id != "", _MESSAGE.c.received_at >= bindparam("since"), _MESSAGE.c.mode == bindparam("of"))
    .order_by(_MESSAGE.c.received_at, _MESSAGE.c.id)
)
_FIRST = (
    select(_LEG.c.message_id, func.min(_LEG.c.settled_at).label("first"))
    .join(_MESSAGE, _MESSAGE.c.id == _LEG.c.message_id)
    .where(
        _MESSAGE.c.event_id != "",
        _MESSAGE.c.received_at >= bindparam("since"),
        _MESSAGE.c.mode == bindparam("of"),
        _LEG.c.state.in_([LegState.SENT, LegState.DELIVERED]),
    )
    .group_by(_LEG.c.message_id)
)


@dataclass(frozen=True, slots=True)
class About:
    """A message about an event; ``event_id`` empty where that stands in no calendar."""

    message_id: str
    event_id: str
    state: MessageState
    changed_at: datetime
    received_at: datetime


class Told:
    """The part of the store that is asked about events. Every method is one read, and may raise StoreProblem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def about(self, since: datetime, mode: Mode) -> list[About]:
        """The messages about any event that came in since then, the oldest first."""
        return await self._database.read(about, since, mode)

    async def first_copies(self, since: datetime, mode: Mode) -> dict[str, datetime]:
        """When the first copy of each of those messages was handed over; those of which none was are left out."""
        return await self._database.read(first_copies, since, mode)


def about(conn: Connection, since: datetime, mode: Mode) -> list[About]:
    return [
        About(
            row.id,
            "" if row.event_id == schema.NAMELESS else row.event_id,
            MessageState(row.state),
            row.changed_at,
            row.received_at,
        )
        for row in conn.execute(_ABOUT, {"since": since, "of": mode.value})
    ]


def first_copies(conn: Connection, since: datetime, mode: Mode) -> dict[str, datetime]:
    return {row.message_id: row.first for row in conn.execute(_FIRST, {"since": since, "of": mode.value})}
