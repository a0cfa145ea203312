"""On the embedded database one daemon works at a time, whichever way another comes to it."""

import shutil
from pathlib import Path

import pytest

from tests.system.processes import Processes
from tests.system.school import SchoolFolder


@pytest.mark.parametrize("way", ["the same folder", "another name of it"])
async def test_a_second_daemon_in_a_folder_is_refused(
    small: SchoolFolder, processes: Processes, tmp_path: Path, way: str
) -> None:
    daemon = await small.start()
    folder = small.path
    if way == "another name of it":
        folder = tmp_path / "shortcut"
        folder.symlink_to(small.path)
    for argv in (("run",), ("run", "--until-idle")):
        said = await processes.command(argv, cwd=folder)
        assert said.code == 2
        assert f"Another notifier works in this folder already (process {daemon.pid})" in said.text
    assert await daemon.stop() == 0


async def test_a_second_daemon_on_a_database_elsewhere_is_refused(
    small: SchoolFolder, processes: Processes, tmp_path: Path
) -> None:
    """The folder was copied, and then the first one renamed under a daemon that still works: only the file knows."""
    small.add("config.toml", "[store]", f'url = "sqlite:///{tmp_path}/elsewhere/school.db"')
    assert (await small("run", "--until-idle")).code == 0
    daemon = await small.start()
    copy = tmp_path / "copy"
    shutil.copytree(small.path, copy)
    small.path.rename(tmp_path / "renamed")
    said = await processes.command(("run",), cwd=copy)
    assert said.code == 2, said.text
    assert "or with its database" in said.text
    assert await daemon.stop() == 0


async def test_another_schools_folder_is_refused_at_our_database(small: SchoolFolder, processes: Processes) -> None:
    assert (await small("run", "--until-idle")).code == 0
    other = small.path.parent / "other"
    assert (await processes.command(("init", str(other)), cwd=small.path.parent)).code == 0
    theirs = SchoolFolder(other, processes)
    theirs.add("config.toml", "[store]", f'url = "sqlite:///{small.path}/state/notifier.db"')
    said = await theirs("run")
    assert said.code == 3
    assert f"belongs to the school folder {small.path}" in said.text
