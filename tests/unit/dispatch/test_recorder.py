"""Outcomes reach the database together or singly, and none is dropped."""

import asyncio
from collections.abc import Sequence

import pytest

from notifier.dispatch.recorder import EVERY, MOST, PATIENCE, Recorder
from notifier.model.states import LegState
from notifier.queue import StoreProblem
from notifier.queue.rows import Settlement
from tests.unit.dispatch.hand_clock import HandClock, settle_down
from tests.unit.dispatch.school import START


def outcome(number: int) -> Settlement:
    return Settlement(f"leg{number}", f"attempt{number}", "me", LegState.SENT)


class Ledger:
    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.down = False
        self.poison: set[str] = set()
        self.told: list[str] = []
        self.away_for = 0

    async def settle(self, outcomes: Sequence[Settlement]) -> None:
        if self.away_for:
            self.away_for -= 1
            raise StoreProblem("The database server does not answer.")
        if self.down or self.poison & {one.leg_id for one in outcomes}:
            raise OSError("disk I/O error")
        self.commits.append([one.leg_id for one in outcomes])

    def after(self, outcomes: Sequence[Settlement]) -> None:
        self.told += [one.leg_id for one in outcomes]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def recorder(ledger: Ledger, clock: HandClock) -> Recorder:
    return Recorder(ledger.settle, clock, ledger.after)


async def test_what_may_wait_is_committed_together(recorder: Recorder, ledger: Ledger, clock: HandClock) -> None:
    for number in range(3):
        await recorder.record(outcome(number), together=True)
    assert ledger.commits == []
    await settle_down()
    await clock.move(EVERY)
    assert ledger.commits == [["leg0", "leg1", "leg2"]]
    assert ledger.told == ["leg0", "leg1", "leg2"]


async def test_a_full_group_waits_no_longer(recorder: Recorder, ledger: Ledger, clock: HandClock) -> None:
    for number in range(MOST):
        await recorder.record(outcome(number), together=True)
    assert [len(commit) for commit in ledger.commits] == [MOST]
    await settle_down()
    await clock.move(EVERY)
    await recorder.close()
    assert len(ledger.commits) == 1


async def test_what_may_not_wait_is_committed_before_the_next_is_begun(recorder: Recorder, ledger: Ledger) -> None:
    await recorder.record(outcome(1), together=False)
    assert ledger.commits == [["leg1"]]


async def test_a_database_that_fails_is_tried_until_it_works(
    recorder: Recorder, ledger: Ledger, clock: HandClock
) -> None:
    ledger.down = True
    recording = asyncio.create_task(recorder.record(outcome(1), together=False))
    await settle_down()
    await clock.move(PATIENCE)
    assert not recording.done()
    ledger.down = False
    await clock.move(PATIENCE)
    await recording
    assert ledger.commits == [["leg1"]]


async def test_one_outcome_that_cannot_be_written_keeps_no_other_from_it(recorder: Recorder, ledger: Ledger) -> None:
    ledger.poison.add("leg1")
    for number in range(3):
        await recorder.record(outcome(number), together=True)
    await recorder.flush()
    assert ledger.commits == [["leg0"], ["leg2"]]
    assert ledger.told == ["leg0", "leg2"]


async def test_a_database_that_comes_back_in_the_middle_loses_no_outcome(recorder: Recorder, ledger: Ledger) -> None:
    """Restarted while outcomes were written one by one: those before it was back are written later, not never."""
    ledger.away_for = 2  # the group, and the first one alone
    for number in range(3):
        await recorder.record(outcome(number), together=True)
    with pytest.raises(StoreProblem):
        await recorder.flush()
    assert ledger.commits == [["leg1"], ["leg2"]]
    await recorder.flush()
    assert ledger.commits == [["leg1"], ["leg2"], ["leg0"]]
    assert ledger.told == ["leg1", "leg2", "leg0"]


async def test_closing_writes_the_rest(recorder: Recorder, ledger: Ledger) -> None:
    await recorder.record(outcome(1), together=True)
    await recorder.close()
    assert ledger.commits == [["leg1"]]


async def test_closing_says_so_when_the_rest_cannot_be_written(recorder: Recorder, ledger: Ledger) -> None:
    ledger.down = True
    await recorder.record(outcome(1), together=True)
    with pytest.raises(OSError, match="disk"):
        await recorder.close()


async def test_a_cancelled_sender_does_not_stop_its_commit(ledger: Ledger, clock: HandClock) -> None:
    may_write = asyncio.Event()

    async def slow(outcomes: Sequence[Settlement]) -> None:
        await may_write.wait()
        await ledger.settle(outcomes)

    recorder = Recorder(slow, clock, ledger.after)
    recording = asyncio.create_task(recorder.record(outcome(1), together=False))
    await settle_down()
    recording.cancel()
    await settle_down()
    may_write.set()
    await settle_down()
    assert ledger.commits == [["leg1"]]
