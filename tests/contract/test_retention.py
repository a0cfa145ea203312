"""What has had its time goes on either database, part by part, and stays counted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.message import Attachment, Lane, Mode
from notifier.model.plan import Task
from notifier.model.states import LegState, MessageState
from notifier.queue import Part, Store
from tests.unit.queue.plans import LEASE, NOW, entry, many, outcome

DAY = timedelta(days=1)
LATER = NOW + 400 * DAY


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """Two messages that are over, and one that still has a copy to send."""
    opened = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    file = Attachment("plan.pdf", "application/pdf", "d1", 3)
    blobs = {"d1": ("application/pdf", b"pdf")}
    for id in ("m1", "m2", "m3"):
        made = replace(entry(many(2, id), id=id, attachments=(file,), source="Aisha.md"), blobs=blobs)
        await opened.enqueue(made, NOW)
    legs = (await opened.claim("node", "email", tuple(Lane), 5, LEASE, NOW)).legs
    await opened.settle([outcome(leg, LegState.SENT) for leg in legs if leg.message_id != "m3"], NOW)
    yield opened
    await opened.close()


async def test_addresses_go_first_and_everything_else_stays(store: Store) -> None:
    messages, legs = await store.let_go(Part.ADDRESSES, LATER, 10)
    assert (messages, len(legs)) == (["m1", "m2"], 4)
    assert await store.let_go(Part.ADDRESSES, LATER, 10) == ([], [])
    for one in await store.deliveries("m1"):
        assert one.delivery.addresses == {}
        assert one.delivery.contact_ids
    stored = await store.message("m1")
    assert stored is not None
    assert stored.message.bodies[0].plain == "Bring a coat."
    assert all(one.delivery.addresses for one in await store.deliveries("m3"))


async def test_words_go_and_the_message_is_not_taken_again(store: Store) -> None:
    before = await store.message("m1")
    assert before is not None
    assert (await store.let_go(Part.WORDS, LATER, 10))[0] == ["m1", "m2"]
    stored = await store.message("m1")
    assert stored is not None
    assert (stored.message.subject, stored.message.source, stored.message.attachments) == ("(no longer kept)", "", ())
    assert "coat" not in str(stored)
    assert await store.known(before.message.key, Mode.LIVE) == "m1"
    kept = await store.message("m3")
    assert kept is not None
    assert kept.message.subject == "Our trip"
    assert await store.blob("d1") == b"pdf"  # the third still needs it


async def test_a_file_that_no_message_has_any_more_goes(store: Store) -> None:
    await store.cancel("m3", "head", NOW)
    legs = (await store.claim("node", "email", tuple(Lane), 5, LEASE, NOW)).legs
    assert legs == ()
    for leg in await store.legs("m3"):
        if leg.state is LegState.STARTED:
            await store.give_back([leg.id], "node", NOW)
    assert set((await store.let_go(Part.WORDS, LATER, 10))[0]) == {"m1", "m2", "m3"}
    assert await store.blob("d1") is None


async def test_copies_go_and_stay_counted(store: Store) -> None:
    counts, status = await store.counts("m1"), await store.status()
    await store.open_tasks([Task("Look", (), "W1")], NOW, "m1")
    assert (await store.let_go(Part.DELIVERIES, LATER, 1))[0] == ["m1"]
    assert (await store.let_go(Part.DELIVERIES, LATER, 10))[0] == ["m2"]
    assert await store.deliveries("m1") == []
    assert await store.legs("m1") == []
    assert await store.trace("m1") == []
    assert await store.counts("m1") == counts
    after = await store.status()
    assert (after.deliveries, after.legs) == (status.deliveries, status.legs)
    assert len(await store.tasks(message_id="m1")) == 1  # it is still to be done
    assert len(await store.deliveries("m3")) == 2


async def test_what_changed_since_then_or_could_still_move_is_kept(store: Store) -> None:
    assert await store.let_go(Part.DELIVERIES, NOW, 10) == ([], [])
    await store.enqueue(entry(id="m9", state=MessageState.HELD), NOW)
    for part in Part:
        assert "m9" not in (await store.let_go(part, LATER, 10))[0]
        assert "m3" not in (await store.let_go(part, LATER, 10))[0]


async def test_older_states_of_the_directory_go_and_the_one_in_force_stays(store: Store) -> None:
    for version in (1, 2, 3):
        await store.put_directory(version, b"families", NOW)
    assert await store.let_go_of_the_rest(LATER, LATER) == 2
    assert (await store.directory(2), await store.directory(3)) == (None, b"families")
