"""Accounts that do not serve us, that have had enough for today, or that bear only so much at once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from channels.base import OutcomeUnknown, TemporaryFailure
from notifier.clock import FixedClock
from notifier.dispatch.accounts import SOON, Account
from notifier.dispatch.breaker import GONE_AFTER, PAUSES
from notifier.dispatch.dispatcher import Dispatcher
from notifier.model.message import Kind, Lane, Message
from notifier.model.states import DeliveryState, LegState
from notifier.queue.rows import Claim
from tests.unit.dispatch.school import START, Capped, Recording, School, at

DOWN = TemporaryFailure("The relay does not answer.", account=True)


def down(school: School, *, delay: timedelta | None = None) -> None:
    """From now on the account of "post" serves nobody."""

    class Down(dict[str, object]):
        def get(self, address: object, default: object = None) -> object:
            return _Endless(TemporaryFailure("The relay does not answer.", delay, account=True))

    school.post.script = Down()  # type: ignore[assignment]


class _Endless:
    def __init__(self, ending: BaseException) -> None:
        self._ending = ending

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> BaseException:
        return self._ending


def up(school: School) -> None:
    school.post.script = {}


async def on(school: School, dispatcher: Dispatcher, wait: timedelta) -> None:
    school.clock.at += wait
    await dispatcher.drain()


async def tries(school: School, message: Message) -> Counter[int]:
    return Counter(leg.tries for leg in await school.store.legs(message.id))


async def test_the_legs_of_a_lost_account_wait_due_and_none_of_their_tries_is_counted(school: School) -> None:
    message = await school.enqueue(50)
    down(school)
    await school.drain()
    assert GONE_AFTER <= len(school.post.sent) < GONE_AFTER + school.post.parallelism
    assert await school.legs(message) == [("post", LegState.DUE)] * 50
    assert await tries(school, message) == {0: 50}


async def test_after_the_pause_one_leg_tries_and_all_follow_when_it_is_back(school: School) -> None:
    message = await school.enqueue(50)
    dispatcher = school.dispatcher()
    down(school)
    await dispatcher.drain()
    before = len(school.post.sent)
    await on(school, dispatcher, PAUSES[0] - timedelta(seconds=3))
    assert len(school.post.sent) == before
    await on(school, dispatcher, timedelta(seconds=4))
    assert len(school.post.sent) == before + 1
    up(school)
    await on(school, dispatcher, PAUSES[1] + timedelta(seconds=1))
    await on(school, dispatcher, SOON)  # those that stood back while one tried
    assert await school.legs(message) == [("post", LegState.SENT)] * 50
    assert await tries(school, message) == {1: 50}


async def test_the_providers_own_delay_holds_for_the_whole_account(school: School) -> None:
    await school.enqueue(50)
    dispatcher = school.dispatcher()
    down(school, delay=timedelta(minutes=7))
    await dispatcher.drain()
    before = len(school.post.sent)
    assert before <= school.post.parallelism
    up(school)
    await on(school, dispatcher, timedelta(minutes=6))
    assert len(school.post.sent) == before
    await on(school, dispatcher, timedelta(minutes=1))
    await on(school, dispatcher, SOON)
    assert len(school.post.sent) == before + 50


async def test_an_emergency_waits_ten_minutes_for_a_lost_account_and_then_is_told_another_way(
    school: School,
) -> None:
    del school.channels["ring"]  # nothing confirms: no rung is begun by the clock alone
    message = await school.enqueue(30, kind=Kind.EMERGENCY)
    dispatcher = school.dispatcher()
    down(school)
    await dispatcher.drain()
    for _ in range(9):
        await on(school, dispatcher, timedelta(seconds=55))
    assert school.sheet.sent == []
    await on(school, dispatcher, timedelta(minutes=2))
    await on(school, dispatcher, timedelta(seconds=11))
    assert len(school.sheet.sent) == 30
    assert await school.states(message) == [DeliveryState.UNREACHED] * 30
    assert {leg.reason for leg in await school.store.legs(message.id) if leg.channel == "post"} == {str(DOWN.reason)}


async def test_a_delay_longer_than_an_emergency_can_wait_is_not_waited_for(school: School) -> None:
    del school.channels["ring"]
    message = await school.enqueue(30, kind=Kind.EMERGENCY)
    down(school, delay=timedelta(hours=1))
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    await on(school, dispatcher, timedelta(seconds=6))
    assert len(school.sheet.sent) == 30
    assert await school.states(message) == [DeliveryState.UNREACHED] * 30


async def test_what_waited_for_its_turn_is_not_given_up_with_an_account_that_is_gone_for_a_moment(
    school: School,
) -> None:
    del school.channels["ring"]
    await school.enqueue(30, kind=Kind.EMERGENCY)
    dispatcher = school.dispatcher()
    school.clock.at += timedelta(minutes=30)  # as if others had been before them all the time
    down(school, delay=timedelta(seconds=30))
    await dispatcher.drain()
    up(school)
    await on(school, dispatcher, timedelta(seconds=31))
    assert school.sheet.sent == []
    assert set(school.post.to) == {at(number) for number in range(30)}


async def test_a_letter_waits_a_day_for_a_lost_account(school: School) -> None:
    message = await school.enqueue(3)
    dispatcher = school.dispatcher()
    down(school)
    for _ in range(3):
        await dispatcher.drain()
        school.clock.at += PAUSES[-1] * 2
    school.clock.at = START + timedelta(hours=23)
    await dispatcher.drain()
    assert await tries(school, message) == {0: 3}
    await on(school, dispatcher, timedelta(minutes=59))
    await on(school, dispatcher, timedelta(minutes=6))
    assert len(school.sheet.sent) == 3


async def test_a_family_whose_own_address_fails_for_now_does_not_hold_up_the_others(school: School) -> None:
    message = await school.enqueue(50)
    for number in range(10):
        school.post.ends(at(number), TemporaryFailure("This mailbox is full at the moment.", timedelta(minutes=30)))
    await school.drain()
    legs = await school.legs(message)
    assert (legs.count(("post", LegState.SENT)), legs.count(("post", LegState.DUE))) == (40, 10)


async def test_silences_in_a_row_are_the_accounts_trouble(school: School) -> None:
    await school.enqueue(50)
    for number in range(50):
        school.post.ends(at(number), OutcomeUnknown("No answer came."))
    await school.drain()
    assert len(school.post.sent) < GONE_AFTER + school.post.parallelism


async def test_newsletters_stop_before_the_days_cap_and_an_emergency_goes_all_the_same(school: School) -> None:
    school.channels["post"] = Capped(per_day=20)
    news = await school.enqueue(30, kind=Kind.NEWSLETTER)
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    assert len(school.post.sent) == 18
    letter = await school.enqueue(3)
    await dispatcher.drain()
    assert Counter(one.message for one in school.post.sent) == {news.id: 18, letter.id: 1}
    urgent = await school.enqueue(5, kind=Kind.EMERGENCY)
    await dispatcher.drain()
    assert Counter(one.message for one in school.post.sent)[urgent.id] == 5
    await on(school, dispatcher, timedelta(hours=24))
    assert Counter(one.message for one in school.post.sent) == {news.id: 30, letter.id: 3, urgent.id: 5}


async def test_the_days_count_is_not_forgotten_with_the_process(school: School) -> None:
    school.channels["post"] = Capped(per_day=20)
    await school.enqueue(30, kind=Kind.NEWSLETTER)
    for _ in range(4):
        await school.drain()  # each time another dispatcher
    assert len(school.post.sent) == 18
    await school.later(timedelta(hours=23))
    assert len(school.post.sent) == 18
    await school.later(timedelta(hours=1))
    assert len(school.post.sent) == 30


async def test_what_was_refused_does_not_count_for_the_day(school: School) -> None:
    school.channels["post"] = Capped(per_day=20)
    for number in range(10):
        school.post.ends(at(number), TemporaryFailure("This mailbox is full at the moment."))
    await school.enqueue(30)
    await school.drain()
    assert len(school.post.sent) == 29  # ten of them for nothing


async def test_seats_grow_while_all_are_taken_and_it_goes_well_and_shrink_when_it_is_too_much(school: School) -> None:
    account = Account("post", Capped(parallelism=6, begins_with=2), school.clock)
    seats = account.seats(Lane.BULK)
    for _ in range(6):
        assert seats.sits_down()
        for _ in range(6):
            account.answered(account.begin())
    assert account.at_once == 6
    account.failed(account.begin(), "No answer came.", silent=True)
    assert account.at_once == 6
    side_by_side = [account.begin() for _ in range(4)]
    for begun in side_by_side:
        account.failed(begun, "Too many connections.")
    assert account.at_once == 3
    account.failed(account.begin(), "Too many connections.")
    assert account.at_once == 1


async def test_a_send_begins_with_few_connections_and_an_emergency_has_its_own(school: School) -> None:
    post = school.channels["post"] = Capped(parallelism=6, begins_with=2)
    post.gate = asyncio.Event()
    await school.enqueue(20, kind=Kind.NEWSLETTER)
    draining = asyncio.create_task(school.drain())
    await asyncio.wait_for(post.until(lambda: post.at_once == 2), 20)
    urgent = await school.enqueue(2, kind=Kind.EMERGENCY)
    await asyncio.wait_for(post.until(lambda: post.at_once == 4), 20)
    assert [one.message for one in post.sent[2:]] == [urgent.id] * 2
    post.gate.set()
    await draining
    assert len(post.sent) == 22


async def test_each_of_two_nodes_keeps_to_half_the_pace(school: School) -> None:
    school.channels["post"] = Recording(per_minute=60)
    await school.enqueue(31)
    await school.dispatcher(nodes=lambda: 2).drain()
    assert timedelta(seconds=59) <= school.clock.now() - START <= timedelta(seconds=61)


@pytest.mark.parametrize(("nodes", "most"), [(1, 200), (2, 100), (500, 1)])
async def test_several_nodes_leave_each_other_a_part_of_the_work(school: School, nodes: int, most: int) -> None:
    claim, sizes = school.store.claim, []

    async def counted(owner: str, channel: str, *rest: Any, **more: Any) -> Claim:
        found = await claim(owner, channel, *rest, **more)
        sizes.append(len(found.legs))
        return found

    school.store.claim = counted  # type: ignore[method-assign]
    await school.enqueue(201)
    await school.dispatcher(nodes=lambda: nodes).drain()
    assert max(sizes) == most


async def test_the_news_that_an_account_has_gone_and_is_back_stands_in_the_database(school: School) -> None:
    await school.enqueue(10)
    dispatcher = school.dispatcher()
    down(school)
    await dispatcher.drain()
    assert (await school.store.lost_accounts())["post"].reason == DOWN.reason
    up(school)
    await on(school, dispatcher, PAUSES[0] + timedelta(seconds=1))
    assert await school.store.lost_accounts() == {}


async def test_a_lost_account_found_well_by_another_process_is_lost_no_more(school: School) -> None:
    await school.enqueue(10)
    down(school)
    await school.drain()
    assert list(await school.store.lost_accounts()) == ["post"]
    up(school)
    await school.later(PAUSES[0] + timedelta(seconds=1))
    assert await school.store.lost_accounts() == {}


async def test_a_running_dispatcher_goes_on_by_itself_when_the_pause_is_over(school: School) -> None:
    school.clock = FixedClock(START)  # the pause is slept through
    await school.enqueue(10)
    for number in range(10):
        school.post.ends(at(number), *[DOWN] * 2)
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    await asyncio.wait_for(school.post.until(lambda: {at(number) for number in range(10)} == set(school.post.to)), 20)
    stop.set()
    await running


@pytest.mark.parametrize("lane", [Lane.NORMAL, Lane.BULK])
async def test_a_claim_is_no_larger_than_what_is_left_of_the_day(school: School, lane: Lane) -> None:
    account = Account("post", Capped(per_day=100), school.clock)
    room = account.room(lane)
    with account.trying(lane) as admitted:
        assert admitted is not None
        admitted.taken = True
    assert room is not None
    assert account.room(lane) == room - 1


async def test_a_turn_is_not_lost_when_somebody_looks_just_then_for_an_emergency(school: School) -> None:
    claim, looked = school.store.claim, asyncio.Event()
    wait = school.clock.sleep

    async def slowly(owner: str, channel: str, lanes: Sequence[Lane], *rest: Any, **more: Any) -> Claim:
        if channel == "post" and Lane.EMERGENCY in lanes:
            looked.set()
            for _ in range(20):  # until whoever waited for a turn has had it
                await asyncio.sleep(0)
        return await claim(owner, channel, lanes, *rest, **more)

    async def meanwhile(seconds: float) -> None:
        if seconds > 0.5 and school.clock.now() < START + timedelta(seconds=3):
            looked.clear()
            school.store.wake.set()
            await asyncio.wait_for(looked.wait(), 20)
        await wait(seconds)

    school.channels["post"] = Recording(per_minute=60)
    await school.enqueue(6)
    school.store.claim = slowly  # type: ignore[method-assign]
    school.clock.sleep = meanwhile  # type: ignore[method-assign]
    await school.drain()
    assert len(school.post.sent) == 6
    assert school.clock.now() - START <= timedelta(seconds=5.5)
