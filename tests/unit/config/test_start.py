"""``init`` writes a folder that is right at once."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from channels import REGISTRY
from notifier import calendar, directory
from notifier.config import load
from notifier.config.start import StartRefused, copy_example, start
from notifier.model.problem import Severity
from notifier.resources import resource

DAYS = [
    pytest.param(date(2026, 9, 1), id="the first day of a school year"),
    pytest.param(date(2026, 11, 22), id="a Sunday in November"),
    pytest.param(date(2027, 7, 24), id="after the last day of term"),
    pytest.param(date(2027, 8, 31), id="the last day of August"),
    pytest.param(date(2028, 2, 29), id="a leap day"),
]


@pytest.mark.parametrize("today", DAYS)
def test_a_new_folder_has_nothing_wrong_with_it(tmp_path: Path, today: date) -> None:
    folder = tmp_path / "our" / "school"
    start(folder, today)
    models = {name: channel.Settings for name, channel in REGISTRY.items()}
    config = load(folder / "config.toml", models, {}, today=today)
    for intake in config.intakes:
        assert intake.folder.is_dir()
    reading = directory.read(config.families)
    assert (reading.sound, reading.problems) == (True, ())
    classes = {pupil.class_ for pupil in reading.pupils.values()}
    assert set(config.staff[-1].classes) <= classes
    found, problems = calendar.read(config.calendar, classes)
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    assert [problem.id for problem in problems] == []
    newest = calendar.next_slot(config.newsletters[0], found, _noon(today), config.school.timezone)
    assert newest is not None
    assert all(event.date > today for event in found.events)
    assert len(found.terms) == 12


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_the_config_is_the_example_file_itself(tmp_path: Path) -> None:
    start(tmp_path / "s", date(2026, 11, 22))
    assert (tmp_path / "s/config.toml").read_bytes() == resource("config.example.toml").read_bytes()


def test_an_empty_folder_is_taken_and_a_used_one_refused(tmp_path: Path) -> None:
    start(tmp_path, date(2026, 11, 22))
    with pytest.raises(StartRefused, match="not empty"):
        start(tmp_path, date(2026, 11, 22))


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "school").write_text("")
    with pytest.raises(StartRefused, match="is a file"):
        start(tmp_path / "school", date(2026, 11, 22))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartRefused):
        start(tmp_path / "file" / "school", date(2026, 11, 22))


def test_pins_and_secrets_are_for_the_program_alone(tmp_path: Path) -> None:
    start(tmp_path / "s", date(2026, 11, 22))
    assert (tmp_path / "s/pins").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "s/pins").iterdir()) == []


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize("name", ["woodgrange", "hyde-park"])
def test_a_copied_example_has_events_ahead(tmp_path: Path, name: str, today: date) -> None:
    copy_example(name, tmp_path / "demo", today)
    found, problems = calendar.read(tmp_path / "demo/calendar")
    assert problems == []
    farm = found.event("FARM")
    assert farm is not None
    assert farm.date > today
    assert (tmp_path / "demo/drop").is_dir()
