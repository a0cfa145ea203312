"""Messages one after the other on few connections: the commands of the next leave with the end of the last."""

import asyncio
import random
from typing import Any

import aiosmtplib
import pytest

from channels._smtp import KEEP_MESSAGES, Account, Pool
from channels._smtp_session import Parcel, Patience, Progress, Stage
from tests.loops import BOTH_LOOPS
from tests.servers import smtp_vices as vices
from tests.servers.smtp import MailServer, mail_server

pytestmark = BOTH_LOOPS

SENDER = "office@oaklane.example.org"
PATIENT = Patience(20.0, 20.0, 20.0)
MOODS = ["ok"] * 8 + ["refuse", "hangup", "spoil", "lose", "goodbye"]


def pool(server: MailServer, most: int = 1, patience: Patience = PATIENT, **parts: Any) -> Pool:
    return Pool(Account("localhost", server.port, "none", "", str, "oaklane.example.org"), most, patience, **parts)


def parcel(to: str, *, urgent: bool = False) -> Parcel:
    content = f"To: {to}\r\n\r\nHello\r\n".encode()
    return Parcel(SENDER, f"{to}@example.org", content, "0123456789abcdef", Progress(), urgent=urgent)


def got(server: MailServer) -> list[str]:
    """To whom each message came; each must be that adult's own."""
    for taken in server.handler.taken:
        assert [f"{taken.content.partition(b' ')[2].partition(bytes((13,)))[0].decode()}@example.org"] == (
            taken.recipients
        )
    return [taken.recipients[0].partition("@")[0] for taken in server.handler.taken]


async def test_all_arrive_once_in_their_order_over_one_connection() -> None:
    names = [f"p-{number}" for number in range(20)]
    async with mail_server(pipelining=True) as server:
        one = pool(server)
        await asyncio.gather(*(one.deliver(parcel(name)) for name in names))
        await one.close()
    assert got(server) == names
    assert server.handler.connections == 1
    assert server.handler.together == 20


async def test_the_next_commands_leave_with_the_end_of_the_message_before() -> None:
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server)
        first = asyncio.create_task(one.deliver(parcel("stall-1")))
        second = asyncio.create_task(one.deliver(parcel("ok-2")))
        await server.handler.stalling.wait()
        await asyncio.sleep(0)
        assert server.handler.together == 2  # nothing was answered yet
        server.handler.gate.set()
        await asyncio.gather(first, second)
        await one.close()
    assert got(server) == ["stall-1", "ok-2"]


async def test_without_pipelining_they_wait_for_each_other() -> None:
    names = [f"p-{number}" for number in range(20)]
    async with mail_server(pipelining=True) as server:
        one = pool(server, 2, pipelining=False)
        await asyncio.gather(*(one.deliver(parcel(name)) for name in names))
        await one.close()
    assert sorted(got(server)) == sorted(names)
    assert server.handler.connections == 2
    assert server.handler.together == 0


async def test_a_connection_is_not_used_beyond_its_time() -> None:
    async with mail_server(pipelining=True) as server:
        one = pool(server)
        await asyncio.gather(*(one.deliver(parcel(f"p-{number}")) for number in range(KEEP_MESSAGES + 20)))
        await one.close()
    assert len(set(got(server))) == KEEP_MESSAGES + 20
    assert server.handler.connections == 2


async def test_what_is_urgent_waits_behind_nothing_that_is_not() -> None:
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server)
        slow = [asyncio.create_task(one.deliver(parcel(f"stall-{number}"))) for number in range(4)]
        await server.handler.stalling.wait()
        await asyncio.wait_for(one.deliver(parcel("ok-1", urgent=True)), 20)
        assert got(server) == ["ok-1"]
        server.handler.gate.set()
        await asyncio.gather(*slow)
        await one.close()
    assert server.handler.connections == 2


