"""What families were told: which messages about which event (W35), and what became of all of them in numbers (W53)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from notifier.model.figures import Figures
from notifier.model.message import Mode
from notifier.model.states import MessageState
from notifier.queue import figures, schema
from notifier.queue.engine import Database

_MESSAGE = schema.message
_ABOUT = (
    select(_MESSAGE.c.id, _MESSAGE.c.event_id, _MESSAGE.c.state, _MESSAGE.c.changed_at, _MESSAGE.c.received_at)
    .where(_MESSAGE.c.event_id != "", _MESSAGE.c.received_at >= bindparam("since"), _MESSAGE.c.mode == bindparam("of"))
    .order_by(_MESSAGE.c.received_at, _MESSAGE.c.id)
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

    async def figures(self, since: datetime, until: datetime, mode: Mode) -> list[Figures]:
        """What became of every message that came in then, in numbers; also of what is no longer kept."""
        return await self._database.read(figures.figures, since, until, mode)


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
