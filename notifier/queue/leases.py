"""Leases: what a dead process left behind, what is given back unsent, and whether a claimed leg is still wanted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, case, delete, func, or_, select, update

from notifier.faultpoints import reached
from notifier.model import ladder
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import schema
from notifier.queue.claims import claimed, directory_version, is_in, whole
from notifier.queue.legs import progress
from notifier.queue.nodes import forsaken
from notifier.queue.prepared import Among, Prepared, moment, words
from notifier.queue.rows import ClaimedLeg, Wanted

_LEG, _DELIVERY, _MESSAGE, _ATTEMPT = schema.leg, schema.delivery, schema.message, schema.attempt
_THESE = Among(_LEG.c.id, words("ids"))

_OVERDUE = _LEG.c.lease_until <= bindparam("now")
LAPSED = whole(is_in(LegState.STARTED), _OVERDUE)
LEFT_BEHIND = whole(is_in(LegState.STARTED), or_(_OVERDUE, _LEG.c.owner != bindparam("me")))
FORSAKEN = whole(is_in(LegState.STARTED), or_(_OVERDUE, and_(_LEG.c.owner != bindparam("me"), forsaken())))

_DROP = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=LegState.UNKNOWN.value,
        due_at=bindparam("now"),
        owner="",
        lease_until=None,
        crashes=_LEG.c.crashes + case((_LEG.c.batch == 1, 1), else_=0),
        unknown_since=func.coalesce(
            _LEG.c.unknown_since,
            select(_ATTEMPT.c.started_at).where(_ATTEMPT.c.id == bindparam("its_attempt")).scalar_subquery(),
        ),
    )
)
_END_ATTEMPT = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("its_attempt"))
    .values(outcome=LegState.UNKNOWN.value, ended_at=bindparam("now"), reason=bindparam("why"))
)
_OWNED = (
    select(_LEG.c.id, _LEG.c.delivery_id, _LEG.c.tries, _LEG.c.unknown_since)
    .where(_THESE, is_in(LegState.STARTED), _LEG.c.owner == bindparam("me"))
    .with_for_update()
)
_RETURN = (
    update(_LEG)
    .where(_LEG.c.id == bindparam("which"))
    .values(
        state=bindparam("to"),
        due_at=bindparam("at"),
        owner="",
        lease_until=None,
        tries=_LEG.c.tries - 1,
    )
)
_FORGET_ATTEMPT = delete(_ATTEMPT).where(_ATTEMPT.c.id == bindparam("its_attempt"))
_WANTED = Prepared(
    select(
        _LEG.c.id,
        _LEG.c.state,
        _LEG.c.owner,
        _DELIVERY.c.state.label("delivery_state"),
        _MESSAGE.c.state.label("message_state"),
        _MESSAGE.c.expires_at,
        _LEG.c.by_person,
    )
    .join(_DELIVERY, _DELIVERY.c.id == _LEG.c.delivery_id)
    .join(_MESSAGE, _MESSAGE.c.id == _LEG.c.message_id)
    .where(_THESE)
)
_MESSAGE_STOPS = {
    MessageState.CANCELLED: Wanted.CANCELLED,
    MessageState.REFUSED: Wanted.CANCELLED,
    MessageState.SUPERSEDED: Wanted.SUPERSEDED,
    MessageState.HELD: Wanted.HELD,
}
_DELIVERY_STOPS = {
    DeliveryState.CANCELLED: Wanted.CANCELLED,
    DeliveryState.WITHHELD: Wanted.CANCELLED,
    DeliveryState.EXPIRED: Wanted.EXPIRED,
    DeliveryState.HELD: Wanted.HELD,
}


def take_over(
    conn: Connection,
    owner: str,
    now: datetime,
    all_leases: bool,
    silent_for: timedelta | None = None,
    in_hand: Collection[str] = (),
) -> list[ClaimedLeg]:
    """Started legs that nobody will settle become unknown, and are then claimed one by one.

    ``all_leases``: every other owner is known to be dead, so their leases need not run out first.
    ``silent_for``: nor those of owners that are no living nodes, once the database has been there so long.
    ``in_hand``: legs that ``owner`` itself will settle or give back yet, however late its lease makes that look.
    """
    if all_leases:
        found = conn.execute(LEFT_BEHIND, {"now": now, "me": owner}).all()
    elif silent_for is not None:
        found = conn.execute(FORSAKEN, {"now": now, "me": owner, "span": silent_for.total_seconds()}).all()
    else:
        found = conn.execute(LAPSED, {"now": now}).all()
    if in_hand:
        found = [row for row in found if row.id not in in_hand]
    if not found:
        return []
    why = "The program stopped before it knew what became of this."
    dropped = [{"which": row.id, "its_attempt": ladder.attempt_id(row.id, row.tries), "now": now} for row in found]
    conn.execute(_DROP, dropped)
    reached("taking over")
    conn.execute(_END_ATTEMPT, [{"its_attempt": one["its_attempt"], "now": now, "why": why} for one in dropped])
    reached("taking over")
    return [
        claimed(row, row.tries, row.unknown_since or row.lease_until or now, row.lease_until or now) for row in found
    ]


def give_back(conn: Connection, leg_ids: Sequence[str], owner: str, now: datetime, until: datetime | None) -> None:
    """As if it had not been claimed; a leg that was in doubt is in doubt again."""
    rows = conn.execute(_OWNED, {"ids": list(leg_ids), "me": owner}).all()
    if not rows:
        return
    conn.execute(_FORGET_ATTEMPT, [{"its_attempt": ladder.attempt_id(row.id, row.tries)} for row in rows])
    back = [
        {
            "which": row.id,
            "to": LegState.DUE.value if row.unknown_since is None else LegState.UNKNOWN.value,
            "at": until or now,
        }
        for row in rows
    ]
    conn.execute(_RETURN, back)
    progress(conn, [row.delivery_id for row in rows], now)
    reached("giving back")


def still_wanted(
    conn: Connection, leg_ids: Sequence[str], now: datetime, owner: str | None = None
) -> dict[str, Wanted]:
    """For each leg whether it should still go; nobody's, or another's than ``owner``'s, counts as cancelled."""
    wanted = dict.fromkeys(leg_ids, Wanted.CANCELLED)
    for row in _WANTED.rows(conn, {"ids": list(leg_ids)}):
        if row.state != LegState.STARTED.value or (owner is not None and row.owner != owner):
            continue
        stop = _MESSAGE_STOPS.get(MessageState(row.message_state)) or _DELIVERY_STOPS.get(
            DeliveryState(row.delivery_state)
        )
        expires_at = moment(row.expires_at)
        if stop is None and not row.by_person and expires_at is not None and expires_at <= now:
            stop = Wanted.EXPIRED
        wanted[row.id] = stop or Wanted.SEND
    return wanted


def standing(
    conn: Connection, leg_ids: Sequence[str], now: datetime, owner: str | None = None
) -> tuple[dict[str, Wanted], int]:
    """``still_wanted``, and the version of the directory in force at the same moment."""
    return still_wanted(conn, leg_ids, now, owner), directory_version(conn)
