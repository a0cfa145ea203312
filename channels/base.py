"""What a channel is: one required method, two failures and one doubt (DESIGN 3.7).

    ChannelError
     +- TemporaryFailure   surely not taken; may be tried again
     +- PermanentFailure   surely not taken; this address will not do
     +- OutcomeUnknown     perhaps taken

No retries, no database and no policy in here or in any channel.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from notifier.clock import Clock, SystemClock
from notifier.model.message import Enclosure
from notifier.model.policy import AddressKind, ChannelFacts
from notifier.model.problem import Problem


@dataclass(slots=True)
class Outgoing:
    """One try of one leg. ``payload`` is what ``medium`` says. Not frozen: that takes three times as long each time.

    ``message_id`` is stable over all tries of the leg: bare letters and digits,
    to which a channel adds the brackets and the domain that its own id wants.

    ``title``, ``class_`` and ``item`` help channels that write files: the message's
    subject for people, and a deterministic file stem of this leg.
    """

    attempt_id: str
    address: str
    medium: str
    payload: Any
    attachments: tuple[Enclosure, ...]
    language: str
    expires: datetime | None
    message_id: str
    message: str
    """The id of the message that this is a leg of."""
    item: str
    """A deterministic file stem for this leg: written again, it changes nothing."""
    drill: bool = False
    family: str = ""
    """For whom, as staff say it ("Amara Okafor: Ada (Oak)"); shown in the outbox, never sent or logged."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. ``reference`` is the provider's own id, for receipts and look-ups."""

    reference: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class NotFound:
    """``lookup``: the provider surely does not have it."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """``lookup``: the provider could not say."""

    reason: str = ""


class ChannelError(Exception):
    """``reason`` is a sentence for staff, without address, number or body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemporaryFailure(ChannelError):
    """Surely not taken; ``retry_after`` where the provider named a delay.

    ``account``: it is the account that is not served now (too fast, logged out, out of
    reach), and not this one address: whatever else would go by it waits too.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None, *, account: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.account = account


class PermanentFailure(ChannelError):
    """Surely not taken, and this address will not do."""


class OutcomeUnknown(ChannelError):
    """Perhaps taken: no answer after DATA or after a POST was written, or the deadline cut it off."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel is built with besides its settings. ``outbox`` is where it may write files.

    ``clock`` dates what is written; it decides nothing. ``public_url`` is where the
    listener is reached from outside, empty where it is not. ``others`` are the settings of
    every channel that has some, for one that uses another's account. ``home`` is the school's
    folder where the outbox does not lie in it.
    """

    outbox: Path
    school: str
    phone: str
    website: str
    trial: bool
    clock: Clock = field(default_factory=SystemClock)
    public_url: str = ""
    others: Mapping[str, BaseModel] = field(default_factory=dict)
    home: Path | None = None

    @property
    def folder(self) -> Path:
        """The school's folder, to which places in the settings are relative."""
        return self.home or self.outbox.parent


@dataclass(frozen=True, slots=True)
class AsFile:
    """What trial mode writes instead of sending: a suffix such as ``.eml`` and the bytes."""

    suffix: str
    content: bytes


class Channel(Protocol):
    """A way to reach. The class attributes are facts; everything else is behaviour.

    ``repeatable``: sending again under the same id does no harm (the same
    Message-ID, the same file), so a leg in doubt simply goes again, and outcomes
    may be recorded in groups. Where it is false, each outcome is recorded at once,
    and doubt asks ``lookup`` first.
    """

    medium: ClassVar[str]
    address: ClassVar[AddressKind]
    public: ClassVar[bool]
    by_person: ClassVar[bool]
    confirms: ClassVar[bool]
    writes_files: ClassVar[bool]
    repeatable: ClassVar[bool]
    Settings: ClassVar[type[BaseModel]]

    parallelism: int
    """Sends at once."""
    per_minute: float | None
    """The account's pace; None where only parallelism limits."""

    def __init__(self, settings: Any, surroundings: Surroundings) -> None:
        """``settings`` is an instance of ``Settings``. Nothing is opened before the first send."""
        ...

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand it over, or raise one of the three failures."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Composes(Protocol):
    """A channel whose sending trial mode replaces by a file in the outbox."""

    def as_file(self, outgoing: Outgoing) -> AsFile: ...


@runtime_checkable
class Limited(Protocol):
    """A channel whose account takes only so much. Dispatch keeps to it; the channel itself counts nothing."""

    per_day: int | None
    """Sends in any 24 hours; None without a limit."""
    burst: int
    """Sends at once after a pause, before ``per_minute`` holds; 1 where each waits for the one before."""
    begins_with: int
    """Sends at once to begin with; more, up to ``parallelism``, while the account bears it."""


