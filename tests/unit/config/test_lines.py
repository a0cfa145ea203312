"""Where a setting stands in config.toml."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from notifier.config.lines import lines_of, placed
from notifier.config.sentences import dotted
from notifier.model.problem import error
from notifier.resources import resource

TEXT = """\
# a comment = with an equals sign
[school]
name = "Elm [School] = # good"
words = [
    "one", # ]
    "two = three",
]
phone = '''
[staff]
name = "no"
'''

[[staff]]
id = "a"

[[staff]] # the second
id = "b"
"quoted" = 1

[[sequence]]
name = "x"
[[sequence.step]]
name = "first"
[[sequence.step]]
when = { a = [1,
  2] }
name = "second"
[[sequence]]
[[sequence.step]]
name = "other"
[policy.kinds.letter]
per = "pupil"
"""


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("school.name", 3),
        ("school.words", 4),
        ("school.phone", 8),
        ("staff[1].id", 14),
        ("staff[2]", 16),
        ("staff[2].quoted", 18),
        ("sequence[1].step[2].name", 27),
        ("sequence[2].step[1].name", 30),
        ("policy.kinds.letter.per", 32),
    ],
)
def test_every_setting_has_its_line(setting: str, line: int) -> None:
    assert lines_of(TEXT)[setting] == line


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, below in value.items() for leaf in leaves(below, (*path, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [leaf for at, below in enumerate(value) for leaf in leaves(below, (*path, at))]
    return [dotted(path)]


def test_the_whole_example_is_found_again_as_toml_reads_it() -> None:
    text = resource("config.example.toml").read_text("utf-8")
    lines, found = text.splitlines(), lines_of(text)
    settings = leaves(tomllib.loads(text))
    assert len(settings) > 30
    for setting in settings:
        assert lines[found[setting] - 1].startswith(setting.rpartition(".")[2])


def test_a_problem_is_shown_at_its_setting_else_at_its_heading_else_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    wheres = ("staff[2].id", "staff[2].role", "channels.email.host")
    found = placed([error("x", "Wrong.", f"config.toml: {where}") for where in wheres], file)
    assert [one.where for one in found] == [
        "config.toml:17: staff[2].id",
        "config.toml:16: staff[2].role",
        "config.toml: channels.email.host",
    ]
    elsewhere = error("x", "Wrong.", "families/links.csv:3:1")
    assert placed([elsewhere], file) == [elsewhere]
    assert placed([elsewhere], tmp_path / "none.toml") == [elsewhere]
