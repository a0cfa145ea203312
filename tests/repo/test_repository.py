"""What the repository as a whole promises: floors, nothing of one machine, data that is only data."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from channels import REGISTRY
from tests.repo.pages import ROOT, tracked

HOSTS = ["".join(parts) for parts in (("mirror", "."), ("pypi", ".org"), ("pythonhosted", ".org"), ("artifact", "ory"))]
PLACES = [
    "".join(parts) for parts in (("/ro", "ot/"), ("/ho", "me/"), ("/wo", "rk/"), ("/Us", "ers/"), ("/tmp", "/venv"))
]
TEXT = {".py", ".md", ".toml", ".txt", ".csv", ".html", ".css", ".js", ".po", ".yml", ".cfg", ".mako", ""}


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT]


@pytest.mark.parametrize("word", [*HOSTS[1:], *PLACES])
def test_no_file_names_a_registry_or_a_place_on_one_machine(word: str) -> None:
    found = texts()
    assert len(found) > 200
    named = [path.relative_to(ROOT).as_posix() for path in found if word in path.read_text("utf-8", "replace")]
    assert named == []


def test_there_is_no_lock_file_and_the_pins_name_no_index() -> None:
    names = {path.name for path in tracked()}
    assert "constraints.txt" in names
    assert not names & {"uv.lock", "poetry.lock", "Pipfile.lock", "pip.conf", "pdm.lock"}
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert len(pins) > 20
    assert not [pin for pin in pins if "://" in pin or pin.startswith("-")]


@pytest.mark.parametrize("folder", ["templates", "locales", "examples"])
def test_data_folders_hold_no_python(folder: str) -> None:
    found = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert found
    assert not [path for path in found if path.suffix in {".py", ".pyc", ".mo"}]


def test_no_file_knows_too_much() -> None:
    """At 300 lines, ask what second thing lives there; well beyond that, it does (the writing guide's habit 19)."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"notifier", "channels"}
    }
    assert len(lines) > 100
    assert [name for name, number in lines.items() if number > 400] == []
    assert [name for name in lines if Path(name).stem in {"utils", "helpers", "manager", "common", "misc"}] == []


def test_the_registry_lists_exactly_the_channel_files() -> None:
    apart = {"__init__", "base", "outbox"}
    files = {path.stem for path in (ROOT / "channels").glob("*.py") if not path.stem.startswith("_")} - apart
    assert files == REGISTRY.keys()
    for name, channel in REGISTRY.items():
        assert channel.__module__ == f"channels.{name}"


def test_nothing_outside_the_channels_imports_one() -> None:
    found = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "notifier")]
    assert len(found) > 100
    pattern = re.compile(rf"channels\.(?:_\w+|{'|'.join(REGISTRY)})\b|from channels import (?!base)")
    named = [path.name for path in found if pattern.search(path.read_text("utf-8"))]
    builds, guards = "daemon.py", "__main__.py"  # the one puts them together, the other refuses a foreign package
    assert [name for name in named if name not in (builds, guards)] == []


def floors() -> list[set[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = [one["layers"] for one in settings["contracts"] if one["type"] == "layers"]
    return [{name.strip() for name in re.split(r"[|:]", layer)} for layer in layers]


def test_every_room_stands_on_a_floor() -> None:
    """A new room that the contract does not name would be free to import anything."""
    named = set().union(*floors())
    rooms = {f"notifier.{path.name}" for path in (ROOT / "notifier").iterdir() if (path / "__init__.py").exists()}
    files = {f"notifier.{path.stem}" for path in (ROOT / "notifier").glob("*.py")} - {"notifier.__init__"}
    assert len(rooms) > 10
    assert rooms | files | {"channels"} == named


def test_the_floors_hold() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    seen = re.search(r"Analyzed (\d+) files, (\d+) dependencies", done.stdout)
    assert seen is not None, done.stdout
    assert int(seen[1]) > 150
    assert int(seen[2]) > 400


def test_the_gate_calls_the_suite_and_the_wheel() -> None:
    gate = ROOT / ".ci" / "run"
    assert gate.stat().st_mode & 0o111
    text = gate.read_text("utf-8")
    assert "make test" in text
    assert "make wheel" in text
