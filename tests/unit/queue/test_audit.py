"""The audit grows, and shows it where somebody changed it behind the program's back."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from notifier.clock import FixedClock
from notifier.model.states import MessageState
from notifier.queue import Store
from notifier.queue.audit import check_audit, shorten_audit
from tests.unit.queue.plans import NOW, delivery, entry, plan

DAY = timedelta(days=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:///a.db", root=tmp_path, create=True, clock=FixedClock(NOW))
    for number in range(5):
        await opened.audit("approved", "head", f"m{number}", NOW + number * DAY)
    yield opened
    await opened.close()


def forced(root: Path, statement: str) -> None:
    """As somebody would who can write to the file and knows about the triggers."""
    with sqlite3.connect(root / "a.db") as connection:
        connection.execute("DROP TRIGGER audit_unchanged")
        connection.execute("DROP TRIGGER audit_kept")
        connection.execute(statement)
    connection.close()


async def test_what_was_written_is_whole_and_reads_in_order(store: Store) -> None:
    state = await store.check_audit()
    assert (state.whole, state.written, state.gone) == (True, 5, 0)
    assert [one.about for one in await store.read_audit()] == ["m0", "m1", "m2", "m3", "m4"]
    assert [one.about for one in await store.read_audit(NOW + 3 * DAY)] == ["m3", "m4"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET by = 'me'", "DELETE FROM audit WHERE id = 5"])
async def test_the_database_itself_refuses_to_change_or_lose_a_line(
    store: Store, tmp_path: Path, statement: str
) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection, pytest.raises(sqlite3.IntegrityError, match="only ever"):
        connection.execute(statement)
    connection.close()
    assert (await store.check_audit()).whole


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        pytest.param("UPDATE audit SET by = 'deputy' WHERE id = 3", NOW + 2 * DAY, id="another person"),
        pytest.param("UPDATE audit SET whom = 'C1' WHERE id = 1", NOW, id="another family"),
        pytest.param("UPDATE audit SET policy = 'x' WHERE id = 4", NOW + 3 * DAY, id="another policy"),
        pytest.param("DELETE FROM audit WHERE id = 2", NOW + 2 * DAY, id="one from the middle"),
        pytest.param("DELETE FROM audit WHERE id = 1", NOW + DAY, id="the first"),
    ],
)
async def test_a_line_that_was_changed_or_taken_out_shows(
    store: Store, tmp_path: Path, statement: str, broken_at: object
) -> None:
    forced(tmp_path, statement)
    state = await store.check_audit()
    assert (state.whole, state.broken_at) == (False, broken_at)


@pytest.mark.parametrize("statement", ["DELETE FROM audit WHERE id = 5", "DELETE FROM audit"])
async def test_lines_missing_at_the_end_show_by_the_seal(store: Store, tmp_path: Path, statement: str) -> None:
    forced(tmp_path, statement)
    state = await store.check_audit()
    assert (state.whole, state.broken_at, state.lines_missing) == (False, None, True)


async def test_a_line_put_in_shows(store: Store, tmp_path: Path) -> None:
    forced(tmp_path, "INSERT INTO audit (at, by, what, about) SELECT at, by, what, about FROM audit WHERE id = 1")
    assert not (await store.check_audit()).whole


async def test_a_chain_made_anew_from_end_to_end_shows_by_a_seal_noted_before(store: Store, tmp_path: Path) -> None:
    noted = (await store.check_audit()).mark[:16]
    assert (await store.check_audit(noted)).noted
    forced(tmp_path, "DELETE FROM audit")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE audit_seal SET written = 0, mark = ''")
    connection.close()
    await store.audit("approved", "deputy", "m9", NOW)
    state = await store.check_audit(noted)
    assert (state.whole, state.noted) == (True, False)


async def test_old_lines_are_let_go_counted_and_the_rest_stays_whole(store: Store, tmp_path: Path) -> None:
    old = (await store.read_audit())[1].mark
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.begin() as connection:
        assert shorten_audit(connection, NOW + 2 * DAY) == 2
        assert shorten_audit(connection, NOW + 2 * DAY) == 0
    with engine.begin() as connection, pytest.raises(IntegrityError, match="only ever"):
        connection.exec_driver_sql("DELETE FROM audit")
    with engine.begin() as connection:
        assert check_audit(connection, old[:16]).noted
    engine.dispose()
    state = await store.check_audit()
    assert (state.whole, state.written, state.gone) == (True, 5, 2)
    await store.audit("approved", "head", "m5", NOW)
    assert (await store.check_audit()).whole


async def test_each_act_is_in_the_audit_with_the_act_itself(store: Store) -> None:
    since = NOW + 9 * DAY
    await store.enqueue(entry(author="office"), since)
    await store.cancel("m1", "head", since)
    await store.enqueue(entry(id="m2", state=MessageState.WAITING, author="oak"), since)
    await store.hold("m2", "A name stands in it: Aisha Begum.", since, doubt=True)
    lines = await store.read_audit(since)
    assert [(one.by, one.what, one.about) for one in lines] == [
        ("office", "accepted", "m1"),
        ("head", "stopped", "m1"),
        ("oak", "waiting", "m2"),
        ("the program", "held back", "m2"),
    ]


async def test_w47_whoever_reads_it_sees_by_which_policy_a_message_was_planned(store: Store, tmp_path: Path) -> None:
    since = NOW + 9 * DAY
    before, after = (replace(plan(delivery()), policy=mark) for mark in ("1111-1111-1111", "2222-2222-2222"))
    await store.enqueue(entry(before, state=MessageState.HELD, author="office"), since)
    waits = await store.message("m1")
    assert waits is not None
    await store.release("m1", waits.message, after, since, directory_version=1, by="head")
    lines = await store.read_audit(since)
    assert [(one.what, one.policy) for one in lines] == [("held", "1111-1111-1111"), ("approved", "2222-2222-2222")]
    assert (await store.check_audit()).whole
    forced(tmp_path, "UPDATE audit SET policy = '2222-2222-2222' WHERE what = 'held'")
    assert not (await store.check_audit()).whole
