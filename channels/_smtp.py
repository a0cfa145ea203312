"""Connections to one mail server, kept and lent out; the only place that speaks SMTP.

Whether a message was perhaps taken depends on how far its transaction had come, so
each delivery carries a ``Progress`` that says so. Exceptions leave as aiosmtplib's own.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum

import aiosmtplib

KEEP_MESSAGES = 100
KEEP_SECONDS = 60.0
_SIZE = re.compile(r"\d+")


class Stage(IntEnum):
    """How far a delivery has come; from ``BODY`` on the server may have taken it."""

    CONNECT = 0
    LOGIN = 1
    SENDER = 2
    RECIPIENT = 3
    DATA = 4
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


@dataclass(frozen=True, slots=True)
class Account:
    """The server and how to enter it. ``password`` is asked for each time a connection is made."""

    host: str
    port: int
    security: str
    username: str
    password: Callable[[], str]
    hello: str
    """Our own name, as told to the server."""

    def client(self, patience: Patience) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=None if self.security == "none" else ssl.create_default_context(),
            timeout=patience.connect,
            local_hostname=self.hello,
        )


@dataclass(slots=True)
class Line:
    """One open connection."""

    smtp: aiosmtplib.SMTP
    since: float
    carried: int = 0
    fresh: bool = True
    unclean: bool = False
    """A refused transaction is still open on it."""


@dataclass(slots=True)
class Pool:
    """Lends a waiting connection or opens one. It makes nobody wait: how many send at once is dispatch's to say."""

    account: Account
    keep: int
    patience: Patience = field(default_factory=Patience)
    _idle: list[Line] = field(default_factory=list)
    _closed: bool = False

    async def deliver(self, sender: str, recipient: str, content: bytes, id: str, progress: Progress) -> None:
        """Hand one message over. Returns when the server has taken it; else raises, with ``progress`` telling how far.

        After anything but a plain answer the connection is closed: what comes next on it could not be told apart.
        """
        line = self._take() or await self._open(progress)
        while True:
            try:
                await self._transact(line, sender, recipient, content, id, progress)
            except BaseException as trouble:
                if _answered(trouble):
                    self._give_back(line)
                    raise
                line.smtp.close()
                if line.fresh or progress.stage is not Stage.SENDER or not _hung_up(trouble):
                    raise
                # A kept connection had gone quiet before anything was said on it: the same first try, on a new one.
                progress.stage = Stage.CONNECT
                line = await self._open(progress)
            else:
                self._give_back(line)
                return

    async def close(self) -> None:
        """Say goodbye on the waiting connections; those lent out are closed as they come back."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_goodbye(line) for line in idle))

    def _take(self) -> Line | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.smtp.is_connected and now - line.since < KEEP_SECONDS and line.carried < KEEP_MESSAGES:
                line.fresh = False
                return line
            line.smtp.close()
        return None

    async def _open(self, progress: Progress) -> Line:
        smtp = self.account.client(self.patience)
        try:
            await smtp.connect()
            if self.account.username:
                progress.stage = Stage.LOGIN
                await smtp.login(self.account.username, self.account.password())
            smtp.timeout = self.patience.reply
            await smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return Line(smtp, asyncio.get_running_loop().time())

    def _give_back(self, line: Line) -> None:
        line.carried += 1
        line.since = asyncio.get_running_loop().time()
        if self._closed or len(self._idle) >= self.keep or not line.smtp.is_connected:
            line.smtp.close()
        else:
            self._idle.append(line)

    async def _transact(
        self, line: Line, sender: str, recipient: str, content: bytes, id: str, progress: Progress
    ) -> None:
        smtp = line.smtp
        progress.stage = Stage.SENDER
        if line.unclean:
            await smtp.rset()
        line.unclean = True
        await smtp.mail(sender, options=_mail_options(smtp, content, recipient, id), encoding="utf-8")
        progress.stage = Stage.RECIPIENT
        await smtp.rcpt(recipient, encoding="utf-8")
        progress.stage = Stage.DATA
        code, text = await smtp.execute_command(b"DATA")
        if code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(code, text)
        if smtp.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        progress.stage = Stage.BODY
        smtp.protocol.write(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        code, text = await smtp.protocol.read_response(timeout=self.patience.taken)
        if code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(code, text)
        line.unclean = False


def _mail_options(smtp: aiosmtplib.SMTP, content: bytes, recipient: str, id: str) -> list[str]:
    options = []
    if smtp.supports_extension("size"):
        limit = _SIZE.match(smtp.esmtp_extensions.get("size", ""))
        if limit and 0 < int(limit[0]) < len(content):
            raise TooBig
        options.append(f"SIZE={len(content)}")
    if not recipient.isascii():
        if not smtp.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("SMTPUTF8 is not supported by this server")
        options.append("SMTPUTF8")
    if smtp.supports_extension("dsn"):
        options += ["RET=HDRS", f"ENVID={id}"]
    return options


def _answered(trouble: BaseException) -> bool:
    """A plain refusal: the server is still there and in step."""
    return isinstance(trouble, aiosmtplib.SMTPResponseException) and 400 <= trouble.code < 600 and trouble.code != 421


def _hung_up(trouble: BaseException) -> bool:
    return isinstance(trouble, aiosmtplib.SMTPServerDisconnected) or getattr(trouble, "code", 0) == 421


async def _goodbye(line: Line) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        await line.smtp.quit(timeout=2.0)
    line.smtp.close()
