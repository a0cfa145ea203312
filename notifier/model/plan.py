"""What routing makes of a message and a directory: a pure value (DESIGN 2, 3.3, 3.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from operator import eq
from typing import Any, NamedTuple, TypeAlias, overload

from notifier.model.policy import Rung
from notifier.model.problem import Problem, Severity

HELD_DELIVERY = "address-shared-with-barred"
"""The id of the one problem that holds a delivery and not its message (DESIGN 3.5, step 7)."""


class Basis(StrEnum):
    """What let a delivery through: a main home's, or the reason for an additional copy."""

    MAIN = "main"
    COPY = "copy"
    CONSENT = "consent"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Address:
    """One adult's address for one channel; the language is that adult's (empty: not known)."""

    contact_id: str
    value: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one recipient.

    ``contact_ids`` by priority; ``routes`` maps a channel to the adults' usable
    addresses in the order in which they are tried; a channel carried out by a
    person, or a public one, has a route also without an address. ``also_ring`` are adults who
    are not messaged but stand on an emergency's call sheet after the parents
    ("check before ringing"). ``held`` is the rule for which the delivery waits
    for a person, empty when it may go; once a person let it go, what it had waited for.
    ``staff_id``: it is for that member of staff, as every delivery of a drill is, and names no contact and no pupil.
    ``acknowledge``: that a message arrived is not enough, somebody has to answer for each of its children.
    """

    key: str
    contact_ids: tuple[str, ...]
    pupil_ids: tuple[str, ...]
    household: str
    basis: Basis
    ladder: tuple[Rung, ...]
    routes: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    language: str = ""
    text_language: str = "en"
    large_print: bool = False
    interpreter: bool = False
    also_ring: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    held: str = ""
    staff_id: str = ""
    acknowledge: bool = False

    @property
    def addresses(self) -> dict[str, str]:
        """The first address of each channel."""
        return {channel: found[0].value for channel, found in self.routes.items() if found and found[0].value}


class LegPlan(NamedTuple):
    """One channel of one rung for one adult's address: what becomes a leg (DESIGN 2)."""

    rung: int
    channel: str
    contact_id: str


def legs_of(delivery: Delivery, rung: int) -> tuple[LegPlan, ...]:
    """The legs with which a rung begins: each of its channels, to the first adult who has an address for it.

    A channel that no longer has a route (the address went, or may not be used) makes no leg; a rung
    may so become empty, and the next one is taken.
    """
    routes = delivery.routes
    return tuple(
        [
            LegPlan(rung, channel, routes[channel][0].contact_id)
            for channel in delivery.ladder[rung]
            if routes.get(channel)
        ]
    )


@dataclass(frozen=True, slots=True)
class PublicItem:
    """Something that goes out once per message, where anybody may see it."""

    channel: str

    @property
    def delivery(self) -> Delivery:
        """The same as a delivery without adults or pupils, so that the queue carries it like any other."""
        return Delivery(
            key=f"public:{self.channel}",
            contact_ids=(),
            pupil_ids=(),
            household="",
            basis=Basis.EQUAL,
            ladder=((self.channel,),),
            routes={self.channel: (Address("", ""),)},
        )


