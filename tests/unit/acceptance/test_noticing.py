"""Notices, reminders and corrections: who gets what, when, and once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from notifier.model.calendar import Event
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Kind, Message, Mode
from notifier.model.occurrence import OccurrenceState
from notifier.model.states import MessageState
from tests.unit.acceptance.notice_desk import FARM, Desk, at, moved, on_paper
from tests.unit.acceptance.school import DIRECTORY, dropped
from tests.unit.routing.families import LONDON


async def state(desk: Desk, message_id: str) -> MessageState:
    stored = await desk.store.message(message_id)
    assert stored is not None
    return stored.state


async def test_an_event_is_announced_ten_and_two_school_days_before(desk: Desk) -> None:
    sent = await desk.run(at(21))
    assert [(one.subject, one.accepted_at) for one in sent] == [
        ("Farm visit: Friday 20 November 2026", at(6, 9)),
        ("Reminder: Farm visit, Friday 20 November 2026", at(18, 9)),
    ]
    assert await desk.whom(sent[0]) == ["C1"]
    assert sent[0].expires_at == datetime(2026, 11, 20, 9, 30, tzinfo=LONDON)


async def test_each_says_beforehand_when_why_and_with_how_much_notice_it_goes(desk: Desk) -> None:
    first, second = [one for one in await desk.upcoming() if not one.key.endswith(":post")]
    assert (first.at, first.lead_school_days, first.reason) == (at(6, 9), 10, "10 school days before it")
    assert (second.lead_school_days, second.audience, second.event_id) == (2, ("Oak",), "farm")


async def test_a_clock_that_jumps_back_sends_nothing_twice(desk: Desk) -> None:
    assert len(await desk.run(at(6, 10))) == 1
    desk.clock.at = at(6, 8)
    assert await desk.run(at(6, 11)) == []


async def test_what_has_passed_when_the_event_is_first_seen_is_one_notice_at_once_and_said_to_be_late(
    desk: Desk,
) -> None:
    desk.events()
    await desk.run(at(16, 10))
    desk.events(FARM)
    sent = await desk.run(at(16, 11))
    assert [one.subject for one in sent] == ["Farm visit: Friday 20 November 2026"]
    (task,) = await desk.tasks()
    assert "4 school days before the event" in task
    assert "means to give 10" in task
    later = await desk.run(at(21))
    assert [one.subject for one in later] == ["Reminder: Farm visit, Friday 20 November 2026"]


async def test_when_all_has_passed_one_notice_goes_and_no_reminder(desk: Desk) -> None:
    desk.events()
    await desk.run(at(19, 10))
    desk.events(FARM)
    assert [one.subject for one in await desk.run(at(21))] == ["Farm visit: Friday 20 November 2026"]


async def test_at_the_first_start_only_what_has_just_passed_is_made_up_for_and_of_the_rest_a_person_is_asked(
    desk: Desk,
) -> None:
    desk.clock.at = at(19, 10)
    near = replace(FARM, id="near", title="Zoo", date=date(2026, 11, 23))  # its second notice was due an hour ago
    far = replace(FARM, id="far", title="Play", date=date(2026, 12, 11))
    over = replace(FARM, id="over", title="Walk", date=date(2026, 11, 12))
    tomorrow = replace(FARM, id="tomorrow", title="Talk", date=date(2026, 12, 1))  # a notice passed, another is ahead
    desk.events(FARM, near, far, over, tomorrow)
    announcing = desk.duties[1]
    wait = replace(desk.world.policy.kinds[Kind.NOTICE], catch_up=timedelta(hours=12))
    desk.world = replace(
        desk.world, policy=replace(desk.world.policy, kinds={**desk.world.policy.kinds, Kind.NOTICE: wait})
    )
    await announcing.begin(desk.clock.now(), sample=False)
    sent = await desk.run(at(19, 12))
    assert [one.subject.partition(":")[0] for one in sent] == ["Zoo"]
    (task,) = [one for one in await desk.tasks() if "should have heard" in one]
    assert "“Farm visit” on 20 November, “Talk” on 1 December." in task
    later = [one.subject.partition(":")[0] for one in await desk.run(at(5, month=12))]
    assert later == ["Play", "Talk"], "what is due from now on goes"


async def test_nobody_hears_of_sample_events_that_have_passed_and_nobody_is_asked(desk: Desk) -> None:
    desk.clock.at = at(18, 10)
    assert not await desk.store.decisions.ever(Mode.TRIAL)
    await desk.duties[1].begin(desk.clock.now(), sample=True)
    assert await desk.store.decisions.ever(Mode.TRIAL)
    assert not await desk.store.decisions.ever(Mode.LIVE)
    assert await desk.run(at(21)) == []
    assert await desk.tasks() == []


async def test_a_daemon_that_was_off_over_the_moment_sends_it_when_it_is_back_and_one_alone(desk: Desk) -> None:
    await desk.run(at(5))
    desk.clock.at = at(12)
    assert [one.accepted_at for one in await desk.run(at(13))] == [at(12)]


async def test_a_daemon_that_was_off_until_the_event_was_over_tells_the_office(desk: Desk) -> None:
    await desk.run(at(17))
    desk.clock.at = at(23)
    assert await desk.run(at(24)) == []
    assert any("missed its time" in task for task in await desk.tasks())


async def test_an_event_for_nobody_is_not_announced(desk: Desk) -> None:
    desk.events(replace(FARM, to=""))
    assert await desk.run(at(21)) == []


async def test_an_event_for_a_class_that_is_not_there_asks_the_office(desk: Desk) -> None:
    desk.events(replace(FARM, to="Ok"))
    assert await desk.run(at(6, 10)) == []
    (task,) = await desk.tasks()
    assert "Nobody is called “Ok”" in task


async def test_words_that_are_for_a_person_first_hold_the_notice(desk: Desk) -> None:
    desk.events(replace(FARM, details="We will talk about safeguarding."))
    (notice,) = await desk.run(at(6, 10))
    assert await state(desk, notice.id) is MessageState.HELD
    assert any(f"notifier approve {notice.id}" in task for task in await desk.tasks())


async def test_the_copy_on_paper_leaves_earlier_and_nobody_gets_two(desk: Desk) -> None:
    desk.world = on_paper(desk.world)
    desk.events(replace(FARM, date=date(2026, 12, 4)))
    paper, rest, paper_again, again = await desk.run(at(5, month=12))
    assert paper.accepted_at == at(13, 9)
    assert rest.accepted_at == at(20, 9)
    assert await desk.whom(paper) == await desk.whom(paper_again) == ["C1"]
    assert await desk.whom(rest) == await desk.whom(again) == ["C3"]
    channels = [leg.channel for one in (paper, rest) for leg in await desk.store.legs(one.id)]
    assert channels == ["letter", "email"]


async def test_where_nobody_gets_paper_that_part_is_settled_without_a_message(desk: Desk) -> None:
    await desk.run(at(6, 10))
    states = {one.key: one.state for one in await desk.store.decisions.of_event("farm", Mode.TRIAL)}
    assert states["notice:farm:2026-11-20:10 school days"] is OccurrenceState.DONE
    posts = [found for key, found in states.items() if key.endswith(":post")]
    assert posts == [OccurrenceState.SKIPPED] * len(posts)


async def test_paper_that_would_come_too_late_is_somebodys_task(desk: Desk) -> None:
    desk.world = on_paper(desk.world)
    desk.events()
    await desk.run(at(18, 10))
    desk.events(FARM)
    await desk.run(at(18, 11))
    assert any("by this post it would come too late" in task for task in await desk.tasks())


async def test_who_just_had_the_notice_on_paper_gets_no_reminder_that_the_post_would_bring_too_late(desk: Desk) -> None:
    desk.world = on_paper(desk.world)
    desk.events()
    await desk.run(at(16, 10))
    desk.events(FARM)
    sent = await desk.run(at(21))
    assert [await desk.whom(one) for one in sent] == [["C1", "C3"], ["C3"]]


@pytest.mark.parametrize("letter", [False, True])
async def test_a_family_on_paper_that_hears_of_a_change_gets_no_reminder_by_the_same_post(
    desk: Desk, letter: bool
) -> None:
    desk.world = on_paper(desk.world)
    first = replace(FARM, date=date(2026, 11, 30))
    desk.events(first)
    if letter:
        await desk.acceptance.accept(dropped("# The farm\n\nBring boots.", to=("Oak",), event="farm"))
    await desk.run(at(17, 10))
    await desk.post()
    desk.events(replace(FARM, date=date(2026, 12, 2)))
    changed, *later = await desk.run(at(30, 12))
    assert await desk.whom(changed) == ["C1", "C3"]
    soon = [one for one in later if one.accepted_at is not None and one.accepted_at < at(20)]
    assert [await desk.whom(one) for one in soon] == [["C3"]], "the correction stood in for it on paper"
    last = [await desk.whom(one) for one in later if one not in soon]
    assert last == [["C1"], ["C3"]], "the reminder after it comes to both"


async def test_in_live_mode_what_is_found_late_at_night_waits_for_the_morning(desk: Desk) -> None:
    desk.events()
    await desk.run(at(16, 21))
    desk.events(FARM)
    desk.world = replace(desk.world, mode=Mode.LIVE)
    announcing = desk.duties[1]
    now = desk.clock.now()
    due = next(one for one in await announcing.upcoming(now, now) if not one.key.endswith(":post"))
    assert not await announcing.see_to(due, now)
    assert await announcing.see_to(due, at(17, 8))


async def test_a_moved_event_is_told_to_exactly_those_who_had_the_old_date(desk: Desk) -> None:
    desk.events(moved(20, to="whole school"))
    (notice,) = await desk.run(at(6, 10))
    assert await desk.post(only="C1") == 1
    desk.events(moved(25, to="whole school"))
    changed, rest = await desk.run(at(6, 11))
    assert changed.subject == "Changed: Farm visit, now Wednesday 25 November 2026"
    assert "It was: Friday 20 November 2026, 09:30–15:00, City farm." in changed.bodies[0].plain
    assert "It is now: Wednesday 25 November 2026, 09:30–15:00, City farm." in changed.bodies[0].plain
    assert await desk.whom(changed) == ["C1"]
    # whose copy had not left gets the notice as it should have been
    assert rest.subject == "Farm visit: Wednesday 25 November 2026"
    assert await desk.whom(rest) == ["C2"]
    assert await state(desk, notice.id) is MessageState.CANCELLED
    assert await desk.post() == 2
    assert await desk.run(at(6, 12)) == []


async def test_what_is_unsent_moves_with_the_event_and_comes_once(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    desk.events(moved(25))
    sent = await desk.run(at(26))
    assert [(one.subject.partition(":")[0], one.accepted_at) for one in sent] == [
        ("Changed", at(6, 10)),
        ("Reminder", at(11, 9)),
        ("Reminder", at(23, 9)),
    ]


async def test_moved_and_moved_back_and_moved_again_is_told_each_time(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    for number, day in enumerate((25, 20, 25)):
        desk.events(moved(day))
        (changed,) = await desk.run(at(9, 10 + number))
        assert f"now {date(2026, 11, day):%A} {day} November 2026" in changed.subject
        assert await desk.whom(changed) == ["C1"]
        await desk.post()


async def test_a_cancelled_event_is_taken_back_from_those_who_knew_and_goes_to_nobody_else(desk: Desk) -> None:
    desk.events(moved(20, to="whole school"))
    await desk.run(at(6, 10))
    await desk.post(only="C2")
    desk.events(moved(20, to="whole school", cancelled=True))
    (cancelled,) = await desk.run(at(21))
    assert cancelled.subject == "Cancelled: Farm visit, Friday 20 November 2026"
    assert await desk.whom(cancelled) == ["C2"]


async def test_an_event_cancelled_before_anything_went_is_told_to_nobody(desk: Desk) -> None:
    desk.events(moved(20, cancelled=True))
    assert await desk.run(at(21)) == []


async def test_a_cancelled_event_that_is_on_again_says_so(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    desk.events(moved(20, cancelled=True))
    await desk.run(at(6, 11))
    await desk.post()
    desk.events(FARM)
    (again,) = await desk.run(at(6, 12))
    assert again.subject == "On after all: Farm visit, Friday 20 November 2026"
    assert await desk.whom(again) == ["C1"]


async def test_who_may_not_hear_of_the_child_any_more_does_not_hear_of_the_change(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    order = Arrangement(Sort.COURT_ORDER, "C1", "P1", evidence="order of 7 November")
    desk.world = replace(desk.world, directory=replace(DIRECTORY, arrangements=(order,)))
    desk.events(moved(25))
    assert await desk.run(at(6, 11)) == []


async def test_a_correction_at_night_waits_for_the_morning_unless_the_event_is_near(desk: Desk) -> None:
    await desk.run(at(18, 10))
    await desk.post()
    await desk.run(at(18, 21))
    desk.events(moved(25))
    (changed,) = await desk.run(at(19, 12))
    assert changed.accepted_at == at(19, 8)
    await desk.post()
    near = datetime(2026, 11, 25, 7, 45, tzinfo=LONDON)
    await desk.run(near)
    await desk.post()
    desk.events(moved(25, cancelled=True))
    (cancelled,) = await desk.run(near + timedelta(minutes=5))
    assert cancelled.accepted_at == near


async def test_a_row_that_is_gone_is_a_question_and_no_cancellation(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    desk.events(Event("fair", "Winter fair", date(2026, 12, 10)))
    assert await desk.run(at(21)) == []
    (task,) = await desk.tasks()
    assert "“Farm visit” is gone from events.csv" in task


async def test_a_calendar_of_which_nothing_can_be_read_asks_nothing(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    desk.events()
    await desk.run(at(7))
    assert await desk.tasks() == []


async def test_a_row_used_again_much_later_is_a_new_event(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    await desk.run(at(10, month=12))
    desk.events(replace(FARM, date=date(2026, 12, 17)))
    assert [one.subject.partition(":")[0] for one in await desk.run(at(11, month=12))] == ["Farm visit"]


async def letter(desk: Desk, **header: Any) -> Message:
    answer = await desk.acceptance.accept(dropped(f"k{desk.clock.at}", event="farm", **header))
    stored = await desk.store.message(answer.message_id)
    assert stored is not None, answer.text
    await desk.post()
    return stored.message


async def test_a_letter_goes_at_once_and_its_reminders_take_the_place_of_the_notices(desk: Desk) -> None:
    await letter(desk)
    reminders = await desk.run(at(21))
    assert [(one.subject, one.accepted_at) for one in reminders] == [
        ("Reminder: Walk", at(6, 9)),
        ("Reminder: Walk", at(18, 9)),
    ]
    assert "We wrote to you about this on Monday 2 November 2026." in reminders[0].bodies[0].plain


async def test_whom_the_letter_does_not_mean_still_gets_the_notice(desk: Desk) -> None:
    desk.events(moved(20, to="whole school"))
    await letter(desk)
    found = {one.subject: await desk.whom(one) for one in await desk.run(at(6, 10))}
    assert found == {"Farm visit: Friday 20 November 2026": ["C2"], "Reminder: Walk": ["C1"]}


async def test_remind_overrides_the_offsets(desk: Desk) -> None:
    await desk.run(at(5))
    await letter(desk, remind=("1 day",))
    assert [one.accepted_at for one in await desk.run(at(21))] == [at(19, 9)]


async def test_remind_none_means_none(desk: Desk) -> None:
    await letter(desk, remind=("none",))
    assert await desk.run(at(21)) == []


async def test_a_reminder_does_not_follow_on_the_heels_of_its_letter(desk: Desk) -> None:
    await desk.run(at(5))
    await letter(desk)
    assert [one.accepted_at for one in await desk.run(at(21))] == [at(18, 9)]


async def test_nor_does_one_on_paper_lie_beside_its_letter_in_the_book_bag(desk: Desk) -> None:
    """Its post would leave before the letter itself; it leaves with the others', and still comes in time."""
    desk.world = on_paper(desk.world)
    await letter(desk)
    assert await desk.run(at(6, 8)) == []
    (first,) = await desk.run(at(6, 10))
    assert await desk.whom(first) == ["C1", "C3"]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ({"event": "farm", "remind": ("soon",)}, "Write “10 school days”"),
        ({"remind": ("2 days",)}, "A reminder needs an event"),
    ],
)
async def test_a_reminder_that_says_nothing_refuses_the_letter(desk: Desk, header: Any, problem: str) -> None:
    answer = await desk.acceptance.accept(dropped(**header))
    assert problem in answer.text
    assert not answer.message_id


