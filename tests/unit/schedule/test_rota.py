"""What falls due is seen to in order, once, and nothing old goes by itself."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.acceptance.missing import Missing
from notifier.clock import FixedClock
from notifier.model.message import Kind, Mode
from notifier.model.occurrence import QUESTION, Occurrence, OccurrenceState
from notifier.model.staff import Role, Staff
from notifier.model.states import MessageState
from notifier.queue import Entry, Store
from notifier.queue.rows import Decision
from notifier.schedule import Rota
from tests.stores import new_store
from tests.unit.acceptance.school import NOW, world
from tests.unit.queue.plans import message, plan

HOUR = timedelta(hours=1)
OFFICE = Staff("mr-bell", "Tom Bell", Role.OFFICE, email="office@example.org")


def at(moment: datetime, key: str = "", *, lasts: timedelta = 24 * HOUR, message_id: str = "") -> Occurrence:
    key = key or f"walk:{moment:%m-%d %H:%M}"
    return Occurrence(key, moment, moment + lasts, "notice", "Walk", event_id="walk", message_id=message_id)


class Walks:
    """A duty with these occurrences; what it saw to, in order."""

    def __init__(self, store: Store, *occurrences: Occurrence) -> None:
        self.store = store
        self.occurrences = occurrences
        self.seen: list[str] = []
        self.broken = ""

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        return [one for one in self.occurrences if one.at <= last and one.until > first]

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        if occurrence.key == self.broken:
            raise ZeroDivisionError
        self.seen.append(occurrence.key)
        (done,) = await self.store.decisions.decide([Decision(occurrence, OccurrenceState.DONE)], Mode.TRIAL, now)
        return done


class School:
    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.numbers = iter(range(100))
        self.walks = Walks(store)
        self.missing = Missing(store, lambda: world(staff={OFFICE.id: OFFICE}), self.make_id)
        self.rota = self.restarted()

    def make_id(self, kind: Kind) -> str:
        return f"{kind.value}-{next(self.numbers)}"

    def restarted(self, *more: Walks) -> Rota:
        self.rota = Rota(self.store, [self.walks, *more], self.missing.record, Mode.TRIAL, self.clock)
        return self.rota


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    clock = FixedClock(NOW)
    store = await new_store(tmp_path, clock)
    school = School(store, clock)
    await school.rota.look()
    yield school
    await store.close()


async def test_what_is_due_is_seen_to_in_order_and_the_next_moment_is_told(school: School) -> None:
    school.walks.occurrences = (at(NOW + 2 * HOUR), at(NOW + HOUR), at(NOW + 3 * HOUR))
    assert (await school.rota.look()).next == NOW + HOUR
    school.clock.at = NOW + 2 * HOUR
    looked = await school.rota.look()
    assert (looked.done, looked.next) == (2, NOW + 3 * HOUR)
    assert school.walks.seen == ["walk:11-23 11:00", "walk:11-23 12:00"]


async def test_a_restart_sees_to_nothing_twice(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR),)
    school.clock.at = NOW + HOUR
    await school.rota.look()
    await school.restarted().look()
    assert school.walks.seen == ["walk:11-23 11:00"]


async def test_an_hour_that_comes_again_brings_nothing_again(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR), at(NOW + 3 * HOUR))
    school.clock.at = NOW + 2 * HOUR
    await school.rota.look()
    school.clock.at = NOW
    looked = await school.rota.look()
    assert (looked.done, looked.next) == (0, NOW + 3 * HOUR)
    school.clock.at = NOW + 3 * HOUR
    await school.rota.look()
    assert school.walks.seen == ["walk:11-23 11:00", "walk:11-23 13:00"]


async def test_after_a_short_absence_it_is_done_late_and_after_a_long_one_not(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR, "stale", lasts=HOUR), at(NOW + 3 * HOUR, "late"))
    school.clock.at = NOW + timedelta(hours=20)
    await school.restarted().look()
    assert school.walks.seen == ["late"]
    found = await school.store.decisions.between(NOW, school.clock.at, Mode.TRIAL)
    assert {one.key: one.state for one in found} == {"stale": OccurrenceState.MISSED, "late": OccurrenceState.DONE}


async def test_what_was_missed_is_a_task_each_and_one_email_for_the_office(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR), at(NOW + 25 * HOUR), at(NOW + 49 * HOUR))
    school.clock.at = NOW + timedelta(days=7)
    assert (await school.restarted().look()).done == 3
    assert (await school.rota.look()).done == 0
    assert len(await school.store.tasks()) == 3
    (letter,) = await school.store.messages()
    assert letter.state is MessageState.ACCEPTED
    assert "Monday 23 November, 11:00: Walk\nTuesday 24 November" in letter.message.bodies[0].plain
    (delivery,) = await school.store.deliveries(letter.id)
    assert delivery.delivery.staff_id == "mr-bell"
    assert delivery.delivery.addresses == {"email": "office@example.org"}


async def test_a_message_that_missed_its_moment_is_held_and_the_task_says_how_to_send_it(school: School) -> None:
    waiting = message("m1", mode=Mode.TRIAL, send_at=NOW + HOUR)
    await school.store.enqueue(Entry(waiting, MessageState.WAITING, plan()), NOW)
    school.walks.occurrences = (at(NOW + HOUR, message_id="m1"),)
    school.clock.at = NOW + timedelta(days=2)
    await school.rota.look()
    stored = await school.store.message("m1")
    assert stored is not None
    assert stored.state is MessageState.HELD
    (task,) = await school.store.tasks()
    assert "notifier approve m1" in task.what


async def test_what_was_due_before_the_database_was_put_back_may_have_gone_and_goes_only_by_a_person(
    school: School,
) -> None:
    school.clock.at = NOW + 2 * HOUR
    await school.store.hold_everything(school.clock.at, [], "this morning")
    await school.store.enqueue(Entry(message("m1", mode=Mode.TRIAL, send_at=NOW), MessageState.WAITING, plan()), NOW)
    school.walks.occurrences = (
        at(NOW, "waited", message_id="m1"),
        at(NOW + 2 * HOUR, "before"),
        replace(at(NOW + HOUR, "asked"), kind=QUESTION),
        replace(at(NOW + HOUR, "for nobody"), told=False),
        at(NOW + 2 * HOUR + timedelta(minutes=1), "after"),
    )
    school.clock.at = NOW + 3 * HOUR
    await school.restarted().look()
    await school.rota.look()
    assert school.walks.seen == ["asked", "after"]
    found = await school.store.decisions.between(NOW - HOUR, school.clock.at, Mode.TRIAL)
    missed = {one.key for one in found if one.state is OccurrenceState.MISSED}
    assert missed == {"waited", "before", "for nobody"}
    tasks = [one.what for one in await school.store.tasks() if "put back from a backup, and may" in one.what]
    assert len(tasks) == 2
    assert any("notifier approve m1" in task for task in tasks)
    (letter,) = [one for one in await school.store.messages() if one.id != "m1"]
    assert letter.message.subject == "Not sent: it may have gone already"
    assert "12:00: Walk" in letter.message.bodies[0].plain
    stored = await school.store.message("m1")
    assert stored is not None
    assert stored.state is MessageState.HELD


async def test_before_the_first_look_nothing_can_have_been_missed(school: School) -> None:
    await school.store.decisions.set_looked(NOW)
    school.walks.occurrences = (at(NOW - 25 * HOUR, "long ago"), at(NOW - HOUR, "open still"))
    await school.rota.look()
    assert school.walks.seen == ["open still"]
    assert await school.store.tasks() == []


async def test_a_clock_that_ran_ahead_and_was_put_right_loses_nothing(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR), at(NOW + 3 * HOUR))
    school.clock.at = NOW + timedelta(days=3650)
    await school.rota.look()
    assert school.walks.seen == []
    school.clock.at = NOW + 2 * HOUR
    await school.rota.look()
    school.clock.at = NOW + 3 * HOUR
    await school.rota.look()
    assert school.walks.seen == ["walk:11-23 11:00", "walk:11-23 13:00"]


async def test_one_that_fails_does_not_stop_the_others_and_is_met_again(school: School) -> None:
    school.walks.occurrences = (at(NOW + HOUR, "breaks"), at(NOW + HOUR, "works"))
    school.walks.broken = "breaks"
    school.clock.at = NOW + HOUR
    await school.rota.look()
    assert school.walks.seen == ["works"]
    school.walks.broken = ""
    await school.rota.look()
    assert school.walks.seen == ["works", "breaks"]


async def test_duties_take_turns_by_moment(school: School) -> None:
    other = Walks(school.store, at(NOW + 2 * HOUR, "b"))
    school.walks.occurrences = (at(NOW + HOUR, "a"), at(NOW + 3 * HOUR, "c"))
    other.seen = school.walks.seen
    school.clock.at = NOW + 4 * HOUR
    await school.restarted(other).look()
    assert school.walks.seen == ["a", "b", "c"]
