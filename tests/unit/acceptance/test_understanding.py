"""A submission becomes a message; what is wrong with it is said at once."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from notifier.acceptance.understanding import Considered, consider
from notifier.acceptance.world import World
from notifier.model.calendar import Event
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Attachment, Body, Enclosure, Kind, Message, Submission
from notifier.model.problem import error
from tests.unit.acceptance.school import DIRECTORY, HEAD, NOW, OFFICE, TEACHER, WORLD, dropped, world
from tests.unit.routing.families import HYDE_PARK


def considered(submission: Submission, given: World = WORLD) -> Considered:
    return consider(submission, given, NOW, lambda kind: f"{kind.value}-1")


def ids(submission: Submission, given: World = WORLD) -> set[str]:
    return {problem.id for problem in considered(submission, given).problems}


TRIP = Event("trip", "Canal walk", NOW.date() + timedelta(days=9), time(9, 30), on_site=False, category="School Trip")
LATE = world(
    calendar=replace(WORLD.calendar, events=(TRIP,)), policy=replace(WORLD.policy, lead_time={"school-trip": 10})
)


@pytest.mark.parametrize(
    ("given", "wanted", "says"),
    [
        (LATE, {"school-trip": 10}, "7 school days before the event; for “School Trip” the school means to give 10"),
        (LATE, {"school-trip": 7}, ""),
        (LATE, {"*": 8}, "7 school days before the event; for an event the school means to give 8"),
        (LATE, {"*": 8, "school-trip": 2}, ""),
        (LATE, {}, ""),
    ],
)
def test_short_notice_is_advised_with_the_number_of_school_days(
    given: World, wanted: dict[str, int], says: str
) -> None:
    there = replace(given, policy=replace(given.policy, lead_time=wanted))
    found = [p for p in considered(dropped(event="trip"), there).problems if p.id == "short-notice"]
    assert [(p.severity.value, p.rule) for p in found] == ([("advice", "W35")] if says else [])
    assert not says or says in found[0].sentence


def test_a_later_moment_leaves_less_notice_and_one_day_is_one() -> None:
    send = NOW + timedelta(days=8)
    (found,) = [p for p in considered(dropped(event="trip", send=send), LATE).problems if p.id == "short-notice"]
    assert "this 1 school day before" in found.sentence


def test_an_emergency_and_an_event_in_no_term_are_not_about_notice() -> None:
    assert "short-notice" not in ids(dropped(event="trip", kind=Kind.EMERGENCY, authority=HEAD), LATE)
    holiday = replace(TRIP, date=NOW.date() + timedelta(days=60))
    far = replace(LATE, calendar=replace(LATE.calendar, events=(holiday,)))
    assert "short-notice" not in ids(
        dropped(event="trip"), replace(far, policy=replace(far.policy, lead_time={"*": 99}))
    )


@pytest.mark.parametrize(
    ("changes", "plain", "says"),
    [
        ({}, "We walk.", ""),
        ({"start": None}, "We walk.", "has no time in"),
        ({"start": None}, "We leave at 9.30 and are back by 2pm.", ""),
        ({"start": None}, "We are back by noon.", ""),
        ({"start": None}, "{{ event_time }}, Room 12", "has no time in"),
        ({"place": ""}, "We walk.", "has no place in"),
        ({"place": "", "on_site": None}, "We walk.", "has no place in"),
        ({"place": "", "on_site": True}, "We walk.", ""),
        ({"start": None, "place": ""}, "We walk.", "has no time and no place in"),
        ({"start": None, "place": "", "category": "dress-up"}, "Come as a pirate.", ""),
        ({"start": None, "place": "", "category": ""}, "We walk.", ""),
    ],
)
def test_w44_when_and_where_are_asked_for_where_families_plan_ahead(
    changes: dict[str, Any], plain: str, says: str
) -> None:
    event = replace(replace(TRIP, place="Canal"), **changes)
    there = replace(LATE, calendar=replace(LATE.calendar, events=(event,)))
    submission = dropped(event="trip")
    submission = replace(submission, bodies=(replace(submission.bodies[0], plain=plain),))
    found = [p for p in considered(submission, there).problems if p.id == "event-facts-missing"]
    assert [(p.severity.value, p.rule) for p in found] == ([("advice", "W44")] if says else [])
    assert not says or says in found[0].sentence


@pytest.mark.parametrize("header", [{"event": "2026-12-02"}, {"event": "trip", "kind": Kind.EMERGENCY}, {}])
def test_w44_nothing_is_asked_about_a_bare_date_an_emergency_or_no_event(header: dict[str, Any]) -> None:
    bare = replace(LATE, calendar=replace(LATE.calendar, events=(replace(TRIP, start=None),)))
    assert "event-facts-missing" not in ids(dropped(authority=HEAD, **header), bare)


@pytest.mark.parametrize(
    ("header", "text", "advised"),
    [
        ({"to": ("pupil P1",), "essential": True}, "", True),
        ({"to": ("pupil P1",), "essential": True, "also": ("text",)}, "", True),
        ({"to": ("pupil P1",), "essential": True}, "Please ring us.", False),
        ({"to": ("pupil P1",)}, "", False),
        ({"to": ("Oak",), "essential": True}, "", False),
        ({"to": ("pupil P1",), "kind": Kind.EMERGENCY, "authority": HEAD}, "", False),
    ],
)
def test_w29_what_is_about_one_child_does_not_stand_whole_in_a_text(
    header: dict[str, Any], text: str, advised: bool
) -> None:
    submission = dropped(**header)
    submission = replace(submission, bodies=(replace(submission.bodies[0], text=text),))
    found = [p for p in considered(submission).problems if p.id == "text-about-one-child"]
    assert [(p.severity.value, p.rule) for p in found] == [("advice", "W29")] * advised
    assert "text-about-one-child" not in ids(submission, world(policy=HYDE_PARK))


@pytest.mark.parametrize(
    ("reply_to", "advised"),
    [("ali.demir@GMail.com", True), ("oak@school.example.org", False), ("", False), ("gmail.com@example.org", False)],
)
def test_w52_a_private_mailbox_for_answers_is_advised_against(reply_to: str, advised: bool) -> None:
    found = [p for p in considered(dropped(reply_to=reply_to)).problems if p.id == "reply-to-private"]
    assert [(p.severity.value, p.rule) for p in found] == ([("advice", "W52")] if advised else [])
    assert "ali.demir" not in "".join(p.sentence for p in found)


def understood(submission: Submission) -> Message:
    message = considered(submission).message
    assert message is not None
    return message


def test_a_letter_goes_at_once_and_has_a_plan() -> None:
    found = considered(dropped())
    assert found.send_at is None
    assert [one.contact_ids for one in found.plan.deliveries] == [("C1",)]
    assert not found.problems


def test_an_audience_that_matches_nobody_names_the_nearest() -> None:
    found = considered(dropped(to=("Oka",)))
    assert [problem.id for problem in found.problems] == ["audience-unknown"]
    assert "Did you mean “Oak”?" in found.problems[0].sentence
    assert not found.plan.deliveries


def test_all_problems_are_said_at_once() -> None:
    assert ids(dropped(to=("Oka",), event="nosuch", also=("texd",))) == {
        "audience-unknown",
        "event-unknown",
        "also-unknown",
    }


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        pytest.param({"to": ()}, "to-missing", id="no audience"),
        pytest.param({"event": "frm"}, "event-unknown", id="no such event"),
        pytest.param({"event": "2026-13-40"}, "event-unknown", id="no such date"),
        pytest.param({"event": "fair"}, "event-cancelled", id="cancelled event"),
        pytest.param({"event": "2026-11-02"}, "event-past", id="past event"),
        pytest.param({"from_": "nobody"}, "from-unknown", id="unknown sender"),
        pytest.param({"from_": "mrs-okafor"}, "from-exceeds", id="the office in the head's name"),
        pytest.param({"also": ("text",)}, "text-not-allowed", id="a letter as a text, W37"),
        pytest.param({"kind": Kind.EMERGENCY, "marketing": True}, "marketing-emergency", id="advertising"),
        pytest.param({"send": NOW + timedelta(days=20), "event": "farm"}, "expires-before-send", id="after the event"),
        pytest.param({"category": "Head injury"}, "in-person-only", id="in person only, W42"),
    ],
)
def test_what_cannot_go_is_refused(header: dict[str, Any], problem: str) -> None:
    found = considered(dropped(**header))
    assert problem in {one.id for one in found.problems}
    assert found.severity is not None
    assert found.severity.value == "error"
    assert not found.plan.deliveries


def test_w42_leaves_a_task_to_speak_in_person() -> None:
    assert [task.rule for task in considered(dropped(category="safeguarding")).plan.tasks] == ["W42"]


def test_an_unknown_merge_field_is_an_error_with_the_nearest() -> None:
    submission = dropped()
    body = submission.bodies[0]
    from dataclasses import replace

    wrong = replace(submission, bodies=(replace(body, html="<p>{{ pupls }}</p>", plain="{{ pupls }}"),))
    found = [problem for problem in considered(wrong).problems if "pupls" in problem.sentence]
    assert len(found) == 1
    assert "pupils" in found[0].sentence


def test_a_teacher_writes_to_the_own_class_only_w21() -> None:
    assert not ids(dropped(authority=TEACHER))
    assert ids(dropped(authority=TEACHER, to=("Elm",))) == {"teacher-own-class"}
    assert ids(dropped(authority=TEACHER, to=("whole school",))) == {"teacher-own-class"}
    assert ids(dropped(authority=TEACHER, to=("group Choir",))) == {"teacher-own-class"}
    assert not ids(dropped(authority=TEACHER, to=("group Choir",), except_=("Elm",)))


def test_an_intake_as_the_role_teacher_is_limited_to_its_own_to() -> None:
    from notifier.model.staff import Authority, Role

    elm = Authority(Role.TEACHER, to=("Elm",))
    assert not ids(dropped(authority=elm, to=("Elm",)))
    assert ids(dropped(authority=elm, to=("Oak",))) == {"teacher-own-class"}
    assert ids(dropped(authority=Authority(Role.TEACHER), to=("Oak",))) == {"teacher-own-class"}


def test_the_head_may_send_in_a_teachers_name_and_is_then_limited_like_one() -> None:
    assert understood(dropped(authority=HEAD, from_="mr-demir")).author == "mr-demir"
    assert ids(dropped(authority=HEAD, from_="mr-demir", to=("Elm",))) == {"teacher-own-class"}


def test_one_teacher_may_not_send_in_the_name_of_another() -> None:
    from notifier.model.staff import Role, Staff

    staff = {**WORLD.staff, "ms-eze": Staff("ms-eze", "Ada Eze", Role.TEACHER, ("Elm",))}
    assert ids(dropped(authority=TEACHER, from_="ms-eze"), world(staff=staff)) == {"from-exceeds"}


def test_essential_needs_a_role_that_may_and_a_policy_that_has_it() -> None:
    assert ids(dropped(authority=TEACHER, essential=True)) == {"essential-not-allowed"}
    first = considered(dropped(essential=True)).plan.deliveries[0].ladder[0]
    assert "text" in first
    hyde_park = considered(dropped(essential=True), world(policy=HYDE_PARK))
    assert {problem.id for problem in hyde_park.problems} == {"essential-no-text"}
    assert all("text" not in rung for one in hyde_park.plan.deliveries for rung in one.ladder)


def test_an_emergency_from_anybody_but_the_head_waits() -> None:
    assert ids(dropped(kind=Kind.EMERGENCY)) == {"emergency-needs-head"}
    assert not ids(dropped(kind=Kind.EMERGENCY, authority=HEAD))


def test_a_newsletter_waits_for_its_day_and_lasts_until_the_next() -> None:
    message = understood(dropped(kind=Kind.NEWSLETTER, to=("whole school",), newsletter="News", authority=HEAD))
    assert message.send_at is not None
    assert message.send_at.isoformat() == "2026-11-27T15:15:00+00:00"
    assert message.expires_at == message.send_at + timedelta(days=7)


def test_an_explicit_send_wins_over_the_newsletters_day() -> None:
    wanted = NOW + timedelta(hours=2)
    assert understood(dropped(newsletter="News", send=wanted)).send_at == wanted


def test_a_newsletter_without_a_day_left_is_refused_with_the_file_to_mend() -> None:
    from notifier.model.calendar import SchoolCalendar

    found = considered(dropped(newsletter="News"), world(calendar=SchoolCalendar()))
    assert [(one.id, one.where) for one in found.problems] == [("newsletter-no-day", "calendar/terms.toml")]


def test_a_letter_about_an_event_ends_when_it_starts() -> None:
    message = understood(dropped(event="farm"))
    assert message.event is not None
    assert message.event.title == "Farm visit"
    assert message.expires_at is not None
    assert message.expires_at.isoformat() == "2026-12-02T09:30:00+00:00"


def test_a_bare_date_is_an_event_that_counts_as_on_site() -> None:
    event = understood(dropped(event="2026-12-01 14:30")).event
    assert event is not None
    assert (event.on_site, event.start and event.start.hour) == (None, 14)


def test_an_emergency_that_nobody_gave_an_end_is_not_sent_stale() -> None:
    message = understood(dropped(kind=Kind.EMERGENCY, authority=HEAD))
    assert message.expires_at == NOW + timedelta(hours=12)


def test_without_a_good_directory_the_families_problems_are_the_answer() -> None:
    found = considered(dropped(), world(directory=None, families=(error("pupils-missing", "There is no pupils.csv."),)))
    assert [problem.id for problem in found.problems] == ["pupils-missing"]
    assert not found.plan.deliveries


def report(*names: str) -> Submission:
    from dataclasses import replace

    enclosures = tuple(
        Enclosure(Attachment(f"{name}.pdf", "application/pdf", f"digest-{n}", 4, name), b"%PDF")
        for n, name in enumerate(names)
    )
    return replace(dropped(kind=Kind.REPORT, to=("pupil P1", "pupil P2")), enclosures=enclosures)


def test_each_report_belongs_to_one_child_at_the_school() -> None:
    assert not ids(report("P1", "P2"))
    assert ids(report("P1", "P9")) == {"report-unknown-pupil", "report-missing"}
    assert ids(report("P1", "P1", "P2")) == {"report-twice"}
    assert ids(report("P1")) == {"report-missing"}


def test_a_child_of_the_class_without_a_report_holds_it_and_gets_no_empty_cover() -> None:
    two = replace(DIRECTORY, pupils={**DIRECTORY.pupils, "P2": replace(DIRECTORY.pupils["P2"], class_="Oak")})
    given = report("P1")
    given = replace(given, header=replace(given.header, to=("Oak",)))
    found = considered(given, world(directory=two))
    assert [(one.id, one.severity.value) for one in found.problems] == [("report-missing", "hold")]
    assert [one.pupil_ids for one in found.plan.deliveries] == [("P1",)]


def test_a_report_of_a_child_whom_the_message_does_not_mean_is_not_passed_over_in_silence() -> None:
    given = report("P1", "P2")
    given = replace(given, header=replace(given.header, to=("Oak",)))
    found = considered(given)
    assert [(one.id, one.severity.value) for one in found.problems] == [("report-beyond", "hold")]
    assert [one.pupil_ids for one in found.plan.deliveries] == [("P1",)]


def test_a_childs_report_goes_with_that_childs_delivery_alone() -> None:
    found = considered(report("P1", "P2"))
    assert found.message is not None
    for delivery in found.plan.deliveries:
        names = [one.name for one in found.message.attachments_for(delivery.pupil_ids)]
        assert names == [f"{delivery.pupil_ids[0]}.pdf"]


def test_a_preview_plans_as_the_head_would() -> None:
    found = consider(dropped(kind=Kind.EMERGENCY), WORLD, NOW, str, as_=HEAD)
    assert not found.problems
    assert OFFICE.name == "office"


def test_the_families_files_can_hold_everything_but_emergencies() -> None:
    from dataclasses import replace

    held = world(directory=replace(DIRECTORY, held="A line in arrangements.csv cannot be read."))
    assert ids(dropped(), held) == {"arrangements-unreadable"}
    assert not ids(dropped(kind=Kind.EMERGENCY, authority=HEAD), held)
    missing = world(directory=replace(DIRECTORY, refuses="There is no arrangements.csv."))
    assert not considered(dropped(), missing).plan.deliveries
    assert considered(dropped(kind=Kind.EMERGENCY, authority=HEAD), missing).plan.deliveries


def test_a_refused_message_asks_nobody_to_explain_what_never_goes() -> None:
    wants = Arrangement(Sort.INTERPRETER, "C1")
    given = world(directory=replace(DIRECTORY, arrangements=(wants,)))
    assert considered(dropped(), given).plan.tasks
    assert not considered(dropped(event="nosuch"), given).plan.tasks
    assert considered(dropped(category="safeguarding"), given).plan.tasks  # the refusal itself asks for something


def test_words_in_a_language_that_is_not_in_use_stay_here_and_the_answer_says_so() -> None:
    both = replace(
        dropped(),
        bodies=(
            Body("en", "<p>We walk.</p>", "We walk.", "Walk"),
            Body("pl", "<p>Idziemy.</p>", "Idziemy.", "Spacer"),
            Body("ur-PK", "<p>ہم</p>", "ہم", "سیر"),
        ),
    )
    given = world(policy=replace(WORLD.policy, languages=frozenset({"ur"})))
    found = considered(both, given)
    assert found.message is not None
    assert [one.language for one in found.message.bodies] == ["en", "ur-PK"]
    (said,) = [one for one in found.problems if one.id == "language-not-used"]
    assert said.severity.value == "advice"
    assert "The Polish words stay here" in said.sentence
    everything = considered(both)
    assert everything.message is not None
    assert [one.language for one in everything.message.bodies] == ["en", "pl", "ur-PK"]
