"""Several accounts of one channel: the next one at once, away from one that fails, and back by degrees."""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from channels.base import Channel, NotFound, OutcomeUnknown, Outgoing, PermanentFailure, Sent, TemporaryFailure
from notifier.dispatch.breaker import PAUSES
from notifier.model.message import Kind
from notifier.model.states import LegState
from tests.unit.dispatch.school import Ringing, School

URGENT = (("ring",), ("sheet",))
REFUSED = TemporaryFailure("Slow down.", account=True)


class Line(Ringing):
    """One account. ``answers`` are used up one a send; then it takes what comes."""

    def __init__(self, *answers: Exception, per_minute: float | None = None) -> None:
        super().__init__(per_minute=per_minute)
        self.answers = deque(answers)
        self.always: Exception | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        self.sent.append(outgoing)
        if self.always is not None:
            raise self.always
        if self.answers:
            raise self.answers.popleft()
        return Sent(f"by {id(self)}")


class Two(Ringing):
    def __init__(self, *lines: Line) -> None:
        super().__init__(parallelism=1)
        self._lines = lines

    async def send(self, outgoing: Outgoing) -> Sent:
        raise AssertionError("it is sent by one of its lines")

    def lines(self) -> Sequence[Channel]:
        return self._lines


async def urgent(school: School, families: int, *lines: Line) -> list[tuple[str, LegState]]:
    school.channels["ring"] = Two(*lines)
    message = await school.enqueue(families, kind=Kind.EMERGENCY, ladder=URGENT)
    await school.drain()
    return await school.legs(message)


async def test_the_first_is_taken_as_long_as_it_serves_us(school: School) -> None:
    first, second = Line(), Line()
    await urgent(school, 5, first, second)
    assert (len(first.sent), len(second.sent)) == (5, 0)


async def test_the_next_one_takes_at_once_what_the_first_surely_did_not(school: School) -> None:
    first, second = Line(REFUSED), Line()
    legs = await urgent(school, 5, first, second)
    assert [state for _, state in legs] == [LegState.SENT] * 5
    assert (len(first.sent), len(second.sent)) == (1, 5), "the first is left alone for a while"


async def test_a_number_that_will_not_do_is_tried_by_one_only(school: School) -> None:
    first, second = Line(PermanentFailure("No mobile.")), Line()
    legs = await urgent(school, 1, first, second)
    assert legs == [("ring", LegState.PERMANENT_FAILURE), ("sheet", LegState.SENT)]
    assert second.sent == []


async def test_what_is_in_doubt_goes_by_another_only_after_a_look_up(school: School) -> None:
    first, second = Line(OutcomeUnknown("Silence.")), Line()
    channel = Two(first, second)
    school.channels["ring"] = channel
    message = await school.enqueue(1, kind=Kind.EMERGENCY, ladder=URGENT)
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    assert await school.legs(message) == [("ring", LegState.UNKNOWN)]
    assert second.sent == []
    channel.answer = NotFound()
    school.clock.at += timedelta(seconds=6)
    await dispatcher.drain()
    assert len(channel.asked) == 1
    assert (len(first.sent), len(second.sent)) == (1, 1)
    assert await school.legs(message) == [("ring", LegState.SENT)]


async def test_a_silent_one_is_left_for_the_families_that_follow(school: School) -> None:
    first, second = Line(), Line()
    first.always = OutcomeUnknown("Silence.")
    legs = await urgent(school, 5, first, second)
    assert sorted(state for _, state in legs) == [LegState.SENT] * 4 + [LegState.UNKNOWN]
    assert (len(first.sent), len(second.sent)) == (1, 4)


async def test_it_comes_back_by_one_try_and_then_wholly(school: School) -> None:
    first, second = Line(REFUSED, REFUSED), Line()
    school.channels["ring"] = Two(first, second)
    dispatcher = school.dispatcher()

    async def more(families: int) -> None:
        await school.enqueue(families, kind=Kind.EMERGENCY, ladder=URGENT)
        await dispatcher.drain()

    await more(3)
    assert (len(first.sent), len(second.sent)) == (1, 3)
    school.clock.at += PAUSES[0]
    await more(3)  # one of them tries, is refused, and it is left alone for longer
    assert (len(first.sent), len(second.sent)) == (2, 6)
    school.clock.at += PAUSES[1]
    await more(3)
    assert (len(first.sent), len(second.sent)) == (5, 6)


async def test_where_none_serves_us_all_wait_and_then_a_person_rings(school: School) -> None:
    first, second = Line(), Line()
    first.always = second.always = REFUSED
    school.channels["ring"] = Two(first, second)
    message = await school.enqueue(3, kind=Kind.EMERGENCY, ladder=URGENT)
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    assert await school.legs(message) == [("ring", LegState.DUE)] * 3
    assert max(len(first.sent), len(second.sent)) <= 3
    for _ in range(80):
        school.clock.at += timedelta(seconds=10)
        await dispatcher.drain()
    assert [one for one in await school.legs(message) if one[0] == "sheet"] == [("sheet", LegState.SENT)] * 3


async def test_each_keeps_its_own_pace(school: School) -> None:
    first, second = Line(REFUSED), Line(per_minute=60)
    began = school.clock.at
    await urgent(school, 4, first, second)
    assert len(second.sent) == 4
    assert school.clock.at - began >= timedelta(seconds=2.5)
