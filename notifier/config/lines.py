"""The line of config.toml on which a setting stands, so that nobody has to search five hundred lines for it.

tomllib gives values without their places. This reads headings and keys alone, of a file that tomllib could read.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from notifier.model.problem import Problem

_HEADING = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$""")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
_LONG = ('"""', "'''")


def placed(problems: Sequence[Problem], path: Path) -> list[Problem]:
    """``config.toml: staff[2].role`` becomes ``config.toml:37: staff[2].role``; what stands nowhere stays as it is.

    A missing setting is shown at its heading.
    """
    try:
        lines = lines_of(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return [*problems]
    before = f"{path.name}: "
    return [_placed(one, before, path.name, lines) if one.where.startswith(before) else one for one in problems]


def _placed(problem: Problem, before: str, name: str, lines: dict[str, int]) -> Problem:
    setting = problem.where.removeprefix(before)
    nearest = setting
    while nearest and nearest not in lines:
        nearest = nearest[: max(nearest.rfind("."), nearest.rfind("["), 0)]
    return replace(problem, where=f"{name}:{lines[nearest]}: {setting}") if nearest else problem


def lines_of(text: str) -> dict[str, int]:
    """Setting -> line, both counted from 1: ``{"staff[2]": 36, "staff[2].role": 39}``."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    under, ends, depth = "", "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if ends:  # within a text of several lines
            ends = "" if ends in line else ends
        elif depth:  # within a list of several lines
            depth = max(0, depth + _opened(line))
        elif heading := _HEADING.match(line):
            under = _numbered(_plain(heading[2]), counts, another=bool(heading[1]))
            found.setdefault(under, number)
        elif key := _KEY.match(line):
            name = _plain(key[1])
            found.setdefault(f"{under}.{name}" if under else name, number)
            mark = next((one for one in _LONG if key[2].startswith(one)), "")
            ends = mark if mark and mark not in key[2][3:] else ""
            depth = 0 if mark else max(0, _opened(key[2]))
    return found


def _numbered(name: str, counts: dict[str, int], *, another: bool) -> str:
    """A heading with the number of each list it goes through: ``sequence[1].step[2]``."""
    parts, shown = name.split("."), ""
    for at, part in enumerate(parts):
        shown += f".{part}" if shown else part
        if another and at == len(parts) - 1:
            counts[shown] = counts.get(shown, 0) + 1
        if shown in counts:
            shown += f"[{counts[shown]}]"
    return shown


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _opened(line: str) -> int:
    """How many brackets of a value stay open after this line."""
    bare = _QUOTED.sub("", line).partition("#")[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
