"""Backups of either database, and what a restored one may do."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.message import Kind, Lane
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import Store, StoreProblem
from notifier.queue.backup import FILE, copy_database, examine, fill_server
from tests.servers.postgres import PostgresServer
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, many, outcome, plan

LADDER = (("text",), ("call",))


async def busy(url: str, root: Path) -> Store:
    """Some gone, some on the wire, some due, some in doubt, some waiting, some held."""
    store = await Store.open(url, root=root, create=True, clock=FixedClock(NOW))
    await store.enqueue(entry(many(6)), NOW)
    legs = (await store.claim("node", "email", tuple(Lane), 4, LEASE, NOW)).legs
    await store.settle([outcome(legs[0], LegState.SENT), outcome(legs[1], LegState.UNKNOWN)], NOW)
    await store.enqueue(entry(plan(delivery(ladder=LADDER)), id="m2", kind=Kind.EMERGENCY), NOW)
    (text,) = (await store.claim("node", "text", tuple(Lane), 4, LEASE, NOW)).legs
    await store.settle([outcome(text, LegState.SENT)], NOW)
    await store.enqueue(entry(id="m3", state=MessageState.WAITING, send_at=NOW + LEASE), NOW)
    await store.enqueue(entry(id="m4", state=MessageState.HELD, doubts=("arrangements-unreadable",)), NOW)
    return store


async def test_a_restored_database_does_nothing_by_itself(store_url: str, tmp_path: Path) -> None:
    store = await busy(store_url, tmp_path)
    later = NOW + timedelta(hours=3)
    found = await store.hold_everything(later, {Kind.EMERGENCY}, "yesterday")
    assert [(one.message_id, one.copies) for one in found] == [("m2", 1), ("m1", 5), ("m3", 0), ("m4", 0)]
    for channel in ("email", "text", "call"):
        assert (await store.claim("other", channel, tuple(Lane), 100, LEASE, later)).legs == ()
    assert await store.take_over("other", later, all_leases=True) == []
    assert await store.claim_unknown("other", LEASE, later) is None
    assert await store.escalate(later, {Kind.EMERGENCY: timedelta(minutes=10)}) == 0
    assert await store.due_messages(later) == []
    states = [one.state for one in await store.deliveries("m1")]
    assert states.count(DeliveryState.HELD) == 5
    assert states.count(DeliveryState.HANDED_OVER) == 1
    for id in ("m3", "m4"):
        held = await store.message(id)
        assert held is not None
        assert held.state is MessageState.HELD
        assert "restored" in held.message.doubts
    assert await store.restored_at() == later
    assert len([task for task in await store.tasks() if "backup" in task.what]) == 4
    await store.close()


async def test_what_a_person_lets_go_after_a_restore_goes_once(store_url: str, tmp_path: Path) -> None:
    store = await busy(store_url, tmp_path)
    await store.hold_everything(NOW, {Kind.EMERGENCY}, "yesterday")
    for one in await store.deliveries("m1"):
        if one.state is DeliveryState.HELD:
            assert await store.requeue_held(one.id, NOW, "head")
    claimed = (await store.claim("other", "email", tuple(Lane), 100, LEASE, NOW)).legs
    in_doubt = []
    while (leg := await store.claim_unknown("other", LEASE, NOW)) is not None:
        in_doubt.append(leg)
        await store.settle([outcome(leg, LegState.SENT, "other")], NOW)
    assert len(claimed) == 2
    assert len(in_doubt) == 3  # two that were on the wire when the backup was made, and one whose fate nobody knew
    await store.close()


async def test_a_dump_of_a_server_fills_an_empty_database(postgres: PostgresServer, tmp_path: Path) -> None:
    full, empty = postgres.new_database(), postgres.new_database()
    await (await busy(full, tmp_path)).close()
    dump = copy_database(full, tmp_path, tmp_path)
    assert dump.stat().st_mode & 0o077 == 0
    fill_server(empty, dump)
    store = await Store.open(empty, root=tmp_path, create=True, clock=FixedClock(NOW))
    assert [one.id for one in await store.messages()] == ["m4", "m3", "m2", "m1"]
    assert (await store.check_audit()).whole
    assert len(await store.hold_everything(NOW, {Kind.EMERGENCY}, "yesterday")) == 4
    await store.close()
    with pytest.raises(StoreProblem, match="pg_restore could not do it"):
        fill_server(empty, dump)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look like something at first sight" * 20)
    with pytest.raises(StoreProblem, match="Take another backup"):
        examine(tmp_path / FILE)


def test_a_program_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreProblem, match="postgresql-client"):
        copy_database("postgresql+asyncpg://school@127.0.0.1/school", tmp_path, tmp_path)
