"""Connections to one mail server, kept and lent out.

Whether a message was perhaps taken depends on how far its transaction had come, so
each delivery carries a ``Progress`` that says so. Exceptions leave as aiosmtplib's own.
"""

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

import aiosmtplib

from channels._smtp_session import Parcel, Patience, Progress, Session, Stage
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
    """One open connection. ``next``: whose commands have left with the end of the message before."""

    session: Session
    since: float
    carried: int = 0
    fresh: bool = True
    next: "Waiting | None" = None


Turn = tuple[Line | None, bool]
"""A connection, and whether one's commands have left on it already; None: open one."""


@dataclass(slots=True)
class Waiting:
    """A message for which no connection is free."""

    parcel: Parcel
    turn: "asyncio.Future[Turn]"

    @property
    def there(self) -> bool:
        """Still waiting: it was not called, nor did it give up."""
        return not self.turn.done()


@dataclass(slots=True)
class Pool:
    """Lends a waiting connection, opens one, or lets a message wait for the end of another: then its commands leave
    together with that, and no round trip passes in between.

    What is urgent has connections of its own and follows only its like.
    """

    account: Account
    most: int
    """Connections in use at once, and again as many for what is urgent."""
    patience: Patience = field(default_factory=Patience)
    pipelining: bool = True
    """Where the server offers it."""
    _idle: list[Line] = field(default_factory=list)
    _busy: Counter[bool] = field(default_factory=Counter)
    """Connections lent or being opened, by whether for something urgent."""
    _leading: Counter[bool] = field(default_factory=Counter)
    """How many of them another message may follow."""
    _waiting: dict[bool, deque[Waiting]] = field(default_factory=lambda: {False: deque(), True: deque()})
    _closed: bool = False
    _trusted: ssl.SSLContext | None = None

    async def deliver(self, parcel: Parcel) -> None:
        """Hand one message over. Returns when the server has taken it; else raises, with its progress telling how far.

        After anything but plain answers the connection is closed: what comes next on it could not be told apart.
        """
        line, said = await self._turn(parcel)
        while True:
            if line is None:
                line, said = await self._opened(parcel), False
            try:
                await line.session.transact(parcel, said=said, following=partial(self._following, line, parcel.urgent))
            except BaseException as trouble:
                again = not line.fresh and _was_the_lines(trouble, parcel.progress.stage, said)
                if self._give_back(line, parcel.urgent) or not again:
                    raise
                parcel.progress.stage, line = Stage.CONNECT, None  # the same first try, on a new one
            else:
                self._give_back(line, parcel.urgent)
                return

    async def close(self) -> None:
        """Say goodbye on the waiting connections; those lent out are closed as they come back."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(line.session.quit() for line in idle))

    async def _turn(self, parcel: Parcel) -> Turn:
        """A connection, leave to open one, or a wait: where another message may be followed, or all are lent."""
        line = self._take()
        if line is not None:
            self._lend(line, parcel.urgent)
            return line, False
        waiting = self._waiting[parcel.urgent]
        if self._busy[parcel.urgent] < self.most and len(waiting) >= self._leading[parcel.urgent]:
            return None, False
        one = Waiting(parcel, asyncio.get_running_loop().create_future())
        waiting.append(one)
        try:
            return await one.turn
        except asyncio.CancelledError:
            if one.turn.done() and not one.turn.cancelled():  # called and cancelled in the same moment
                self._decline(*one.turn.result(), parcel.urgent)
            raise

    def _decline(self, line: Line | None, said: bool, urgent: bool) -> None:
        if line is None:
            return self._pass_on(None, urgent)
        if said:
            line.session.close()
        self._give_back(line, urgent)

    def _following(self, line: Line, urgent: bool) -> bytes:
        """The commands of whoever waits longest, who has this connection next; but not beyond its time."""
        one = self._first(urgent) if line.carried + 1 < KEEP_MESSAGES else None
        if one is None:
            return b""
        try:
            commands = line.session.commands(one.parcel)
        except Exception:  # its own trouble, which it meets in its own turn
            self._waiting[urgent].appendleft(one)
            return b""
        line.next = one
        return b"".join(commands)

    def _first(self, urgent: bool) -> Waiting | None:
        waiting = self._waiting[urgent]
        while waiting:
            one = waiting.popleft()
            if one.there:
                return one
        return None

    def _take(self) -> Line | None:
        now = monotonic()
        while self._idle:
            line = self._idle.pop()
            if line.session.usable and now - line.since < KEEP_SECONDS and line.carried < KEEP_MESSAGES:
                line.fresh = False
                return line
            line.session.close()
        return None

    def _lend(self, line: Line, urgent: bool) -> None:
        self._busy[urgent] += 1
        self._leading[urgent] += line.session.pipelining

    def _give_back(self, line: Line, urgent: bool) -> bool:
        """To whoever is next. False: it had to be closed."""
        line.carried += 1
        line.since = monotonic()
        self._busy[urgent] -= 1
        self._leading[urgent] -= line.session.pipelining
        next_, line.next = line.next, None
        there = next_ is not None and next_.there
        usable = not self._closed and (line.session.usable if next_ is None else line.session.ready_for_next and there)
        if not usable:
            line.session.close()
        if next_ is not None and there:
            self._call(next_, line if usable else None, True, urgent)
        else:
            self._pass_on(line if usable else None, urgent)
        return usable

    def _pass_on(self, line: Line | None, urgent: bool) -> None:
        """To whoever waits longest, who opens one where there is none to give."""
        if line is not None and line.carried >= KEEP_MESSAGES:
            line.session.close()
            line = None
        one = self._first(urgent)
        if one is not None:
            self._call(one, line, False, urgent)
        elif line is not None and len(self._idle) < self.most:
            self._idle.append(line)
        elif line is not None:
            line.session.close()

    def _call(self, one: Waiting, line: Line | None, said: bool, urgent: bool) -> None:
        if line is not None:
            line.fresh = False
            self._lend(line, urgent)
        one.turn.set_result((line, said and line is not None))

    async def _opened(self, parcel: Parcel) -> Line:
        """Lent at once; whoever waits for it is not forgotten if it cannot be had."""
        self._busy[parcel.urgent] += 1
        try:
            line = await self._open(parcel.progress)
        except BaseException:
            self._busy[parcel.urgent] -= 1
            self._pass_on(None, parcel.urgent)
            raise
        self._leading[parcel.urgent] += line.session.pipelining
        return line

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


def _was_the_lines(trouble: BaseException, stage: Stage, said: bool) -> bool:
    """Whether a kept connection had gone before this message's time: its server hung up before anything was said, or
    after the message before, with which these commands had left; or it said more to that than it was asked."""
    if said:
        return stage < Stage.BODY and isinstance(trouble, Exception) and not isinstance(trouble, TimeoutError)
    hung_up = isinstance(trouble, aiosmtplib.SMTPServerDisconnected) or getattr(trouble, "code", 0) == 421
    return stage is Stage.SENDER and hung_up
