"""What is asked just before each send is asked for many at once, and never answered from an old read."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from notifier.clock import FixedClock
from notifier.dispatch.standing import FEW, FRESH, Standings
from notifier.queue.rows import Wanted
from tests.unit.dispatch.hand_clock import settle_down
from tests.unit.dispatch.school import START


class Database:
    def __init__(self) -> None:
        self.reads: list[set[str]] = []
        self.wanted: dict[str, Wanted] = {}
        self.version = 3
        self.news = 0
        self.broken = False
        self.open = asyncio.Event()
        self.open.set()

    async def standing(self, leg_ids: Sequence[str], now: datetime) -> tuple[dict[str, Wanted], int]:
        self.reads.append(set(leg_ids))
        await self.open.wait()
        if self.broken:
            raise OSError("disk")
        return {leg_id: self.wanted.get(leg_id, Wanted.SEND) for leg_id in leg_ids}, self.version


@pytest.fixture
async def database() -> Database:
    return Database()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def standings(database: Database, clock: FixedClock) -> Standings:
    return Standings(database.standing, clock, lambda: database.news)


async def test_who_asks_at_the_same_moment_shares_a_read(standings: Standings, database: Database) -> None:
    database.wanted["b"] = Wanted.CANCELLED
    found = await asyncio.gather(*(standings.of(leg_id) for leg_id in "abc"))
    assert [one.wanted for one in found] == [Wanted.SEND, Wanted.CANCELLED, Wanted.SEND]
    assert {one.directory_version for one in found} == {3}
    assert database.reads == [{"a", "b", "c"}]


async def test_who_asks_during_a_read_gets_the_next_one(standings: Standings, database: Database) -> None:
    database.open.clear()
    first = asyncio.create_task(standings.of("a"))
    await settle_down()
    second = asyncio.create_task(standings.of("b"))
    await settle_down()
    database.open.set()
    await asyncio.gather(first, second)
    assert database.reads == [{"a"}, {"b"}]


async def test_the_legs_that_follow_at_once_are_read_along(standings: Standings, database: Database) -> None:
    await standings.of("a", lambda: ["b", "c"])
    await standings.of("b")
    assert database.reads == [{"a", "b", "c"}]


async def test_the_next_legs_are_read_before_the_last_answers_are_used_up(
    standings: Standings, database: Database
) -> None:
    legs = [f"leg{number}" for number in range(FEW + 10)]
    await standings.of("a", lambda: legs)
    for leg_id in legs[:10]:
        await standings.of(leg_id, lambda: legs[10:])
    await settle_down()
    assert database.reads[1:] == [set(legs[10:])]
    for leg_id in legs[10:]:
        await standings.of(leg_id)
    assert len(database.reads) == 2


async def test_what_was_read_along_is_used_once(standings: Standings, database: Database) -> None:
    await standings.of("a", lambda: ["b"])
    await standings.of("b")
    await standings.of("b")
    assert database.reads == [{"a", "b"}, {"b"}]


async def test_what_was_read_along_grows_old(standings: Standings, database: Database, clock: FixedClock) -> None:
    await standings.of("a", lambda: ["b"])
    clock.at += FRESH * 2
    database.wanted["b"] = Wanted.CANCELLED
    assert (await standings.of("b")).wanted is Wanted.CANCELLED


async def test_news_make_what_was_read_along_old_at_once(standings: Standings, database: Database) -> None:
    await standings.of("a", lambda: ["b"])
    database.news += 1
    database.wanted["b"] = Wanted.SUPERSEDED
    assert (await standings.of("b")).wanted is Wanted.SUPERSEDED


async def test_a_read_that_fails_fails_for_whoever_asked_and_not_for_the_next(
    standings: Standings, database: Database
) -> None:
    database.broken = True
    with pytest.raises(OSError, match="disk"):
        await standings.of("a")
    database.broken = False
    assert (await standings.of("a")).wanted is Wanted.SEND
