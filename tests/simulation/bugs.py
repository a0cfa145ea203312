"""Bugs that a test plants into the program, so that an invariant which finds nothing cannot pass for a good one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from channels.base import Outgoing, Sent
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.plan import Delivery, Send, Verdict
from notifier.model.policy import Policy, QuietHours, TextPolicy
from notifier.model.states import LegState
from notifier.queue import claims, leases, lookup, messages, moments, settling
from notifier.queue.rows import Enqueued, Entry, Settlement, Wanted
from tests.simulation.program import LINES
from tests.simulation.providers import Email
from tests.simulation.still import StillDatabase
from tests.simulation.year import Year

P = ParamSpec("P")
T = TypeVar("T")
Answers = Mapping[Callable[..., Any], Callable[..., Any]]


def database(year: Year, instead: Answers) -> None:
    """A queue in which some transactions are other ones."""

    class Bugged(StillDatabase):
        async def _transact(
            self, stirs: bool, transaction: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
        ) -> T:
            return await super()._transact(stirs, instead.get(transaction, transaction), *args, **kwargs)

        async def read(self, reading: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
            return await super().read(instead.get(reading, reading), *args, **kwargs)

    year.outside.database = Bugged


def nothing_is_looked_at_before_it_goes(year: Year) -> None:
    def yes(message: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime) -> Verdict:
        return Send(delivery)

    year.outside.recheck = yes


def email_is_told_twice(year: Year) -> None:
    class Twice(Email):
        async def send(self, outgoing: Outgoing) -> Sent:
            await super().send(outgoing)
            return await super().send(outgoing)

    year.outside.lines = {**LINES, "email": Twice}


def what_was_sent_is_not_written_down(year: Year) -> None:
    def dropped(conn: Connection, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
        kept = [one for one in outcomes if one.outcome is not LegState.SENT]
        settling.settle(conn, kept, now)
        return [True for _ in outcomes]

    database(year, {settling.settle: dropped})


def who_failed_counts_as_reached(year: Year) -> None:
    def rosy(conn: Connection, outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
        failed = LegState.PERMANENT_FAILURE
        return settling.settle(
            conn, [replace(one, outcome=LegState.SENT) if one.outcome is failed else one for one in outcomes], now
        )

    database(year, {settling.settle: rosy})


def nobody_asks_whether_it_is_still_wanted(year: Year) -> None:
    """And cancelling stops nothing that was begun."""

    def wanted(conn: Connection, leg_ids: Sequence[str], now: datetime, owner: str | None) -> object:
        return dict.fromkeys(leg_ids, Wanted.SEND), claims.directory_version(conn)

    def over(conn: Connection, now: datetime, escalating: object, by_person: object) -> int:
        return 0

    def cancelled(conn: Connection, message_id: str, by: str, now: datetime, *, also_public: bool) -> object:
        return year.watch.stopped.setdefault(message_id, year.time.micros)

    database(year, {leases.standing: wanted, moments.expire: over, messages.cancel: cancelled})


def one_file_is_two_messages(year: Year) -> None:
    def known(*args: object) -> None:
        return None

    def doubled(conn: Connection, entry: Entry, now: datetime) -> Enqueued:
        key = f"{entry.message.key} {entry.message.id}"
        return messages.enqueue(conn, replace(entry, message=replace(entry.message, key=key)), now)

    database(year, {lookup.by_key: known, messages.enqueue: doubled})


def what_is_accepted_is_not_kept(year: Year) -> None:
    def lost(conn: Connection, entry: Entry, now: datetime) -> Enqueued:
        return Enqueued(entry.message.id)

    database(year, {messages.enqueue: lost})


def everything_goes_as_a_text_at_any_hour(year: Year) -> None:
    policy = year.outside.policy
    allowed = frozenset(kind.value for kind in Kind)
    kinds = {kind: replace(one, ladder=(("text",), *one.ladder)) for kind, one in policy.kinds.items()}
    year.outside.policy = replace(
        policy, kinds=kinds, text=TextPolicy(allowed=allowed), quiet_hours=QuietHours(time(0), time(0))
    )


def sheets_are_never_made_anew(year: Year) -> None:
    """What lies on them lies on them, whatever the files say by now."""
    for tray in year.outside.trays.values():
        tray.stuck = True
