"""A real mail server on loopback, with named vices.

A vice is a handler: what it does wrong is one method; more of them stand in ``smtp_vices``. ``packets`` and ``said``
are about how its replies go over the wire. ``MailServer`` runs it in the test's own loop.
"""

import asyncio
import logging
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

logging.getLogger("mail.log").setLevel(logging.CRITICAL)

USER, PASSWORD = "office", "correct-horse"


@dataclass
class Taken:
    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Takes:
    """No vice: takes everything, and keeps it."""

    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    tries: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server closes, so that nothing that stalls stays behind."""
    stalling: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a connection ends."""
    offers: tuple[str, ...] = ()
    """What EHLO names besides."""
    resets: int = 0
    together: int = 0
    """How often a whole envelope came in one piece."""

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, lines: list[str]) -> list[str]:
        session.host_name = name
        return [lines[0], *(f"250-{offer}" for offer in self.offers), *lines[1:]]

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:
        self.resets += 1
        return "250 OK"

    async def stall(self) -> None:
        self.stalling.set()
        await self.gate.wait()

    def asked(self) -> str:
        """What DATA is answered with, if not 354."""
        return ""

    def packets(self, server: Any, reply: bytes) -> Iterable[bytes]:
        """The pieces in which a reply leaves, or nothing yet."""
        return (reply,)

    async def said(self, server: Any, reply: bytes) -> None:
        """What happens after a reply."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        return "250 OK"


class RejectsRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "550 5.1.1 No such user here"


class WillNotRelay(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "554 5.7.1 Relay access denied"


class Greylists(Takes):
    """Refuses the first try for now and takes the second."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tries += 1
        if self.tries == 1:
            return "450 4.2.0 Greylisted, please try again in 300 seconds"
        return await super().handle_RCPT(server, session, envelope, address, options)


class BusyAtFirst(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tries += 1
        if self.tries == 1:
            return "451 4.3.0 Try again later"
        envelope.mail_from = address
        return "250 OK"


class RefusesSender(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "553 5.7.1 Sender address rejected: not owned by user"


class RefusesContent(Takes):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "554 5.6.0 Refused"


class TooBig(Takes):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "552 5.3.4 Message too big"


class DropsAfterData(Takes):
    """Takes the message and hangs up without saying so."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        server.transport.abort()
        return "250 OK"


class DropsAtRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        server.transport.abort()
        return "250 OK"


class StallsAfterData(Takes):
    """Never says whether it took the message."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await self.stall()
        return "250 OK"


class StallsAtRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await self.stall()
        return await super().handle_RCPT(server, session, envelope, address, options)


class MumblesAfterData(Takes):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "hello there"


class HangsUpWhenIdle(Takes):
    """Closes each connection after its first message, as impatient servers do."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, server.transport.close)
        return answer


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class _Server(SMTP):  # type: ignore[misc]
    """aiosmtpd, with a handler that has a say in how replies leave."""

    vice: Any

    async def push(self, status: str | bytes) -> None:
        reply = (status.encode() if isinstance(status, str) else status) + b"\r\n"
        for packet in self.vice.packets(self, reply):
            self._writer.write(packet)
            await self._writer.drain()
            await asyncio.sleep(0)
        await self.vice.said(self, reply)

    async def smtp_DATA(self, arg: str) -> None:
        if answer := self.vice.asked():
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)

    def data_received(self, data: bytes) -> None:
        if b"MAIL FROM" in data and b"\r\nDATA\r\n" in data:
            self.vice.together += 1
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.vice.left.set()
        super().connection_lost(error)


@dataclass
class MailServer:
    port: int
    handler: Takes


@asynccontextmanager
async def mail_server(
    handler: Takes | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    auth: bool = False,
    size: int = 33_554_432,
    utf8: bool = False,
    pipelining: bool = False,
) -> AsyncIterator[MailServer]:
    """``tls`` offers STARTTLS, and with ``implicit`` speaks TLS from the first byte."""
    handler = handler or Takes()
    if pipelining:
        handler.offers += ("PIPELINING",)
    # aiosmtpd reads every attribute of its handler for each connection, also those that take long to work out.
    hooks = SimpleNamespace(**{name: getattr(handler, name) for name in dir(type(handler)) if name[:7] == "handle_"})
    alive: list[SMTP] = []

    def connected() -> SMTP:
        handler.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a login without TLS is what some tests want
            server = build()
        alive.append(server)
        return server

    def build() -> SMTP:
        server = _Server(
            hooks,
            hostname="mail.example.org",
            data_size_limit=size,
            enable_SMTPUTF8=utf8,
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            auth_required=auth,
            auth_require_tls=False,
            authenticator=_knows if auth else None,
            loop=asyncio.get_running_loop(),
        )
        server.vice = handler
        return server

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(connected, "127.0.0.1", 0, ssl=tls if implicit else None)
    try:
        yield MailServer(listening.sockets[0].getsockname()[1], handler)
    finally:
        handler.gate.set()
        listening.close()
        for server in alive:
            if server.transport is not None:
                server.transport.abort()
            task = server._handler_coroutine
            if task is not None and not task.done():
                task.cancel()
        await asyncio.gather(*(s._handler_coroutine for s in alive if s._handler_coroutine), return_exceptions=True)
        await listening.wait_closed()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for ``localhost``, and the file by which a client may trust it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
