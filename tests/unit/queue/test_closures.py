"""Closures in the store: exactly once, to those who had it, and what a journal tells comes in with its outcomes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.closure import Announcement, Closure, ClosureState, Opening, What
from notifier.model.message import Kind, Lane, Mode, Reach, Term
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import Store
from notifier.queue.news import LegNews
from notifier.queue.rows import Entry, Journalled
from tests.unit.queue.plans import LEASE, MINUTE, NOW, delivery, message, outcome, plan

LADDER = (("text",), ("call",))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:///n.db", root=tmp_path, create=True, clock=FixedClock(NOW))
    yield opened
    await opened.close()


def said(number: int = 0, what: What = What.START, opening: Opening = Opening.CLOSED) -> Announcement:
    until = NOW + 600 * MINUTE
    school = (Term(Reach.SCHOOL),)
    return Announcement(what, opening, f"m{number}", "head-1", NOW, NOW, until, until, school, ())


CLOSURE = Closure("closure-1", Mode.LIVE, False, ClosureState.DRAFT, (said(),), NOW, ("head-1",))


def entry(number: int = 0, *names: str, acknowledge: bool = False) -> Entry:
    wanted = tuple(replace(delivery(name, LADDER), acknowledge=acknowledge) for name in names or ("A", "B", "C"))
    return Entry(message(f"m{number}", Kind.EMERGENCY, closure="closure-1"), MessageState.ACCEPTED, plan(*wanted))


async def sent(store: Store, how_many: int, *, state: LegState = LegState.SENT) -> None:
    claim = await store.claim("node", "text", [Lane.EMERGENCY], how_many, LEASE, NOW)
    await store.settle([outcome(leg, state) for leg in claim.legs], NOW)


async def stands(store: Store) -> ClosureState:
    (one,) = await store.closing.all()
    return one.state


async def test_a_closure_starts_once_however_often_it_is_asked_for(store: Store) -> None:
    assert await store.closing.start(CLOSURE, entry(), NOW)
    assert not await store.closing.start(CLOSURE, entry(), NOW)
    assert len(await store.legs("m0")) == 3


async def test_it_is_sending_until_all_was_handed_over_once_and_ended_when_it_expired(store: Store) -> None:
    await store.closing.start(CLOSURE, replace(entry(), message=replace(entry().message, expires_at=NOW + MINUTE)), NOW)
    assert await stands(store) is ClosureState.SENDING
    await sent(store, 3)
    assert await stands(store) is ClosureState.ACTIVE
    await store.expire(NOW + 2 * MINUTE)
    assert await stands(store) is ClosureState.ENDED


async def test_a_draft_waits_and_goes_with_the_second_yes(store: Store) -> None:
    assert await store.closing.draft(CLOSURE, NOW)
    assert await stands(store) is ClosureState.DRAFT
    assert await store.legs("m0") == []
    assert await store.closing.start(replace(CLOSURE, confirmed_by=("head-1", "deputy-1")), entry(), NOW)
    (one,) = await store.closing.all()
    assert one.confirmed_by == ("head-1", "deputy-1")
    assert not await store.closing.drop("closure-1", "head-1", NOW)


async def test_a_draft_that_was_dropped_does_not_go(store: Store) -> None:
    await store.closing.draft(CLOSURE, NOW)
    assert await store.closing.drop("closure-1", "head-1", NOW)
    assert not await store.closing.start(CLOSURE, entry(), NOW)
    assert await store.legs("m0") == []


async def test_an_update_replaces_what_is_unsent_and_goes_to_no_one_new(store: Store) -> None:
    await store.closing.start(CLOSURE, entry(), NOW)
    await sent(store, 1)
    told = await store.closing.announce("closure-1", said(1, What.UPDATE), entry(1, "A", "B", "C", "D"), NOW)
    assert told == 3
    assert sorted(leg.state for leg in await store.legs("m0")) == [
        LegState.SENT,
        LegState.WITHDRAWN,
        LegState.WITHDRAWN,
    ]
    assert [leg.state for leg in await store.legs("m1")] == [LegState.DUE] * 3


async def test_the_all_clear_goes_to_exactly_those_who_had_it_or_perhaps_had(store: Store) -> None:
    await store.closing.start(CLOSURE, entry(), NOW)
    await sent(store, 1)
    claim = await store.claim("node", "text", [Lane.EMERGENCY], 1, LEASE, NOW)  # on the wire at this moment
    told = await store.closing.announce("closure-1", said(1, What.CLEAR), entry(1), NOW)
    assert told == 2
    assert await stands(store) is ClosureState.ENDED
    had = {one.delivery.key for one in await store.deliveries("m1")}
    assert len(had) == 2
    assert claim.legs[0].delivery.key in had


async def test_an_ended_closure_says_nothing_more(store: Store) -> None:
    await store.closing.start(CLOSURE, entry(), NOW)
    await store.closing.announce("closure-1", said(1, What.CLEAR), entry(1), NOW)
    assert await store.closing.announce("closure-1", said(2, What.UPDATE), entry(2), NOW) is None
    assert await store.message("m2") is None


# answers for each child


async def test_that_an_early_finish_arrived_is_no_answer(store: Store) -> None:
    await store.closing.start(CLOSURE, entry(0, "A", "B", acknowledge=True), NOW)
    await sent(store, 2, state=LegState.DELIVERED)
    assert {one.state for one in await store.deliveries("m0")} == {DeliveryState.HANDED_OVER}


async def test_whoever_answers_for_a_child_spares_everybody_the_call(store: Store) -> None:
    both = [replace(delivery(name, LADDER), pupil_ids=("P1",), acknowledge=True) for name in ("A", "B")]
    other = replace(delivery("C", LADDER), pupil_ids=("P1", "P2"), acknowledge=True)
    await store.closing.start(CLOSURE, replace(entry(), plan=plan(*both, other)), NOW)
    await sent(store, 3)
    assert await store.closing.answered("closure-1", ["P1"], "office", "told the office", NOW) == ["P1"]
    assert await store.closing.answered("closure-1", ["P1"], "office", "told the office", NOW) == []
    states = {one.delivery.key: one.state for one in await store.deliveries("m0")}
    assert states == {
        "home A": DeliveryState.CONFIRMED,
        "home B": DeliveryState.CONFIRMED,
        "home C": DeliveryState.HANDED_OVER,  # nobody has answered for the other child
    }
    assert await store.closing.answers("closure-1") == {"P1": "told the office"}


async def test_ticking_off_the_call_answers_for_the_child_also_for_the_other_parent(store: Store) -> None:
    both = [replace(delivery(name, LADDER), pupil_ids=("P1",), acknowledge=True) for name in ("A", "B")]
    await store.closing.start(CLOSURE, replace(entry(), plan=plan(*both)), NOW)
    await sent(store, 2, state=LegState.PERMANENT_FAILURE)
    claim = await store.claim("node", "call", [Lane.EMERGENCY], 2, LEASE, NOW)
    await store.settle([outcome(leg, LegState.SENT, by_person=True) for leg in claim.legs], NOW)
    first, second = await store.tasks()
    await store.task_done(first.id, "office", NOW)
    assert {one.state for one in await store.deliveries("m0")} == {DeliveryState.CONFIRMED}
    assert await store.closing.answers("closure-1") == {"P1": "rung"}
    assert second.id not in {task.id for task in await store.tasks()}


# journals


async def test_what_a_journal_tells_comes_in_once_with_its_outcomes(store: Store) -> None:
    sends = (
        Journalled("m0.0.0.text.0", NOW, LegState.SENT, NOW, "SM1"),
        Journalled("m0.1.0.text.0", NOW, LegState.UNKNOWN),
        Journalled("m0.2.0.text.0", NOW, LegState.PERMANENT_FAILURE, NOW, reason="No such number."),
        Journalled("m0.2.1.call.0", NOW, LegState.SENT, NOW, by_person=True),
    )
    assert await store.closing.take_in(CLOSURE, entry(), sends, NOW)
    assert not await store.closing.take_in(CLOSURE, entry(), sends, NOW)
    legs = {leg.id: leg for leg in await store.legs("m0")}
    assert {id: leg.state for id, leg in legs.items()} == {
        "m0.0.0.text.0": LegState.SENT,
        "m0.1.0.text.0": LegState.UNKNOWN,
        "m0.2.0.text.0": LegState.PERMANENT_FAILURE,
        "m0.2.1.call.0": LegState.SENT,
    }
    assert legs["m0.0.0.text.0"].reference == "SM1"
    in_doubt = await store.claim_unknown("node", LEASE, NOW)
    assert in_doubt is not None
    assert in_doubt.leg_id == "m0.1.0.text.0"
    assert in_doubt.started_at == NOW
    assert [one.state for one in await store.unreached()] == [DeliveryState.UNREACHED]


async def test_what_the_journal_had_not_begun_goes_from_the_database(store: Store) -> None:
    await store.closing.take_in(CLOSURE, entry(), (Journalled("m0.0.0.text.0", NOW, LegState.SENT, NOW),), NOW)
    claim = await store.claim("node", "text", [Lane.EMERGENCY], 9, LEASE, NOW)
    assert sorted(leg.leg_id for leg in claim.legs) == ["m0.1.0.text.0", "m0.2.0.text.0"]


async def test_pressing_the_key_answers_for_the_children_and_a_mere_receipt_does_not(store: Store) -> None:
    await store.closing.start(CLOSURE, entry(0, "A", "B", acknowledge=True), NOW)
    await sent(store, 2)
    first, second = [leg.id for leg in await store.legs("m0")]
    await store.tell(
        [LegNews(first, LegState.DELIVERED, 1), LegNews(second, LegState.DELIVERED, 1, answered=True)], NOW
    )
    states = [one.state for one in await store.deliveries("m0")]
    assert states == [DeliveryState.HANDED_OVER, DeliveryState.CONFIRMED]
    assert await store.closing.answers("closure-1") == {"P-B": "pressed the key"}
    line = (await store.read_audit())[-1]
    assert (line.what, line.by, line.about) == ("answered: pressed the key", "family", "closure-1")
    assert "P-B" in line.whom
