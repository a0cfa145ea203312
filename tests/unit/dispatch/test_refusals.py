"""Whether an address takes nothing more is read for all of a channel while nobody can have written any."""

from datetime import datetime

import pytest

from notifier.clock import FixedClock
from notifier.dispatch.refusals import Refusals
from notifier.dispatch.stillness import FRESH, Stillness
from tests.unit.dispatch.school import START


class Database:
    def __init__(self) -> None:
        self.stirred: int | None = 1
        self.refused = {("post", "a@example.org"): START}
        self.asked: list[str] = []
        self.clock = FixedClock(START)
        self.stillness = Stillness(lambda: self.stirred, self.look, self.clock)
        self.refusals = Refusals(self.one, self.all_of, self.stillness)

    async def look(self) -> None: ...

    async def one(self, channel: str, address: str) -> datetime | None:
        self.asked.append(address)
        return self.refused.get((channel, address))

    async def all_of(self, channel: str) -> dict[str, datetime]:
        self.asked.append(f"all of {channel}")
        return {address: since for (of, address), since in self.refused.items() if of == channel}

    async def say(self, address: str, channel: str = "post") -> bool:
        return await self.refusals.of(channel, address) is not None


@pytest.fixture
def database() -> Database:
    return Database()


async def test_they_are_read_once_for_all(database: Database) -> None:
    database.stillness.looked(START)
    assert [await database.say(f"{name}@example.org") for name in "abca"] == [True, False, False, True]
    assert not await database.say("a@example.org", "ring")
    assert database.asked == ["all of post", "all of ring"]


async def test_whatever_was_written_since_makes_them_be_read_again(database: Database) -> None:
    database.stillness.looked(START)
    assert not await database.say("b@example.org")
    database.refused["post", "b@example.org"] = START
    database.stirred = 2
    assert await database.say("b@example.org")
    assert database.asked == ["all of post"] * 2


@pytest.mark.parametrize("known", [False, True])
async def test_where_that_is_not_known_each_address_is_asked_about(database: Database, known: bool) -> None:
    if known:
        database.stillness.looked(START - FRESH)  # too long ago
    else:
        database.stirred = None
    assert await database.say("a@example.org")
    assert not await database.say("b@example.org")
    assert database.asked == ["a@example.org", "b@example.org"]
