"""The config as the rest of the program knows it: frozen, every place absolute, every word checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from notifier.config.policy import build, folded
from notifier.config.policy_settings import PolicySettings
from notifier.config.problems import ConfigProblems, did_you_mean, listed
from notifier.model.calendar import Nation, Newsletter
from notifier.model.message import Kind, Mode
from notifier.model.notice import Offset, Post, Unit
from notifier.model.policy import ChannelFacts, Policy
from notifier.model.problem import Problem, error
from notifier.model.sequence import Sequence
from notifier.model.staff import Authority, Role, Staff


@dataclass(frozen=True, slots=True)
class School:
    """``phone`` as people write it; ``language`` is the school's own."""

    name: str
    mode: Mode
    timezone: ZoneInfo
    phone: str = ""
    website: str = ""
    language: str = "en"
    nation: Nation = Nation.ENGLAND


@dataclass(frozen=True, slots=True)
class Intake:
    """A folder that is watched. ``folder`` is absolute, ``name`` as in the config, ``as_`` a staff id or a role.

    ``newsletter`` names the newsletter whose issues lie in it, and is empty for any other folder.
    """

    folder: Path
    name: str
    as_: str
    kind: Kind | None = None
    to: tuple[str, ...] = ()
    template: str = ""
    newsletter: str = ""


@dataclass(frozen=True, slots=True)
class CategoryNotices:
    """Notices for one category of events. ``lead_time`` in school days; None: the policy's own for that category."""

    offsets: tuple[Offset, ...]
    lead_time: int | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """When notices of coming events go. ``own`` are the categories that name offsets of their own."""

    offsets: tuple[Offset, ...] = (Offset(10), Offset(2))
    categories: Mapping[str, CategoryNotices] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    at: time = time(9)
    post: Post = Post.SECOND
    cut_off: time = time(17, 30)

    def of(self, category: str) -> CategoryNotices:
        """What holds for events of this category; compared without regard to capitals, hyphens and spaces."""
        return self.categories.get(folded(category), CategoryNotices(self.offsets))

    def offsets_of(self, category: str, lead_time: int) -> tuple[Offset, ...]:
        """Where no offsets of its own are set, the first notice comes no later than the policy's lead time (W35)."""
        found = self.of(category).offsets
        counted = [one.count for one in found if one.unit is Unit.SCHOOL_DAY]
        if folded(category) in self.own or not counted or lead_time <= max(counted):
            return found
        return (Offset(lead_time), *found)


@dataclass(frozen=True, slots=True)
class Http:
    """The web listener: ``host`` empty means there is none."""

    host: str = ""
    port: int = 0
    public_url: str = ""
    secret: str = field(default="", repr=False)

    @property
    def listens(self) -> bool:
        return bool(self.host)


@dataclass(frozen=True, slots=True)
class Node:
    """This computer among several: ``sends_only`` has no school folder; silent for ``span``, it counts as dead."""

    sends_only: bool = False
    span: timedelta = timedelta(seconds=12)


@dataclass(frozen=True, slots=True)
class Closing:
    """Closing the school. ``languages``: those approved beside English; ``price`` of one part of a text, in pounds.

    ``link_test_day``: the day of the month, 0 for never.
    """

    languages: tuple[str, ...] = ()
    price: float = 0.0
    link_test_day: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; None for good."""

    addresses: timedelta | None = timedelta(days=90)
    messages: timedelta | None = timedelta(days=730)
    deliveries: timedelta | None = timedelta(days=1095)
    orders: timedelta | None = timedelta(days=2190)
    audit: timedelta | None = timedelta(days=2555)


@dataclass(frozen=True)
class Config:
    """One school. ``root`` is the folder of the config file.

    ``channels`` are those set up: they have a table in the file, or need no settings.
    ``settle``: how long a dropped file must have stayed the same. ``languages`` empty:
    every language the program knows. ``advice`` holds what is worth saying but refuses nothing.
    """

    root: Path
    path: Path
    school: School
    channels: Mapping[str, BaseModel]
    staff: tuple[Staff, ...]
    intakes: tuple[Intake, ...]
    newsletters: tuple[Newsletter, ...]
    notices: Notices
    sequences: tuple[Sequence, ...]
    store_url: str
    http: Http
    polling: bool
    settle: timedelta
    languages: tuple[str, ...]
    reviewed_languages: tuple[str, ...]
    profile: str
    policy_settings: PolicySettings
    pin_files: Mapping[str, Path]
    node: Node = Node()
    closure: Closing = Closing()
    retention: Retention = Retention()
    alarm_to: str = ""
    alarm_after: timedelta = timedelta(minutes=15)
    advice: tuple[Problem, ...] = ()

    @property
    def families(self) -> Path:
        return self.root / "families"

    @property
    def calendar(self) -> Path:
        return self.root / "calendar"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def languages_used(self) -> frozenset[str]:
        """The languages that may go out, the school's own among them; empty: all."""
        return frozenset({*self.languages, self.school.language}) if self.languages else frozenset()

    def policy(self, facts: Mapping[str, ChannelFacts]) -> Policy:
        """What the school has decided, with what its channels can do. Raises ConfigProblems for a ladder
        that names a public channel, or does not end with a person (DESIGN 3.4)."""
        heads = frozenset(person.id for person in self.staff if person.role is Role.HEAD)
        return build(
            self.policy_settings,
            profile=self.profile,
            file=self.path.name,
            facts=facts,
            timezone=self.school.timezone,
            language=self.school.language,
            languages=self.languages_used,
            staff=tuple(replace(person, pin_hash="") for person in self.staff),
            head=heads | {Role.HEAD.value},
            notice_lead_times={
                name: found.lead_time for name, found in self.notices.categories.items() if found.lead_time is not None
            },
        )

    def person(self, id: str) -> Staff | None:
        return next((person for person in self.staff if person.id == id), None)

    def authority(self, as_: str, to: tuple[str, ...] = ()) -> Authority:
        """In whose name: a staff id or a role. ``to`` limits a role only; a person is limited by their classes.

        Raises ConfigProblems for a name that is neither.
        """
        if person := self.person(as_):
            return Authority(person.role, staff_id=person.id, classes=person.classes)
        if as_ in set(Role):
            return Authority(Role(as_), to=to)
        known = [*(person.id for person in self.staff), *(role.value for role in Role)]
        raise ConfigProblems(
            [error("unknown-staff", unknown_staff(as_, known), f"{self.path.name}: staff", "DESIGN 3.8")]
        )


def unknown_staff(as_: str, known: list[str]) -> str:
    return (
        did_you_mean(as_, known) and f"'{as_}' is neither a member of staff nor a role.{did_you_mean(as_, known)}"
    ) or f"'{as_}' is neither a member of staff nor a role; known here: {listed(known, 'and')}."
