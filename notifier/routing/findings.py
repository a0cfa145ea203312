"""What routing answers about one adult and one child, and what comes to light on the way."""

from dataclasses import dataclass, field
from functools import cache

from notifier.model.plan import Basis, Task, Trace
from notifier.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Refused:
    """``denied``: a denying arrangement is the reason, not a missing permission."""

    rule: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    basis: Basis
    rule: str


@cache
def refused(rule: str, *, denied: bool) -> Refused:
    """There are a dozen different ones, and a school has thousands of each."""
    return Refused(rule, denied)


@cache
def allowed(basis: Basis, rule: str) -> Allowed:
    return Allowed(basis, rule)


@cache
def together(*answers: Allowed | Refused) -> tuple[Allowed | Refused, ...]:
    """The answers for one child's adults: most children of a school have the same few."""
    return answers


@dataclass
class Findings:
    """What came to light on the way: gathered once each, in order."""

    tasks: dict[Task, None] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    steps: Trace = field(default_factory=Trace)

    def task(self, what: str, about: tuple[str, ...], rule: str) -> None:
        self.tasks[Task(what, about, rule)] = None

    def problem(self, problem: Problem) -> None:
        self.problems[problem] = None

    def step(self, step: int, rule: str, says: str, contact_id: str = "", pupil_id: str = "") -> None:
        self.steps.add(step, rule, says, contact_id, pupil_id)
