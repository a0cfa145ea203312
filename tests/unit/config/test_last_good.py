"""The settings that last worked: kept for the program's own account, and good for the folder they came from."""

from datetime import UTC, datetime
from pathlib import Path

from notifier.config import last_good, load
from tests.unit.config.test_loading import CHANNELS, TODAY, loaded

GOOD = '[school]\nname = "Oak"\ntimezone = "Europe/London"\n[policy]\nprofile = "woodgrange"\n'


def test_they_are_those_of_the_folder_though_the_file_is_broken_now(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD)
    last_good.keep(config)
    (tmp_path / "config.toml").write_text("broken = =\n", "utf-8")
    kept = load(last_good.place(tmp_path), CHANNELS, {}, today=TODAY, root=tmp_path)
    assert (kept.root, kept.state, kept.families) == (config.root, config.state, config.families)
    assert kept.school == config.school


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    last_good.keep(loaded(tmp_path, GOOD))
    assert last_good.place(tmp_path).stat().st_mode & 0o777 == 0o600
    kept_at = last_good.kept_at(tmp_path)
    assert kept_at is not None
    assert kept_at >= before
    assert [one.name for one in last_good.place(tmp_path).parent.iterdir()] == [last_good.NAME]


def test_where_there_are_none_nothing_is_told(tmp_path: Path) -> None:
    assert last_good.kept_at(tmp_path) is None


def test_what_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD)
    (tmp_path / "state").write_text("no folder", "utf-8")
    last_good.keep(config)
    assert last_good.kept_at(tmp_path) is None
