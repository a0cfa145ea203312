"""The steps lead to the schema, lose no rows, and keep a copy first."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from notifier.clock import FixedClock
from notifier.queue import Store, StoreProblem, migrations
from notifier.queue.migrations import Condition, condition, configuration, revisions, upgrade
from notifier.queue.schema import metadata
from tests.unit.queue.plans import NOW, entry, many

URL = "sqlite:///notifier.db"


def test_all_steps_together_make_exactly_the_schema() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        assert condition(connection) is Condition.EMPTY
        upgrade(connection)
        assert condition(connection) is Condition.CURRENT
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_partial_indexes_are_the_same_in_the_steps_and_in_the_schema() -> None:
    made = []
    for make in (upgrade, metadata.create_all):
        engine = create_engine("sqlite://")
        with engine.begin() as connection:
            make(connection)
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
            made.append({name: sql for name, sql in rows if sql})
        engine.dispose()
    assert made[0] == made[1]
    assert len(made[0]) >= 10


def test_the_steps_are_one_chain_in_the_order_of_their_numbers() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert [script.revision for script in scripts.walk_revisions()] == revisions()[::-1]
    assert scripts.get_heads() == revisions()[-1:]


class Ahead:
    """A version of the program with one step more: it remakes a table that others refer to."""

    def __init__(self, folder: Path, *, breaks: bool = False) -> None:
        versions = folder / "versions"
        versions.mkdir(parents=True)
        steps = sorted(file.relative_to(migrations.HERE) for file in migrations.HERE.glob("versions/*.py"))
        for file in (Path("env.py"), *steps):
            (folder / file).write_text((migrations.HERE / file).read_text())
        last = steps[-1].name.partition("_")[0]
        (versions / "9000_more.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision, down_revision = '9000', '{last}'\n\n\ndef upgrade():\n"
            "    with op.batch_alter_table('message', recreate='always') as batch:\n"
            "        batch.add_column(sa.Column('colour', sa.String(), server_default='blue'))\n"
            + ("    op.execute('DELETE FROM message')\n" if breaks else "")
        )


async def opened(root: Path, *, create: bool = True) -> Store:
    return await Store.open(URL, root=root, create=create, clock=FixedClock(NOW))


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    root = tmp_path / "school"
    store = await opened(root)
    await store.enqueue(entry(many(30)), NOW)
    await store.close()
    return root


def numbers(file: Path) -> dict[str, int]:
    with sqlite3.connect(file) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def only_copy(root: Path) -> Path:
    (copy,) = root.glob("notifier.before-*.db")
    return copy


async def test_an_old_database_is_brought_up_with_every_row_after_a_copy(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = numbers(old / "notifier.db")
    assert before["leg"] == before["delivery"] == 30
    Ahead(tmp_path / "ahead")
    monkeypatch.setattr("notifier.queue.migrations.HERE", tmp_path / "ahead")
    with pytest.raises(StoreProblem, match="older version"):
        await opened(old, create=False)
    await (await opened(old)).close()
    assert numbers(old / "notifier.db") == before
    assert numbers(only_copy(old)) == before
    with sqlite3.connect(old / "notifier.db") as connection:
        assert connection.execute("SELECT DISTINCT colour FROM message").fetchall() == [("blue",)]


async def test_a_step_that_would_lose_rows_changes_nothing(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = numbers(old / "notifier.db")
    Ahead(tmp_path / "ahead", breaks=True)
    monkeypatch.setattr("notifier.queue.migrations.HERE", tmp_path / "ahead")
    with pytest.raises(StoreProblem, match="as it was"):
        await opened(old)
    monkeypatch.undo()
    assert numbers(old / "notifier.db") == before
    store = await opened(old)
    assert (await store.counts("m1")).legs
    await store.close()
