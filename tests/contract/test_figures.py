"""What became of messages is counted on either database, and says the same when they are no longer kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.calendar import Event
from notifier.model.figures import AboutEvent, CopySort
from notifier.model.message import Kind, Lane, Mode
from notifier.model.plan import Basis
from notifier.model.states import DeliveryState, LegState
from notifier.queue import Part, Store
from tests.unit.queue.plans import LEASE, MINUTE, NOW, delivery, entry, outcome, plan

LATER = NOW + timedelta(days=400)
FARM = Event("farm", "Farm visit", NOW.date(), category="trip")


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An emergency: two copies by email, one family who can only be rung, one for staff, one page for everybody."""
    opened = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    mailed = [replace(delivery(name), language="ur", basis=Basis.COPY, interpreter=True) for name in ("Khan", "Malik")]
    rung = delivery("Okafor", (("call",),))
    staff = replace(delivery("Head"), contact_ids=(), pupil_ids=(), staff_id="head")
    made = plan(*mailed, rung, staff, public=("website",))
    await opened.enqueue(entry(made, "m1", kind=Kind.EMERGENCY, event=FARM), NOW)
    await opened.enqueue(entry(plan(delivery("Adeyemi")), "m2"), NOW + MINUTE)
    for channel, minutes in (("website", 0), ("email", 1), ("call", 2)):
        now = NOW + minutes * MINUTE
        legs = (await opened.claim("node", channel, tuple(Lane), 9, LEASE, now)).legs
        own = [leg for leg in legs if leg.message_id == "m1"]
        await opened.settle([outcome(leg, LegState.SENT, by_person=channel == "call") for leg in own], now)
    yield opened
    await opened.close()


MAILED = CopySort(DeliveryState.HANDED_OVER, "email", "ur", "en", Basis.COPY, True)


async def test_copies_are_counted_by_what_became_of_them_and_nothing_for_staff_is(store: Store) -> None:
    told, on_its_way = await store.told.figures(NOW, LATER, Mode.LIVE)
    assert told.copies == {MAILED: 2, CopySort(DeliveryState.UNREACHED, written="en"): 1}
    assert (told.public, told.minutes, told.first_copy) == ({"website": 1}, {1: 2}, NOW)
    assert told.events == (AboutEvent("farm", NOW.date(), "trip", "Farm visit"),)
    assert (told.kind, told.wide, told.language) == (Kind.EMERGENCY, True, "en")
    assert sum(on_its_way.copies.values()) == 1
    assert on_its_way.first_copy is None
    assert await store.told.figures(NOW + MINUTE, LATER, Mode.LIVE) == [on_its_way]
    assert await store.told.figures(NOW, LATER, Mode.TRIAL) == []


async def test_a_family_that_was_rung_is_reached_by_the_call_when_it_is_ticked_off(store: Store) -> None:
    (task,) = [one for one in await store.tasks(message_id="m1") if one.delivery_id]
    await store.task_done(task.id, "office", NOW + 7 * MINUTE)
    told = (await store.told.figures(NOW, LATER, Mode.LIVE))[0]
    assert told.copies == {MAILED: 2, CopySort(DeliveryState.CONFIRMED, "call", written="en"): 1}
    assert told.minutes == {1: 2, 7: 1}


@pytest.mark.parametrize("order", [(Part.WORDS, Part.DELIVERIES), (Part.DELIVERIES, Part.WORDS)], ids=str)
async def test_it_says_the_same_when_words_and_copies_are_gone(store: Store, order: tuple[Part, Part]) -> None:
    for task in await store.tasks(message_id="m1"):
        await store.task_done(task.id, "office", NOW + 7 * MINUTE)
    before, other = await store.told.figures(NOW, LATER, Mode.LIVE)
    counts = await store.counts("m1")
    for part in (*order, Part.ADDRESSES):
        assert (await store.let_go(part, LATER, 10))[0] == ["m1"]
    assert await store.deliveries("m1") == []
    after, unchanged = await store.told.figures(NOW, LATER, Mode.LIVE)
    assert after == replace(before, events=(AboutEvent("farm", NOW.date(), "trip"),))  # the title was a word of it
    assert unchanged == other
    assert await store.counts("m1") == counts


async def test_what_stays_names_nobody(store: Store) -> None:
    for task in await store.tasks(message_id="m1"):
        await store.task_done(task.id, "office", NOW)
    for part in Part:
        await store.let_go(part, LATER, 10)
    kept = str((await store.told.figures(NOW, LATER, Mode.LIVE))[0])
    assert "ur" in kept
    for told in ("Khan", "Okafor", "C-", "P-", "example.org", "coat", "Our trip", "Farm"):
        assert told not in kept
