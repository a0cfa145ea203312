"""The monthly test: on its day and hour, once, to the head alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.closure.linktest import LinkTest, as_message, due
from notifier.model.message import Mode
from notifier.model.states import DeliveryState
from notifier.queue import Store
from tests.unit.closure.asking import WORLD
from tests.unit.routing.families import LONDON

STARTED = datetime(2026, 12, 20, 9, tzinfo=LONDON)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "key"),
    [
        pytest.param(at(1, 4, 9, 59), "", id="before its hour"),
        pytest.param(at(1, 4, 10), "link-test:2027-01", id="on its day"),
        pytest.param(at(1, 4, 17), "", id="too late in the day"),
        pytest.param(at(1, 6, 11), "link-test:2027-01", id="the computer was off"),
        pytest.param(at(1, 12, 11), "", id="off for too long"),
        pytest.param(at(2, 3, 11), "", id="the month before is over"),
        pytest.param(at(2, 4, 11), "link-test:2027-02", id="the next month"),
    ],
)
def test_it_falls_due_on_its_day_within_office_hours(now: datetime, key: str) -> None:
    assert due(4, STARTED, now, LONDON) == key


def test_a_school_that_has_just_begun_or_wants_none_gets_none() -> None:
    assert due(4, at(1, 4, 10, 30), at(1, 4, 11), LONDON) == ""
    assert due(0, STARTED, at(1, 4, 11), LONDON) == ""


def test_it_is_for_the_head_alone_and_nobody_is_to_ring() -> None:
    entry = as_message("link-test:2027-01", WORLD, at(1, 4, 10))
    assert entry is not None
    (one,) = entry.plan.deliveries
    assert one.staff_id == "mrs-okafor"
    assert one.ladder == (("text", "email"),)
    assert entry.message.drill
    assert entry.plan.public == ()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:///n.db", root=tmp_path, create=True, clock=FixedClock(STARTED))
    yield opened
    await opened.close()


async def test_it_goes_once_a_month_and_what_does_not_arrive_becomes_a_task(store: Store) -> None:
    clock = FixedClock(at(1, 4, 10))
    first = LinkTest(store, lambda: WORLD, clock, day=4, zone=LONDON)
    assert await first.look()
    assert not await first.look()
    assert not await LinkTest(store, lambda: WORLD, clock, day=4, zone=LONDON).look()  # after a restart
    kinds = WORLD.policy.kinds
    await store.expire(clock.now() + timedelta(hours=2), kinds.keys())
    assert [one.state for one in await store.unreached()] == [DeliveryState.UNREACHED]
    (task,) = await store.tasks()
    assert "did not reach this member of staff" in task.what


async def test_in_trial_there_is_nothing_to_test(store: Store) -> None:
    world = replace(WORLD, mode=Mode.TRIAL)
    assert not await LinkTest(store, lambda: world, FixedClock(at(1, 4, 10)), day=4, zone=LONDON).look()
