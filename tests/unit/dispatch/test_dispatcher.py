"""Whole runs over a real store: what is due leaves, what fails goes on, what stops is given back."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels.base import OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure
from notifier.clock import FixedClock
from notifier.model.message import Kind, Lane, Mode
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue.rows import Claim, Settlement
from notifier.queue.store import StoreProblem
from tests.unit.dispatch.hand_clock import settle_down
from tests.unit.dispatch.school import START, Recording, School, at


async def test_what_is_due_is_sent_and_recorded(school: School) -> None:
    message = await school.enqueue(30)
    await school.drain()
    assert sorted(school.post.to) == sorted(at(number) for number in range(30))
    assert await school.states(message) == [DeliveryState.HANDED_OVER] * 30
    stored = await school.store.message(message.id)
    assert stored is not None
    assert stored.state is MessageState.DONE


async def test_a_refused_address_takes_the_next_adult_and_then_the_next_rung(school: School) -> None:
    message = await school.enqueue(1, adults=2)
    school.post.ends(at(0), PermanentFailure("No such mailbox."))
    school.post.ends(at(0, letter="b"), PermanentFailure("No such mailbox."))
    await school.drain()
    assert school.post.to == [at(0), at(0, letter="b")]
    assert len(school.sheet.sent) == 1
    assert await school.states(message) == [DeliveryState.UNREACHED]
    assert school.sheet.collated[-1] == (message.id, (school.sheet.sent[0].item,))
    [task] = await school.store.tasks()
    assert "Ring this family" in task.what


async def test_a_temporary_failure_is_tried_again_when_its_moment_comes(school: School) -> None:
    message = await school.enqueue(1)
    school.post.ends(at(0), TemporaryFailure("Try later."))
    await school.drain()
    assert len(school.post.sent) == 1
    await school.later(timedelta(seconds=30))
    assert len(school.post.sent) == 1
    await school.later(timedelta(minutes=1))
    assert len(school.post.sent) == 2
    assert len({outgoing.message_id for outgoing in school.post.sent}) == 1
    assert len({outgoing.attempt_id for outgoing in school.post.sent}) == 2
    assert await school.states(message) == [DeliveryState.HANDED_OVER]


async def test_a_broken_family_parks_only_its_own_leg(school: School) -> None:
    message = await school.enqueue(20)
    school.renderer.breaks_on.add("P7")
    await school.drain()
    assert sorted(school.post.to) == sorted(at(number) for number in range(20) if number != 7)
    legs = await school.legs(message)
    assert legs.count(("post", LegState.TECHNICAL_FAILURE)) == 1
    assert legs.count(("post", LegState.SENT)) == 19
    [task] = await school.store.tasks()
    assert task.about[1:] == ("C7a", "P7")
    attempts = await school.store.attempts(message.id)
    assert not any("secret" in attempt.reason for attempt in attempts)


async def test_a_channel_with_a_bug_parks_the_leg_and_the_others_go_on(school: School) -> None:
    message = await school.enqueue(3)
    school.post.ends(at(1), ZeroDivisionError())
    await school.drain()
    assert [state for _, state in await school.legs(message)].count(LegState.SENT) == 2


async def test_what_was_accepted_in_trial_never_leaves_in_live_mode(school: School) -> None:
    await school.enqueue(2, mode=Mode.TRIAL)
    await school.drain()
    assert school.post.sent == []


async def test_public_items_go_once_and_name_nobody(school: School) -> None:
    message = await school.enqueue(2, public=("board",))
    await school.drain()
    assert [outgoing.payload for outgoing in school.board.sent] == [("page", "Trip", ())]
    assert sorted(school.rechecked) == ["F0", "F1"]
    assert (await school.legs(message)).count(("board", LegState.SENT)) == 1


async def test_nothing_is_sent_that_is_over(school: School) -> None:
    message = await school.enqueue(2, expires=school.clock.now() + timedelta(hours=1))
    await school.later(timedelta(hours=2))
    assert school.post.sent == []
    assert await school.states(message) == [DeliveryState.EXPIRED] * 2


async def test_a_drained_lane_leaves_the_others_alone(school: School) -> None:
    await school.enqueue(2, kind=Kind.NEWSLETTER)
    urgent = await school.enqueue(2, kind=Kind.EMERGENCY)
    await school.dispatcher().drain(Lane.EMERGENCY)
    assert {outgoing.message for outgoing in school.post.sent} == {urgent.id}


async def test_an_unconfirmed_emergency_climbs_when_its_time_is_over(school: School) -> None:
    message = await school.enqueue(1, kind=Kind.EMERGENCY)
    await school.drain()
    await school.later(timedelta(minutes=11))
    assert len(school.sheet.sent) == 1
    assert await school.states(message) == [DeliveryState.UNREACHED]


async def test_sends_run_side_by_side_but_never_more_than_the_channel_bears(school: School) -> None:
    await school.enqueue(20, kind=Kind.LETTER)
    await school.enqueue(20, kind=Kind.NEWSLETTER)
    school.post.gate = asyncio.Event()
    draining = asyncio.create_task(school.drain())
    await school.post.until(lambda: school.post.at_once == school.post.parallelism)
    school.post.gate.set()
    await draining
    assert len(school.post.sent) == 40
    assert school.post.most_at_once == school.post.parallelism


async def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back(school: School) -> None:
    message = await school.enqueue(50)
    school.post.gate = asyncio.Event()
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    await school.post.begun.wait()
    stop.set()
    await asyncio.sleep(0)
    school.post.gate.set()
    await running
    legs = await school.legs(message)
    begun = len(school.post.sent)
    assert begun <= 2 * school.post.parallelism
    assert legs.count(("post", LegState.SENT)) == begun
    assert legs.count(("post", LegState.DUE)) == 50 - begun
    school.post.gate = None
    await school.drain()
    assert sorted(school.post.to) == sorted(at(number) for number in range(50))


@pytest.mark.parametrize("by", ["ring", "post"])
@pytest.mark.parametrize("where", ["on the wire", "not yet written down"])
async def test_what_is_in_hand_is_never_in_doubt_however_late_the_clock_says_it_is(
    school: School, by: str, where: str
) -> None:
    """A computer that slept has a clock that went on, and a database may be away for longer than a lease."""
    line = school.ring if by == "ring" else school.post
    message = await school.enqueue(2, ladder=((by,), ("sheet",)))
    settle, settling, gate = school.store.settle, asyncio.Event(), asyncio.Event()

    async def late(outcomes: Sequence[Settlement], now: datetime) -> list[bool]:
        settling.set()
        await gate.wait()
        return await settle(outcomes, now)

    if where == "on the wire":
        line.gate = gate
    else:
        school.store.settle = late  # type: ignore[method-assign]
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    await (line.begun if where == "on the wire" else settling).wait()
    await school.idle()
    school.clock.at += timedelta(minutes=10)
    school.store.wake.set()
    await school.idle()
    gate.set()
    stop.set()
    await running
    await school.drain()
    assert school.ring.asked == []
    assert len(line.sent) == 2
    assert (await school.legs(message)).count((by, LegState.SENT)) == 2


async def test_a_running_dispatcher_is_woken_by_what_is_enqueued(school: School) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    await school.enqueue(3)
    await school.post.begun.wait()
    stop.set()
    await running
    await school.drain()
    assert sorted(school.post.to) == sorted(at(number) for number in range(3))


class Asleep(FixedClock):
    """Whoever sleeps is not woken by the time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