@runtime_checkable
class HasLines(Protocol):
    """A channel with several accounts. Dispatch sends by the first of its lines that serves us."""

    def lines(self) -> "Sequence[Channel]":
        """One for each account, in the order in which they are taken; closed with the channel.

        ``send`` of the channel itself goes by the first one.
        """
        ...


@runtime_checkable
class LooksUp(Protocol):
    async def lookup(self, outgoing: Outgoing, started_at: datetime) -> Sent | NotFound | CannotTell: ...


@dataclass(frozen=True, slots=True)
class Callback:
    """A request that a provider made of the listener.

    ``url`` is what the provider called, which is what it signs: the public address, path and query.
    ``headers`` have lower-case names. A stored one has no headers any more.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider gets for an answer."""

    content: str = ""
    media_type: str = ""


class News(StrEnum):
    """What a receipt says."""

    TAKEN = "taken"  # the provider has it, and nothing is known of the family
    DELIVERED = "delivered"  # it arrived
    CONFIRMED = "confirmed"  # somebody said that they heard it
    FAILED = "failed"  # it did not and will not arrive
    STOP = "stop"  # whoever has the address wants no more by this channel
    START = "start"  # and now wants it again
    ANSWER = "answer"  # words for the office
    COMPLAINT = "complaint"  # whoever got it called it unwanted: no newsletters any more


@dataclass(frozen=True, slots=True)
class Receipt:
    """``attempt_id`` or ``reference`` tells which try it is about; ``address`` who answered, with ``words``."""

    news: News
    attempt_id: str = ""
    reference: str = ""
    reason: str = ""
    """For staff; without address, number or body."""
    address: str = ""
    words: str = ""


@runtime_checkable
class Receives(Protocol):
    """A channel whose provider tells later what became of things, or whose families can answer."""

    def verify(self, callback: Callback) -> bool:
        """Whether the provider made this request: called before anything is stored."""
        ...

    def reply(self, callback: Callback) -> Reply:
        """What the provider gets for an answer. Decides nothing and stores nothing."""
        ...

    def receive(self, stored: Callback) -> list[Receipt]:
        """What it says. Raises ValueError where that cannot be understood."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A channel whose reports have to be fetched from a place of their own."""

    fetch_every: timedelta | None
    """None where no such place is set up."""

    async def fetch(self, keep: Callable[[bytes], Awaitable[None]]) -> int:
        """Hand over each report that is new; it counts as read once ``keep`` returns. How many.

        Raises TemporaryFailure where the place cannot be reached.
        """
        ...


def hears(channel: object) -> bool:
    """Whether anything can come back by this channel, so that an address may have been given up."""
    return isinstance(channel, Receives) and not (isinstance(channel, Fetches) and channel.fetch_every is None)


@runtime_checkable
class Polls(Protocol):
    """A channel whose provider can be asked what became of what it took."""

    ask_after: timedelta
    """How long after handing over it makes sense to ask; later where the provider tells by itself."""

    async def poll(self, references: Sequence[str]) -> list[Receipt]:
        """What is known of each, by ``reference``. Raises TemporaryFailure where nobody answers."""
        ...


@runtime_checkable
class Collates(Protocol):
    """A channel that gathers the items it has written into a sheet or print run."""

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        """Rebuild this message's sheet wholly from the item files; an empty sheet is deleted.

        ``first``: the stems of items about somebody of whom nobody has been reached.
        """
        ...

    def items(self, message: str) -> Sequence[str]:
        """The stems of the items that are not yet in a closed run."""
        ...

    def withdraw(self, message: str, item: str) -> None:
        """Delete one item's files; nothing happens where there are none."""
        ...


@runtime_checkable
class TakesDown(Protocol):
    """A public channel from which something can be taken away again."""

    async def take_down(self, item: str) -> None:
        """Its message was stopped. Nothing happens where it does not stand, or where something newer takes its place
        by itself."""
        ...


@runtime_checkable
class Checks(Protocol):
    async def check(self) -> list[Problem]:
        """What stands in the way of sending, found at start."""
        ...


@runtime_checkable
class Connects(Protocol):
    async def connect(self) -> list[Problem]:
        """Try the account as far as that goes without writing to anybody; what is wrong, in words."""
        ...


def facts(name: str, channel: type[Channel], *, configured: bool) -> ChannelFacts:
    """The facts on a channel's class, as routing and dispatch get them."""
    return ChannelFacts(
        name=name,
        medium=channel.medium,
        address=channel.address,
        public=channel.public,
        by_person=channel.by_person,
        confirms=channel.confirms,
        writes_files=channel.writes_files,
        configured=configured,
    )
