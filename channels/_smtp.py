"""Connections to one mail server, kept and lent out.

Whether a message was perhaps taken depends on how far its transaction had come, so
each delivery carries a ``Progress`` that says so. Exceptions leave as aiosmtplib's own.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import aiosmtplib

from channels._smtp_session import Patience, Progress, Session, Stage
from channels._tokens import Tokens

KEEP_MESSAGES = 100
KEEP_SECONDS = 60.0


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
    tokens: Tokens | None = None
    """Instead of a password."""

    def client(self, patience: Patience, trusted: ssl.SSLContext | None) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=trusted,
            timeout=patience.connect,
            local_hostname=self.hello,
        )


@dataclass(slots=True)
class Line:
    """One open connection."""

    session: Session
    since: float
    carried: int = 0
    fresh: bool = True


@dataclass(slots=True)
class Pool:
    """Lends a waiting connection or opens one. It makes nobody wait: how many send at once is dispatch's to say."""

    account: Account
    keep: int
    patience: Patience = field(default_factory=Patience)
    pipelining: bool = True
    """Where the server offers it."""
    _idle: list[Line] = field(default_factory=list)
    _closed: bool = False
    _trusted: ssl.SSLContext | None = None

    async def deliver(
        self, sender: str, recipient: str, content: bytes, id: str, progress: Progress, *, dotless: bool = False
    ) -> None:
        """Hand one message over. Returns when the server has taken it; else raises, with ``progress`` telling how far.

        After anything but plain answers the connection is closed: what comes next on it could not be told apart.
        """
        line = self._take() or await self._open(progress)
        while True:
            try:
                await line.session.transact(sender, recipient, content, id, progress, dotless=dotless)
            except BaseException as trouble:
                if line.session.usable:
                    self._give_back(line)
                    raise
                line.session.close()
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
        await asyncio.gather(*(line.session.quit() for line in idle))

    def _take(self) -> Line | None:
        now = monotonic()
        while self._idle:
            line = self._idle.pop()
            if line.session.usable and now - line.since < KEEP_SECONDS and line.carried < KEEP_MESSAGES:
                line.fresh = False
                return line
            line.session.close()
        return None

    async def _open(self, progress: Progress) -> Line:
        if self._trusted is None and self.account.security != "none":
            self._trusted = await asyncio.to_thread(ssl.create_default_context)  # reads files for some 10 ms
        smtp = self.account.client(self.patience, self._trusted)
        try:
            await smtp.connect()
            if self.account.username:
                progress.stage = Stage.LOGIN
                await self._log_in(smtp)
            session = await Session.over(smtp, self.patience, self.pipelining)
        except BaseException:
            smtp.close()
            self._trusted = None  # the certificates on this computer may be put right meanwhile
            raise
        return Line(session, monotonic())

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        """A token that was refused is asked for once more: it may have been called back before its time."""
        account = self.account
        if account.tokens is None:
            await smtp.login(account.username, account.password())
            return
        await smtp.ehlo()
        try:
            await smtp.auth_xoauth2(account.username, await asyncio.to_thread(account.tokens.token))
        except aiosmtplib.SMTPAuthenticationError:
            token = await asyncio.to_thread(account.tokens.token, fresh=True)
            await smtp.auth_xoauth2(account.username, token)

    async def ask(self, sender: str, progress: Progress) -> None:
        """Go in, and ask whether we may send as this sender; to nobody."""
        line = await self._open(progress)
        try:
            progress.stage = Stage.SENDER
            await line.session.ask(sender)
        finally:
            await line.session.quit()

    def _give_back(self, line: Line) -> None:
        line.carried += 1
        line.since = monotonic()
        if self._closed or len(self._idle) >= self.keep or not line.session.usable:
            line.session.close()
        else:
            self._idle.append(line)


def _hung_up(trouble: BaseException) -> bool:
    return isinstance(trouble, aiosmtplib.SMTPServerDisconnected) or getattr(trouble, "code", 0) == 421
