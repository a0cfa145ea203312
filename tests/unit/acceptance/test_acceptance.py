"""The one way in, over a real database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.acceptance import Acceptance, World
from notifier.clock import FixedClock
from notifier.fittings import rota
from notifier.model.answer import Outcome
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Attachment, Enclosure, Kind, Mode
from notifier.model.problem import error
from notifier.model.states import MessageState
from notifier.queue import Enqueued, Entry, Store, StoreProblem
from tests.stores import new_store
from tests.unit.acceptance.school import DIRECTORY, HEAD, NOW, WORLD, dropped


class Office:
    """An acceptance with a clock and a world that a test may change."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.world: World = WORLD
        self.numbers = iter(range(1, 100))
        self.acceptance = Acceptance(
            store, lambda: self.world, clock, lambda kind: f"{kind.value}-{next(self.numbers)}"
        )

    async def release_due(self) -> int:
        """What the clock does; how many messages it lets go."""
        before = len(await self.store.messages([MessageState.ACCEPTED]))
        await rota(self.store, lambda: self.world, self.acceptance, Mode.TRIAL, self.clock).look()
        return len(await self.store.messages([MessageState.ACCEPTED])) - before

    async def state(self, message_id: str) -> MessageState:
        stored = await self.store.message(message_id)
        assert stored is not None
        return stored.state


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = FixedClock(NOW)
    store = await new_store(tmp_path, clock)
    yield Office(store, clock)
    await store.close()


async def test_an_accepted_letter_is_in_the_queue_with_its_legs(office: Office) -> None:
    answer = await office.acceptance.accept(dropped())
    assert answer.outcome is Outcome.ACCEPTED
    assert await office.state(answer.message_id) is MessageState.ACCEPTED
    assert [leg.channel for leg in await office.store.legs(answer.message_id)] == ["email"]
    assert "1 child, 1 adult, 1 copy" in answer.text
    assert f"notifier status {answer.message_id}" in answer.text


async def test_the_answer_says_what_goes_with_the_letter(office: Office) -> None:
    form = Enclosure(Attachment("consent form.pdf", "application/pdf", "0" * 64, 4), b"%PDF")
    letter = replace(dropped("k1", event="farm", reply_slip=True), enclosures=(form,))
    said = (await office.acceptance.accept(letter)).text
    assert "With it: consent form.pdf; a reply slip, on paper; the event for the family's calendar\n" in said
    assert "With it" not in (await office.acceptance.accept(dropped("k2"))).text


async def test_the_same_file_again_is_nothing_new(office: Office) -> None:
    first = await office.acceptance.accept(dropped())
    again = await office.acceptance.accept(dropped())
    assert again.outcome is Outcome.ALREADY
    assert again.message_id == first.message_id
    assert "again: yes" in again.text
    assert len(await office.store.messages()) == 1


async def test_a_file_met_again_after_its_send_moment_is_known_and_not_wrong(office: Office) -> None:
    first = await office.acceptance.accept(dropped(send=NOW + timedelta(hours=1)))
    late = replace(dropped(send=NOW), problems=(error("send-past", "Send is in the past."),))
    assert (await office.acceptance.accept(late)).message_id == first.message_id


async def test_a_refusal_queues_nothing_and_the_mended_file_may_come_again(office: Office) -> None:
    refused = await office.acceptance.accept(dropped(to=("Oka",)))
    assert refused.outcome is Outcome.REFUSED
    assert "NOT SENT" in refused.text
    assert "Did you mean “Oak”?" in refused.text
    assert not await office.store.messages()
    assert (await office.acceptance.accept(dropped())).outcome is Outcome.ACCEPTED


async def test_a_refusal_that_a_person_must_act_upon_keeps_its_task(office: Office) -> None:
    for _ in range(2):  # the same file twice: its key stays free
        answer = await office.acceptance.accept(dropped(category="safeguarding", to=("pupil P1",)))
        assert answer.outcome is Outcome.REFUSED
    tasks = await office.store.tasks()
    assert {task.rule for task in tasks} == {"W42"}
    assert all(task.about == ("P1",) for task in tasks)


async def test_a_newsletter_waits_and_goes_when_its_moment_comes(office: Office) -> None:
    answer = await office.acceptance.accept(
        dropped(kind=Kind.NEWSLETTER, to=("whole school",), newsletter="News", authority=HEAD)
    )
    assert await office.state(answer.message_id) is MessageState.WAITING
    assert "Friday 27 November 2026, 15:15" in answer.text
    assert not await office.store.legs(answer.message_id)
    assert await office.release_due() == 0
    office.clock.at = NOW.replace(day=27, hour=15, minute=15)
    assert await office.release_due() == 1
    assert await office.release_due() == 0
    assert len(await office.store.legs(answer.message_id)) == 3  # two families and the website


async def test_what_is_due_is_planned_anew_with_the_orders_of_that_moment(office: Office) -> None:
    answer = await office.acceptance.accept(dropped(to=("whole school",), send=NOW + timedelta(hours=1)))
    barred = (Arrangement(Sort.COURT_ORDER, "C1", "P1", evidence="seen"),)
    office.world = replace(WORLD, directory=replace(DIRECTORY, version=2, arrangements=barred))
    office.clock.at = NOW + timedelta(hours=1)
    assert await office.release_due() == 1
    reached = [one.delivery.contact_ids for one in await office.store.deliveries(answer.message_id)]
    assert reached == [("C2",)]


async def test_what_has_become_doubtful_when_due_is_held(office: Office) -> None:
    answer = await office.acceptance.accept(dropped(send=NOW + timedelta(hours=1)))
    office.world = replace(WORLD, policy=replace(WORLD.policy, watch_words=("walk",)))
    office.clock.at = NOW + timedelta(hours=1)
    assert await office.release_due() == 0
    assert await office.state(answer.message_id) is MessageState.HELD