@pytest.mark.parametrize("mood", ["refuse", "spoil", "hangup", "lose", "goodbye"])
async def test_what_becomes_of_one_does_not_become_of_those_who_follow(mood: str) -> None:
    names = [f"{mood if number == 3 else 'ok'}-{number}" for number in range(8)]
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server)
        found = await asyncio.gather(*(one.deliver(parcel(name)) for name in names), return_exceptions=True)
        await one.close()
    assert [number for number, outcome in enumerate(found) if outcome is not None] == ([] if mood == "goodbye" else [3])
    kept = mood in ("lose", "goodbye")
    assert sorted(got(server)) == sorted(name for name in names if kept or name != f"{mood}-3")


async def test_who_gives_up_while_the_server_thinks_leaves_the_next_one_a_new_connection() -> None:
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server)
        first = asyncio.create_task(one.deliver(parcel("stall-1")))
        second = asyncio.create_task(one.deliver(parcel("ok-2")))
        await server.handler.stalling.wait()
        first.cancel()
        await asyncio.wait_for(second, 20)
        assert first.cancelled()
        await one.close()
    assert got(server)[:1] == ["ok-2"]
    assert server.handler.connections == 2


async def test_who_gives_up_after_their_commands_left_takes_nothing_from_the_one_before() -> None:
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server)
        tasks = [asyncio.create_task(one.deliver(parcel(name))) for name in ("stall-1", "ok-2", "ok-3")]
        await server.handler.stalling.wait()
        tasks[1].cancel()
        await asyncio.sleep(0)
        server.handler.gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await one.close()
    assert tasks[1].cancelled()
    assert sorted(got(server)) == ["ok-3", "stall-1"]
    assert server.handler.connections == 2


async def test_when_no_connection_can_be_had_each_says_so() -> None:
    async with mail_server(pipelining=True) as server:
        one = pool(server, 2)
    found = await asyncio.gather(*(one.deliver(parcel(f"p-{number}")) for number in range(9)), return_exceptions=True)
    assert all(isinstance(outcome, aiosmtplib.SMTPConnectError) for outcome in found)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("pipelining", [True, False])
async def test_whatever_happens_nobody_gets_what_is_anothers(seed: int, pipelining: bool) -> None:
    """And what was refused, or given up before its end left, reached nobody; what was said to be taken, its adult."""
    chance = random.Random(seed)
    parcels = [parcel(f"{chance.choice(MOODS)}-{number}", urgent=chance.random() < 0.2) for number in range(60)]
    async with mail_server(vices.ByAddress(), pipelining=True) as server:
        one = pool(server, chance.randint(1, 3), pipelining=pipelining)
        left = iter(parcels)
        cancelled: set[str] = set()
        outcomes: dict[str, BaseException | None] = {}

        async def work() -> None:
            for each in left:
                going = asyncio.create_task(one.deliver(each))
                if chance.random() < 0.2:
                    for _ in range(chance.randint(0, 12)):
                        await asyncio.sleep(0)
                    going.cancel()
                    cancelled.add(each.recipient)
                (outcome,) = await asyncio.gather(going, return_exceptions=True)
                outcomes[each.recipient] = outcome

        await asyncio.wait_for(asyncio.gather(*(work() for _ in range(8))), 60)
        await one.close()
    arrived = [f"{name}@example.org" for name in got(server)]
    assert len(arrived) == len(set(arrived))
    for each in parcels:
        outcome, mood = outcomes[each.recipient], each.recipient.partition("-")[0]
        if outcome is None:
            assert mood in ("ok", "goodbye")
            assert each.recipient in arrived
        elif each.progress.stage is not Stage.BODY:
            assert each.recipient not in arrived
        if each.recipient not in cancelled:
            assert (outcome is None) == (mood in ("ok", "goodbye"))
    assert not one._waiting[True]
    assert not one._waiting[False]
    assert not any(one._busy.values())
    assert not any(one._leading.values())
