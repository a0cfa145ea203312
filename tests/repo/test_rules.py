"""docs/rules.md says of every rule what the program makes of it, and nothing in it is made up."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from channels import REGISTRY
from notifier.config.declared import sections
from tests.repo.pages import ROOT
from tools.write_rules import PAGE, Rule, Status, page, read

RULES, REASONS = read()
CARRIED_OUT = [rule for rule in RULES if rule.status is not Status.LEFT]
PROFILES = sorted((ROOT / "notifier" / "config" / "profiles").glob("*.toml"))
ID = re.compile(r"\b[WH][1-9]\d?\b")
DATA = {".toml", ".html", ".txt", ".css", ".js", ".po"}


def by_id(rule: Rule) -> str:
    return rule.id


def ids_in(path: Path) -> set[str]:
    return set(ID.findall(path.read_text(encoding="utf-8")))


def test_the_page_is_what_the_tool_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(RULES, REASONS), "run: python -m tools.write_rules"


def test_every_rule_of_both_policies_is_there_once_and_in_order() -> None:
    numbered = [f"W{number}" for number in range(1, 55)] + [f"H{number}" for number in range(1, 41)]
    assert [rule.id for rule in RULES] == numbered
    rows = Counter(re.findall(r"^\| `([WH]\d+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == Counter(numbered) + Counter(rule.id for rule in CARRIED_OUT)


@pytest.mark.parametrize("rule", RULES, ids=by_id)
def test_a_row_says_all_that_its_state_needs_and_no_more(rule: Rule) -> None:
    assert rule.says.endswith(".")
    done, left = rule.status is not Status.LEFT, rule.status is not Status.DONE
    assert (bool(rule.does), bool(rule.where), bool(rule.tests)) == (done, done, done)
    assert (bool(rule.left), rule.why in REASONS) == (left, left)
    assert not done or rule.does.endswith(".")
    assert not rule.left.endswith(".")
    assert "|" not in rule.says + rule.does + rule.left


def test_every_reason_is_that_of_some_rule() -> None:
    assert {rule.why for rule in RULES} - {""} == REASONS.keys()


def sources() -> list[Path]:
    """Whatever may cite a rule: the program, its channels, what it says and the profiles."""
    found = [
        path
        for top in ("notifier", "channels", "templates", "locales")
        for path in sorted((ROOT / top).rglob("*"))
        if path.suffix in DATA | {".py"}
    ]
    return [*found, ROOT / "config.example.toml"]


def test_every_rule_that_is_cited_anywhere_is_carried_out() -> None:
    cited: dict[str, list[str]] = {}
    for path in sources():
        for id in ids_in(path):
            cited.setdefault(id, []).append(path.relative_to(ROOT).as_posix())
    assert len(cited) > 60
    assert {"W37", "H34", "W39"} <= cited.keys()
    assert len(PROFILES) == 2
    assert all(len(ids_in(path)) > 10 for path in PROFILES)
    ready = {rule.id for rule in CARRIED_OUT}
    assert {id: places for id, places in cited.items() if id not in ready} == {}


@cache
def settings() -> frozenset[str]:
    """Every setting and every heading, as config.toml names them."""
    found = sections({name: channel.Settings for name, channel in REGISTRY.items()})
    return frozenset(
        name
        for section in found
        for name in (section.path, *(f"{section.path}.{one.name}" for one in section.settings))
    )


@cache
def names(path: Path) -> frozenset[str]:
    """What a file of code defines: ``function``, ``CONSTANT``, ``Class``, ``Class::method``."""

    def walk(body: list[ast.stmt], before: str = "") -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield before + node.name
            if isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{before}{node.name}::")
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            yield from (before + target.id for target in targets if isinstance(target, ast.Name))

    return frozenset(walk(ast.parse(path.read_text(encoding="utf-8")).body))


def exists(place: str) -> bool:
    """Whether a setting, a file or a name in a file is there."""
    file, _, name = place.partition("::")
    if "/" not in file:
        return place in settings()
    path = ROOT / file
    return path.is_file() and (not name or name in names(path))


def test_the_look_up_finds_what_is_there_and_nothing_else() -> None:
    assert len(settings()) > 80
    for place in ("policy.text.allowed", "policy.lead_time", "channels/call.py", "channels/call.py::Call::send"):
        assert exists(place), place
    for place in ("policy.text.nothing", "channels/no.py", "channels/call.py::send", "channels/call.py::Call::no"):
        assert not exists(place), place


@pytest.mark.parametrize("rule", CARRIED_OUT, ids=by_id)
def test_every_place_that_a_row_names_is_there(rule: Rule) -> None:
    assert [place for place in rule.where if not exists(place)] == []
    assert len(set(rule.where)) == len(rule.where)


@pytest.mark.parametrize("rule", CARRIED_OUT, ids=by_id)
def test_every_test_that_a_row_names_is_there(rule: Rule) -> None:
    assert [test for test in rule.tests if not exists(test)] == []
    assert len(set(rule.tests)) == len(rule.tests)
    for test in rule.tests:
        file, *_, name = test.split("::")
        assert Path(file).name.startswith("test_"), test
        assert file.startswith("tests/"), test
        assert name.startswith("test_"), test


@pytest.mark.parametrize("rule", CARRIED_OUT, ids=by_id)
def test_a_rule_is_cited_where_its_row_says_that_it_is_carried_out(rule: Rule) -> None:
    files = {ROOT / place.partition("::")[0] for place in rule.where if "/" in place}
    if any(place.startswith("policy.") for place in rule.where):
        files.update(PROFILES)
    assert any(rule.id in ids_in(path) for path in files), f"none of {sorted(path.name for path in files)} cites it"
