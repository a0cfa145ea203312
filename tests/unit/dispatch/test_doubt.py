"""What is done about a leg that the provider may have taken."""

from datetime import timedelta
from typing import ClassVar

import pytest

from channels.base import CannotTell, NotFound, OutcomeUnknown, Sent, TemporaryFailure
from notifier.model.message import Kind, Lane
from notifier.model.states import DeliveryState, LegState
from tests.unit.dispatch.school import START, Ringing, School, at


class Unconfirmed(Ringing):
    """Never told what arrived, so that no rung is begun by the clock alone."""

    confirms: ClassVar[bool] = False


LADDER = (("ring",), ("sheet",))
SOON = timedelta(seconds=17)
DOUBT = OutcomeUnknown("No answer came.")


async def test_what_the_provider_has_is_not_sent_again(school: School) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    school.ring.ends(at(0, "ring"), DOUBT)
    school.ring.answer = Sent("SM1")
    await school.drain()
    assert school.ring.asked == []
    await school.later(SOON)
    assert school.ring.asked == [(at(0, "ring"), START)]
    assert len(school.ring.sent) == 1
    [leg] = await school.store.legs(message.id)
    assert (leg.state, leg.reference) == (LegState.SENT, "SM1")


async def test_what_the_provider_surely_does_not_have_goes_again(school: School) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    school.ring.ends(at(0, "ring"), DOUBT)
    school.ring.answer = NotFound()
    await school.drain()
    await school.later(SOON)
    assert len(school.ring.sent) == 2
    assert await school.states(message) == [DeliveryState.HANDED_OVER]


@pytest.mark.parametrize(
    "answer", [CannotTell("Ambiguous."), TemporaryFailure("Down."), DOUBT], ids=["cannot tell", "down", "no answer"]
)
async def test_an_emergency_that_nobody_can_tell_of_goes_again(
    school: School, answer: CannotTell | TemporaryFailure | OutcomeUnknown
) -> None:
    message = await school.enqueue(1, ladder=LADDER, kind=Kind.EMERGENCY)
    school.ring.ends(at(0, "ring"), DOUBT)
    school.ring.answer = answer
    await school.drain()
    await school.later(timedelta(seconds=6))
    assert len(school.ring.sent) == 2
    assert await school.states(message) == [DeliveryState.HANDED_OVER]


async def test_a_letter_that_nobody_can_tell_of_is_looked_up_some_times_and_then_waits_for_a_person(
    school: School,
) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    school.ring.ends(at(0, "ring"), DOUBT)
    school.ring.answer = CannotTell("Ambiguous.")
    await school.drain()
    for _ in range(6):
        await school.later(timedelta(minutes=17))
    assert len(school.ring.sent) == 1
    assert len(school.ring.asked) == 5
    assert await school.legs(message) == [("ring", LegState.UNKNOWN)]
    [task] = await school.store.tasks()
    assert "notifier resolve" in task.what
    [leg] = await school.store.legs(message.id)
    assert await school.store.resolve(leg.id, False, "office", school.clock.now())
    await school.drain()
    assert len(school.ring.sent) == 2 or len(school.sheet.sent) == 1


async def test_an_emergency_in_doubt_is_not_repeated_for_ever(school: School) -> None:
    await school.enqueue(1, ladder=LADDER, kind=Kind.EMERGENCY)
    school.ring.ends(at(0, "ring"), *[DOUBT] * 99)
    school.ring.answer = CannotTell()
    await school.drain()
    for _ in range(8):
        await school.later(timedelta(seconds=30))
    assert 2 <= len(school.ring.sent) <= 5


async def test_after_a_crash_started_legs_are_looked_up_before_anything_else(school: School) -> None:
    message = await school.enqueue(3, ladder=LADDER)
    await school.store.claim("dead", "ring", [Lane.NORMAL], 3, timedelta(minutes=2), school.clock.now())
    school.ring.answer = Sent("SM1")
    await school.drain()
    assert len(school.ring.asked) == 3
    assert school.ring.sent == []
    assert await school.states(message) == [DeliveryState.HANDED_OVER] * 3


async def test_after_a_crash_harmless_legs_simply_go_again(school: School) -> None:
    message = await school.enqueue(3)
    await school.store.claim("dead", "post", [Lane.NORMAL], 3, timedelta(minutes=2), school.clock.now())
    await school.drain()
    assert len(school.post.sent) == 3
    assert await school.states(message) == [DeliveryState.HANDED_OVER] * 3


async def test_while_others_may_be_alive_their_legs_are_left_until_the_lease_is_over(school: School) -> None:
    await school.enqueue(1)
    await school.store.claim("other", "post", [Lane.NORMAL], 1, timedelta(minutes=2), school.clock.now())
    await school.dispatcher(alone=False).drain()
    assert school.post.sent == []
    school.clock.at += timedelta(minutes=3)
    await school.dispatcher(alone=False).drain()
    assert len(school.post.sent) == 1


async def test_doubt_of_another_lane_is_left_alone_by_a_drain_of_one(school: School) -> None:
    await school.enqueue(2, ladder=LADDER)
    await school.store.claim("dead", "ring", [Lane.NORMAL], 2, timedelta(minutes=2), school.clock.now())
    await school.dispatcher().drain(Lane.EMERGENCY)
    assert school.ring.asked == []


@pytest.mark.parametrize(
    ("kind", "gone_for", "state", "rung"),
    [
        pytest.param(Kind.EMERGENCY, timedelta(minutes=5), LegState.UNKNOWN, 0, id="an emergency waits"),
        pytest.param(Kind.EMERGENCY, timedelta(minutes=11), LegState.PERMANENT_FAILURE, 1, id="ten minutes"),
        pytest.param(Kind.LETTER, timedelta(hours=8), LegState.UNKNOWN, 0, id="a letter waits for its account"),
    ],
)
async def test_a_leg_in_doubt_waits_for_a_lost_account_and_no_look_up_is_wasted(
    school: School, kind: Kind, gone_for: timedelta, state: LegState, rung: int
) -> None:
    ring = Unconfirmed()
    school.channels["ring"] = ring
    message = await school.enqueue(1, ladder=LADDER, kind=kind)
    ring.ends(at(0, "ring"), DOUBT)
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    ring.ends(at(0, "ring"), TemporaryFailure("Down.", gone_for + timedelta(minutes=1), account=True))
    await school.enqueue(1, ladder=LADDER)
    await dispatcher.drain()
    for _ in range(3):
        school.clock.at += gone_for / 3
        await dispatcher.drain()
    assert ring.asked == []
    [delivery] = await school.store.deliveries(message.id)
    assert [leg.state for leg in await school.store.legs(message.id) if leg.channel == "ring"] == [state]
    assert delivery.rung == rung
