"""One open connection to a mail server and the messages on it; pipelining lives here and nowhere else.

aiosmtplib connects, protects the connection and logs in; then it changes hands. Where the server offers PIPELINING
(RFC 2920), MAIL, RCPT and DATA leave in one write and a message costs two round trips; else the same commands go one
by one. Either way every reply is read, and no byte of a message leaves before 354.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Self, cast

import aiosmtplib

from channels._smtp_wire import Wire

PIECE = 262_144
"""Bytes of a big message that leave at once; the next follow when these are on their way."""
_SIZE = re.compile(r"\d+")
_DOT = re.compile(rb"\r\n\.")
_UNFIT = re.compile(r"[\s<>\x00-\x1f\x7f]")


class Stage(IntEnum):
    """How far a delivery has come; in ``BODY`` the server may have taken it."""

    CONNECT = 0
    LOGIN = 1
    SENDER = 2
    RECIPIENT = 3
    DATA = 4
    """Also while a big message leaves: before its end is written no server can have taken it."""
    BODY = 5


_ENVELOPE = ((Stage.SENDER, (250,)), (Stage.RECIPIENT, (250, 251)), (Stage.DATA, (354,)))
"""For each command the replies after which one goes on."""


@dataclass(slots=True)
class Progress:
    stage: Stage = Stage.CONNECT


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for a reply, and for the reply to the whole message."""

    connect: float = 15.0
    reply: float = 30.0
    taken: float = 120.0


class TooBig(Exception):
    """The server said beforehand how much it takes, and this is more."""


