"""What the school has decided about how it tells whom (DESIGN 3.4), and what its channels are able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifier.model.message import Kind
from notifier.model.staff import Role, Staff

Rung: TypeAlias = tuple[str, ...]
"""Channel names that go out at once."""


class Per(StrEnum):
    HOUSEHOLD = "household"
    CONTACT = "contact"
    PUPIL = "pupil"


class Copies(StrEnum):
    """When a parent living apart gets an additional copy."""

    ALWAYS = "always"
    ON_REQUEST = "on_request"
    SIGNATORY_OR_CONSENT = "signatory_or_consent"


class AddressKind(StrEnum):
    EMAIL = "email"
    MOBILE = "mobile"
    PHONE = "phone"  # any number a person can ring
    POSTAL = "postal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What routing and dispatch know of a channel; taken from its class (DESIGN 3.7), never from its name.

    ``medium`` names what rendering makes for it. ``by_person``: a member of staff
    carries it out, so it needs no address and ends a ladder. ``public``: once per
    message. ``confirms``: a receipt can tell that it arrived. ``writes_files``: it needs
    the school folder. ``configured`` is false for a channel without settings in live mode.
    """

    name: str
    medium: str
    address: AddressKind = AddressKind.NONE
    public: bool = False
    by_person: bool = False
    confirms: bool = False
    writes_files: bool = False
    configured: bool = True


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """How one kind of message travels. ``rules`` are the ids this carries out, shown in traces."""

    ladder: tuple[Rung, ...]
    also: tuple[str, ...] = ()
    per: Per = Per.HOUSEHOLD
    copies: Copies = Copies.ON_REQUEST
    escalate_after: timedelta | None = None
    rules: tuple[str, ...] = ()
    public_if_important: tuple[str, ...] = ()
    """Public channels that this kind uses only with ``important: yes`` (W40)."""
    catch_up: timedelta = timedelta(days=2)
    """How long after its moment it may still go by itself, where nobody could see to it then (DESIGN 5.4)."""


@dataclass(frozen=True, slots=True)
class TextPolicy:
    """Which messages may go as a text (W37). ``channel`` names the channel that ``essential`` adds."""

    channel: str = "text"
    allowed: frozenset[str] = frozenset({"emergency", "essential"})
    essential_roles: frozenset[Role] = frozenset({Role.HEAD, Role.DEPUTY, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class Approval:
    """Roles whose message of this reach waits for somebody else's yes: a senior's (W12, H1)."""

    whole_school: frozenset[Role] = frozenset()
    emergency: frozenset[Role] = frozenset({Role.OFFICE, Role.TEACHER, Role.DEPUTY})
    by: frozenset[Role] = frozenset({Role.HEAD, Role.DEPUTY})
    two_persons: bool = False
    """An emergency needs the yes of two people (SCHOOL 3d)."""
    alone_after: timedelta = timedelta(minutes=5)
    """How long the head waits for the second person before deciding alone."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """What rings somebody's telephone and is no emergency leaves between these local times (SCHOOL 29).

    ``weekends``, ``holidays``: these are quiet all day. ``everything``: emails and paper wait too.
    """

    opens: time = time(8)
    closes: time = time(20)
    weekends: bool = False
    holidays: bool = False
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One school's decisions. ``profile`` is where they started from; ``channels`` the facts by channel name."""

    profile: str
    kinds: Mapping[Kind, KindPolicy]
    timezone: ZoneInfo
    channels: Mapping[str, ChannelFacts]
    text: TextPolicy = TextPolicy()
    quiet_hours: QuietHours = QuietHours()
    in_person_only: frozenset[str] = frozenset({"head-injury", "behaviour", "safeguarding"})
    watch_words: tuple[str, ...] = ()
    marketing_words: tuple[str, ...] = ()
    lead_time: Mapping[str, int] = field(default_factory=dict)
    """School days of notice an event of this category should get (W35)."""
    approval: Approval = Approval()
    review_by: date | None = None
    language: str = "en"
    languages: frozenset[str] = frozenset()
    """The languages that may go out; empty: all. English always may."""
    staff: tuple[Staff, ...] = ()
    """Who takes part in a drill, with their addresses and without their PINs."""
    head: frozenset[str] = frozenset({"head"})
    """Staff ids and roles whose recorded welfare hold needs no further task (H32)."""
    mark: str = ""
    """What tells this policy from any other: the same for the same decisions, whoever works at the school (W47)."""
