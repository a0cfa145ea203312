"""What every store promises (DESIGN 3.6, 5), on every database we run on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from notifier.clock import FixedClock
from notifier.model.message import Kind, Lane, Mode
from notifier.model.plan import Offer, Step, Task, Withheld
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import Store, StoreProblem
from notifier.queue.rows import Cancelled, ClaimedLeg, Entry, Left, Wanted
from tests.unit.queue.plans import LEASE, MINUTE, NOW, delivery, entry, many, message, outcome, plan

EVERY_LANE = tuple(Lane)
TEN_MINUTES = {Kind.EMERGENCY: timedelta(minutes=10)}


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await another(store_url, tmp_path)
    yield opened
    await opened.close()


async def another(url: str, root: Path) -> Store:
    """The same database, as a second process sees it."""
    return await Store.open(url, root=root, create=True, clock=FixedClock(NOW))


async def claim(
    store: Store, channel: str = "email", limit: int = 100, owner: str = "node", now: datetime = NOW
) -> list[ClaimedLeg]:
    return list((await store.claim(owner, channel, EVERY_LANE, limit, LEASE, now)).legs)


async def state_of(store: Store, id: str = "m1") -> MessageState:
    found = await store.message(id)
    assert found is not None
    return found.state


async def delivery_states(store: Store, id: str = "m1") -> list[DeliveryState]:
    return [one.state for one in await store.deliveries(id)]


async def leg_states(store: Store, id: str = "m1") -> list[tuple[str, LegState]]:
    return [(leg.channel, leg.state) for leg in await store.legs(id)]


# messages


async def test_what_was_enqueued_comes_back_as_it_was(store: Store) -> None:
    whole = replace(
        plan(delivery("Kowalski", adults=2), public=("website",)),
        withheld=(Withheld("C9", ("P1", "P2"), "H34", "A court order is in force."),),
        tasks=(Task("Ask about the order.", ("C9", "P1"), "H34"),),
        trace=(Step(3, "H34", "C9 is barred.", "C9", "P1"),),
    )
    going = Entry(message(), MessageState.ACCEPTED, whole, {"ab": ("image/png", b"png")}, "It goes now.", (), 7)
    assert (await store.enqueue(going, NOW)).message_id == "m1"
    stored = await store.message("m1")
    assert stored is not None
    assert (stored.message, stored.state, stored.answer) == (going.message, MessageState.ACCEPTED, "It goes now.")
    assert (stored.received_at, stored.directory_version) == (NOW, 7)
    assert [one.delivery for one in await store.deliveries("m1")] == [*whole.deliveries, whole.public[0].delivery]
    assert [one.public for one in await store.deliveries("m1")] == [False, True]
    assert await store.withheld("m1") == list(whole.withheld)
    assert await store.trace("m1") == list(whole.trace)
    assert [(task.what, task.about) for task in await store.tasks()] == [("Ask about the order.", ("C9", "P1"))]
    assert await store.blob("ab") == b"png"
    assert await store.blob("cd") is None
    assert (await store.counts("m1")).withheld == 1


async def test_the_same_key_is_one_message_however_often_it_comes(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    again = await store.enqueue(entry(many(3), id="m2", key="key of m1"), NOW)
    assert (again.message_id, again.already) == ("m1", True)
    assert await store.message("m2") is None
    assert len(await store.legs("m1")) == 1


@pytest.mark.parametrize("other", [{"mode": Mode.TRIAL}, {"drill": True}], ids=["trial", "drill"])
async def test_trial_and_drill_have_keys_of_their_own(store: Store, other: dict[str, Any]) -> None:
    await store.enqueue(entry(), NOW)
    assert not (await store.enqueue(entry(id="m2", key="key of m1", **other), NOW)).already


async def test_two_nodes_enqueuing_the_same_occurrence_make_one(store: Store, store_url: str, tmp_path: Path) -> None:
    other = await another(store_url, tmp_path)
    both = await asyncio.gather(
        store.enqueue(entry(key="spring, week 3"), NOW), other.enqueue(entry(id="m2", key="spring, week 3"), NOW)
    )
    await other.close()
    assert Counter(one.already for one in both) == {False: 1, True: 1}
    assert len({one.message_id for one in both}) == 1


async def test_what_waits_has_no_deliveries_until_it_is_released_once(store: Store) -> None:
    later = message(send_at=NOW + MINUTE, newsletter="weekly")
    await store.enqueue(Entry(later, MessageState.WAITING, plan(delivery())), NOW)
    assert await store.deliveries("m1") == []
    assert await store.due_messages(NOW) == []
    assert [one.id for one in await store.due_messages(NOW + MINUTE)] == ["m1"]
    assert [one.id for one in await store.waiting_for("weekly")] == ["m1"]
    goes = replace(later, accepted_at=NOW + MINUTE)
    released = await asyncio.gather(*(store.release("m1", goes, many(2), NOW + MINUTE) for _ in range(4)))
    assert sorted(released) == [False, False, False, True]
    assert len(await store.deliveries("m1")) == 2
    assert len(await store.legs("m1")) == 2
    assert await state_of(store) is MessageState.ACCEPTED
    assert await store.due_messages(NOW + MINUTE) == []


async def test_a_newer_issue_supersedes_only_what_has_not_gone(store: Store) -> None:
    await store.enqueue(entry(id="gone"), NOW)
    await store.enqueue(entry(id="old", state=MessageState.WAITING, send_at=NOW + MINUTE), NOW)
    newer = replace(entry(id="new", state=MessageState.WAITING), supersedes=("gone", "old"))
    await store.enqueue(newer, NOW)
    assert await state_of(store, "gone") is MessageState.ACCEPTED
    old = await store.message("old")
    assert old is not None
    assert (old.state, old.superseded_by) == (MessageState.SUPERSEDED, "new")
    assert not await store.release("old", old.message, many(1), NOW)


async def test_a_message_that_reaches_nobody_is_done_at_once(store: Store) -> None:
    await store.enqueue(Entry(message(), MessageState.ACCEPTED, plan()), NOW)
    assert await state_of(store) is MessageState.DONE


async def test_a_held_message_is_approved_for_later_or_refused(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.HELD), NOW)
    assert await store.set_waiting("m1", message(send_at=NOW + MINUTE), NOW)
    assert await state_of(store) is MessageState.WAITING
    assert await store.hold("m1", "head", NOW)
    assert await store.refuse("m1", NOW, "head")
    assert not await store.refuse("m1", NOW, "head")
    assert not await store.set_waiting("m1", message(), NOW)


async def test_messages_are_found_by_an_unambiguous_beginning(store: Store) -> None:
    for id in ("abc1", "abd2", "abd3"):
        await store.enqueue(entry(id=id), NOW)
    found = {text: await store.find(text) for text in ("abc", "abd", "abd3", "", "x", "%")}
    assert {text: one and one.id for text, one in found.items()} == {
        "abc": "abc1", "abd": None, "abd3": "abd3", "": None, "x": None, "%": None,
    }  # fmt: skip


async def test_messages_are_listed_newest_first_and_by_state(store: Store) -> None:
    await store.enqueue(entry(id="first"), NOW)
    await store.enqueue(entry(id="second", state=MessageState.HELD), NOW + MINUTE)
    assert [one.id for one in await store.messages()] == ["second", "first"]
    assert [one.id for one in await store.messages([MessageState.ACCEPTED])] == ["first"]
    assert [one.id for one in await store.messages(limit=1)] == ["second"]


# claiming


async def test_eight_claimers_never_get_the_same_leg(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.enqueue(entry(many(200)), NOW)
    stores = [store, *[await another(store_url, tmp_path) for _ in range(3)]]

    async def work(number: int) -> list[str]:
        mine: list[str] = []
        while legs := await claim(stores[number % 4], limit=7, owner=f"node{number}"):
            mine += [leg.leg_id for leg in legs]
            await asyncio.sleep(0)
        return mine

    got = [id for mine in await asyncio.gather(*(work(number) for number in range(8))) for id in mine]
    for other in stores[1:]:
        await other.close()
    assert len(got) == len(set(got)) == 200
    assert len(await store.attempts("m1")) == 200


async def test_the_highest_lane_goes_first(store: Store) -> None:
    for id, kind in (("bulk", Kind.NEWSLETTER), ("normal", Kind.LETTER), ("urgent", Kind.EMERGENCY)):
        await store.enqueue(entry(many(2, id), id=id, kind=kind), NOW)
    assert [leg.message_id for leg in await claim(store, limit=5)] == ["urgent"] * 2 + ["normal"] * 2 + ["bulk"]
    assert not (await store.claim("node", "email", [Lane.EMERGENCY], 5, LEASE, NOW)).legs


async def test_a_second_message_is_not_kept_waiting_by_a_long_first_one(store: Store) -> None:
    await store.enqueue(entry(many(100, "long"), id="long"), NOW)
    await claim(store, limit=40)
    await store.enqueue(entry(many(10, "short"), id="short"), NOW + MINUTE)
    legs = (await store.claim("node", "email", EVERY_LANE, 20, LEASE, NOW + MINUTE)).legs
    assert Counter(leg.message_id for leg in legs) == {"long": 10, "short": 10}
    assert max(len(list(run)) for _, run in groupby(leg.message_id for leg in legs)) == 1


async def test_a_claim_is_limited_to_a_mode_and_tells_the_directory_in_force(store: Store) -> None:
    await store.put_directory(4, b"families", NOW)
    await store.enqueue(entry(id="trial", mode=Mode.TRIAL), NOW)
    live = await store.claim("node", "email", EVERY_LANE, 5, LEASE, NOW, mode=Mode.LIVE)
    assert (live.legs, live.directory_version) == ((), 4)
    trial = await store.claim("node", "email", EVERY_LANE, 5, LEASE, NOW, mode=Mode.TRIAL)
    assert [leg.mode for leg in trial.legs] == [Mode.TRIAL]


async def test_a_claimed_leg_says_all_that_dispatch_needs(store: Store) -> None:
    await store.enqueue(entry(kind=Kind.EMERGENCY), NOW)
    (leg,) = await claim(store)
    assert leg.delivery == delivery()
    assert (leg.leg_id, leg.attempt_id, leg.delivery_id) == ("m1.0.0.email.0", "m1.0.0.email.0.1", "m1.0")
    assert (leg.rung, leg.channel, leg.contact_id, leg.lane) == (0, "email", "C-Adeyemi-0", Lane.EMERGENCY)
    assert (leg.tries, leg.crashes, leg.was_unknown) == (1, 0, False)
    assert (leg.started_at, leg.lease_until) == (NOW, NOW + LEASE)
    assert await delivery_states(store) == [DeliveryState.SENDING]
    assert [one.outcome for one in await store.attempts("m1")] == [LegState.STARTED]


async def test_what_was_given_back_is_as_if_it_had_never_been_claimed(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.give_back([leg.leg_id], "somebody else", NOW)
    assert await claim(store) == []
    await store.give_back([leg.leg_id], "node", NOW, until=NOW + MINUTE)
    assert await claim(store) == []
    assert await delivery_states(store) == [DeliveryState.PLANNED]
    assert await store.attempts("m1") == []
    assert await store.next_moment(NOW) == NOW + MINUTE
    (again,) = (await store.claim("node", "email", EVERY_LANE, 1, LEASE, NOW + MINUTE)).legs
    assert (again.attempt_id, again.tries) == (leg.attempt_id, 1)


# settling


async def test_the_ladder_is_climbed_to_a_person_who_ticks_it_off(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (email,) = await claim(store)
    assert await store.settle([outcome(email, LegState.PERMANENT_FAILURE, reason="No such mailbox.")], NOW) == [True]
    assert await delivery_states(store) == [DeliveryState.PLANNED]
    (call,) = await claim(store, "call")
    assert call.rung == 1
    assert await store.settle([outcome(call, LegState.SENT, by_person=True)], NOW) == [True]
    assert await delivery_states(store) == [DeliveryState.UNREACHED]
    assert await state_of(store) is MessageState.DONE
    assert [one.id for one in await store.unreached()] == ["m1.0"]
    (task,) = await store.tasks()
    assert (task.delivery_id, task.about) == ("m1.0", ("C-Adeyemi-0", "P-Adeyemi"))
    assert await store.task_done(task.id, "office", NOW)
    assert not await store.task_done(task.id, "office", NOW)
    assert await delivery_states(store) == [DeliveryState.CONFIRMED]
    assert await store.tasks() == []
    assert [one.done_by for one in await store.tasks(open_only=False)] == ["office"]


async def test_every_adult_of_a_home_is_tried_before_the_next_rung(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("Nguyen", adults=3))), NOW)
    tried = []
    while legs := await claim(store):
        tried.append(legs[0].contact_id)
        await store.settle([outcome(legs[0], LegState.PERMANENT_FAILURE)], NOW)
    assert tried == ["C-Nguyen-0", "C-Nguyen-1", "C-Nguyen-2"]
    assert await leg_states(store) == [("email", LegState.PERMANENT_FAILURE)] * 3 + [("call", LegState.DUE)]


async def test_dispatch_may_say_which_adult_is_next(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("Nguyen", adults=3))), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.PERMANENT_FAILURE, next_address="C-Nguyen-2")], NOW)
    assert [one.contact_id for one in await claim(store)] == ["C-Nguyen-2"]


async def test_a_temporary_failure_is_due_again_when_it_says_and_keeps_its_tries(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.TEMPORARY_FAILURE, retry_at=NOW + MINUTE)], NOW)
    assert await claim(store) == []
    assert await delivery_states(store) == [DeliveryState.PLANNED]
    (again,) = (await store.claim("node", "email", EVERY_LANE, 1, LEASE, NOW + MINUTE)).legs
    assert again.tries == 2
    await store.settle([outcome(again, LegState.TEMPORARY_FAILURE)], NOW + MINUTE)
    assert await leg_states(store) == [("email", LegState.PERMANENT_FAILURE), ("call", LegState.DUE)]
    assert [one.outcome for one in await store.attempts("m1")] == [LegState.TEMPORARY_FAILURE] * 2


async def test_a_message_is_done_only_when_its_last_delivery_is(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("Ali"), delivery("Singh"), public=("website",))), NOW)
    for leg in (*await claim(store), *await claim(store, "website")):
        assert await state_of(store) is MessageState.ACCEPTED
        await store.settle([outcome(leg, LegState.SENT)], NOW)
    assert await state_of(store) is MessageState.DONE
    assert await delivery_states(store) == [DeliveryState.HANDED_OVER] * 3


async def test_both_legs_of_a_nested_rung_go_and_one_failure_does_not_climb(store: Store) -> None:
    both = delivery(ladder=(("text", "email"), ("call",)))
    await store.enqueue(entry(plan(both)), NOW)
    (text,), (email,) = await claim(store, "text"), await claim(store)
    await store.settle([outcome(text, LegState.PERMANENT_FAILURE)], NOW)
    assert await delivery_states(store) == [DeliveryState.SENDING]
    await store.settle([outcome(email, LegState.DELIVERED)], NOW)
    assert await delivery_states(store) == [DeliveryState.CONFIRMED]


async def test_a_stale_owner_settles_nothing(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    sent = outcome(leg, LegState.SENT)
    assert await store.settle([replace(sent, owner="somebody else")], NOW) == [False]
    assert await store.settle([replace(sent, attempt_id="m1.0.0.email.0.2")], NOW) == [False]
    assert await store.settle([replace(sent, leg_id="nobody's")], NOW) == [False]
    assert await store.settle([sent, sent], NOW) == [True, False]
    assert await store.settle([outcome(leg, LegState.PERMANENT_FAILURE)], NOW) == [False]
    assert await leg_states(store) == [("email", LegState.SENT)]


async def test_recheck_narrows_a_delivery_and_never_widens_it(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("Okafor", adults=2))), NOW)
    (leg,) = await claim(store)
    narrow = replace(
        leg.delivery,
        contact_ids=leg.delivery.contact_ids[1:],
        routes={channel: found[1:] for channel, found in leg.delivery.routes.items()},
    )
    await store.settle([outcome(leg, LegState.WITHDRAWN, delivery=narrow)], NOW)
    (next_leg,) = await claim(store)
    assert (next_leg.contact_id, next_leg.delivery) == ("C-Okafor-1", narrow)
    await store.settle([outcome(next_leg, LegState.SENT, delivery=leg.delivery)], NOW)
    assert [one.delivery for one in await store.deliveries("m1")] == [narrow]


async def test_a_withheld_delivery_sends_nothing_more(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=(("text", "email"), ("call",))))), NOW)
    (text,) = await claim(store, "text")
    stop = outcome(text, LegState.WITHDRAWN, delivery_state=DeliveryState.WITHHELD, reason="A court order (H34).")
    await store.settle([stop], NOW)
    assert await delivery_states(store) == [DeliveryState.WITHHELD]
    assert await leg_states(store) == [("email", LegState.WITHDRAWN), ("text", LegState.WITHDRAWN)]
    assert await state_of(store) is MessageState.DONE


async def test_a_held_delivery_waits_until_a_person_lets_it_go(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.WITHDRAWN, delivery_state=DeliveryState.HELD)], NOW)
    assert await delivery_states(store) == [DeliveryState.HELD]
    assert await claim(store) == []
    assert await store.quiet("m1", "email")
    assert await store.next_moment(NOW) is None
    assert [one.left for one in await store.open_work(NOW)] == [Left.HELD_DELIVERY]
    assert await store.requeue_held("m1.0", NOW, "head")
    assert not await store.requeue_held("m1.0", NOW, "head")
    assert [one.tries for one in await claim(store)] == [2]


async def test_a_delivery_held_from_the_start_begins_its_ladder_when_let_go(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(held="DESIGN 3.5"), delivery("Rossi"))), NOW)
    assert [leg.delivery_id for leg in await claim(store)] == ["m1.1"]
    assert await store.requeue_held("m1.0", NOW, "head")
    (leg,) = await claim(store)
    assert (leg.delivery_id, leg.delivery.held) == (
        "m1.0",
        "DESIGN 3.5",
    )  # recheck knows that a person has looked at it


async def test_a_delivery_is_held_or_withheld_also_between_claims(store: Store) -> None:
    await store.enqueue(entry(many(2)), NOW)
    assert await store.hold_delivery("m1.0", "A person asked.", NOW)
    assert await store.withhold_delivery("m1.1", "H34", NOW)
    assert not await store.withhold_delivery("m1.1", "H34", NOW)
    assert not await store.hold_delivery("m9.9", "", NOW)
    assert await claim(store) == []
    assert [one.reason for one in await store.deliveries("m1")] == ["A person asked.", "H34"]


async def test_a_ladder_on_which_nothing_can_be_sent_ends_with_a_person_at_once(store: Store) -> None:
    await store.enqueue(entry(plan(replace(delivery(), routes={}))), NOW)
    assert await delivery_states(store) == [DeliveryState.UNREACHED]
    assert len(await store.tasks()) == 1


async def test_a_copy_asked_for_later_joins_the_message_once_and_opens_it_again(store: Store) -> None:
    task = Task("Asked for copies.", ("C9", "P1"), "W39")
    refused = (Withheld("C9", ("P1", "P2"), "W39", "Has not asked."), Withheld("C8", ("P1",), "W39", "Has not asked."))
    steps = (Step(4, "W39", "withheld", "C9", "P1"), Step(4, "W39", "withheld", "C8", "P1"))
    await store.enqueue(entry(replace(plan(delivery()), withheld=refused, trace=steps)), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.SENT)], NOW)
    assert await state_of(store) is MessageState.DONE
    await store.open_tasks([task], NOW, "m1")
    wanted = replace(delivery("Rossi"), contact_ids=("C9",), pupil_ids=("P1",))
    offer = Offer(wanted, "W39", (Step(4, "W39", "may hear (copy)", "C9", "P1"),))
    assert await store.add_copy("m1", offer, task, "head", NOW)
    assert not await store.add_copy("m1", offer, task, "head", NOW)
    assert await state_of(store) is MessageState.ACCEPTED
    assert await store.tasks() == []
    assert await store.withheld("m1") == [replace(refused[0], pupil_ids=("P2",)), refused[1]]
    assert await store.trace("m1") == [steps[1], *offer.trace]
    assert [one.id for one in await store.deliveries("m1", {"C9"})] == ["m1.1"]
    assert [one.delivery_id for one in await claim(store)] == ["m1.1"]


async def test_nothing_joins_a_message_that_was_cancelled(store: Store) -> None:
    await store.enqueue(entry(plan(delivery())), NOW)
    await store.cancel("m1", "head", NOW)
    assert not await store.add_copy("m1", Offer(delivery("Rossi"), "W39", ()), Task("", (), ""), "head", NOW)


# crashes


async def test_what_a_dead_process_had_started_is_unknown_and_comes_back_one_by_one(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    await store.enqueue(entry(many(3)), NOW)
    dead = await another(store_url, tmp_path)
    assert len(await claim(dead, owner="dead", limit=2)) == 2
    await dead.close()
    assert await store.take_over("node", NOW) == []
    taken = await store.take_over("node", NOW + MINUTE, all_leases=True)
    assert sorted(leg.leg_id for leg in taken) == ["m1.0.0.email.0", "m1.1.0.email.0"]
    assert Counter(await leg_states(store)) == {("email", LegState.UNKNOWN): 2, ("email", LegState.DUE): 1}
    assert len(await claim(store)) == 1
    first = await store.claim_unknown("node", LEASE, NOW + MINUTE)
    assert first is not None
    assert (first.was_unknown, first.tries, first.crashes, first.started_at) == (True, 2, 0, NOW)
    assert await store.settle([outcome(first, LegState.SENT)], NOW + MINUTE) == [True]
    assert await store.claim_unknown("node", LEASE, NOW + MINUTE, channel="text") is None
    second = await store.claim_unknown("node", LEASE, NOW + MINUTE, channel="email", mode=Mode.LIVE)
    assert second is not None
    assert await store.claim_unknown("node", LEASE, NOW + MINUTE) is None


async def test_a_lease_that_ran_out_is_taken_over_and_its_owner_is_too_late(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store, owner="slow")
    assert len(await store.take_over("node", NOW + LEASE)) == 1
    assert await store.settle([outcome(leg, LegState.SENT, owner="slow")], NOW + LEASE) == [False]
    assert (await store.still_wanted([leg.leg_id], NOW))[leg.leg_id] is Wanted.CANCELLED


async def test_only_a_leg_that_was_alone_is_counted_against_and_then_comes_alone(store: Store) -> None:
    await store.enqueue(entry(many(3)), NOW)
    await claim(store, owner="dead", limit=1)
    assert [leg.crashes for leg in await store.take_over("node", NOW, all_leases=True)] == [0]
    leg = await store.claim_unknown("node", LEASE, NOW)
    assert leg is not None
    assert leg.crashes == 1
    await store.settle([outcome(leg, LegState.TEMPORARY_FAILURE, retry_at=NOW)], NOW)
    assert [one.leg_id for one in await claim(store)] == [leg.leg_id]
    assert len(await claim(store)) == 2
    await store.take_over("node2", NOW, all_leases=True)
    assert sorted(one.crashes for one in await store.legs("m1")) == [0, 0, 2]


async def test_an_outcome_that_stays_unknown_waits_for_a_person(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.UNKNOWN)], NOW)
    assert await claim(store) == []
    doubt = await store.claim_unknown("node", LEASE, NOW)
    assert doubt is not None
    await store.settle([outcome(doubt, LegState.UNKNOWN, retry_at=NOW + MINUTE)], NOW)
    assert await store.next_moment(NOW) == NOW + MINUTE
    assert await store.claim_unknown("node", LEASE, NOW) is None
    doubt = await store.claim_unknown("node", LEASE, NOW + MINUTE)
    assert doubt is not None
    assert doubt.started_at == NOW
    await store.settle([outcome(doubt, LegState.UNKNOWN)], NOW + MINUTE)
    assert await store.claim_unknown("node", LEASE, NOW + LEASE) is None
    assert [(one.left, one.needs_person) for one in await store.open_work(NOW)] == [(Left.UNKNOWN, True)]
    assert await store.resolve(leg.leg_id, True, "office", NOW + MINUTE)
    assert not await store.resolve(leg.leg_id, True, "office", NOW + MINUTE)
    assert await delivery_states(store) == [DeliveryState.HANDED_OVER]


async def test_a_leg_in_doubt_that_is_given_back_stays_in_doubt(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.UNKNOWN)], NOW)
    doubt = await store.claim_unknown("node", LEASE, NOW)
    assert doubt is not None
    await store.give_back([doubt.leg_id], "node", NOW)
    assert await leg_states(store) == [("email", LegState.UNKNOWN)]
    assert [one.outcome for one in await store.attempts("m1")] == [LegState.UNKNOWN]


async def test_a_parked_leg_goes_again_only_when_a_person_says_so(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.TECHNICAL_FAILURE, reason="A fault.")], NOW)
    assert await delivery_states(store) == [DeliveryState.SENDING]
    assert await claim(store) == []
    assert await store.resolve("m1.0", False, "head", NOW + MINUTE)
    (again,) = await claim(store, now=NOW + MINUTE)
    assert again.since == NOW + MINUTE


async def test_of_a_parked_leg_a_person_may_say_that_the_family_has_been_told(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.TECHNICAL_FAILURE, reason="A fault.")], NOW)
    assert await store.resolve("m1.0", True, "head", NOW)
    assert await delivery_states(store) == [DeliveryState.HANDED_OVER]
    assert await store.open_work(NOW) == []


async def test_a_leg_that_a_person_lets_go_again_has_lost_its_deaths(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    await claim(store, limit=1)
    for number in range(3):
        await store.take_over(f"next{number}", NOW, all_leases=True)
        leg = await store.claim_unknown(f"dead{number}", LEASE, NOW)
    assert leg is not None
    assert leg.crashes == 3
    parked = replace(outcome(leg, LegState.TECHNICAL_FAILURE), owner="dead2")
    assert await store.settle([parked], NOW) == [True]
    assert await store.resolve(leg.leg_id, False, "head", NOW)
    (again,) = await claim(store)
    assert again.crashes == 0


# cancelling, expiry, escalation


async def test_cancelling_stops_what_has_not_gone_and_counts_both(store: Store) -> None:
    await store.enqueue(entry(plan(*(delivery(name) for name in ("A", "B", "C")), delivery("D", held="x"))), NOW)
    first, second = await claim(store, limit=2)
    await store.settle([outcome(first, LegState.SENT)], NOW)
    assert await store.cancel("m1", "head", NOW) == Cancelled(unsent=2, already_sent=2)
    assert await store.still_wanted([second.leg_id], NOW) == {second.leg_id: Wanted.CANCELLED}
    assert await claim(store) == []
    await store.settle([outcome(second, LegState.WITHDRAWN)], NOW)
    assert await delivery_states(store) == [DeliveryState.HANDED_OVER, *[DeliveryState.CANCELLED] * 3]
    assert await store.cancel("m1", "head", NOW) is None
    assert await state_of(store) is MessageState.CANCELLED


async def test_a_failure_after_cancelling_starts_no_next_rung(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    await store.cancel("m1", "head", NOW)
    await store.settle([outcome(leg, LegState.PERMANENT_FAILURE)], NOW)
    assert await leg_states(store) == [("email", LegState.PERMANENT_FAILURE)]
    assert await delivery_states(store) == [DeliveryState.CANCELLED]


async def test_a_leg_that_comes_back_after_its_message_was_stopped_is_not_due_again(store: Store) -> None:
    await store.enqueue(entry(many(3)), NOW)
    back, failed, held = await claim(store)
    await store.hold_delivery(held.delivery_id, "A person asked.", NOW)
    await store.give_back([held.leg_id], "node", NOW)
    assert await claim(store) == []
    assert (await delivery_states(store))[2] is DeliveryState.HELD
    await store.cancel("m1", "head", NOW)
    await store.give_back([back.leg_id], "node", NOW)
    await store.settle([outcome(failed, LegState.TEMPORARY_FAILURE, retry_at=NOW)], NOW)
    assert await leg_states(store) == [("email", LegState.WITHDRAWN)] * 3
    assert await delivery_states(store) == [DeliveryState.CANCELLED] * 3


async def test_cancelling_and_claiming_at_once_never_lets_a_leg_slip(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    await store.enqueue(entry(many(60)), NOW)
    other = await another(store_url, tmp_path)
    claims, cancelled = await asyncio.gather(
        asyncio.gather(*(claim(other, limit=5, owner=f"n{number}") for number in range(6))),
        store.cancel("m1", "head", NOW),
    )
    late = await claim(other)
    await other.close()
    claimed = [leg for legs in claims for leg in legs]
    assert late == []
    assert cancelled is not None
    assert cancelled.unsent + len(claimed) == 60
    wanted = await store.still_wanted([leg.leg_id for leg in claimed], NOW)
    assert set(wanted.values()) <= {Wanted.CANCELLED}


async def test_cancelling_spares_the_families_whom_nobody_has_rung_yet(store: Store) -> None:
    await store.enqueue(entry(plan(delivery("A", (("call",),)), delivery("B", (("email",),)))), NOW)
    (sheet,) = await claim(store, "call")
    (mail,) = await claim(store, "email")
    await store.settle([outcome(sheet, LegState.SENT, by_person=True), outcome(mail, LegState.SENT)], NOW)
    assert await state_of(store) is MessageState.DONE
    assert await store.cancel("m1", "office", NOW) == Cancelled(unsent=1, already_sent=1)
    assert await delivery_states(store) == [DeliveryState.CANCELLED, DeliveryState.HANDED_OVER]
    assert not await store.unreached()
    assert not await store.tasks()


async def test_waiting_messages_can_be_cancelled_and_done_ones_cannot(store: Store) -> None:
    await store.enqueue(entry(id="later", state=MessageState.WAITING), NOW)
    await store.enqueue(Entry(message("done"), MessageState.ACCEPTED, plan()), NOW)
    assert await store.cancel("later", "head", NOW) == Cancelled(0, 0)
    assert await store.cancel("done", "head", NOW) is None
    assert await store.cancel("nothing", "head", NOW) is None


async def test_at_expiry_what_is_unsent_expires_and_nothing_new_begins(store: Store) -> None:
    await store.enqueue(entry(many(4), expires_at=NOW + MINUTE), NOW)
    first, second = await claim(store, limit=2)
    await store.settle([outcome(first, LegState.SENT)], NOW)
    assert await store.expire(NOW) == 0
    assert await store.next_moment(NOW) == NOW + MINUTE
    assert await store.still_wanted([second.leg_id], NOW + MINUTE) == {second.leg_id: Wanted.EXPIRED}
    assert await store.expire(NOW + MINUTE) == 2
    assert await store.expire(NOW + MINUTE) == 0
    assert await claim(store) == []
    await store.settle([outcome(second, LegState.PERMANENT_FAILURE)], NOW + MINUTE)
    assert await delivery_states(store) == [DeliveryState.HANDED_OVER, *[DeliveryState.EXPIRED] * 3]
    assert await state_of(store) is MessageState.DONE


async def test_at_expiry_a_kind_that_escalates_leaves_everybody_unconfirmed_to_a_person(store: Store) -> None:
    homes = plan(*(delivery(name, (("text", "email"), ("call",))) for name in ("A", "B")), public=("website",))
    await store.enqueue(entry(homes, kind=Kind.EMERGENCY, expires_at=NOW + MINUTE), NOW)
    first, second = await claim(store, "text")
    await store.settle([outcome(first, LegState.DELIVERED), outcome(second, LegState.SENT)], NOW)
    await store.expire(NOW + MINUTE, {Kind.EMERGENCY})
    assert await delivery_states(store) == [
        DeliveryState.CONFIRMED, DeliveryState.UNREACHED, DeliveryState.EXPIRED,
    ]  # fmt: skip
    assert [task.delivery_id for task in await store.tasks()] == ["m1.1"]


async def test_what_waits_past_its_expiry_is_cancelled_and_somebody_is_told(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.HELD, expires_at=NOW), NOW)
    await store.expire(NOW)
    assert await state_of(store) is MessageState.CANCELLED
    assert [task.message_id for task in await store.tasks()] == ["m1"]


async def test_whoever_has_not_confirmed_when_an_emergency_is_over_still_comes_on_the_call_sheet(store: Store) -> None:
    urgent = (("text",), ("voice",), ("call",))
    going = entry(plan(delivery("A", urgent), delivery("B", urgent)), kind=Kind.EMERGENCY, expires_at=NOW + MINUTE)
    await store.enqueue(going, NOW)
    text, _ = await claim(store, "text")
    await store.settle([outcome(text, LegState.SENT)], NOW)
    for _ in range(2):
        await store.expire(NOW + MINUTE, {Kind.EMERGENCY}, {"call"})
    assert await delivery_states(store) == [DeliveryState.UNREACHED] * 2
    assert len(await store.tasks()) == 2
    late = NOW + 2 * MINUTE
    calls = await claim(store, "call", now=late)
    assert len(calls) == 2
    assert await claim(store, "voice", now=late) == []
    wanted = await store.still_wanted([one.leg_id for one in calls], late)
    assert set(wanted.values()) == {Wanted.SEND}
    await store.settle([outcome(one, LegState.SENT, by_person=True) for one in calls], late)
    assert await delivery_states(store) == [DeliveryState.UNREACHED] * 2
    assert len(await store.tasks()) == 2


async def test_who_does_not_confirm_in_time_gets_the_next_rung(store: Store) -> None:
    urgent = delivery(ladder=(("text", "email"), ("voice",), ("call",)))
    await store.enqueue(entry(plan(urgent), kind=Kind.EMERGENCY), NOW)
    assert await store.escalate(NOW + timedelta(hours=1), TEN_MINUTES) == 0  # its first rung has not begun yet
    (text,), (email,) = await claim(store, "text"), await claim(store)
    await store.settle([outcome(text, LegState.SENT), outcome(email, LegState.TEMPORARY_FAILURE, retry_at=NOW)], NOW)
    assert await state_of(store) is MessageState.DONE
    assert await store.next_moment(NOW, TEN_MINUTES) == NOW + timedelta(minutes=10)
    assert await store.escalate(NOW + timedelta(minutes=9), TEN_MINUTES) == 0
    assert await store.escalate(NOW + timedelta(minutes=10), TEN_MINUTES) == 1
    assert await store.escalate(NOW + timedelta(minutes=10), TEN_MINUTES) == 0
    assert await state_of(store) is MessageState.ACCEPTED
    (voice,) = (await store.claim("node", "voice", EVERY_LANE, 1, LEASE, NOW + timedelta(minutes=10))).legs
    assert voice.rung == 1
    await store.settle([outcome(voice, LegState.DELIVERED)], NOW)
    assert await delivery_states(store) == [DeliveryState.CONFIRMED]
    assert await store.escalate(NOW + timedelta(hours=1), TEN_MINUTES) == 0


async def test_looking_at_the_time_wakes_the_senders_only_where_something_came_of_it(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=(("text",), ("voice",)))), kind=Kind.EMERGENCY), NOW)
    (text,) = await claim(store, "text")
    await store.settle([outcome(text, LegState.TEMPORARY_FAILURE, retry_at=NOW + timedelta(hours=1))], NOW)
    store.wake.clear()
    await store.take_over("node", NOW, all_leases=True)
    await store.escalate(NOW + timedelta(minutes=9), TEN_MINUTES)
    await store.expire(NOW)
    assert not store.wake.is_set()
    await store.escalate(NOW + timedelta(minutes=10), TEN_MINUTES)
    assert store.wake.is_set()


async def test_a_confirmation_calls_off_the_rungs_above_it(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=(("text",), ("voice",)))), kind=Kind.EMERGENCY), NOW)
    (text,) = await claim(store, "text")
    await store.settle([outcome(text, LegState.TEMPORARY_FAILURE, retry_at=NOW)], NOW)
    await store.escalate(NOW + timedelta(minutes=10), TEN_MINUTES)
    (text,) = await claim(store, "text")
    await store.settle([outcome(text, LegState.DELIVERED)], NOW)
    assert await claim(store, "voice") == []
    assert await delivery_states(store) == [DeliveryState.CONFIRMED]


async def test_still_wanted_knows_held_messages_and_strangers(store: Store) -> None:
    await store.enqueue(entry(), NOW)
    (leg,) = await claim(store)
    assert await store.still_wanted([leg.leg_id, "nobody's"], NOW) == {
        leg.leg_id: Wanted.SEND, "nobody's": Wanted.CANCELLED,
    }  # fmt: skip
    await store.hold_delivery("m1.0", "A person asked.", NOW)
    assert await store.still_wanted([leg.leg_id], NOW) == {leg.leg_id: Wanted.HELD}


# sheets, tasks, directory, numbers


async def test_a_sheet_is_quiet_once_its_legs_are_written(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=(("call",),)))), NOW)
    assert not await store.quiet("m1", "call")
    (leg,) = await claim(store, "call")
    assert not await store.quiet("m1", "call")
    await store.settle([outcome(leg, LegState.SENT, by_person=True)], NOW)
    assert await store.quiet("m1", "call")
    ((leg_id, item),) = await store.items_of("m1", "call")
    assert (leg_id, item.id, item.state) == (leg.leg_id, "m1.0", DeliveryState.UNREACHED)
    assert await store.delivery("m1.0") == item


async def test_the_same_task_is_opened_once_for_a_message(store: Store) -> None:
    ring = Task("Record what the order says.", ("C1", "P1"), "H34")
    for id in ("m1", "m2"):
        await store.enqueue(replace(entry(id=id), plan=replace(many(1), tasks=(ring, ring))), NOW)
    (leg, _) = await claim(store)
    await store.settle([outcome(leg, LegState.SENT, tasks=(ring,))], NOW)
    assert [task.message_id for task in await store.tasks()] == ["m1", "m2"]
    assert [task.message_id for task in await store.tasks(message_id="m2")] == ["m2"]


async def test_the_last_few_directories_are_kept(store: Store) -> None:
    assert await store.directory_version() == 0
    for version in range(1, 15):
        assert await store.put_directory(version, f"v{version}".encode(), NOW)
    assert not await store.put_directory(14, b"other", NOW)
    assert await store.directory_version() == 14
    assert await store.directory(14) == b"v14"
    assert await store.directory(1) is None


async def test_the_numbers_add_up(store: Store) -> None:
    await store.enqueue(entry(many(3)), NOW)
    await store.enqueue(entry(id="m2", state=MessageState.WAITING, send_at=NOW + MINUTE), NOW)
    await claim(store, limit=1)
    counts = await store.counts("m1")
    assert counts.deliveries == {DeliveryState.PLANNED: 2, DeliveryState.SENDING: 1}
    assert counts.legs == {("email", LegState.DUE): 2, ("email", LegState.STARTED): 1}
    status = await store.status()
    assert status.messages == {MessageState.ACCEPTED: 1, MessageState.WAITING: 1}
    assert (status.legs, status.oldest_due) == (counts.legs, NOW)
    assert [(one.message_id, one.left, one.count, one.at) for one in await store.open_work(NOW)] == [
        ("m1", Left.DUE, 2, NOW),
        ("m1", Left.STARTED, 1, NOW + LEASE),
        ("m2", Left.WAITING, 1, NOW + MINUTE),
    ]


async def test_other_processes_are_noticed_and_our_own_writes_are_not(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    await store.changed()
    await store.enqueue(entry(), NOW)
    assert not await store.changed()
    other = await another(store_url, tmp_path)
    await other.audit("look", "office", "m1", NOW)
    assert any([await other.status() and await store.changed() for _ in range(50)])
    await other.close()


async def test_our_own_writes_wake_whoever_waits(store: Store) -> None:
    store.wake.clear()
    await store.enqueue(entry(), NOW)
    assert store.wake.is_set()


async def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    twice = plan(delivery("A"), delivery("A"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.enqueue(entry(twice), NOW)
    assert await store.message("m1") is None
    assert (await store.status()).deliveries == {}


async def test_a_cancelled_caller_does_not_undo_a_transaction(store: Store) -> None:
    caller = asyncio.ensure_future(store.enqueue(entry(), NOW))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait({caller})
    async with asyncio.timeout(30):  # it goes on behind the caller's back, and is there in a moment
        while await store.message("m1") is None:
            await store.audit("afterwards", "office", "", NOW)
    assert (await store.enqueue(entry(), NOW)).already


async def test_a_reopened_store_has_everything(store_url: str, tmp_path: Path) -> None:
    first = await another(store_url, tmp_path)
    await first.enqueue(entry(many(3)), NOW)
    await first.close()
    second = await Store.open(store_url, root=tmp_path, create=False, clock=FixedClock(NOW))
    assert len(await claim(second)) == 3
    await second.close()


async def test_another_folder_is_refused(
    store: Store, store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = tmp_path_factory.mktemp("other school")
    with pytest.raises(StoreProblem, match="belongs to the school folder"):
        await another(store_url, stranger)


async def test_a_database_that_is_not_there_yet_is_refused_with_what_to_do(store_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="notifier run"):
        await Store.open(store_url, root=tmp_path, create=False, clock=FixedClock(NOW))


async def test_when_the_clock_is_set_back_what_was_due_stays_due_and_what_waits_waits_no_longer(store: Store) -> None:
    await store.enqueue(entry(many(3)), NOW)
    (retried, *_) = await claim(store, limit=1)
    await store.settle([outcome(retried, LegState.TEMPORARY_FAILURE, retry_at=NOW + MINUTE)], NOW)
    hour = timedelta(hours=1)
    assert (await store.claim("node", "email", EVERY_LANE, 100, LEASE, NOW - hour)).legs == ()
    assert await store.clock_went_back(NOW - hour, hour) == 3
    due = (await store.claim("node", "email", EVERY_LANE, 100, LEASE, NOW - hour)).legs
    assert len(due) == 2
    assert retried.leg_id not in {leg.leg_id for leg in due}
    assert await store.next_moment(NOW - hour) == NOW - hour + MINUTE


async def test_the_audit_stays_one_chain_when_two_processes_write_at_once(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    other = await another(store_url, tmp_path)
    writes = [one.audit("look", name, str(n), NOW) for n in range(20) for name, one in (("a", store), ("b", other))]
    await asyncio.gather(*writes)
    state = await store.check_audit()
    assert (state.whole, state.written) == (True, 40)
    assert Counter(line.by for line in await other.read_audit()) == {"a": 20, "b": 20}
    await other.close()


async def test_the_database_lets_nobody_change_or_delete_a_line_of_the_audit(store: Store) -> None:
    await store.audit("approved", "head", "m1", NOW)
    for statement in ("UPDATE audit SET by = 'me'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only ever added to"):
            await store._database.write(Connection.exec_driver_sql, statement)
    assert (await store.check_audit()).whole


async def test_a_change_of_arrangements_is_recorded_with_the_directory_that_has_it(store: Store) -> None:
    change = ("arrangement added: court-order", "office", ("C1", "P1"))
    assert await store.put_directory(1, b"families", NOW, [change])
    assert not await store.put_directory(1, b"others", NOW, [change])
    (line,) = await store.read_audit()
    assert (line.what, line.by, line.about, line.whom) == (*change[:2], "directory 1", ("C1", "P1"))
