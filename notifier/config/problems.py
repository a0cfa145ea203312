"""What a config that cannot be used is refused with: every problem at once."""

import difflib
from collections.abc import Iterable, Sequence

from notifier.model.problem import Problem


class ConfigProblems(Exception):
    """``problems`` holds every error found, in the order of the file; advice is left out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{problem.where}: {problem.sentence}" for problem in self.problems))


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`` Did you mean 'port'?`` with its leading space, or nothing where no known name is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wrong.casefold(), by_folded, n=1, cutoff=0.6)
    return f" Did you mean '{by_folded[near[0]]}'?" if near else ""


def listed(names: Iterable[str], last: str = "or") -> str:
    """``'a', 'b' or 'c'``."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
