"""What is asked just before each send is asked for many at once, and never answered from an old read."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from notifier.clock import FixedClock
from notifier.dispatch.standing import FEW, Standings
from notifier.dispatch.stillness import FRESH, Stillness
from notifier.queue.rows import ClaimedLeg, Sight, Wanted
from tests.unit.dispatch.hand_clock import settle_down
from tests.unit.dispatch.school import START, delivery


class Database:
    def __init__(self) -> None:
        self.reads: list[set[str]] = []
        self.wanted: dict[str, Wanted] = {}
        self.version = 3
        self.news = 0
        self.broken = False
        self.open = asyncio.Event()
        self.open.set()
        self.stirred: int | None = 5
        self.looks = 0

    async def standing(self, leg_ids: Sequence[str], now: datetime) -> tuple[dict[str, Wanted], int]:
        self.reads.append(set(leg_ids))
        await self.open.wait()
        if self.broken:
            raise OSError("disk")
        return {leg_id: self.wanted.get(leg_id, Wanted.SEND) for leg_id in leg_ids}, self.version

    async def look(self) -> None:
        self.looks += 1
        await self.open.wait()
        if self.broken:
            raise OSError("disk")


def leg(id: str, sight: Sight | None = None) -> ClaimedLeg:
    until = START + timedelta(minutes=2)
    return ClaimedLeg(
        id, f"{id}.1", "m1.1", "m1", delivery(1), 0, "post", "C1a", False, 1, 0, False, START, until, START, sight=sight
    )


def legs(*ids: str) -> list[ClaimedLeg]:
    return [leg(one) for one in ids]


@pytest.fixture
async def database() -> Database:
    return Database()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def stillness(database: Database, clock: FixedClock) -> Stillness:
    return Stillness(lambda: database.stirred, database.look, clock)


@pytest.fixture
def standings(database: Database, clock: FixedClock, stillness: Stillness) -> Standings:
    return Standings(database.standing, clock, lambda: database.news, stillness)


async def test_who_asks_at_the_same_moment_shares_a_read(standings: Standings, database: Database) -> None:
    database.wanted["b"] = Wanted.CANCELLED
    found = await asyncio.gather(*(standings.of(leg(id), None) for id in "abc"))
    assert [one.wanted for one in found] == [Wanted.SEND, Wanted.CANCELLED, Wanted.SEND]
    assert {one.directory_version for one in found} == {3}
    assert database.reads == [{"a", "b", "c"}]


async def test_who_asks_during_a_read_gets_the_next_one(standings: Standings, database: Database) -> None:
    database.open.clear()
    first = asyncio.create_task(standings.of(leg("a"), None))
    await settle_down()
    second = asyncio.create_task(standings.of(leg("b"), None))
    await settle_down()
    database.open.set()
    await asyncio.gather(first, second)
    assert database.reads == [{"a"}, {"b"}]


async def test_the_legs_that_follow_at_once_are_read_along(standings: Standings, database: Database) -> None:
    await standings.of(leg("a"), None, lambda: legs("b", "c"))
    await standings.of(leg("b"), None)
    assert database.reads == [{"a", "b", "c"}]


async def test_the_next_legs_are_read_before_the_last_answers_are_used_up(
    standings: Standings, database: Database
) -> None:
    ids = [f"leg{number}" for number in range(FEW + 10)]
    await standings.of(leg("a"), None, lambda: legs(*ids))
    for id in ids[:10]:
        await standings.of(leg(id), None, lambda: legs(*ids[10:]))
    await settle_down()
    assert database.reads[1:] == [set(ids[10:])]
    for id in ids[10:]:
        await standings.of(leg(id), None)
    assert len(database.reads) == 2


async def test_what_was_read_along_is_used_once(standings: Standings, database: Database) -> None:
    await standings.of(leg("a"), None, lambda: legs("b"))
    await standings.of(leg("b"), None)
    await standings.of(leg("b"), None)
    assert database.reads == [{"a", "b"}, {"b"}]


async def test_what_was_read_along_grows_old(standings: Standings, database: Database, clock: FixedClock) -> None:
    await standings.of(leg("a"), None, lambda: legs("b"))
    clock.at += FRESH * 2
    database.wanted["b"] = Wanted.CANCELLED
    assert (await standings.of(leg("b"), None)).wanted is Wanted.CANCELLED


async def test_news_make_what_was_read_along_old_at_once(standings: Standings, database: Database) -> None:
    await standings.of(leg("a"), None, lambda: legs("b"))
    database.news += 1
    database.wanted["b"] = Wanted.SUPERSEDED
    assert (await standings.of(leg("b"), None)).wanted is Wanted.SUPERSEDED


async def test_a_read_that_fails_fails_for_whoever_asked_and_not_for_the_next(
    standings: Standings, database: Database
) -> None:
    database.broken = True
    with pytest.raises(OSError, match="disk"):
        await standings.of(leg("a"), None)
    database.broken = False
    assert (await standings.of(leg("a"), None)).wanted is Wanted.SEND


SEEN = Sight(3, 5)


async def test_while_nobody_has_written_since_the_claim_nothing_is_read(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START)
    clock.at += FRESH / 2
    found = await standings.of(leg("a", SEEN), clock.at + FRESH)
    assert (found.wanted, found.directory_version) == (Wanted.SEND, 3)
    assert (database.reads, database.looks) == ([], 0)


async def test_whatever_was_written_since_the_claim_makes_the_leg_be_asked_about(
    standings: Standings, stillness: Stillness, database: Database
) -> None:
    stillness.looked(START)
    database.stirred = 6
    database.wanted["a"] = Wanted.CANCELLED
    assert (await standings.of(leg("a", SEEN), None)).wanted is Wanted.CANCELLED


async def test_where_it_cannot_be_known_every_leg_is_asked_about(
    standings: Standings, stillness: Stillness, database: Database
) -> None:
    stillness.looked(START)
    database.stirred = None
    await standings.of(leg("a"), None)
    assert (database.reads, database.looks) == ([{"a"}], 0)


async def test_before_it_is_old_the_database_is_looked_at_again_for_all(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START)
    clock.at += FRESH * 0.7
    await asyncio.gather(*(standings.of(leg(id, SEEN), None) for id in "abc"))
    await settle_down()
    clock.at += FRESH * 0.5
    await standings.of(leg("d", SEEN), None)
    assert (database.reads, database.looks) == ([], 1)


async def test_nobody_waits_for_a_look_that_takes_long(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START)
    clock.at += FRESH * 2
    database.wanted["a"] = Wanted.CANCELLED
    assert (await standings.of(leg("a", SEEN), None)).wanted is Wanted.CANCELLED
    assert database.reads == [{"a"}]


async def test_a_look_that_fails_says_nothing(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START)
    clock.at += FRESH * 0.7
    database.broken = True
    await standings.of(leg("a", SEEN), None)
    await settle_down()
    database.broken = False
    clock.at += FRESH * 0.5
    await standings.of(leg("b", SEEN), None)
    assert database.reads == [{"b"}]


async def test_a_clock_that_was_set_back_makes_no_old_look_new(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START + timedelta(hours=1))
    await standings.of(leg("a", SEEN), None)
    assert database.reads == [{"a"}]


async def test_what_is_over_by_now_is_asked_about(
    standings: Standings, stillness: Stillness, database: Database, clock: FixedClock
) -> None:
    stillness.looked(START)
    database.wanted["a"] = Wanted.EXPIRED
    assert (await standings.of(leg("a", SEEN), clock.now())).wanted is Wanted.EXPIRED
