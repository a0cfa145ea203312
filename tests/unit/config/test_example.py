"""config.example.toml and docs/settings.md say what the declarations say, and what they say is true."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from channels import REGISTRY
from notifier.config import load
from notifier.config.declared import Section, sections
from notifier.config.example import example, settings_page
from notifier.resources import resource

ROOT = Path(__file__).resolve().parents[3]
MODELS: Mapping[str, type[BaseModel]] = {name: channel.Settings for name, channel in REGISTRY.items()}
WRITE = "run: python -m tools.write_settings"


def declared() -> list[Section]:
    found = sections(MODELS)
    assert len(found) > 20
    return found


def test_the_example_file_is_written_from_the_declarations() -> None:
    assert resource("config.example.toml").read_text(encoding="utf-8") == example(MODELS), WRITE


def test_the_settings_page_is_written_from_the_declarations() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page(MODELS), WRITE


def test_every_setting_has_a_sentence_a_heading_and_a_line() -> None:
    page, text = settings_page(MODELS), example(MODELS)
    for section in declared():
        for setting in section.settings:
            assert setting.description.endswith("."), f"{section.path}.{setting.name}"
            assert f"### `{section.path}.{setting.name}`" in page
            assert re.search(rf"^#?{setting.name} = ", text, re.MULTILINE), f"{section.path}.{setting.name}"


def test_what_tests_and_schools_look_for_stands_there_once() -> None:
    text = example(MODELS)
    for line in ('profile = "woodgrange"', 'mode = "trial"'):
        assert text.count(line) == 1
        assert f"\n{line}\n" in text


def test_the_example_loads_in_trial_mode(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(example(MODELS), encoding="utf-8")
    config = load(tmp_path / "config.toml", MODELS, {}, today=date(2026, 11, 22))
    assert {problem.id for problem in config.advice} == {"pin-missing", "policy-review-due"}
    assert {person.role.value for person in config.staff} == {"head", "deputy", "office", "teacher"}
    assert [(intake.name, intake.as_) for intake in config.intakes] == [
        ("drop/head", "b-malik"),
        ("drop/oak", "t-nowak"),
        ("drop/office", "office"),
        ("drop/newsletter", "b-malik"),
    ]


def uncommented(text: str) -> str:
    """Every setting that is only shown, in force."""
    return re.sub(r'^#(?=\[|[a-z_-]+ = |    "|\])', "", text, flags=re.MULTILINE)


def test_every_setting_that_is_only_shown_is_right_too(tmp_path: Path) -> None:
    text = uncommented(example(MODELS))
    assert text.count("\n[") > 20
    assert not re.search(r"^#[^ ]", text, re.MULTILINE)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    for name in ("email", "twilio", "http"):
        (tmp_path / "secrets" / name).write_text("hush")
    config = load(tmp_path / "config.toml", MODELS, {}, today=date(2026, 11, 22))
    assert set(config.channels) == set(MODELS)
    assert config.languages == ("en", "ur")


@pytest.mark.parametrize(
    "table",
    [
        "[http]\nlisten = '127.0.0.1:1'\n",
        "[policy.text]\nallowed = ['emergency']\n",
        "[[staff]]\nid = 'x'\nname = 'X'\nrole = 'office'\n",
    ],
)
def test_a_heading_may_be_added_at_the_end(tmp_path: Path, table: str) -> None:
    (tmp_path / "config.toml").write_text(f"{example(MODELS)}\n{table}", encoding="utf-8")
    load(tmp_path / "config.toml", MODELS, {})