async def test_a_letter_that_was_cancelled_or_replaced_is_reminded_of_no_more(desk: Desk) -> None:
    first = await letter(desk)
    desk.clock.at += timedelta(minutes=1)
    second = await letter(desk, replaces=first.id, subject="Walk, mended", to=("Elm",))
    assert {one.title for one in await desk.upcoming()} == {"Farm visit", "Reminder: Walk, mended"}
    desk.clock.at += timedelta(minutes=1)
    third = await desk.acceptance.accept(dropped("k3", event="farm", subject="Third"))
    assert await desk.store.cancel(third.message_id, "mr-bell", desk.clock.now()) is not None
    assert "Reminder: Third" not in {one.title for one in await desk.upcoming()}
    assert second.id


async def test_reminders_move_with_the_event(desk: Desk) -> None:
    await letter(desk)
    desk.events(moved(27))
    sent = await desk.run(at(28))
    assert [(one.subject.partition(":")[0], one.accepted_at) for one in sent] == [
        ("Changed", at(2, 8)),
        ("Reminder", at(13, 9)),
        ("Reminder", at(25, 9)),
    ]


async def test_a_waiting_letter_whose_event_moves_waits_for_a_person(desk: Desk) -> None:
    answer = await desk.acceptance.accept(dropped(event="farm", send=at(9, 9)))
    desk.events(moved(27))
    await desk.run(at(9, 10))
    stored = await desk.store.message(answer.message_id)
    assert stored is not None
    assert stored.state is MessageState.HELD
    assert await desk.acceptance.approve(stored, "mrs-okafor") is not None
    stored = await desk.store.message(answer.message_id)
    assert stored is not None
    assert stored.state is MessageState.ACCEPTED
    assert stored.message.event is not None
    assert stored.message.event.date == date(2026, 11, 27)


