"""Commands out, replies in: each reply is owed, and one that is not owed ends the connection."""

import asyncio
import re
from collections import deque
from functools import lru_cache
from typing import NamedTuple

import aiosmtplib

LONGEST_REPLY = 32_768
"""Bytes. What a server says beyond that in one reply is no reply."""
_LINE = re.compile(rb"(\d{3})(?:([ \t-])(.*))?")
_SHORT = 256
"""Bytes up to which what a server says is kept as read: it says the same few lines to each message."""


class Reply(NamedTuple):
    code: int
    lines: tuple[bytes, ...]

    @property
    def text(self) -> str:
        return b"\n".join(self.lines).decode("utf-8", "replace")

    @property
    def refuses(self) -> bool:
        """A plain no, after which one may go on. 421 is a goodbye."""
        return 400 <= self.code < 600 and self.code != aiosmtplib.SMTPStatus.domain_unavailable


class Wire(asyncio.Protocol):
    """The last protocol of an open connection. After its first trouble it is closed, and every call raises that."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._replies: deque[Reply] = deque()
        self._owed = 0
        """Replies that have not come yet."""
        self._begun: list[bytes] = []
        """The lines of a reply of which the last has not come, and their length in bytes."""
        self._length = 0
        self._rest = b""
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.paused = False
        """Nothing more can be written now."""
        self._trouble: aiosmtplib.SMTPException | None = None
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Open and in step: no reply is owed or unread, and none came unasked."""
        return self._trouble is None and not self._owed and not self._replies and not self._transport.is_closing()

    @property
    def unsent(self) -> bool:
        """Whether something that was written has not left yet."""
        return self._transport.get_write_buffer_size() > 0

    def owe(self, replies: int = 1) -> None:
        """Replies may come from now on. Raises where nothing more may be said."""
        if self._trouble is not None:
            raise self._trouble
        if self._transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        self._owed += replies

    def say(self, *commands: bytes) -> None:
        """Commands that each owe a reply, in one write."""
        self.owe(len(commands))
        self._transport.write(b"".join(commands))

    def write(self, data: bytes | memoryview) -> None:
        """What owes no reply of its own."""
        self._transport.write(data)

    def deadline(self, seconds: float) -> float:
        return self._loop.time() + seconds

    def here(self) -> Reply | None:
        """The next reply, if it has come."""
        return self._replies.popleft() if self._replies else None

    async def reply(self, deadline: float) -> Reply:
        """The next reply; those that came before trouble are still read."""
        while not self._replies:
            if self._trouble is not None:
                raise self._trouble
            await self._woken(deadline)
        return self._replies.popleft()

    async def room(self, deadline: float) -> bool:
        """Wait until more may be written. False if a reply came meanwhile, or trouble."""
        while self.paused and not self._replies and self._trouble is None:
            await self._woken(deadline)
        return not self._replies and self._trouble is None

    def close(self) -> None:
        """At once: what has not left yet never leaves."""
        self._fail(aiosmtplib.SMTPServerDisconnected("Closed"))

    async def _woken(self, deadline: float) -> None:
        """By a reply, by room or by trouble: also when the deadline has passed.

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
        if self._trouble is None:
            self._trouble = trouble
            self._stop_timer()
            self._transport.abort()
            self._wake()

    def data_received(self, data: bytes) -> None:
        whole = None if self._rest or self._begun or len(data) > _SHORT else _whole(data)
        if whole and len(whole) <= self._owed:
            self._owed -= len(whole)
            self._replies.extend(whole)
            return self._wake()
        *lines, self._rest = (self._rest + data if self._rest else data).split(b"\n")
        for line in lines:
            self._length += len(line)
            found = _read(line) if len(line) <= _SHORT else _read_anew(line)
            if found is None or not self._owed or self._length > LONGEST_REPLY:
                return self._fail(_unreadable("It said what is no reply, or was not asked"))
            code, last, words = found
            self._begun.append(words)
            if last:
                self._replied(code)
        if self._replies:
            self._wake()
        if self._length + len(self._rest) > LONGEST_REPLY or (self._rest and not self._owed):
            self._fail(_unreadable("It said what does not end, or was not asked"))

    def _replied(self, code: int) -> None:
        self._replies.append(Reply(code, tuple(self._begun)))
        self._begun.clear()
        self._length = 0
        self._owed -= 1

    def eof_received(self) -> None:
        self._fail(aiosmtplib.SMTPServerDisconnected("The server hung up"))

    def connection_lost(self, exc: Exception | None) -> None:
        lost = aiosmtplib.SMTPServerDisconnected("Connection lost")
        lost.__cause__ = exc
        self._fail(lost)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self._wake()


def _read_anew(line: bytes) -> tuple[int, bool, bytes] | None:
    """Code, whether it is the last line of its reply, and the words; None: it is no line of a reply."""
    found = _LINE.fullmatch(line.rstrip())
    if found is None:
        return None
    code, more, words = found.groups()
    return int(code), more != b"-", words.strip() if words else b""


_read = lru_cache(64)(_read_anew)


@lru_cache(64)
def _whole(data: bytes) -> tuple[Reply, ...]:
    """What came at once as replies of one line each; empty where it is anything else."""
    *lines, rest = data.split(b"\n")
    found = [_read_anew(line) for line in lines]
    if rest or not all(one is not None and one[1] for one in found):
        return ()
    return tuple(Reply(one[0], (one[2],)) for one in found if one is not None)


def _unreadable(words: str) -> aiosmtplib.SMTPResponseException:
    return aiosmtplib.SMTPResponseException(aiosmtplib.SMTPStatus.invalid_response, words)
