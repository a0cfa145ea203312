"""What is opened, what is refused, and with which sentence."""

import os
import shutil
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.queue import Store, StoreProblem
from tests.stores import new_store
from tests.unit.queue.plans import NOW, entry

URL = "sqlite:///state/notifier.db"


async def opened(root: Path, url: str = URL, *, create: bool = True) -> Store:
    return await Store.open(url, root=root, create=create, clock=FixedClock(NOW))


@pytest.fixture
async def school(tmp_path: Path) -> Path:
    """A folder with a database that has one message, closed."""
    root = tmp_path / "school"
    store = await opened(root)
    await store.enqueue(entry(), NOW)
    await store.close()
    return root


def database(root: Path) -> sqlite3.Connection:
    return sqlite3.connect(root / "state" / "notifier.db", isolation_level=None)


async def refusal(root: Path, url: str = URL, *, create: bool = True) -> str:
    with pytest.raises(StoreProblem) as caught:
        await opened(root, url, create=create)
    return caught.value.sentence


async def test_a_new_database_is_for_its_owner_alone(school: Path) -> None:
    assert stat.S_IMODE((school / "state" / "notifier.db").stat().st_mode) == 0o600


async def test_the_writer_syncs_fully_and_keeps_a_write_ahead_log(school: Path) -> None:
    with database(school) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_reading_commands_make_nothing(tmp_path: Path) -> None:
    assert "notifier run" in await refusal(tmp_path, create=False)
    assert os.listdir(tmp_path) == []


async def test_an_empty_file_is_no_database_until_run_makes_one(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "notifier.db").touch()
    assert "notifier run" in await refusal(tmp_path, create=False)
    await (await opened(tmp_path)).close()


@pytest.mark.parametrize("create", [True, False])
async def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, create: bool) -> None:
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "notifier.db"
    file.write_bytes(b"This is a letter, not a database. " * 100)
    before = file.read_bytes()
    assert "damaged" in await refusal(tmp_path, create=create)
    assert file.read_bytes() == before


async def test_damage_inside_is_a_sentence_when_it_is_met(school: Path) -> None:
    file = school / "state" / "notifier.db"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert "damaged" in await refusal(school)


@pytest.mark.parametrize("create", [True, False])
async def test_somebody_elses_database_is_refused_untouched(tmp_path: Path, create: bool) -> None:
    (tmp_path / "state").mkdir()
    with database(tmp_path) as other:
        other.execute("CREATE TABLE recipes (name)")
    assert "something else" in await refusal(tmp_path, create=create)
    with database(tmp_path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize("create", [True, False])
async def test_a_newer_database_is_refused(school: Path, create: bool) -> None:
    with database(school) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in await refusal(school, create=create)


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state" / "notifier.db").mkdir(parents=True)
    assert "is a folder" in await refusal(tmp_path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://x/y", "not an address"),
        ("nonsense", "not an address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
async def test_an_address_we_do_not_know_is_refused(tmp_path: Path, url: str, says: str) -> None:
    assert says in await refusal(tmp_path, url)


async def test_a_server_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("asyncpg")
    assert "does not answer" in await refusal(tmp_path, "postgresql+asyncpg://school@127.0.0.1:1/school")


async def test_a_school_that_moved_is_still_the_same_school(school: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(school, moved)
    store = await opened(moved)
    assert await store.message("m1") is not None
    await store.close()


async def test_a_copy_of_the_whole_folder_is_a_school_of_its_own(school: Path, tmp_path: Path) -> None:
    copy = tmp_path / "practice"
    shutil.copytree(school, copy)
    await (await opened(copy)).close()
    await (await opened(school)).close()


async def test_another_schools_database_file_is_refused_in_ours(school: Path, tmp_path: Path) -> None:
    for name in ("fresh", "settled"):
        ours = tmp_path / name
        if name == "settled":
            await (await opened(ours)).close()
        (ours / "state").mkdir(parents=True, exist_ok=True)
        shutil.copy(school / "state" / "notifier.db", ours / "state" / "notifier.db")
        assert str(school) in await refusal(ours)


async def test_a_copied_folder_may_not_share_a_database_outside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    school, copy = tmp_path / "school", tmp_path / "copy"
    await (await opened(school, url)).close()
    shutil.copytree(school, copy)
    assert str(school) in await refusal(copy, url)
    await (await opened(school, url)).close()


async def test_a_lost_id_file_is_written_again(school: Path) -> None:
    (school / "state" / "school-id").unlink()
    await (await opened(school)).close()
    assert (school / "state" / "school-id").exists()


async def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = await opened(tmp_path)

    def limit(connection: object, pages: int) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    await store._database.write(limit, 1)
    with pytest.raises(StoreProblem) as caught:
        await store.enqueue(replace(entry(), blobs={"ab": ("application/pdf", b"x" * 1_000_000)}), NOW)
    assert "disk is full" in caught.value.sentence
    await store._database.write(limit, 100_000)
    assert await store.message("m1") is None
    assert not (await store.enqueue(entry(), NOW)).already
    await store.close()


async def test_a_command_that_only_reads_waits_for_nobody_who_writes(school: Path) -> None:
    with database(school) as file:
        file.execute("BEGIN IMMEDIATE")
        store = await opened(school, create=False)
        assert len(await store.messages()) == 1
        await store.close()
        file.execute("ROLLBACK")


async def test_what_other_tests_copy_is_what_opening_makes(tmp_path: Path) -> None:
    made = []
    for name in ("opened", "copied"):
        root = tmp_path / name
        store = await (opened(root) if name == "opened" else new_store(root, FixedClock(NOW), "state/notifier.db"))
        await store.close()
        made.append([line for line in database(root).iterdump() if not line.startswith('INSERT INTO "school"')])
        assert database(root).execute("SELECT count(*) FROM school").fetchone() == (1,)
    assert made[0] == made[1]
