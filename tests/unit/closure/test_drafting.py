"""What the head sees before saying yes; and that a drill has no way to a parent."""

from dataclasses import replace

import pytest

from notifier.closure.authority import NotAllowed, check_may_close, second
from notifier.closure.instruction import NotUnderstood
from notifier.model.closure import CLOSURE_MOVES, Closure, ClosureState, closed_days
from notifier.model.message import Mode
from notifier.model.policy import Approval
from notifier.model.staff import Authority, Role
from tests.unit.acceptance.school import DIRECTORY
from tests.unit.closure.asking import NOW, STAFF, WORLD, announcement, draft


def test_every_adult_gets_one_text_however_many_children_they_have() -> None:
    sibling = replace(DIRECTORY.pupils["P1"], id="P3", forename="Noor", class_="Elm")
    link = replace(DIRECTORY.links[0], pupil_id="P3")
    world = replace(
        WORLD,
        directory=replace(DIRECTORY, pupils={**DIRECTORY.pupils, "P3": sibling}, links=(*DIRECTORY.links, link)),
    )
    made = draft(world=world)
    assert sorted(one.contact_ids for one in made.plan.deliveries) == [("C1",), ("C2",)]
    assert made.ways == {"text": 2, "email": 2}


def test_the_exact_text_stands_there_with_its_parts_and_what_it_costs() -> None:
    made = draft(price=0.04, reason="heavy snow")
    (english,) = made.words
    assert english.text == (
        "Oak School: School is CLOSED today, Monday 11 January. Heavy snow. Please keep your child at home. "
        "Ring 020 7946 0100."
    )
    assert (english.segments, english.adults) == (1, 2)
    assert made.cost == pytest.approx(0.08)
    assert made.lasts["text"].total_seconds() == 2


def test_a_family_with_an_approved_language_reads_english_first_and_then_its_own() -> None:
    novak = replace(DIRECTORY.contacts["C2"], language="pl")
    made = draft(world=replace(WORLD, directory=replace(DIRECTORY, contacts={**DIRECTORY.contacts, "C2": novak})))
    english, polish = made.words
    assert (english.language, polish.language) == ("en", "pl")
    assert polish.text.index("CLOSED") < polish.text.index("ZAMKNIĘTA")
    assert polish.segments > english.segments


def test_who_has_neither_mobile_nor_email_is_named_before_anything_goes() -> None:
    bare = replace(DIRECTORY.contacts["C2"], email="", mobile="")
    made = draft(world=replace(WORLD, directory=replace(DIRECTORY, contacts={**DIRECTORY.contacts, "C2": bare})))
    assert [one.contact_ids for one in made.unreachable] == [("C2",)]


@pytest.mark.parametrize("opening", ["closed", "early", "reopened"])
def test_a_drill_goes_to_staff_alone_and_nothing_public(opening: str) -> None:
    made = draft(opening, drill=True)
    addresses = {one.value for d in made.plan.deliveries for route in d.routes.values() for one in route if one.value}
    assert addresses == {"head@example.org", "+447700900900", "ali@example.org"}
    assert {d.staff_id for d in made.plan.deliveries} == {one.id for one in STAFF}
    assert not [d for d in made.plan.deliveries if d.contact_ids or d.pupil_ids or d.also_ring]
    assert made.plan.public == ()
    assert all("DRILL" in one.text for one in made.words)


def test_only_an_early_finish_waits_for_an_answer_about_each_child() -> None:
    assert all(one.acknowledge for one in draft("early").plan.deliveries)
    assert not any(one.acknowledge for one in draft("closed").plan.deliveries)


def test_without_a_directory_nobody_can_be_told() -> None:
    with pytest.raises(NotUnderstood, match="notifier check"):
        draft_without()


def draft_without() -> None:
    from notifier.closure.drafting import drafted
    from tests.unit.closure.asking import RENDERER, WORDINGS

    closure = Closure("c", Mode.LIVE, False, ClosureState.DRAFT, (announcement(),), NOW)
    drafted(closure, replace(WORLD, directory=None), RENDERER, WORDINGS, {}, 0.0, NOW)


# who may


@pytest.mark.parametrize(
    ("role", "waits", "may"),
    [
        (Role.HEAD, frozenset(Role), True),
        (Role.DEPUTY, frozenset({Role.DEPUTY, Role.OFFICE, Role.TEACHER}), False),
        (Role.DEPUTY, frozenset({Role.OFFICE, Role.TEACHER}), True),
        (Role.OFFICE, frozenset(), False),
        (Role.TEACHER, frozenset(), False),
    ],
)
def test_the_head_may_the_deputy_by_setting_and_nobody_else(role: Role, waits: frozenset[Role], may: bool) -> None:
    policy = replace(WORLD.policy, approval=Approval(emergency=waits))
    if may:
        check_may_close(Authority(role), policy)
    else:
        with pytest.raises(NotAllowed):
            check_may_close(Authority(role), policy)


def waiting(minutes: float) -> tuple[Closure, object]:
    from datetime import timedelta

    closure = Closure("c", Mode.LIVE, False, ClosureState.DRAFT, (announcement(),), NOW, ("mrs-okafor",))
    return closure, NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("by", "minutes", "alone", "may"),
    [
        (Authority(Role.DEPUTY, "mr-lane"), 1, False, True),
        (Authority(Role.HEAD, "mrs-okafor"), 1, False, False),
        (Authority(Role.OFFICE, "ms-price"), 1, False, False),
        (Authority(Role.HEAD, "mrs-okafor"), 4, True, False),
        (Authority(Role.HEAD, "mrs-okafor"), 6, True, True),
        (Authority(Role.DEPUTY, "mr-lane"), 6, True, False),
        (Authority(Role.DEPUTY, "mr-lane"), 31, False, False),
        (Authority(Role.HEAD, "mrs-okafor"), 31, True, False),
    ],
)
def test_a_second_person_or_after_a_wait_the_head_alone(by: Authority, minutes: float, alone: bool, may: bool) -> None:
    closure, now = waiting(minutes)
    if may:
        second(closure, by, WORLD.policy, now, alone=alone)  # type: ignore[arg-type]
    else:
        with pytest.raises(NotAllowed):
            second(closure, by, WORLD.policy, now, alone=alone)  # type: ignore[arg-type]


# states and days


def test_the_states_only_ever_go_on() -> None:
    order = list(ClosureState)
    for before, after in CLOSURE_MOVES.items():
        for state in after:
            back = (before, state) == (ClosureState.ACTIVE, ClosureState.SENDING)  # an update goes out
            assert back or order.index(state) > order.index(before)


def test_days_closed_are_no_school_days_unless_it_was_a_drill_or_a_mistake() -> None:
    from notifier.model.closure import What

    start = announcement(until="2027-01-12")
    closure = Closure("c", Mode.LIVE, False, ClosureState.ACTIVE, (start,), NOW)
    assert [day.day for day in sorted(closed_days((closure,)))] == [11, 12]
    assert closed_days((replace(closure, drill=True),)) == frozenset()
    assert closed_days((replace(closure, state=ClosureState.DRAFT),)) == frozenset()
    mistake = replace(closure, announcements=(start, announcement("closed", What.MISTAKE)))
    assert closed_days((mistake,)) == frozenset()
    clear = replace(closure, announcements=(start, announcement("closed", What.CLEAR, from_="tomorrow")))
    assert [day.day for day in closed_days((clear,))] == [11]
