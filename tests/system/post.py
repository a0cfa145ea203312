"""The mail server of these tests: takes real SMTP, keeps what arrives by Message-ID, and can be told to misbehave."""

import asyncio
import email
import email.policy
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from tests.servers.smtp import Taken, Takes

_ID = re.compile(rb"^Message-ID: *(?:\r\n )?<([0-9a-f]+)@", re.MULTILINE)


@dataclass
class Post(Takes):
    """``refused`` and ``later``: recipients answered 550 and 451. ``before`` is called before a message is taken,
    ``after`` when it is, before the server says so. While ``open`` is not set, whatever comes waits.
    """

    refused: set[str] = field(default_factory=set)
    later: Callable[[str], bool] = lambda address: False
    before: Callable[[int], Any] = lambda number: None
    after: Callable[[int], Any] = lambda number: None
    waits: Callable[[bytes], bool] = lambda content: True
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: list[str] = field(default_factory=list)
    """Recipients whose message is being kept waiting."""

    def __post_init__(self) -> None:
        self.open.set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.refused:
            return "550 5.1.1 No such user here"
        if self.later(address):
            return "451 4.3.0 Try again later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.open.is_set() and self.waits(envelope.original_content):
            self.waiting += envelope.rcpt_tos
            await asyncio.wait(
                [asyncio.ensure_future(self.open.wait()), asyncio.ensure_future(self.gate.wait())],
                return_when=asyncio.FIRST_COMPLETED,
            )
        self.before(len(self.taken) + 1)
        answer = await super().handle_DATA(server, session, envelope)
        self.after(len(self.taken))
        return answer

    @property
    def ids(self) -> Counter[str]:
        """How often each message arrived, by the local part of its Message-ID."""
        return Counter(found[1].decode() for one in self.taken for found in _ID.finditer(one.content))

    @property
    def mails(self) -> list[EmailMessage]:
        return [read(one) for one in self.taken]

    @property
    def recipients(self) -> Counter[str]:
        return Counter(to for one in self.taken for to in one.recipients)

    def to(self, address: str) -> list[EmailMessage]:
        return [read(one) for one in self.taken if address in one.recipients]


def read(taken: Taken) -> EmailMessage:
    return email.message_from_bytes(taken.content, policy=email.policy.default)


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