async def test_a_newer_issue_takes_the_place_of_the_waiting_one(office: Office) -> None:
    first = await office.acceptance.accept(
        dropped("one", kind=Kind.NEWSLETTER, to=("whole school",), newsletter="News", subject="one", authority=HEAD)
    )
    second = await office.acceptance.accept(
        dropped("two", kind=Kind.NEWSLETTER, to=("whole school",), newsletter="News", subject="two", authority=HEAD)
    )
    assert await office.state(first.message_id) is MessageState.SUPERSEDED
    assert await office.state(second.message_id) is MessageState.WAITING
    assert first.message_id in second.text
    assert [(note.source, second.message_id in note.text) for note in second.notes] == [("walk.md", True)]


async def test_an_emergency_from_the_office_waits_for_the_head(office: Office) -> None:
    answer = await office.acceptance.accept(dropped(kind=Kind.EMERGENCY))
    assert answer.outcome is Outcome.HELD
    assert not await office.store.legs(answer.message_id)
    assert f"notifier approve {answer.message_id}" in answer.text
    stored = await office.store.message(answer.message_id)
    assert stored is not None
    plan = await office.acceptance.approve(stored, "head")
    assert plan is not None
    assert await office.state(answer.message_id) is MessageState.ACCEPTED
    assert {leg.channel for leg in await office.store.legs(answer.message_id)} == {
        *("text", "email", "website", "noticeboard")
    }
    assert await office.acceptance.approve(stored, "head") is None


async def test_an_approved_letter_for_later_waits_for_its_moment(office: Office) -> None:
    submission = dropped(send=NOW + timedelta(days=1))
    body = replace(submission.bodies[0], plain="About a head injury", html="<p>About a head injury</p>")
    answer = await office.acceptance.accept(replace(submission, bodies=(body,)))
    assert answer.outcome is Outcome.HELD
    assert "“head injury”" in answer.text
    stored = await office.store.message(answer.message_id)
    assert stored is not None
    assert await office.acceptance.approve(stored, "head") is not None
    assert await office.state(answer.message_id) is MessageState.WAITING
    office.clock.at = NOW + timedelta(days=1)
    assert await office.release_due() == 1  # the yes settled what only a person could doubt


async def test_replaces_stops_the_message_it_names(office: Office) -> None:
    old = await office.acceptance.accept(dropped("old", send=NOW + timedelta(days=1)))
    new = await office.acceptance.accept(dropped("new", replaces=old.message_id))
    assert new.outcome is Outcome.ACCEPTED
    assert await office.state(old.message_id) is MessageState.SUPERSEDED
    nothing = await office.acceptance.accept(dropped("newer", replaces="letter-zzz"))
    assert nothing.outcome is Outcome.REFUSED


class FullDisk(Store):
    """A store on a disk that has no room left."""

    async def enqueue(self, entry: Entry, now: datetime) -> Enqueued:
        raise StoreProblem("The disk is full, so nothing can be recorded. Make room, then start again.")


async def test_a_database_that_fails_is_a_fault_and_not_a_refusal(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    store = await FullDisk.open(f"sqlite+aiosqlite:///{tmp_path}/n.db", root=tmp_path, create=True, clock=clock)
    answer = await Acceptance(store, lambda: WORLD, clock).accept(dropped())
    assert answer.outcome is Outcome.FAULT
    assert "disk is full" in answer.text
    await store.close()


async def test_what_a_crash_left_unanswered_gets_the_answer_it_is_owed(office: Office) -> None:
    first = await office.acceptance.accept(dropped())
    after = await office.acceptance.accept(replace(dropped(), recovered=True))
    assert (after.outcome, after.text, after.message_id) == (Outcome.ACCEPTED, first.text, first.message_id)
    assert (await office.acceptance.accept(dropped())).outcome is Outcome.ALREADY


UNREADABLE = replace(DIRECTORY, version=2, held="A line in arrangements.csv cannot be read.")


async def test_what_only_the_files_had_held_goes_on_when_they_are_mended(office: Office) -> None:
    office.world = replace(WORLD, directory=UNREADABLE)
    answer = await office.acceptance.accept(dropped())
    assert answer.outcome is Outcome.HELD
    assert await office.acceptance.resume() == 0
    office.world = replace(WORLD, directory=replace(DIRECTORY, version=3))
    assert await office.acceptance.resume() == 1
    assert await office.state(answer.message_id) is MessageState.ACCEPTED


async def test_what_waits_for_a_person_too_is_not_let_go_by_mended_files(office: Office) -> None:
    office.world = replace(WORLD, directory=UNREADABLE)
    submission = dropped()
    body = replace(submission.bodies[0], plain="safeguarding", html="<p>safeguarding</p>")
    answer = await office.acceptance.accept(replace(submission, bodies=(body,)))
    office.world = replace(WORLD, directory=replace(DIRECTORY, version=3))
    assert await office.acceptance.resume() == 0
    assert await office.state(answer.message_id) is MessageState.HELD


async def test_what_falls_due_while_the_register_is_missing_waits_for_it(office: Office) -> None:
    answer = await office.acceptance.accept(dropped(send=NOW + timedelta(hours=1)))
    office.world = replace(WORLD, directory=replace(DIRECTORY, version=2, refuses="There is no arrangements.csv."))
    office.clock.at = NOW + timedelta(hours=1)
    assert await office.release_due() == 0
    assert await office.state(answer.message_id) is MessageState.WAITING
    office.world = replace(WORLD, directory=replace(DIRECTORY, version=3))
    assert await office.release_due() == 1
