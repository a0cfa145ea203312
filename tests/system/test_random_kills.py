"""Forty deaths during a newsletter to 2,000 families and an emergency: nothing lost, nothing settled twice."""

import os

import pytest

from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio
from tests.system.post import Post
from tests.system.random_kills import live_and_die
from tests.system.school import SchoolFolder

SEED = int(os.environ.get("SEED", "4"))
KILLS = int(os.environ.get("KILLS", "40"))


async def test_forty_deaths_lose_and_double_nothing(
    small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    await live_and_die(small, mail, post, twilio, seed=SEED, kills=KILLS, test="tests/system/test_random_kills.py")


@pytest.mark.soak
@pytest.mark.parametrize("life", range(5))
async def test_two_hundred_deaths_lose_and_double_nothing(
    small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio, life: int
) -> None:
    await live_and_die(
        small, mail, post, twilio, seed=SEED + life, kills=KILLS, test="tests/system/test_random_kills.py"
    )
