"""More vices of a mail server: at any command, on the wire, and where several commands come at once."""

import asyncio
from collections.abc import Iterable
from typing import Any

from tests.servers.smtp import Greylists, Taken, Takes


class BusyAtData(Takes):
    def asked(self) -> str:
        self.tries += 1
        return "451 4.3.0 Try again later" if self.tries == 1 else ""


class RefusesAtData(Takes):
    def asked(self) -> str:
        return "554 5.7.1 Not for you"


class RefusesATenth(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.partition("@")[0].endswith("7"):
            return "550 5.1.1 No such user here"
        return await super().handle_RCPT(server, session, envelope, address, options)


class RefusesYetAsks(Takes):
    """Says no to the recipient, wants the message all the same, and says that it took what came."""

    answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await super().handle_RCPT(server, session, envelope, address, options)
        return "550 5.1.1 No such user here"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(Taken(envelope.mail_from, [], envelope.original_content))
        return self.answer


class RefusesYetAsksAndRefuses(RefusesYetAsks):
    answer = "554 5.5.1 No valid recipients"


class RefusesSenderYetAsks(Takes):
    """Says no to the sender and yes to all that follows: whatever came, the recipient would get it."""

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return "553 5.7.1 Sender address rejected: not owned by user"


class WillNotReset(Greylists):
    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:
        return "502 5.5.1 Not implemented"


class DropsAtSender(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        server.transport.abort()
        return "250 OK"


class StallsAtSender(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await self.stall()
        envelope.mail_from = address
        return "250 OK"


class MumblesAtSender(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return "hello there"


class MumblesAtRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await super().handle_RCPT(server, session, envelope, address, options)
        return "hello there"


class AsksTooEarly(Takes):
    """Says 354 where it is told the recipient."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await super().handle_RCPT(server, session, envelope, address, options)
        return "354 Go on"


class RamblesAtRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await super().handle_RCPT(server, session, envelope, address, options)
        return "250 " + "very " * 20_000


class RamblesAfterData(Takes):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        return "\r\n".join(["250-so then"] * 10_000)


class ClosesAtSender(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "421 4.3.2 Shutting down"


class ClosesAtRecipient(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "421 4.3.2 Shutting down"


class ClosesAtData(Takes):
    def asked(self) -> str:
        return "421 4.3.2 Shutting down"


class ClosesAfterData(Takes):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "421 4.3.2 Shutting down"


class SpeaksInManyLines(Takes):
    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return "250-2.1.0 That\r\n250-2.1.0 is\r\n250 2.1.0 fine"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await super().handle_RCPT(server, session, envelope, address, options)
        return "250-\r\n250"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        return "250-2.0.0 Thank\r\n250 2.0.0 you"


class RefusesInManyLines(Takes):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        return "550-5.1.1 There is\r\n550-5.1.1 nobody\r\n550 5.1.1 of that name"


class SpeaksInFragments(Takes):
    def packets(self, server: Any, reply: bytes) -> Iterable[bytes]:
        return (reply[i : i + 1] for i in range(len(reply)))


class SpeaksAtOnce(Takes):
    """Says nothing while there is more to read, and then all in one piece, as Postfix does."""

    def packets(self, server: Any, reply: bytes) -> Iterable[bytes]:
        server.held = getattr(server, "held", b"") + reply
        if b"\n" in server._reader._buffer:
            return ()
        held, server.held = server.held, b""
        return (held,)


class TakesBeforehand(Takes):
    """Says that it has the message before it was sent."""

    def packets(self, server: Any, reply: bytes) -> Iterable[bytes]:
        return (reply + b"250 OK\r\n" if reply.startswith(b"354") else reply,)


class SaysItTwice(Takes):
    """Says more than it is asked, once it has the message."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return await super().handle_DATA(server, session, envelope) + "\r\n250 Really"


class HangsAfterAsking(Takes):
    """Wants the message and does not read it."""

    async def said(self, server: Any, reply: bytes) -> None:
        if reply.startswith(b"354"):
            server.transport.pause_reading()
            await self.gate.wait()


class AnswersInTheMiddle(Takes):
    answer = b"552 5.3.4 Message too big\r\n"

    async def said(self, server: Any, reply: bytes) -> None:
        if reply.startswith(b"354"):
            await server._reader.read(1000)
            server._writer.write(self.answer)
            server.transport.pause_reading()
            await self.gate.wait()


class TakesInTheMiddle(AnswersInTheMiddle):
    answer = b"250 OK\r\n"


class SaysGoodbyeWhenIdle(Takes):
    """After each message a 421 that nobody asked for; ``hangs_up`` or stays and is silent."""

    hangs_up = True

    async def said(self, server: Any, reply: bytes) -> None:
        if reply == b"250 Taken\r\n":
            asyncio.get_running_loop().call_soon(self._goodbye, server.transport)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        return "250 Taken"

    def _goodbye(self, transport: Any) -> None:
        transport.write(b"421 4.4.2 Idle for too long\r\n")
        if self.hangs_up:
            transport.close()


class SaysGoodbyeAndStays(SaysGoodbyeWhenIdle):
    hangs_up = False


class OffersBeforeTls(Takes):
    """Offers PIPELINING before the connection is protected, and no more after that."""

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, lines: list[str]) -> list[str]:
        session.host_name = name
        return [lines[0], *([] if session.ssl else ["250-PIPELINING"]), *lines[1:]]


class SlipsInReplies(Takes):
    """Somebody between us and the server adds what a protected server never said (RFC 3207, 4.2)."""

    def packets(self, server: Any, reply: bytes) -> Iterable[bytes]:
        slipped = b"250-mail.example.org\r\n250 PIPELINING\r\n" if reply.startswith(b"220 Ready to start TLS") else b""
        return (reply + slipped,)


class ByAddress(Takes):
    """Each address says in its name what becomes of its message: ``refuse``, ``hangup``, ``spoil``, ``lose``,
    ``goodbye`` or ``ok``, before a hyphen."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        match address.partition("-")[0]:
            case "refuse":
                return "550 5.1.1 No such mailbox"
            case "hangup":
                server.transport.abort()
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        match envelope.rcpt_tos[0].partition("-")[0]:
            case "spoil":
                return "554 5.6.0 Not like this"
            case "lose":
                await super().handle_DATA(server, session, envelope)
                server.transport.abort()
                return "250 OK"
            case "goodbye":
                asyncio.get_running_loop().call_soon(server.transport.close)
        return await super().handle_DATA(server, session, envelope)