@dataclass(frozen=True, slots=True)
class Withheld:
    """An adult who does not get it, for which pupils, under which rule."""

    contact_id: str
    pupil_ids: tuple[str, ...]
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person must do; ``about`` are ids, never names."""

    what: str
    about: tuple[str, ...]
    rule: str


class Step(NamedTuple):
    """One entry of the trace: which step of DESIGN 3.5 decided what about whom, under which rule."""

    step: int
    rule: str
    says: str
    contact_id: str = ""
    pupil_id: str = ""


Saying: TypeAlias = tuple[int, str, str]
"""A step without whom it is about: its number, its rule and what it says."""


class Trace(Sequence[Step]):
    """The steps of a plan in order. A plan for a large school has half a million of them, which differ in little but
    whom they are about: what they say is kept once, and a step is made when somebody looks at it."""

    __slots__ = ("_cells", "_saying")

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._cells: list[Any] = []
        """Three for each step: what is said, of whom, and about which pupils."""
        self._saying: dict[Saying, Saying] = {}
        for step in steps:
            self.add(*step)

    def add(self, step: int, rule: str, says: str, contact_id: str = "", pupil_id: str = "") -> None:
        said = (step, rule, says)
        kept = self._saying.get(said)
        if kept is None:
            kept = said
            if len(self._saying) < SAYINGS:
                self._saying[said] = said
        self.say(kept, contact_id, pupil_id)

    def say(self, said: Saying, contact_id: str, about: str | tuple[str, ...] = "") -> None:
        """The same for a saying that whoever calls keeps for many. Several pupils are not what the step is about:
        what it says ends with their ids."""
        self._cells += (said, contact_id, about)

    @classmethod
    def of(cls, told: "Told") -> "Trace":
        """The trace that was ``told``."""
        made = cls()
        said = [told.sayings[number] for number in told.which]
        made._cells = [*chain.from_iterable(zip(said, told.whom, told.about, strict=True))]
        return made

    def told(self, at_once: int) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
        """The columns of ``Told`` by name, each some cells at a time and one after the other: whole ones would take as
        much room again as the steps."""
        cells, numbers = self._cells, dict[Saying, int]()

        def some(place: int) -> Iterator[list[Any]]:
            for start in range(place, len(cells), 3 * at_once):
                yield cells[start : start + 3 * at_once : 3]

        yield "which", ([numbers.setdefault(said, len(numbers)) for said in those] for those in some(0))
        yield "whom", some(1)
        yield "about", some(2)
        yield "sayings", iter([[*numbers]])

    def __len__(self) -> int:
        return len(self._cells) // 3

    @overload
    def __getitem__(self, place: int) -> Step: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Step]: ...

    def __getitem__(self, place: int | slice) -> Step | Sequence[Step]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        first = range(0, len(self._cells), 3)[place]
        return _step(*self._cells[first : first + 3])

    def __iter__(self) -> Iterator[Step]:
        cells = iter(self._cells)
        return map(_step, cells, cells, cells)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash((len(self), *self[:1]))

    def __repr__(self) -> str:
        return f"Trace({[*self]!r})"


class Told(NamedTuple):
    """A trace as columns: every different saying once, then for each step which one, whom it is about and which
    pupils."""

    sayings: Sequence[Saying]
    which: Sequence[int]
    whom: Sequence[str]
    about: Sequence[str | tuple[str, ...]]


def _step(said: Saying, contact_id: str, about: str | tuple[str, ...]) -> Step:
    step, rule, says = said
    if isinstance(about, str):
        return Step(step, rule, says, contact_id, about)
    return Step(step, rule, f"{says} {', '.join(about)}", contact_id)


SAYINGS = 1_000
"""So many different sayings are kept once; what comes after them is mostly about one family alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    deliveries: tuple[Delivery, ...] = ()
    public: tuple[PublicItem, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    tasks: tuple[Task, ...] = ()
    problems: tuple[Problem, ...] = ()
    trace: Sequence[Step] = ()
    pupil_ids: tuple[str, ...] = ()
    """The audience at that moment."""
    policy: str = ""
    """The mark of the policy by which it was made (W47)."""

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What makes the whole message wait for a person; a doubt about one delivery holds that one alone."""
        return tuple(p for p in self.problems if p.severity is Severity.HOLD and p.id != HELD_DELIVERY)


@dataclass(frozen=True, slots=True)
class Offer:
    """A copy asked for after the message was planned: ``rule`` entitles, ``trace`` is how it was decided."""

    delivery: Delivery
    rule: str
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """Recheck's yes: the delivery as it stands now, never wider than planned."""

    delivery: Delivery
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Withhold:
    rule: str
    reason: str = ""
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    rule: str
    reason: str = ""
    tasks: tuple[Task, ...] = ()


Verdict: TypeAlias = Send | Withhold | Hold
