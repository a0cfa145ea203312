"""Newsletters by the clock: the issue that waits goes once, its author is reminded, the head is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from notifier.acceptance import Acceptance, World
from notifier.clock import FixedClock
from notifier.fittings import rota
from notifier.model.calendar import DayOff, Event
from notifier.model.message import Kind, Mode
from notifier.model.occurrence import OccurrenceState
from notifier.model.states import MessageState
from notifier.queue import Store, StoredMessage
from tests.stores import new_store
from tests.unit.acceptance.school import CALENDAR, HEAD, NOW, TEACHER, WORLD, dropped
from tests.unit.routing.families import LONDON

FRIDAY = datetime(2026, 11, 27, 15, 15, tzinfo=LONDON)
WEEK = timedelta(days=7)
STAFF = {id: replace(one, email=f"{id}@example.org") for id, one in WORLD.staff.items()}


class Office:
    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.world: World = replace(WORLD, staff=STAFF)
        self.numbers = iter(range(1, 100))
        self.acceptance = Acceptance(
            store, lambda: self.world, clock, lambda kind: f"{kind.value}-{next(self.numbers)}"
        )

    async def at(self, moment: datetime) -> None:
        """The clock strikes; a daemon just started looks at it."""
        self.clock.at = moment
        await rota(self.store, lambda: self.world, self.acceptance, Mode.TRIAL, self.clock).look()

    async def drop(self, key: str = "k1", **header: object) -> str:
        issue = dropped(key, authority=HEAD, newsletter="News", kind=Kind.NEWSLETTER, subject=key, **header)
        return (await self.acceptance.accept(issue)).message_id

    async def message(self, id: str) -> StoredMessage:
        found = await self.store.message(id)
        assert found is not None
        return found

    async def to_staff(self) -> list[tuple[str, str]]:
        """Subject and recipient of each email to staff, the oldest first."""
        found = []
        for one in reversed(await self.store.messages()):
            for delivery in await self.store.deliveries(one.id):
                if delivery.delivery.staff_id:
                    found.append((one.message.subject, delivery.delivery.staff_id))
        return found

    async def decided(self) -> dict[str, OccurrenceState]:
        found = await self.store.decisions.between(NOW - WEEK, NOW + 9 * WEEK, Mode.TRIAL)
        return {one.key: one.state for one in found}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = FixedClock(NOW)
    store = await new_store(tmp_path, clock)
    office = Office(store, clock)
    await office.at(NOW)
    yield office
    await store.close()


async def test_the_issue_that_waits_goes_on_its_day_and_once(office: Office) -> None:
    issue = await office.drop()
    assert (await office.message(issue)).message.slot == date(2026, 11, 27)
    await office.at(FRIDAY - timedelta(seconds=1))
    assert (await office.message(issue)).state is MessageState.WAITING
    await office.at(FRIDAY)
    await office.at(FRIDAY)
    assert (await office.message(issue)).state is MessageState.ACCEPTED
    assert (await office.decided())["newsletter:News:2026-11-27"] is OccurrenceState.DONE
    assert await office.to_staff() == []


async def test_a_clock_set_back_lets_no_second_issue_out_on_one_day(office: Office) -> None:
    await office.drop()
    await office.at(FRIDAY)
    office.clock.at = FRIDAY - timedelta(hours=2)
    second = await office.drop("k2")
    assert (await office.message(second)).message.send_at == FRIDAY + WEEK


async def test_the_author_is_reminded_and_then_the_head_is_told_and_nothing_empty_goes(office: Office) -> None:
    office.world = replace(office.world, newsletters={"News": replace(WORLD.newsletters["News"], as_="mr-demir")})
    await office.at(datetime(2026, 11, 26, 8, 59, tzinfo=LONDON))
    assert await office.to_staff() == []
    for minutes in (0, 1, 30):
        await office.at(datetime(2026, 11, 26, 9, minutes, tzinfo=LONDON))
    assert await office.to_staff() == [("No issue of “News” yet", "mr-demir")]
    for minutes in (15, 16, 45):
        await office.at(FRIDAY.replace(minute=minutes))
    assert await office.to_staff() == [
        ("No issue of “News” yet", "mr-demir"),
        ("“News” was not sent", "mrs-okafor"),
    ]
    assert (await office.decided())["newsletter:News:2026-11-27"] is OccurrenceState.SKIPPED
    assert [one.message.kind for one in await office.store.messages()] == [Kind.LETTER, Kind.LETTER]


async def test_nobody_is_reminded_of_what_waits_already(office: Office) -> None:
    await office.drop()
    await office.at(datetime(2026, 11, 26, 9, 0, tzinfo=LONDON))
    assert await office.to_staff() == []


async def test_an_issue_that_waits_for_a_yes_is_named_to_the_head(office: Office) -> None:
    issue = await office.drop()
    await office.store.hold(issue, "mrs-okafor", office.clock.at)
    await office.at(FRIDAY)
    ((subject, _),) = await office.to_staff()
    assert subject == "“News” was not sent"
    (told,) = [one for one in await office.store.messages() if one.message.subject == subject]
    assert f"notifier approve {issue} --as ID" in told.message.bodies[0].plain


async def test_where_nobody_has_an_email_address_it_is_a_task(office: Office) -> None:
    office.world = WORLD
    await office.at(FRIDAY)
    assert [task.what for task in await office.store.tasks() if "was not sent" in task.what]


async def test_a_school_that_wants_no_reminders_gets_none(office: Office) -> None:
    quiet = replace(WORLD.newsletters["News"], remind_at=None)
    office.world = replace(office.world, newsletters={"News": quiet})
    await office.at(FRIDAY - timedelta(days=1))
    await office.at(FRIDAY)
    assert await office.to_staff() == []
    assert await office.store.tasks() == []


async def test_after_a_weekend_off_the_issue_is_held_and_the_office_told_once(office: Office) -> None:
    issue = await office.drop()
    for _ in range(2):
        await office.at(FRIDAY + timedelta(days=2))
    assert (await office.message(issue)).state is MessageState.HELD
    assert await office.to_staff() == [("Not sent: its time had passed", "mr-bell")]
    assert [task.message_id for task in await office.store.tasks()] == [issue]


async def test_after_an_hour_off_the_issue_goes(office: Office) -> None:
    issue = await office.drop()
    await office.at(FRIDAY + timedelta(hours=1))
    assert (await office.message(issue)).state is MessageState.ACCEPTED


async def test_what_waits_moves_with_a_day_that_became_inset(office: Office) -> None:
    issue = await office.drop()
    closed = replace(CALENDAR, inset=frozenset({date(2026, 11, 27)}))
    office.world = replace(office.world, calendar=closed)
    await office.at(NOW)
    moved = (await office.message(issue)).message
    assert (moved.send_at, moved.expires_at) == (FRIDAY + WEEK, FRIDAY + 2 * WEEK)
    before = replace(WORLD.newsletters["News"], day_off=DayOff.BEFORE)
    office.world = replace(office.world, newsletters={"News": before}, calendar=replace(closed, inset=frozenset()))
    second = await office.drop("k2")
    office.world = replace(office.world, calendar=closed)
    await office.at(NOW)
    assert (await office.message(second)).message.send_at == FRIDAY - timedelta(days=1)


async def test_an_expiry_of_its_own_stays_when_an_issue_moves(office: Office) -> None:
    issue = await office.drop(expires=FRIDAY + timedelta(days=1))
    office.world = replace(office.world, calendar=replace(CALENDAR, inset=frozenset({date(2026, 11, 27)})))
    await office.at(NOW)
    assert (await office.message(issue)).message.expires_at == FRIDAY + timedelta(days=1)


async def test_a_teacher_writes_the_newsletter_of_the_own_class_and_of_no_other(office: Office) -> None:
    for name, to, goes in (("Oak news", "Oak", True), ("Elm news", "Elm", False)):
        newsletter = replace(WORLD.newsletters["News"], name=name, as_="mr-demir", to=to)
        office.world = replace(office.world, newsletters={name: newsletter})
        issue = dropped(name, authority=TEACHER, newsletter=name, kind=Kind.NEWSLETTER, to=(to,))
        answer = await office.acceptance.accept(issue)
        stored = await office.store.message(answer.message_id) if answer.message_id else None
        assert (stored is not None and stored.state is MessageState.WAITING) is goes


async def test_a_preview_shows_the_dates_as_they_stand_on_the_day_it_goes(office: Office) -> None:
    soon = Event("FETE", "Fete", date(2026, 12, 5))
    gone = Event("WALK", "Walk", date(2026, 11, 26))  # over before the newsletter goes
    office.world = replace(office.world, calendar=replace(CALENDAR, events=(soon, gone)))
    shown = office.acceptance.preview(dropped("k", authority=HEAD, newsletter="News", kind=Kind.NEWSLETTER), None)
    assert shown.message is not None
    assert [one.event.id for one in shown.message.diary] == ["FETE"]
