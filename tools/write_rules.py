"""Writes docs/rules.md from docs/rules.toml, what the program makes of each rule: python -m tools.write_rules"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "rules.toml"
PAGE = ROOT / "docs" / "rules.md"


class Status(StrEnum):
    DONE = "done"
    PARTLY = "partly"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a school's policy. ``where`` are settings (``policy.text.allowed``), files or ``file::name``;
    ``tests`` full names; ``left`` is what is left out, ``why`` by which of the reasons."""

    id: str
    says: str
    status: Status
    does: str = ""
    where: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    left: str = ""
    why: str = ""


SCHOOLS: Mapping[str, str] = {
    "W": "Woodgrange Infant School, *Partnership with Parents Policy*",
    "H": "Hyde Park Schools, *Parent Partnership Policy*",
}
COUNTED: Mapping[Status, str] = {
    Status.DONE: "done",
    Status.PARTLY: "done in part",
    Status.LEFT: "left out with a reason",
}


def read() -> tuple[tuple[Rule, ...], Mapping[str, str]]:
    """The rules in the order of the file, and the reasons for which something is left out.

    A key that is no field of a rule, or one that is missing, is a TypeError; a status that is none, a ValueError.
    """
    found = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    rules = (
        Rule(**{**row, "status": Status(row["status"]), **{key: tuple(row.get(key, ())) for key in ("where", "tests")}})
        for row in found["rule"]
    )
    return tuple(rules), found["reasons"]


def page(rules: Sequence[Rule], reasons: Mapping[str, str]) -> str:
    lines = [
        "# Rules it carries out",
        "",
        "Two schools' policies are behind this program. Each rule in them that bears on messages home has a number: "
        "**W** is Woodgrange Infant School, **H** is Hyde Park Schools. `notifier explain` shows the numbers, the "
        "profiles in `notifier/config/profiles/` cite them, and so does this page. What the two policies make of one "
        "letter stands in [one letter, two schools](comparison.md).",
        "",
        "Other numbers you may see: `D3.1` and the like are parts of the design; `S` and a number are the law and the "
        "rules of the field.",
        "",
        f"Of {len(rules)} rules {_counted(rules)}.",
        "",
    ]
    for letter, title in SCHOOLS.items():
        own = [rule for rule in rules if rule.id.startswith(letter)]
        lines += [f"## {letter}: {title.replace('*', '')}", "", *_told(own), ""]
    lines += ["## What is left out, and why", "", *_left_out(rules, reasons), ""]
    for letter in SCHOOLS:
        own = [rule for rule in rules if rule.id.startswith(letter) and rule.status is not Status.LEFT]
        lines += [f"## Where it is done, and what shows it: {letter}", "", *_shown(own), ""]
    lines += [
        "This page is written by `python -m tools.write_rules` from [rules.toml](rules.toml), which has the tests' "
        "full names. A test compares the two, and looks up each setting, each piece of code and each test that is "
        "named here."
    ]
    return "\n".join(lines) + "\n"


def _counted(rules: Iterable[Rule]) -> str:
    states = [rule.status for rule in rules]
    *most, last = (f"{states.count(status)} are {said}" for status, said in COUNTED.items())
    return f"{', '.join(most)} and {last}"


def _told(rules: Iterable[Rule]) -> list[str]:
    lines = ["| Rule | The policy says | State | What the program does | What it leaves out |", "|---|---|---|---|---|"]
    for rule in rules:
        left = f"{rule.left} (*{rule.why}*)" if rule.why else ""
        lines.append(f"| `{rule.id}` | {rule.says} | {rule.status.value} | {rule.does} | {left} |")
    return lines


def _left_out(rules: Sequence[Rule], reasons: Mapping[str, str]) -> list[str]:
    lines = ["| Reason | What it means | Rules |", "|---|---|---|"]
    for reason, what in reasons.items():
        waiting = ", ".join(rule.id for rule in rules if rule.why == reason)
        lines.append(f"| {reason} | {what} | {waiting} |")
    return lines


def _shown(rules: Iterable[Rule]) -> list[str]:
    lines = ["| Rule | Setting or code | Tests |", "|---|---|---|"]
    for rule in rules:
        where, tests = _code(rule.where), _code(_short(test) for test in rule.tests)
        lines.append(f"| `{rule.id}` | {where} | {tests} |")
    return lines


def _short(test: str) -> str:
    """``test_ladder.py::test_one`` for ``tests/unit/model/test_ladder.py::TestX::test_one``."""
    file, *_, name = test.split("::")
    return f"{file.rpartition('/')[2]}::{name}"


def _code(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def main() -> None:
    PAGE.write_text(page(*read()), encoding="utf-8")


if __name__ == "__main__":
    main()
