"""Who is alive, by the database's own time, and what becomes of the work of the others; on every database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from notifier.clock import FixedClock
from notifier.model.message import Kind, Lane
from notifier.model.states import LegState
from notifier.queue import Store, StoreProblem
from notifier.queue.engine import Line
from notifier.queue.rows import Wanted
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, many, outcome, plan

SPAN = timedelta(seconds=60)
GONE = timedelta(seconds=-1)
"""A node that may be counted on until a moment ago is dead as soon as it has spoken."""


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    yield opened
    await opened.close()


@asynccontextmanager
async def line(store: Store) -> AsyncIterator[Line]:
    opened = store.line()
    try:
        yield opened
    finally:
        await opened.close()


async def alive(store: Store, node: str, span: timedelta = SPAN) -> None:
    async with line(store) as its:
        await its.beat(node, folder=True, lead=False, span=span)


async def test_the_time_is_the_databases_own_and_not_that_of_the_node(store: Store) -> None:
    async with line(store) as mine:
        at = (await mine.beat("a", folder=True, lead=False, span=SPAN)).at
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
    assert at <= await store.moment() < at + timedelta(minutes=1)
    assert abs(at - NOW) > timedelta(days=1) or at.date() == NOW.date()


async def test_the_living_are_counted_and_the_dead_are_not(store: Store) -> None:
    async with line(store) as mine:
        assert (await mine.beat("a", folder=True, lead=False, span=SPAN)).nodes == 1
        await alive(store, "b")
        assert (await mine.beat("a", folder=True, lead=False, span=SPAN)).nodes == 2
        await alive(store, "b", GONE)
        assert (await mine.beat("a", folder=True, lead=False, span=SPAN)).nodes == 1


async def test_who_leaves_is_not_counted_any_more(store: Store) -> None:
    async with line(store) as mine, line(store) as other:
        await other.beat("b", folder=False, lead=False, span=SPAN)
        await other.leave("b")
        assert (await mine.beat("a", folder=True, lead=False, span=SPAN)).nodes == 1


async def test_what_a_dead_node_had_in_hand_is_noticed_and_taken_over_before_its_lease_runs_out(store: Store) -> None:
    await store.enqueue(entry(many(2)), NOW)
    await alive(store, "dead")
    (leg,) = (await store.claim("dead", "email", tuple(Lane), 1, LEASE, NOW)).legs
    async with line(store) as mine:
        assert not (await mine.beat("a", folder=True, lead=False, span=SPAN)).left_behind
        assert await store.take_over("a", NOW, silent_for=GONE) == []
        await alive(store, "dead", GONE)
        assert (await mine.beat("a", folder=True, lead=False, span=GONE)).left_behind
        assert [one.leg_id for one in await store.take_over("a", NOW, silent_for=GONE)] == [leg.leg_id]
        assert not (await mine.beat("a", folder=True, lead=False, span=GONE)).left_behind
    assert sorted((one.channel, one.state) for one in await store.legs("m1")) == [
        ("email", LegState.DUE), ("email", LegState.UNKNOWN),
    ]  # fmt: skip


async def test_a_nodes_own_legs_are_not_taken_from_it_however_late_it_is(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    await alive(store, "a", GONE)
    await store.claim("a", "email", tuple(Lane), 1, LEASE, NOW)
    assert await store.take_over("a", NOW, silent_for=GONE) == []


async def test_a_node_that_wakes_settles_returns_and_sends_nothing_that_another_took_over(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("A"))), NOW)
    await alive(store, "frozen")
    (leg,) = (await store.claim("frozen", "email", tuple(Lane), 1, LEASE, NOW)).legs
    await alive(store, "frozen", GONE)
    await store.take_over("a", NOW, silent_for=GONE)
    again = await store.claim_unknown("a", LEASE, NOW)
    assert again is not None
    await alive(store, "frozen")  # it wakes, and is counted again
    assert (await store.standing([leg.leg_id], NOW, owner="frozen"))[0] == {leg.leg_id: Wanted.CANCELLED}
    assert (await store.standing([leg.leg_id], NOW, owner="a"))[0] == {leg.leg_id: Wanted.SEND}
    assert await store.settle([outcome(leg, LegState.SENT, owner="frozen")], NOW) == [False]
    await store.give_back([leg.leg_id], "frozen", NOW)
    assert await store.settle([outcome(again, LegState.SENT, owner="a")], NOW) == [True]


async def test_two_nodes_that_climb_at_once_climb_one_rung(store: Store, store_url: str, tmp_path: Path) -> None:
    after = {Kind.EMERGENCY: timedelta(minutes=10)}
    late = NOW + timedelta(minutes=10)
    ladder = (("text",), ("voice",), ("call",))
    await store.enqueue(entry(plan(*(delivery(str(n), ladder) for n in range(40))), kind=Kind.EMERGENCY), NOW)
    legs = (await store.claim("a", "text", tuple(Lane), 40, LEASE, NOW)).legs
    await store.settle([outcome(leg, LegState.SENT, owner="a") for leg in legs], NOW)
    other = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    moved = await asyncio.gather(*(one.escalate(late, after) for one in (store, other) for _ in range(4)))
    await other.close()
    assert sum(moved) == 40
    assert {one.rung for one in await store.deliveries("m1")} == {1}


# the leader, on a server


@pytest.fixture
async def server(postgres_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(postgres_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    yield opened
    await opened.close()


async def test_one_node_leads_until_it_leaves(server: Store) -> None:
    async with line(server) as first, line(server) as second:
        assert (await first.beat("a", folder=True, lead=True, span=SPAN)).leads
        assert not (await second.beat("b", folder=True, lead=True, span=SPAN)).leads
        assert (await first.beat("a", folder=True, lead=True, span=SPAN)).leads
        await first.leave("a")
        assert (await second.beat("b", folder=True, lead=True, span=SPAN)).leads


async def test_the_leader_says_by_which_settings_is_decided(server: Store) -> None:
    async with line(server) as first, line(server) as second:
        await first.beat("a", folder=True, lead=True, span=SPAN, settings="one")
        assert (await second.beat("b", folder=True, lead=True, span=SPAN, settings="two")).settings == "one"
        await first.leave("a")
        assert (await second.beat("b", folder=True, lead=False, span=SPAN, settings="two")).settings == "one"
        assert (await second.beat("b", folder=True, lead=True, span=SPAN, settings="two")).settings == "two"


async def test_who_does_not_want_to_lead_lets_go(server: Store) -> None:
    async with line(server) as first, line(server) as second:
        assert not (await first.beat("a", folder=False, lead=False, span=SPAN)).leads
        assert (await first.beat("a", folder=True, lead=True, span=SPAN)).leads
        assert not (await first.beat("a", folder=True, lead=False, span=SPAN)).leads
        assert (await second.beat("b", folder=True, lead=True, span=SPAN)).leads


async def test_a_line_that_fell_silent_is_ended_by_the_server_and_another_leads(server: Store) -> None:
    short = timedelta(seconds=1)
    async with line(server) as first, line(server) as second:
        assert (await first.beat("a", folder=True, lead=True, span=short)).leads
        async with asyncio.timeout(30):  # the server's own clock decides
            while not (await second.beat("b", folder=True, lead=True, span=SPAN)).leads:
                await server.moment()
        with suppress(StoreProblem):  # unless it has heard of its end by now
            assert not (await first.beat("a", folder=True, lead=True, span=short)).leads
        assert not (await first.beat("a", folder=True, lead=True, span=SPAN)).leads


async def test_the_sessions_of_a_dead_node_are_ended_and_its_rows_are_free(
    server: Store, postgres_url: str, tmp_path: Path
) -> None:
    """It froze in the middle of a transaction, and would keep the message's row from everybody."""
    frozen = await Store.open(postgres_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    await server.enqueue(entry(), NOW)
    holding = asyncio.Event()

    def stands_still(connection: Connection) -> None:
        connection.execute(text("SELECT id FROM message FOR UPDATE"))
        holding.set()
        connection.execute(text("SELECT pg_sleep(60)"))

    standing = asyncio.create_task(frozen._database.write(stands_still))
    await holding.wait()
    async with line(frozen) as its, line(server) as mine:
        await its.beat("frozen", folder=True, lead=True, span=GONE)
        async with asyncio.timeout(30):
            await mine.beat("a", folder=True, lead=True, span=GONE)
            assert await server.cancel("m1", "head", NOW) is not None
        with pytest.raises(StoreProblem, match="does not answer"):
            await standing
    await frozen.close()
