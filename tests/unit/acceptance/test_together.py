"""Several events entered at once: one message of new dates for each family, and all that follows from each of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from notifier.acceptance.dates import with_diary
from notifier.acceptance.noticing.given import given
from notifier.clock import FixedClock
from notifier.model.calendar import Event, Session
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Message, Mode
from notifier.model.occurrence import OccurrenceState
from notifier.model.states import MessageState
from notifier.queue.rows import Decision
from tests.stores import new_store
from tests.unit.acceptance.notice_desk import FARM, MONDAY, Desk, at, on_paper
from tests.unit.acceptance.school import DIRECTORY, dropped

ZOO = replace(FARM, id="zoo", title="Zoo", date=date(2026, 11, 18))
FAIR = Event("fair", "Winter fair", date(2026, 11, 19), time(15, 15), to="whole school", on_site=True)
ELM = replace(FARM, id="elm", title="Elm museum day", date=date(2026, 11, 19), to="Elm")
FAR = replace(FARM, id="far", title="Play", date=date(2026, 12, 17))
ENTERED = (FARM, ZOO, FAIR, ELM, FAR)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = FixedClock(MONDAY)
    store = await new_store(tmp_path, clock)
    desk = Desk(store, clock)
    desk.events()
    await desk.run(at(16, 10))
    yield desk
    await store.close()


async def entered(desk: Desk, *events: Event) -> list[Message]:
    """What goes at once when somebody saves these."""
    desk.events(*events)
    return await desk.run(at(16, 11))


def listed(message: Message) -> list[str]:
    return [one.event.title for one in message.diary]


async def test_what_was_entered_at_once_is_told_at_once_in_one_message(desk: Desk) -> None:
    (dates,) = await entered(desk, *ENTERED)
    assert dates.subject == "New dates for your diary"
    assert listed(dates) == ["Zoo", "Elm museum day", "Winter fair", "Farm visit"]
    assert await desk.whom(dates) == ["C1", "C2"]
    assert dates.expires_at is not None
    assert dates.expires_at.date() == FARM.date, "news until the last of them begins"


async def test_each_family_has_only_the_dates_of_its_own_children(desk: Desk) -> None:
    (dates,) = await entered(desk, *ENTERED)
    has = {
        one.delivery.contact_ids: [d.event.title for d in dates.diary if d.concerns(one.delivery.pupil_ids)]
        for one in await desk.store.deliveries(dates.id)
    }
    assert has == {("C1",): ["Zoo", "Winter fair", "Farm visit"], ("C2",): ["Elm museum day", "Winter fair"]}


async def test_reminders_and_what_is_not_yet_due_come_for_each_event_by_itself(desk: Desk) -> None:
    await entered(desk, *ENTERED)
    later = [one.subject for one in await desk.run(at(18, month=12))]
    assert "Reminder: Farm visit, Friday 20 November 2026" in later
    assert "Play: Thursday 17 December 2026" in later
    assert not any(one.startswith(("Farm visit", "Zoo", "Winter fair", "Elm")) for one in later)


async def test_two_events_go_each_by_itself_with_all_there_is_to_say(desk: Desk) -> None:
    assert [one.subject.partition(":")[0] for one in await entered(desk, FARM, ZOO)] == ["Farm visit", "Zoo"]


async def test_each_event_is_decided_by_its_own_key_so_that_it_is_never_told_again(desk: Desk) -> None:
    (dates,) = await entered(desk, *ENTERED)
    for event in (FARM, ZOO, FAIR, ELM):
        went = [one for one in await desk.store.decisions.of_event(event.id, Mode.TRIAL) if one.message_id]
        assert [(one.state, one.message_id) for one in went] == [(OccurrenceState.DONE, dates.id)]
    desk.clock.at = at(16, 10)
    assert await desk.run(at(16, 12)) == []


async def test_where_another_was_quicker_with_one_of_them_nothing_is_told_twice(desk: Desk) -> None:
    desk.events(*ENTERED)
    late = [one for one in await desk.upcoming() if one.at < at(16, 10) and not one.key.endswith(":post")]
    assert len(late) == 4
    taken = Decision(late[2], OccurrenceState.DONE)
    assert await desk.store.decisions.decide([taken], Mode.TRIAL, desk.clock.at) == [True]
    together = Decision(late[0], OccurrenceState.DONE, with_=(late[1], late[2]))
    assert await desk.store.decisions.decide([together], Mode.TRIAL, desk.clock.at) == [False]
    decided = await desk.store.decisions.decided([one.key for one in late], Mode.TRIAL)
    assert set(decided) == {late[2].key}, "all of them, or none"


async def test_the_office_is_told_once_of_all_that_is_late(desk: Desk) -> None:
    await entered(desk, *ENTERED)
    (task,) = await desk.tasks()
    assert "“Zoo” on 18 November (2 of 10)" in task
    assert "“Farm visit” on 20 November (4 of 10)" in task
    assert "Winter fair" not in task, "the school means to give no time for such an event"


@pytest.mark.parametrize(
    "alone",
    [
        pytest.param(replace(FARM, id="one", title="Talk", to="pupil P1"), id="of one child"),
        pytest.param(
            replace(FARM, id="one", title="Talk", sessions=(Session(FARM.date), Session(date(2026, 11, 23)))),
            id="of several sessions",
        ),
        pytest.param(replace(FARM, id="one", title="Talk", details="About safeguarding."), id="for the head first"),
        pytest.param(replace(FARM, id="one", title="Talk", to="Okapi"), id="for nobody we know"),
    ],
)
async def test_what_is_not_for_a_list_goes_by_itself_or_asks(desk: Desk, alone: Event) -> None:
    sent = await entered(desk, *ENTERED, alone)
    lists = [one for one in sent if one.diary]
    assert [listed(one) for one in lists] == [["Zoo", "Elm museum day", "Winter fair", "Farm visit"]]
    assert [one.subject.partition(":")[0] for one in sent if not one.diary] in (["Talk"], [])
    assert len(sent) == 2 or any("Okapi" in task for task in await desk.tasks())


async def test_an_event_about_which_somebody_wrote_is_left_out(desk: Desk) -> None:
    desk.events(*ENTERED)
    await desk.acceptance.accept(dropped(event="farm"))
    sent = await desk.run(at(16, 11))
    assert [listed(one) for one in sent if one.diary] == [["Zoo", "Elm museum day", "Winter fair"]]


async def test_who_may_not_come_on_site_is_invited_to_nothing_on_site(desk: Desk) -> None:
    ban = Arrangement(Sort.SITE_BAN, "C1", "P1", evidence="letter of the governors")
    desk.world = replace(desk.world, directory=replace(DIRECTORY, arrangements=(ban,)))
    (dates,) = await entered(desk, *ENTERED)
    assert await desk.whom(dates) == ["C2"]
    assert any("may not come on site" in task for task in await desk.tasks())


async def test_a_ban_keeps_nobody_from_what_is_elsewhere(desk: Desk) -> None:
    ban = Arrangement(Sort.SITE_BAN, "C1", "P1", evidence="letter of the governors")
    desk.world = replace(desk.world, directory=replace(DIRECTORY, arrangements=(ban,)))
    onsite = replace(ELM, on_site=True)
    (dates,) = await entered(desk, FARM, ZOO, onsite)
    assert await desk.whom(dates) == ["C1", "C2"], "what is on site is for another child"


async def test_a_date_of_the_list_that_moves_is_told_to_exactly_those_who_had_that_date(desk: Desk) -> None:
    await entered(desk, *ENTERED)
    assert await desk.post() == 2
    desk.events(replace(FARM, date=date(2026, 11, 24)), ZOO, FAIR, ELM, FAR)
    (changed,) = await desk.run(at(16, 12))
    assert changed.subject == "Changed: Farm visit, now Tuesday 24 November 2026"
    assert await desk.whom(changed) == ["C1"]
    assert await desk.run(at(16, 13)) == []


async def test_a_list_under_way_is_stopped_and_the_others_hear_of_all_dates_as_they_are(desk: Desk) -> None:
    (dates,) = await entered(desk, *ENTERED)
    assert await desk.post(only="C2") == 1
    desk.events(FARM, ZOO, replace(FAIR, date=date(2026, 11, 25)), replace(ELM, cancelled=True), FAR)
    sent = await desk.run(at(16, 12))
    stored = await desk.store.message(dates.id)
    assert stored is not None
    assert stored.state is MessageState.CANCELLED
    found = {one.subject: (await desk.whom(one), listed(one)) for one in sent}
    assert found.pop("Changed: Winter fair, now Wednesday 25 November 2026") == (["C2"], [])
    assert found.pop("Cancelled: Elm museum day, Thursday 19 November 2026") == (["C2"], [])
    assert found == {"New dates for your diary": (["C1"], ["Zoo", "Farm visit", "Winter fair"])}
    await desk.post()
    assert await desk.run(at(16, 13)) == []


async def test_a_cancelled_date_is_taken_back_from_those_who_had_it(desk: Desk) -> None:
    await entered(desk, *ENTERED)
    await desk.post()
    desk.events(FARM, ZOO, FAIR, replace(ELM, cancelled=True), FAR)
    (cancelled,) = await desk.run(at(16, 12))
    assert cancelled.subject == "Cancelled: Elm museum day, Thursday 19 November 2026"
    assert await desk.whom(cancelled) == ["C2"]


async def test_the_notice_given_is_known_of_each_event(desk: Desk) -> None:
    await entered(desk, *ENTERED)
    await desk.post()
    found = await given(desk.store, desk.world, date(2026, 9, 1), desk.clock.now())
    assert {one.event_id: one.school_days for one in found} == {"farm": 4, "zoo": 2, "fair": 3, "elm": 3}


async def test_a_list_that_a_person_lets_go_later_says_what_is_so_by_then(desk: Desk) -> None:
    (dates,) = await entered(desk, *ENTERED)
    desk.events(FARM, replace(ZOO, cancelled=True), replace(FAIR, date=date(2026, 11, 25)), ELM, FAR)
    now_so = with_diary(dates, desk.world, at(19, 12))
    assert [(one.event.title, one.event.date.day) for one in now_so.diary] == [("Farm visit", 20), ("Winter fair", 25)]


async def test_who_gets_paper_has_in_one_letter_what_must_leave_early(desk: Desk) -> None:
    desk.world = on_paper(desk.world)
    early = [replace(FARM, id=f"e{day}", title=f"Trip {day}", date=date(2026, 12, day)) for day in (1, 2, 3)]
    (dates,) = await entered(desk, *early)
    assert listed(dates) == ["Trip 1", "Trip 2", "Trip 3"]
    assert await desk.whom(dates) == ["C1"]
    rest = [one for one in await desk.run(at(20, 12)) if one.subject.startswith("Trip")]
    assert [await desk.whom(one) for one in rest] == [["C3"]] * 3, "each at its own time, and nobody twice"


async def test_where_nobody_gets_paper_those_parts_are_settled_together(desk: Desk) -> None:
    early = [replace(FARM, id=f"e{day}", title=f"Trip {day}", date=date(2026, 12, day)) for day in (1, 2, 3)]
    assert await entered(desk, *early) == []
    found = [one for event in early for one in await desk.store.decisions.of_event(event.id, Mode.TRIAL)]
    assert [one.state for one in found] == [OccurrenceState.SKIPPED] * 3
