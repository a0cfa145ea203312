"""Many messages at once over kept connections, to a server that is in every mood, and people who give up."""

import asyncio
import random

import pytest

from channels._smtp import Account, Pool
from channels._smtp_session import Patience, Progress, Stage
from tests.loops import BOTH_LOOPS
from tests.servers import smtp_vices as vices
from tests.servers.smtp import Taken, mail_server

pytestmark = BOTH_LOOPS

SENDER = "office@oaklane.example.org"
MOODS = ["ok"] * 8 + ["refuse", "hangup", "spoil", "lose", "goodbye"]


def words(recipient: str) -> bytes:
    return f"To: {recipient}\r\n\r\nHello\r\n".encode()


def of(taken: Taken) -> str:
    """Whose it is, who alone may have got it."""
    (recipient,) = taken.recipients
    assert taken.content == words(recipient)
    return recipient


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("pipelining", [True, False])
async def test_whatever_happens_nobody_gets_what_is_anothers(seed: int, pipelining: bool) -> None:
    """And what was refused, or given up before its end left, reached nobody; what was said to be taken, its adult."""
    chance = random.Random(seed)
    recipients = [f"{chance.choice(MOODS)}-{number}@example.org" for number in range(60)]
    progress = {recipient: Progress() for recipient in recipients}
    outcomes: dict[str, BaseException | None] = {}
    cancelled: set[str] = set()
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        account = Account("localhost", server.port, "none", "", str, "oaklane.example.org")
        pool = Pool(account, chance.randint(1, 4), Patience(20.0, 20.0, 20.0), pipelining=pipelining)
        left = iter(recipients)

        async def work() -> None:
            for each in left:
                going = asyncio.create_task(pool.deliver(SENDER, each, words(each), "0123456789abcdef", progress[each]))
                if chance.random() < 0.2:
                    for _ in range(chance.randint(0, 12)):
                        await asyncio.sleep(0)
                    going.cancel()
                    cancelled.add(each)
                (outcomes[each],) = await asyncio.gather(going, return_exceptions=True)

        await asyncio.wait_for(asyncio.gather(*(work() for _ in range(4))), 60)
        await pool.close()
    arrived = [of(taken) for taken in server.handler.taken]
    assert len(arrived) == len(set(arrived))
    for each, outcome in outcomes.items():
        well = each.partition("-")[0] in ("ok", "goodbye")
        if outcome is None:
            assert well
            assert each in arrived
        elif progress[each].stage is not Stage.BODY:
            assert each not in arrived
        if each not in cancelled:
            assert (outcome is None) == well
