"""One node among several: until when it is counted on, what it may do, and what it does when its line is lost."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from notifier.clock import FixedClock, SharedClock
from notifier.heart import STUCK, Heart
from notifier.queue import StoreProblem
from notifier.queue.nodes import Pulse
from tests.unit.dispatch.hand_clock import settle_down

SPAN = timedelta(seconds=12)
SERVER = datetime(2026, 11, 20, 9, tzinfo=UTC)
GONE = StoreProblem("The database server does not answer.")


class Wire:
    """A line of which a test says what the other end answers."""

    def __init__(self) -> None:
        self.says: Pulse | StoreProblem = Pulse(SERVER, nodes=1, left_behind=False, leads=True)
        self.asked: list[tuple[str, bool, bool]] = []
        self.left: list[str] = []
        self.closed = 0
        self.cut = asyncio.Event()
        self.shut = asyncio.Event()

    async def beat(self, node: str, *, folder: bool, lead: bool, span: timedelta, settings: str = "") -> Pulse:
        self.asked.append((node, folder, lead))
        if isinstance(self.says, StoreProblem):
            raise self.says
        return self.says

    async def broken(self) -> None:
        await self.cut.wait()

    async def leave(self, node: str) -> None:
        self.left.append(node)

    async def close(self) -> None:
        self.closed += 1
        self.shut.set()


class Hands:
    """A steady clock that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def heart(wire: Wire, hands: Hands) -> Heart:
    return Heart(wire, "n1", FixedClock(SERVER), SPAN, folder=True, steady=hands)


async def test_it_may_begin_nothing_before_its_first_sign_of_life(heart: Heart) -> None:
    assert (heart.life(), heart.leads()) == (0, False)
    await heart._beat()
    assert (heart.life(), heart.leads()) == (1, True)


async def test_it_stops_by_its_own_clock_well_before_the_others_take_over(
    heart: Heart, wire: Wire, hands: Hands
) -> None:
    await heart._beat()
    wire.says = GONE
    hands.seconds += 7.9
    assert not await heart._beat()
    assert (heart.life(), heart.leads()) == (1, False)
    assert heart.alive_for() == pytest.approx(0.1)
    hands.seconds += 0.2
    assert heart.life() == 0
    assert heart.alive_for() < 0


async def test_a_sign_of_life_counts_from_before_it_was_given(hands: Hands) -> None:
    class Slow(Wire):
        async def beat(self, node: str, *, folder: bool, lead: bool, span: timedelta, settings: str = "") -> Pulse:
            hands.seconds += 3
            return await super().beat(node, folder=folder, lead=lead, span=span)

    heart = Heart(Slow(), "n1", FixedClock(SERVER), SPAN, folder=True, steady=hands)
    await heart._beat()
    assert heart.alive_for() == pytest.approx(5)


async def test_after_a_silence_it_is_another_life_and_after_none_the_same(heart: Heart, hands: Hands) -> None:
    await heart._beat()
    hands.seconds += 7
    await heart._beat()
    assert heart.life() == 1
    hands.seconds += 100
    assert heart.life() == 0
    await heart._beat()
    assert heart.life() == 2


async def test_it_learns_how_many_share_and_once_that_work_lies_about(heart: Heart, wire: Wire) -> None:
    wire.says = Pulse(SERVER, nodes=3, left_behind=True)
    await heart._beat()
    assert heart.nodes() == 3
    assert [heart.left_behind(), heart.left_behind()] == [True, False]


async def test_without_the_folder_it_never_asks_to_lead(wire: Wire, hands: Hands) -> None:
    await Heart(wire, "n1", FixedClock(SERVER), SPAN, folder=False, steady=hands)._beat()
    assert wire.asked == [("n1", False, False)]


async def test_it_sends_nothing_while_it_would_decide_otherwise_than_the_leader(wire: Wire, hands: Hands) -> None:
    heart = Heart(wire, "n1", FixedClock(SERVER), SPAN, folder=False, settings="mine", steady=hands)
    for theirs, may in (("", 0), ("theirs", 0), ("mine", 1), ("theirs", 0)):
        wire.says = Pulse(SERVER, nodes=2, left_behind=False, settings=theirs)
        await heart._beat()
        assert heart.life() == may


async def test_its_date_is_the_databases(wire: Wire, hands: Hands) -> None:
    clock = SharedClock(hands)
    await Heart(wire, "n1", clock, SPAN, folder=True, steady=hands)._beat()
    hands.seconds += 60
    assert clock.now() == SERVER + timedelta(seconds=60)


async def test_it_lives_while_it_is_used_and_then_leaves(wire: Wire) -> None:
    async with Heart(wire, "n1", FixedClock(SERVER), SPAN, folder=True) as heart:
        assert heart.leads()
    assert (wire.left, wire.closed) == (["n1"], 1)


async def test_a_database_that_is_not_there_at_the_start_is_said(wire: Wire) -> None:
    wire.says = GONE
    with pytest.raises(StoreProblem, match="does not answer"):
        async with Heart(wire, "n1", FixedClock(SERVER), SPAN, folder=True):
            pass
    assert wire.closed == 1


async def test_a_process_that_stands_still_gives_no_sign_of_life(heart: Heart, wire: Wire, hands: Hands) -> None:
    heart._shown = hands.seconds
    hands.seconds += STUCK + 1
    living = asyncio.create_task(heart._beats())
    await wire.shut.wait()
    assert wire.asked == []
    heart._stop.set()
    await living


async def test_a_lost_line_ends_leadership_at_once(heart: Heart, wire: Wire) -> None:
    await heart._beat()
    assert heart.leads()
    resting = asyncio.create_task(heart._rest(3600))
    wire.cut.set()
    await settle_down()
    assert not heart.leads()
    assert heart.life() == 1
    resting.cancel()
