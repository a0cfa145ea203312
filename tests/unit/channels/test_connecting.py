"""Trying the mail account, and logging in with a token: against a server that says what it is told to."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from channels._smtp import Account, Pool
from channels._smtp_answers import understood
from channels._smtp_session import Patience, Progress
from channels.base import Surroundings, TemporaryFailure
from channels.email import Email, EmailSettings

QUICK = Patience(connect=2.0, reply=1.0, taken=1.0)


@dataclass
class Desk:
    """What it answers to AUTH, one after the other, and to MAIL."""

    logins: list[str] = field(default_factory=lambda: ["235 2.7.0 Accepted"])
    sender: str = "250 OK"
    heard: list[str] = field(default_factory=list)
    port: int = 0

    at_work: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.at_work.add(task)
        try:
            await self.talk(reader, writer)
        finally:
            writer.close()
            await asyncio.wait({asyncio.ensure_future(writer.wait_closed())})

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(*lines: str) -> None:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())

        say("220 mail.example.org ESMTP")
        while line := (await reader.readline()).decode().strip():
            self.heard.append(line)
            word = line.partition(" ")[0].upper()
            if word == "EHLO":
                say("250-mail.example.org", "250 AUTH XOAUTH2 PLAIN LOGIN")
            elif word == "AUTH":
                say(self.logins.pop(0))
            elif word == "MAIL":
                say(self.sender)
            elif word == "QUIT":
                say("221 Bye")
                break
            else:
                say("250 OK")


@asynccontextmanager
async def standing(desk: Desk) -> AsyncIterator[Desk]:
    server = await asyncio.start_server(desk.serve, "127.0.0.1", 0)
    desk.port = server.sockets[0].getsockname()[1]
    try:
        yield desk
    finally:
        server.close()
        await asyncio.gather(*desk.at_work, return_exceptions=True)


def account(desk: Desk, live: Surroundings, **settings: object) -> Email:
    given = {"host": "127.0.0.1", "port": desk.port, "security": "none", "sender": "office@school.example"}
    return Email(EmailSettings(**(given | settings)), live, QUICK)


async def tried(desk: Desk, live: Surroundings, **settings: object) -> dict[str, str]:
    made = account(desk, live, **settings)
    found = {problem.id: problem.sentence for problem in await made.connect()}
    await made.close()
    return found


async def test_an_account_that_takes_us_is_asked_nothing_about_any_family(live: Surroundings) -> None:
    async with standing(Desk()) as desk:
        assert await tried(desk, live, username="office", password="right") == {}
    assert "MAIL FROM:<office@school.example>" in desk.heard
    assert not [line for line in desk.heard if line.startswith(("RCPT", "DATA"))]
    assert "RSET" in desk.heard


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("535 5.7.8 Username and Password not accepted", "user name or password"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission", "no longer accepts passwords"),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
            "switched off",
        ),
        ("534 5.7.9 Application-specific password required", "app password"),
    ],
)
async def test_a_login_that_is_refused_is_said_with_what_to_do(live: Surroundings, answer: str, says: str) -> None:
    async with standing(Desk(logins=[answer] * 4)) as desk:
        found = await tried(desk, live, username="office", password="wrong")
    assert says in found["email-account"]


async def test_a_sender_that_is_not_ours_is_said(live: Surroundings) -> None:
    async with standing(Desk(sender="550 5.7.60 SMTP; Client does not have permissions to send as")) as desk:
        found = await tried(desk, live)
    assert "send as this sender" in found["email-account"]


async def test_a_server_that_is_not_there_is_said(live: Surroundings) -> None:
    async with standing(Desk()) as desk:
        pass
    assert "cannot be reached" in (await tried(desk, live))["email-account"]
    nowhere = await tried(desk, live, host="mail.invalid")
    assert "of this name" in nowhere["email-no-such-host"]


async def test_a_mailbox_that_cannot_be_read_is_said(live: Surroundings) -> None:
    async with standing(Desk()) as desk:
        found = await tried(desk, live, mailbox={"maildir": "/nonexistent/mail"})
    assert "is not there" in found["email-mailbox"]


@dataclass
class Given:
    """Tokens one after the other."""

    given: int = 0

    def token(self, *, fresh: bool = False) -> str:
        self.given += 1
        return f"token{self.given}{'fresh' if fresh else ''}"


async def test_a_token_logs_in_and_one_that_is_refused_is_asked_for_once_more() -> None:
    async with standing(Desk(logins=["535 5.7.3 Authentication unsuccessful", "235 OK"])) as desk:
        tokens = Given()
        one = Account("127.0.0.1", desk.port, "none", "office@school.example", str, "school.example", tokens)
        await Pool(one, 1, QUICK).ask("office@school.example", Progress())
    said = [base64.b64decode(line.split()[2]).decode() for line in desk.heard if line.startswith("AUTH XOAUTH2")]
    assert [part.split("\x01")[1] for part in said] == ["auth=Bearer token1", "auth=Bearer token2fresh"]
    assert said[0].startswith("user=office@school.example")


async def test_a_token_refused_twice_is_the_accounts_trouble() -> None:
    async with standing(Desk(logins=["535 5.7.3 No"] * 2)) as desk:
        one = Account("127.0.0.1", desk.port, "none", "office@school.example", str, "school.example", Given())
        progress = Progress()
        with pytest.raises(TemporaryFailure) as failure, understood(progress):
            await Pool(one, 1, QUICK).ask("office@school.example", progress)
    assert failure.value.account