class Session:
    """Lent to one delivery at a time. Once it is not ``usable`` any more, close it."""

    def __init__(self, wire: Wire, offers: Mapping[str, str], patience: Patience, pipelining: bool) -> None:
        self.pipelining = pipelining and "pipelining" in offers
        limit = _SIZE.match(offers.get("size", ""))
        self._limit = int(limit[0]) if limit else 0
        self._offers = frozenset(offers)
        self._wire = wire
        self._patience = patience
        self._unclean = False
        """A refused transaction may still be open."""

    @classmethod
    async def over(cls, smtp: aiosmtplib.SMTP, patience: Patience, pipelining: bool) -> Self:
        """Take over from aiosmtplib. Only this EHLO says what the server offers: it comes after TLS and login."""
        await smtp.ehlo()
        transport = cast("asyncio.Transport | None", smtp.transport)
        if transport is None or transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        return cls(Wire(transport), smtp.esmtp_extensions, patience, pipelining)

    @property
    def usable(self) -> bool:
        return self._wire.usable

    async def transact(
        self, sender: str, recipient: str, content: bytes, id: str, progress: Progress, *, dotless: bool = False
    ) -> None:
        """Returns when the server has taken ``content``, else raises aiosmtplib's exceptions.

        ``content`` has CRLF line ends only and is not dot-stuffed, as the composer makes it; ``dotless``: surely none
        of its lines begins with a dot.
        """
        progress.stage = Stage.SENDER
        commands = self._commands(sender, recipient, len(content), id)
        if self._unclean:
            await self._reset()
        await self._envelope(commands, progress)
        await self._body(stuffed(content, dotless=dotless), progress)
        self._unclean = False

    async def ask(self, sender: str) -> None:
        """Whether this sender is let in; the transaction is given up at once. Raises what the server refuses with."""
        self._wire.say(f"MAIL FROM:<{sender}>\r\n".encode())
        reply = await self._wire.reply(self._wire.deadline(self._patience.reply))
        if reply.code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPSenderRefused(reply.code, reply.text, sender)
        await self._reset()

    async def quit(self, seconds: float = 2.0) -> None:
        try:
            with suppress(aiosmtplib.SMTPException):
                self._wire.say(b"QUIT\r\n")
                await self._wire.reply(self._wire.deadline(seconds))
        finally:
            self.close()

    def close(self) -> None:
        self._wire.close()

    def _commands(self, sender: str, recipient: str, size: int, id: str) -> tuple[bytes, bytes, bytes]:
        """MAIL, RCPT and DATA. Raises what can be told beforehand, when nothing was said yet."""
        if _UNFIT.search(f"{sender}{recipient}{id}"):
            raise ValueError("an address holds white space, a bracket or a control character")
        options = ""
        if "size" in self._offers:
            if 0 < self._limit < size:
                raise TooBig
            options += f" SIZE={size}"
        if not recipient.isascii():
            if "smtputf8" not in self._offers:
                raise aiosmtplib.SMTPNotSupported("SMTPUTF8 is not supported by this server")
            options += " SMTPUTF8"
        if "dsn" in self._offers:
            options += f" RET=HDRS ENVID={id}"
        mail, rcpt = f"MAIL FROM:<{sender}>{options}\r\n", f"RCPT TO:<{recipient}>\r\n"
        return mail.encode(), rcpt.encode(), b"DATA\r\n"

    async def _reset(self) -> None:
        """Never in one write with an envelope: were it refused, the recipient of the last one might still stand."""
        self._wire.say(b"RSET\r\n")
        reply = await self._wire.reply(self._wire.deadline(self._patience.reply))
        if reply.code != aiosmtplib.SMTPStatus.completed:
            self.close()
            raise aiosmtplib.SMTPServerDisconnected("It does not begin anew")
        self._unclean = False

    async def _envelope(self, commands: tuple[bytes, bytes, bytes], progress: Progress) -> None:
        """Up to 354. The first refusal is what happened, whatever follows; and still every reply is read."""
        wire = self._wire
        if self.pipelining:
            wire.say(*commands)
        self._unclean = True
        refusal: aiosmtplib.SMTPResponseException | None = None
        nobody = False
        for command, (stage, good) in zip(commands, _ENVELOPE, strict=True):
            if refusal is None:
                progress.stage = stage
            try:
                if not self.pipelining:
                    wire.say(command)
                reply = wire.here() or await wire.reply(wire.deadline(self._patience.reply))
            except aiosmtplib.SMTPException:
                if refusal is None:
                    raise
                break
            if reply.code not in good:
                refusal = refusal or aiosmtplib.SMTPResponseException(reply.code, reply.text)
                nobody = nobody or stage is Stage.RECIPIENT
                if not reply.refuses:
                    self.close()
                if not reply.refuses or not self.pipelining:
                    break
            elif stage is Stage.DATA and refusal is not None:
                await self._asked_all_the_same(nobody)
        if refusal is not None:
            raise refusal

    async def _asked_all_the_same(self, nobody: bool) -> None:
        """It wants the message that it refused. Where no recipient stands, it gets an empty one (RFC 2920, 3.1).

        Whatever it says to that, no family got anything. Where one stands, even an empty one would reach them.
        """
        if not nobody:
            return self.close()
        with suppress(aiosmtplib.SMTPException):
            self._wire.say(b".\r\n")
            await self._wire.reply(self._wire.deadline(self._patience.reply))

    async def _body(self, body: bytes, progress: Progress) -> None:
        """From 354 to the last reply. The stage is BODY from just before the message's end is written."""
        wire = self._wire
        wire.owe()
        deadline = wire.deadline(self._patience.taken)
        view = memoryview(body) if len(body) > PIECE else body
        for start in range(0, len(body), PIECE):
            if wire.paused and not await wire.room(deadline):
                break
            if start + PIECE >= len(body):
                progress.stage = Stage.BODY
            wire.write(view[start : start + PIECE])
        reply = await wire.reply(deadline)
        if progress.stage is not Stage.BODY or wire.unsent:
            self.close()  # it answered before it had the whole message: at most a refusal is to be believed
            if reply.code < 400:
                raise aiosmtplib.SMTPDataError(aiosmtplib.SMTPStatus.invalid_response, reply.text)
        if reply.code != aiosmtplib.SMTPStatus.completed:
            if not reply.refuses:
                self.close()
            raise aiosmtplib.SMTPDataError(reply.code, reply.text)


def stuffed(content: bytes, *, dotless: bool = False) -> bytes:
    """As it goes over the line: no line that could be taken for the end (RFC 5321, 4.5.2), and then the end."""
    if not dotless:
        content = _DOT.sub(b"\r\n..", content)  # a few in 10 KB: five times as fast as bytes.replace
        if content.startswith(b"."):
            content = b"." + content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
