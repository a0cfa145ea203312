"""What is wrong with something a person wrote, in that person's words."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # refuses: exit 2
    HOLD = "hold"  # waits for a person: exit 1
    ADVICE = "advice"  # shown, exit 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence for a secretary, saying also what to do next.

    ``id`` is stable (tests and docs use it), ``where`` is a file with line and
    column (``families/links.csv:12:4``) or a setting's path, ``rule`` the id of
    the rule in SCHOOL.md or DESIGN.md that it carries out, where there is one.
    """

    id: str
    severity: Severity
    sentence: str
    where: str = ""
    rule: str = ""


def error(id: str, sentence: str, where: str = "", rule: str = "") -> Problem:
    return Problem(id, Severity.ERROR, sentence, where, rule)


def hold(id: str, sentence: str, where: str = "", rule: str = "") -> Problem:
    return Problem(id, Severity.HOLD, sentence, where, rule)


def advice(id: str, sentence: str, where: str = "", rule: str = "") -> Problem:
    return Problem(id, Severity.ADVICE, sentence, where, rule)


def worst(problems: "tuple[Problem, ...] | list[Problem]") -> Severity | None:
    """The gravest severity among the problems, None when there are none."""
    found = {problem.severity for problem in problems}
    for severity in (Severity.ERROR, Severity.HOLD, Severity.ADVICE):
        if severity in found:
            return severity
    return None