async def test_a_waiting_letter_about_a_cancelled_event_does_not_go(desk: Desk) -> None:
    answer = await desk.acceptance.accept(dropped(event="farm", send=at(9, 9)))
    desk.events(moved(20, cancelled=True))
    await desk.run(at(2, 9))
    assert await state(desk, answer.message_id) is MessageState.CANCELLED
    assert any("event that is cancelled" in task for task in await desk.tasks())


async def test_letters_and_notices_carry_the_event_for_the_familys_calendar(desk: Desk) -> None:
    (attached,) = (await letter(desk)).attachments
    assert (attached.name, attached.media_type, attached.electronic) == ("Farm visit.ics", "text/calendar", True)
    content = await desk.store.blob(attached.digest)
    assert content is not None
    assert b"DTSTART:20261120T093000Z" in content
    desk.events(moved(27))
    (changed,) = await desk.run(at(2, 9))
    later = await desk.store.blob(changed.attachments[0].digest)
    assert later is not None
    assert _uid(later) == _uid(content)


async def test_an_event_of_one_child_is_in_no_calendar_file(desk: Desk) -> None:
    desk.events(moved(20, to="pupil P1"))
    assert (await letter(desk, to=("pupil P1",))).attachments == ()


async def test_a_site_ban_keeps_the_invitation_on_site_away(desk: Desk) -> None:
    ban = Arrangement(Sort.SITE_BAN, "C1", "P1", evidence="letter of the governors")
    desk.world = replace(desk.world, directory=replace(DIRECTORY, arrangements=(ban,)))
    desk.events(moved(20, on_site=True))
    for notice in await desk.run(at(6, 10)):
        assert await desk.whom(notice) == []
    assert any("site" in task or "invit" in task for task in await desk.tasks())


def _uid(ics: bytes) -> bytes:
    return next(line for line in ics.splitlines() if line.startswith(b"UID:"))
