"""The dispatcher over a real mail server on loopback that throttles, as relays do."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from channels._smtp_session import Patience
from channels.base import Surroundings
from channels.email import Email, EmailSettings
from notifier.dispatch.accounts import SOON
from notifier.dispatch.dispatcher import Dispatcher
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.payload import MailPayload, Personal
from notifier.model.plan import Address, Delivery
from notifier.model.states import LegState
from tests.servers.smtp import Takes, mail_server
from tests.unit.dispatch.school import School, Words, at

PATIENCE = Patience(connect=10.0, reply=10.0, taken=10.0)


class Mails(Words):
    """A letter of two lines for each."""

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: Any,
        address: Address | None = None,
    ) -> Any:
        if medium != "mail":
            return super().render(medium, message, delivery, directory, now, address)
        return MailPayload("Trip", Personal(("<p>Hello</p>",)), Personal(("Hello\n",)), "en", "Mrs A")


class Throttles(Takes):
    """Takes ``room`` messages, and then asks everybody to come back in a minute."""

    room = 7

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.room <= 0:
            self.tries += 1
            return "421 4.7.0 Too many messages, try again in 60 seconds"
        self.room -= 1
        return await super().handle_RCPT(server, session, envelope, address, options)


class BearsTwo(Takes):
    """Turns away whoever comes on a third connection."""

    def __init__(self) -> None:
        super().__init__()
        self.open: set[Any] = set()
        self.turned_away = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.open = {one for one in self.open if one.transport is not None and not one.transport.is_closing()}
        if server not in self.open and len(self.open) >= 2:
            self.turned_away += 1
            return "421 4.7.0 Too many concurrent connections"
        self.open.add(server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        for _ in range(20):  # long enough for others to come meanwhile
            await asyncio.sleep(0)
        return await super().handle_DATA(server, session, envelope)


class StallsOnFamilies(Takes):
    """Keeps everybody waiting but the one address."""

    def __init__(self, but: str) -> None:
        super().__init__()
        self.but = but
        self.waiting = 0
        self.two_wait = asyncio.Event()
        self.took = asyncio.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.took.set()
        return await super().handle_DATA(server, session, envelope)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address != self.but:
            self.waiting += 1
            if self.waiting == 2:
                self.two_wait.set()
            await self.gate.wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


@asynccontextmanager
async def relayed(school: School, handler: Takes, **settings: Any) -> AsyncIterator[Dispatcher]:
    """A dispatcher whose "post" is email through that server."""
    async with mail_server(handler) as server:
        given = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "office@oaklane.example.org"}
        around = Surroundings(Path("outbox"), "Oak Lane", "020 7946 0000", "oaklane.example.org", False, school.clock)
        email = Email(EmailSettings(**given | settings), around, PATIENCE)
        school.channels["post"] = email
        school.renderer = Mails()
        try:
            yield school.dispatcher()
        finally:
            handler.gate.set()
            await email.close()


async def test_a_relay_that_throttles_is_left_alone_for_as_long_as_it_asks_and_nothing_is_lost_or_doubled(
    school: School,
) -> None:
    relay = Throttles()
    async with relayed(school, relay, connections=4) as dispatcher:
        message = await school.enqueue(20)
        await dispatcher.drain()
        assert len(relay.taken) == 7
        assert 1 <= relay.tries <= 4  # those on their way when it said so, and nobody after them
        waiting = [leg for leg in await school.store.legs(message.id) if leg.state is LegState.DUE]
        assert [leg.tries for leg in waiting] == [0] * 13
        school.clock.at += timedelta(seconds=50)
        before = relay.tries
        await dispatcher.drain()
        assert relay.tries == before
        relay.room = 1000
        school.clock.at += timedelta(seconds=10)
        await dispatcher.drain()
        school.clock.at += SOON
        await dispatcher.drain()
    assert Counter(taken.recipients[0] for taken in relay.taken) == Counter(at(number) for number in range(20))
    assert await school.legs(message) == [("post", LegState.SENT)] * 20


async def test_connections_adapt_to_a_relay_that_bears_only_two(school: School) -> None:
    relay = BearsTwo()
    async with relayed(school, relay, connections=8) as dispatcher:
        message = await school.enqueue(120)
        for _ in range(6):
            await dispatcher.drain()
            school.clock.at += SOON
    assert 1 <= relay.turned_away <= 4  # tried with more, and not again for a while
    assert Counter(taken.recipients[0] for taken in relay.taken) == Counter(at(number) for number in range(120))
    assert await school.legs(message) == [("post", LegState.SENT)] * 120


async def test_an_emergency_email_never_waits_for_a_connection_that_a_newsletter_holds(school: School) -> None:
    relay = StallsOnFamilies(but=at(0, letter="z"))
    async with relayed(school, relay, connections=2) as dispatcher:
        await school.enqueue(20, kind=Kind.NEWSLETTER)
        await school.enqueue(20)
        draining = asyncio.create_task(dispatcher.drain())
        await asyncio.wait_for(relay.two_wait.wait(), 20)
        await school.enqueue(1, to=at(0, letter="z"), kind=Kind.EMERGENCY)
        await asyncio.wait_for(relay.took.wait(), 20)
        assert relay.taken[0].recipients == [at(0, letter="z")]
        assert relay.waiting == 2  # all that they may have is still held
        relay.gate.set()
        await draining
    assert len(relay.taken) == 41
