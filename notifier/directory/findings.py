"""Gathers what is wrong with the files: each error by itself, like advice together."""

from dataclasses import dataclass, field

from notifier.directory.faults import FAULTS
from notifier.model.problem import Problem, Severity

PLACES_NAMED = 3


def fault(id: str, sentence: str, where: str = "", rule: str = "") -> Problem:
    """The problem with the severity that ``FAULTS`` gives to its id."""
    return Problem(id, FAULTS[id].severity, sentence, where, rule)


@dataclass(slots=True)
class _Alike:
    first: Problem
    many: str
    lines: list[int]


@dataclass(slots=True)
class Findings:
    """Problems in the order in which they were met.

    ``faulty`` are the names of files with at least one error, ``unread`` of files
    whose rows are not all known (missing, no header, broken off).
    """

    problems: list[Problem] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    _alike: dict[tuple[str, str, str], _Alike] = field(default_factory=dict)

    def add(self, file: str, problem: Problem) -> None:
        self.problems.append(problem)
        if problem.severity is Severity.ERROR:
            self.faulty.add(file)

    def alike(self, file: str, line: int, problem: Problem, many: str) -> None:
        """Advice that may come hundreds of times: one problem per file and sort, with a count and the first places.

        ``many`` is the sentence for several, with ``{count}`` in it.
        """
        same = self._alike.get((file, problem.id, many))
        if same is None:
            self._alike[file, problem.id, many] = _Alike(problem, many, [line])
        else:
            same.lines.append(line)

    def all(self) -> tuple[Problem, ...]:
        return (*self.problems, *(self._together(same) for same in self._alike.values()))

    @staticmethod
    def _together(same: _Alike) -> Problem:
        if len(same.lines) == 1:
            return same.first
        named = [str(line) for line in same.lines[:PLACES_NAMED]]
        places = f"lines {', '.join(named[:-1])} and {named[-1]}"
        first = "" if len(same.lines) <= PLACES_NAMED else "first "
        sentence = f"{same.many.format(count=len(same.lines))} ({first}{places})"
        return Problem(same.first.id, same.first.severity, sentence + ".", same.first.where, same.first.rule)