async def test_the_last_outcome_in_hand_waits_for_no_company(school: School) -> None:
    school.clock = Asleep(school.clock.now())
    stop = asyncio.Event()
    message = await school.enqueue(3)
    running = asyncio.create_task(school.dispatcher().run(stop))
    for _ in range(20):
        await school.idle()
    settled = await school.legs(message)
    stop.set()
    await running
    assert settled == [("post", LegState.SENT)] * 3


async def test_a_cancelled_run_still_writes_down_what_was_sent(school: School) -> None:
    message = await school.enqueue(1)
    school.post.gate = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(asyncio.Event()))
    await school.post.begun.wait()
    running.cancel()
    school.post.gate.set()
    await asyncio.wait([running])
    for _ in range(1000):
        if ("post", LegState.SENT) in await school.legs(message):
            break
    assert ("post", LegState.SENT) in await school.legs(message)


async def test_a_message_cancelled_on_the_way_is_not_begun(school: School) -> None:
    message = await school.enqueue(10)
    school.post.gate = asyncio.Event()
    draining = asyncio.create_task(school.drain())
    await school.post.until(lambda: school.post.at_once == school.post.parallelism)
    await school.store.cancel(message.id, "head", school.clock.now())
    await settle_down()
    school.post.gate.set()
    await draining
    assert len(school.post.sent) == school.post.parallelism
    states = await school.states(message)
    assert states.count(DeliveryState.CANCELLED) == 10 - school.post.parallelism


