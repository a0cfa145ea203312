"""One open connection to a mail server: a transaction at a time, every reply read and counted.

aiosmtplib connects, protects the connection and logs in; then the transport changes hands and this reads what comes
on it. Where the server offers PIPELINING (RFC 2920), MAIL, RCPT and DATA leave in one write and a message costs two
round trips; else the same commands go one by one. Either way no byte of a message leaves before 354.
"""

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Self, cast

import aiosmtplib

LONGEST_REPLY = 32_768
"""Bytes. What a server says beyond that in one reply is no reply."""
PIECE = 262_144
"""Bytes of a big message handed to the connection at once; the next follow when these are on their way."""
_SIZE = re.compile(r"\d+")
_REPLY = re.compile(rb"(\d{3})(?:([ \t-])(.*))?")
_UNFIT = re.compile(r"[\s<>\x00-\x1f\x7f]")


class Stage(IntEnum):
    """How far a delivery has come; in ``BODY`` the server may have taken it."""

    CONNECT = 0
    LOGIN = 1
    SENDER = 2
    RECIPIENT = 3
    DATA = 4
    """Also while the first pieces of a big message leave: without its end no server can take it."""
    BODY = 5


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


class Session(asyncio.Protocol):
    """Lent to one delivery at a time. Once it is not ``usable`` any more, close it."""

    def __init__(
        self, transport: asyncio.Transport, offers: Mapping[str, str], patience: Patience, pipelining: bool
    ) -> None:
        self.pipelining = pipelining and "pipelining" in offers
        limit = _SIZE.match(offers.get("size", ""))
        self._limit = int(limit[0]) if limit else 0
        self._offers = frozenset(offers)
        self._transport = transport
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._replies: deque[tuple[int, str]] = deque()
        self._owed = 0
        """Replies that have not come yet."""
        self._begun: list[bytes] = []
        """The lines of a reply of which the last has not come."""
        self._rest = b""
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._paused = False
        self._trouble: aiosmtplib.SMTPException | None = None
        self._unclean = False
        """A refused transaction may still be open."""

    @classmethod
    async def over(cls, smtp: aiosmtplib.SMTP, patience: Patience, pipelining: bool) -> Self:
        """Take over from aiosmtplib. Only this EHLO says what the server offers: it comes after TLS and login."""
        await smtp.ehlo(timeout=patience.reply)
        transport = cast("asyncio.Transport | None", smtp.transport)
        if transport is None or transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        session = cls(transport, smtp.esmtp_extensions, patience, pipelining)
        transport.set_protocol(session)
        return session

    @property
    def usable(self) -> bool:
        """Open and in step: no reply is owed or unread, and none came unasked."""
        return self._trouble is None and not self._owed and not self._replies and not self._transport.is_closing()

    async def transact(self, sender: str, recipient: str, content: bytes, id: str, progress: Progress) -> None:
        """Returns when the server has taken ``content``, else raises aiosmtplib's exceptions.

        ``content`` has CRLF line ends only and is not dot-stuffed, as the composer makes it.
        """
        progress.stage = Stage.SENDER
        await self._open(self._envelope(sender, recipient, len(content), id), progress)
        await self._body(stuffed(content), progress)
        self._unclean = False

    async def quit(self, seconds: float = 2.0) -> None:
        try:
            with suppress(aiosmtplib.SMTPException):
                self._write(b"QUIT\r\n", replies=1)
                await self._reply(seconds)
        finally:
            self.close()

    def close(self) -> None:
        """At once: what has not left yet never leaves."""
        self._fail(aiosmtplib.SMTPServerDisconnected("Closed"))

    def _envelope(self, sender: str, recipient: str, size: int, id: str) -> list[tuple[Stage, bytes, tuple[int, ...]]]:
        """Each command with its stage and the replies by which one goes on. Raises what can be told beforehand."""
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
        return [
            *([(Stage.SENDER, b"RSET\r\n", (250,))] if self._unclean else []),
            (Stage.SENDER, f"MAIL FROM:<{sender}>{options}\r\n".encode(), (250,)),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>\r\n".encode(), (250, 251)),
            (Stage.DATA, b"DATA\r\n", (354,)),
        ]

    async def _open(self, steps: list[tuple[Stage, bytes, tuple[int, ...]]], progress: Progress) -> None:
        """Up to 354. The first refusal is what happened, whatever follows; and still every reply is read."""
        if self.pipelining:
            self._write(b"".join(command for _, command, _ in steps), replies=len(steps))
        self._unclean = True
        refusal: aiosmtplib.SMTPResponseException | None = None
        code = 0
        for stage, command, good in steps:
            if refusal is None:
                progress.stage = stage
            try:
                if not self.pipelining:
                    self._write(command, replies=1)
                code, text = await self._reply(self._patience.reply)
            except aiosmtplib.SMTPException:
                if refusal is None:
                    raise
                break
            if code not in good:
                refusal = refusal or aiosmtplib.SMTPResponseException(code, text)
                if not self._in_step(code) or not self.pipelining:
                    break
        if refusal is None:
            return
        if code == aiosmtplib.SMTPStatus.start_input:
            # It asks for a message that is for nobody. It gets an empty one (RFC 2920, 3.1), and whatever it says to
            # that, no family got anything: the refusal stands.
            with suppress(aiosmtplib.SMTPException):
                self._write(b".\r\n", replies=1)
                await self._reply(self._patience.reply)
        raise refusal

    async def _body(self, body: bytes, progress: Progress) -> None:
        """From 354 to the last reply. The stage is BODY from just before the message's end is written."""
        self._owe(1)
        deadline = self._loop.time() + self._patience.taken
        view = memoryview(body)
        for start in range(0, len(body), PIECE):
            while self._paused and not self._replies and self._trouble is None:
                await self._woken(deadline)
            if self._replies or self._trouble is not None:
                break
            if start + PIECE >= len(body):
                progress.stage = Stage.BODY
            self._transport.write(view[start : start + PIECE])
        code, text = await self._reply_by(deadline)
        if progress.stage is not Stage.BODY or self._transport.get_write_buffer_size():
            self._fail(aiosmtplib.SMTPServerDisconnected("It answered before it had the message"))
            code = code if code >= 400 else aiosmtplib.SMTPStatus.invalid_response
        if code != aiosmtplib.SMTPStatus.completed:
            self._in_step(code)
            raise aiosmtplib.SMTPDataError(code, text)

    def _in_step(self, refusal: int) -> bool:
        """Whether one may go on after this. 421 says goodbye, and what is no refusal answers something else."""
        if 400 <= refusal < 600 and refusal != aiosmtplib.SMTPStatus.domain_unavailable:
            return True
        self._fail(aiosmtplib.SMTPServerDisconnected("It is closing, or out of step"))
        return False

    def _write(self, command: bytes, replies: int) -> None:
        self._owe(replies)
        self._transport.write(command)

    def _owe(self, replies: int) -> None:
        if self._trouble is not None:
            raise self._trouble
        if self._transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        self._owed += replies

    async def _reply(self, seconds: float) -> tuple[int, str]:
        return await self._reply_by(self._loop.time() + seconds)

    async def _reply_by(self, deadline: float) -> tuple[int, str]:
        while not self._replies:
            if self._trouble is not None:
                raise self._trouble
            await self._woken(deadline)
        return self._replies.popleft()

    async def _woken(self, deadline: float) -> None:
        """By a reply, by room to write, or by trouble: also when the deadline has passed.

        One timer serves all waits of a connection; it is set anew only where it would ring too late.
        """
        self._deadline = deadline
        if self._timer is None or self._timer.when() > deadline:
            self._stop_timer()
            self._timer = self._loop.call_at(deadline, self._rings)
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _rings(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._rings)
        else:
            self._fail(aiosmtplib.SMTPReadTimeoutError("Timed out waiting for the server's reply"))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fail(self, trouble: aiosmtplib.SMTPException) -> None:
        """The first trouble counts. Replies that came before it are still read."""
        if self._trouble is None:
            self._trouble = trouble
            self._stop_timer()
            self._transport.abort()
            self._wake()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            found = _REPLY.fullmatch(line.rstrip())
            if not self._owed or found is None:
                return self._fail(_unreadable("It said what was not asked, or what is no reply"))
            self._begun.append(found[3] or b"")
            if found[2] == b"-":
                continue
            text = b"\n".join(part.strip() for part in self._begun).decode("utf-8", "replace")
            self._begun.clear()
            self._owed -= 1
            self._replies.append((int(found[1]), text))
            self._wake()
        if sum(map(len, self._begun)) + len(self._rest) > LONGEST_REPLY or (self._rest and not self._owed):
            self._fail(_unreadable("A reply that does not end, or was not asked for"))

    def eof_received(self) -> None:
        self._fail(aiosmtplib.SMTPServerDisconnected("The server hung up"))

    def connection_lost(self, exc: Exception | None) -> None:
        lost = aiosmtplib.SMTPServerDisconnected("Connection lost")
        lost.__cause__ = exc
        self._fail(lost)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._wake()


def stuffed(content: bytes) -> bytes:
    """As it goes over the line: no line that could be taken for the end (RFC 5321, 4.5.2), and then the end."""
    content = content.replace(b"\r\n.", b"\r\n..")
    if content.startswith(b"."):
        content = b"." + content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


def _unreadable(words: str) -> aiosmtplib.SMTPResponseException:
    return aiosmtplib.SMTPResponseException(aiosmtplib.SMTPStatus.invalid_response, words)
