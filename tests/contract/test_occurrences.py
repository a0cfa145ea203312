"""What falls due is decided once, with all it causes or not at all, on every database we run on (DESIGN 5.3)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.message import Mode
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.model.states import LegState, MessageState
from notifier.queue import Store
from notifier.queue.rows import Decision, Release
from tests.unit.queue.plans import MINUTE, NOW, delivery, entry, message, plan

LIVE = Mode.LIVE


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW))
    yield opened
    await opened.close()


def due(key: str = "notice:farm:10", *, ago: timedelta = MINUTE, event_id: str = "farm") -> Occurrence:
    at = NOW - ago
    return Occurrence(key, at, at + timedelta(days=2), "notice", "Farm visit", event_id=event_id)


def done(one: Occurrence, **more: object) -> Decision:
    return Decision(one, OccurrenceState.DONE, **more)  # type: ignore[arg-type]


async def test_what_is_decided_brings_its_message_and_its_task(store: Store) -> None:
    task = Task("Ring the farm.", ("farm",), "W35")
    assert await store.decisions.decide(
        [done(due(), entries=(entry(),), tasks=(task,), message_id="m1")], LIVE, NOW
    ) == [True]
    assert [leg.state for leg in await store.legs("m1")] == [LegState.DUE]
    assert [(one.what, one.message_id) for one in await store.tasks()] == [("Ring the farm.", "m1")]
    (found,) = await store.decisions.of_event("farm", LIVE)
    assert (found.key, found.state, found.message_id) == ("notice:farm:10", OccurrenceState.DONE, "m1")
    assert (found.at, found.decided_at) == (NOW - MINUTE, NOW)


async def test_the_second_decision_changes_nothing_and_brings_nothing(store: Store) -> None:
    await store.decisions.decide([done(due())], LIVE, NOW)
    assert await store.decisions.decide([done(due(), entries=(entry(),), tasks=(Task("x", (), "y"),))], LIVE, NOW) == [
        False
    ]
    assert await store.message("m1") is None
    assert await store.tasks() == []


async def test_what_was_decided_in_trial_is_still_open_in_earnest(store: Store) -> None:
    await store.decisions.decide([done(due())], Mode.TRIAL, NOW)
    assert await store.decisions.decided(["notice:farm:10"], LIVE) == {}
    assert await store.decisions.decide([done(due())], LIVE, NOW) == [True]


async def test_of_many_who_decide_at_once_one_does(store_url: str, tmp_path: Path, store: Store) -> None:
    others = [await Store.open(store_url, root=tmp_path, create=True, clock=FixedClock(NOW)) for _ in range(3)]
    one = due()
    answers = await asyncio.gather(
        *(each.decisions.decide([done(one, entries=(entry(id=f"m{n}", key="one"),))], LIVE, NOW)
          for n, each in enumerate([store, *others]))
    )  # fmt: skip
    assert sorted(answers) == [[False], [False], [False], [True]]
    assert len(await store.messages()) == 1
    for each in others:
        await each.close()


async def test_a_waiting_message_goes_with_the_decision(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.WAITING), NOW)
    release = Release(message(), plan(delivery()))
    assert await store.decisions.decide([done(due(), releases=(release,))], LIVE, NOW) == [True]
    assert len(await store.legs("m1")) == 1


async def test_nothing_is_decided_about_a_message_that_waits_no_more(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.WAITING), NOW)
    await store.cancel("m1", "head", NOW)
    release = Release(message(), plan(delivery()))
    assert await store.decisions.decide([done(due(), releases=(release,), tasks=(Task("x", (), "y"),))], LIVE, NOW) == [
        False
    ]
    assert await store.decisions.decide([done(due("other"), holds=("m1",))], LIVE, NOW) == [False]
    assert await store.decisions.decided(["notice:farm:10", "other"], LIVE) == {}
    assert await store.tasks() == []


async def test_a_message_that_missed_its_time_waits_for_a_person(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.WAITING), NOW)
    missed = Decision(due(), OccurrenceState.MISSED, holds=("m1",), message_id="m1")
    assert await store.decisions.decide([missed], LIVE, NOW) == [True]
    assert (await store.messages())[0].state is MessageState.HELD


async def test_what_an_event_brought_can_be_stopped_with_it(store: Store) -> None:
    await store.enqueue(entry(state=MessageState.WAITING), NOW)
    withdrawn = Decision(due("withdrawal"), OccurrenceState.WITHDRAWN, cancels=("m1",))
    assert await store.decisions.decide([withdrawn], LIVE, NOW) == [True]
    assert (await store.messages())[0].state is MessageState.CANCELLED


async def test_decisions_are_found_by_their_moment(store: Store) -> None:
    await store.decisions.decide(
        [done(due(f"k{hours}", ago=timedelta(hours=hours))) for hours in (1, 2, 30)], LIVE, NOW
    )
    found = await store.decisions.between(NOW - timedelta(days=1), NOW, LIVE)
    assert [one.key for one in found] == ["k2", "k1"]


async def test_a_thousand_keys_are_looked_up(store: Store) -> None:
    await store.decisions.decide([done(due("k7"))], LIVE, NOW)
    assert await store.decisions.decided([f"k{n}" for n in range(1200)], LIVE) == {"k7": OccurrenceState.DONE}


async def test_the_last_look_is_kept(store: Store) -> None:
    assert await store.decisions.looked() is None
    await store.decisions.set_looked(NOW)
    assert await store.decisions.looked() == NOW
    assert await store.decisions.begun() == NOW


async def test_what_a_clock_that_was_ahead_missed_is_open_again(store: Store) -> None:
    long_before, ahead, went = due("long before"), due("ahead", ago=-timedelta(days=9)), due("went")
    await store.decisions.decide([Decision(long_before, OccurrenceState.MISSED)], LIVE, NOW)
    await store.decisions.decide([Decision(ahead, OccurrenceState.MISSED), done(went)], LIVE, NOW + timedelta(days=30))
    assert await store.decisions.reopen_missed(NOW) == 1
    assert set(await store.decisions.decided(["ahead", "long before", "went"], LIVE)) == {"long before", "went"}
