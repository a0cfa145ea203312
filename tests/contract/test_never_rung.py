"""Families of a message long over whom nobody ticked off: told of once, then asked for no more, on either database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.message import Lane, Mode
from notifier.model.plan import Task
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import Part, Store
from notifier.queue.never_rung import RULE, NeverRung
from notifier.queue.news import LegNews
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, outcome, plan

DAY = timedelta(days=1)
LATER = NOW + 400 * DAY
TOLD = Task("Nobody ticked these off.", ("m1",), RULE)
NOBODY = delivery("Nobody", ladder=())


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """Of each of two messages one family got it by email, and one is to be rung."""
    opened = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    for id in ("m1", "m2"):
        await opened.enqueue(entry(plan(delivery(id, ladder=(("email",),)), NOBODY), id=id), NOW)
    legs = (await opened.claim("node", "email", tuple(Lane), 5, LEASE, NOW)).legs
    await opened.settle([outcome(leg, LegState.SENT) for leg in legs], NOW)
    yield opened
    await opened.close()


async def states(store: Store, id: str = "m1") -> list[DeliveryState]:
    return [one.state for one in await store.deliveries(id)]


async def to_ring(store: Store) -> list[str]:
    return [one.message_id for one in await store.tasks() if one.delivery_id]


async def test_the_office_is_told_once_and_only_of_what_is_over_and_still_to_be_rung(store: Store) -> None:
    (first, _) = [one for one in await store.tasks() if one.delivery_id]
    assert await store.task_done(first.id, "mr-bell", NOW)
    assert await store.never_rung(NOW) == []
    assert await store.never_rung(LATER) == [NeverRung("m2", 1)]
    await store.tell_of_never_rung(["m2"], TOLD, LATER)
    assert await store.never_rung(LATER + 400 * DAY) == []
    assert [one.what for one in await store.tasks() if one.rule == RULE] == [TOLD.what]


async def test_before_the_office_was_told_nobody_is_given_up_however_old(store: Store) -> None:
    assert await store.give_up_ringing(LATER, LATER, LATER, 10) == 0
    assert await store.let_go(Part.ADDRESSES, LATER, 10) == ([], [])
    await store.tell_of_never_rung(["m1"], TOLD, LATER)
    assert await store.give_up_ringing(LATER, LATER - DAY, LATER, 10) == 0
    assert await states(store) == [DeliveryState.HANDED_OVER, DeliveryState.UNREACHED]


async def test_then_nobody_is_asked_any_more_and_they_count_as_not_reached(store: Store) -> None:
    await store.tell_of_never_rung(["m1"], TOLD, LATER)
    assert await store.give_up_ringing(LATER, LATER, LATER + DAY, 10) == 1
    assert await states(store) == [DeliveryState.HANDED_OVER, DeliveryState.EXPIRED]
    assert await to_ring(store) == ["m2"]
    assert [one for one in await store.tasks() if one.rule == RULE] == []
    assert [one.done_by for one in await store.tasks(open_only=False) if one.rule == RULE] == ["the program"]
    assert [one.id for one in await store.unreached()] == [(await store.deliveries("m2"))[1].id]
    for part in Part:
        assert (await store.let_go(part, LATER, 10))[0] == ["m1"]
    assert (await store.counts("m1")).deliveries == {DeliveryState.HANDED_OVER: 1, DeliveryState.EXPIRED: 1}
    (counted, _) = await store.told.figures(NOW - DAY, LATER, Mode.LIVE)
    assert {sort.state: number for sort, number in counted.copies.items()} == {
        DeliveryState.HANDED_OVER: 1,
        DeliveryState.EXPIRED: 1,
    }


async def test_it_goes_a_few_families_at_a_time(store: Store) -> None:
    await store.tell_of_never_rung(["m1", "m2"], TOLD, LATER)
    assert [await store.give_up_ringing(LATER, LATER, LATER, 1) for _ in range(3)] == [1, 1, 0]
    assert await to_ring(store) == []


async def test_who_was_ticked_off_in_time_was_reached(store: Store) -> None:
    await store.tell_of_never_rung(["m1", "m2"], TOLD, LATER)
    for one in [one for one in await store.tasks() if one.delivery_id]:
        assert await store.task_done(one.id, "mr-bell", LATER)
    assert await store.give_up_ringing(LATER, LATER, LATER + 40 * DAY, 10) == 0
    assert await states(store) == [DeliveryState.HANDED_OVER, DeliveryState.CONFIRMED]


async def test_who_came_to_be_rung_after_the_office_was_told_is_told_of_anew(store: Store) -> None:
    await store.tell_of_never_rung(["m1", "m2"], TOLD, NOW + 100 * DAY)
    (leg,) = await store.legs("m1")
    bounced = LegNews(leg.id, LegState.PERMANENT_FAILURE, leg.tries, "", "It came back.")
    await store.tell([bounced], NOW + 101 * DAY)
    assert await states(store) == [DeliveryState.UNREACHED, DeliveryState.UNREACHED]
    assert await store.give_up_ringing(LATER, LATER, LATER, 10) == 2
    assert await states(store) == [DeliveryState.UNREACHED, DeliveryState.EXPIRED]
    assert await store.never_rung(LATER) == [NeverRung("m1", 1)]


async def test_a_message_that_still_moves_is_left_alone(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("m9"), NOBODY), id="m9"), NOW)
    stored = await store.message("m9")
    assert stored is not None
    assert stored.state is MessageState.ACCEPTED
    assert "m9" not in {one.message_id for one in await store.never_rung(LATER)}