async def test_an_emergency_overtakes_a_newsletter_on_its_way(school: School) -> None:
    await school.enqueue(100, kind=Kind.NEWSLETTER)
    school.post.gate = asyncio.Event()
    draining = asyncio.create_task(school.drain())
    await school.post.begun.wait()
    urgent = await school.enqueue(10, kind=Kind.EMERGENCY)
    await school.post.until(lambda: urgent.id in {outgoing.message for outgoing in school.post.sent})
    school.post.gate.set()
    await draining
    order = [outgoing.message for outgoing in school.post.sent]
    last_urgent = len(order) - order[::-1].index(urgent.id)
    assert len(order) == 110
    assert last_urgent <= 10 + 2 * school.post.parallelism


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Kind.LETTER, id="a letter to one class"),
        pytest.param(Kind.NEWSLETTER, id="a small newsletter in the same lane"),
    ],
)
async def test_a_small_message_is_not_stuck_behind_a_large_one_that_came_first(school: School, kind: Kind) -> None:
    school.channels["post"] = Recording(parallelism=2, per_minute=30)
    large = await school.enqueue(200, kind=Kind.NEWSLETTER)
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    await school.post.until(lambda: len(school.post.sent) >= 20)
    stop.set()
    await running
    before = len(school.post.sent)
    small = await school.enqueue(10, kind=kind)
    await school.drain()
    order = [outgoing.message for outgoing in school.post.sent[before:]]
    assert order.count(small.id) == 10
    last = len(order) - order[::-1].index(small.id)
    assert order[:last].count(large.id) <= 60  # in turns or better, where behind it would be 180
    assert len(school.post.sent) == 210


async def test_a_newsletter_begins_nothing_while_an_emergency_is_due_but_not_yet_claimed(school: School) -> None:
    await school.enqueue(200, kind=Kind.NEWSLETTER)
    asked, answer = asyncio.Event(), asyncio.Event()
    claim = school.store.claim

    async def slow(owner: str, channel: str, lanes: Sequence[Lane], *rest: Any, **more: Any) -> Claim:
        if channel == "ring" and lanes == (Lane.EMERGENCY,) and school.post.sent:
            asked.set()
            await answer.wait()
        return await claim(owner, channel, lanes, *rest, **more)

    school.store.claim = slow  # type: ignore[method-assign]
    school.post.gate = asyncio.Event()
    draining = asyncio.create_task(school.drain())
    await school.post.begun.wait()
    urgent = await school.enqueue(3, kind=Kind.EMERGENCY, ladder=(("ring",), ("sheet",)))
    await asyncio.wait_for(asked.wait(), 20)
    school.post.gate.set()
    for _ in range(100):  # time enough for all that is in hand, if it were let
        await school.store.message(urgent.id)
    assert len(school.post.sent) <= 2 * school.post.parallelism
    answer.set()
    await draining
    assert len(school.post.sent) == 200
    assert {one.message for one in school.ring.sent} == {urgent.id}


async def test_an_unanswered_send_goes_again_under_the_same_name(school: School) -> None:
    message = await school.enqueue(1)
    school.post.ends(at(0), OutcomeUnknown("No answer after the text."), Sent("id"))
    await school.drain()
    await school.later(timedelta(minutes=2))
    assert [outgoing.message_id for outgoing in school.post.sent] == [school.post.sent[0].message_id] * 2
    assert await school.states(message) == [DeliveryState.HANDED_OVER]


async def test_a_database_that_fails_is_no_fault_of_the_leg(school: School) -> None:
    message = await school.enqueue(2)
    dispatcher = school.dispatcher()
    school.directory_fails = StoreProblem("The database does not answer.")
    with pytest.raises(StoreProblem):
        await dispatcher.drain()
    assert school.post.sent == []
    assert set(await school.legs(message)) == {("post", LegState.DUE)}
    school.directory_fails = None
    await school.drain()
    assert len(school.post.sent) == 2


async def test_an_account_slower_than_a_lease_lets_its_legs_wait_unclaimed(school: School) -> None:
    school.channels["post"] = Recording(parallelism=1, per_minute=0.25)
    message = await school.enqueue(2)
    await school.drain()
    assert len(school.post.sent) == 1
    waiting = next(leg for leg in await school.store.legs(message.id) if leg.state is LegState.DUE)
    assert waiting.due_at is not None
    assert timedelta(minutes=3) < waiting.due_at - START <= timedelta(minutes=5)
    assert waiting.tries == 0
