"""A drill cannot reach a parent, whatever the audience, the families or the plan that somebody hands in."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from notifier.model.message import Kind
from notifier.model.plan import Send, Withhold
from notifier.model.staff import Role, Staff
from notifier.routing import plan, recheck, rules
from tests.unit.routing import generated
from tests.unit.routing.families import NOW, SCHOOL, WOODGRANGE, message

STAFF = (Staff("head-1", "Grace", Role.HEAD, email="head@staff.example.org", mobile="+447700900900"),)
POLICY = replace(WOODGRANGE, staff=STAFF)
OURS = {"head@staff.example.org", "+447700900900", ""}


@settings(max_examples=60, deadline=None)
@given(generated.directories())
def test_no_plan_of_a_drill_has_an_adult_a_child_or_an_address_of_theirs(directory: Any) -> None:
    made = plan(message("emergency", SCHOOL, drill=True), directory, POLICY, NOW)
    for one in made.deliveries:
        assert not one.contact_ids
        assert not one.pupil_ids
        assert not one.also_ring
        assert {address.value for route in one.routes.values() for address in route} <= OURS
    assert made.public == ()


@settings(max_examples=60, deadline=None)
@given(generated.directories())
def test_a_delivery_to_a_family_is_stopped_before_a_drill_sends_it(directory: Any) -> None:
    real = message("emergency", SCHOOL)
    for one in plan(real, directory, POLICY, NOW).deliveries:
        answer = recheck(replace(real, drill=True), one, directory, POLICY, NOW)
        assert isinstance(answer, Withhold)
        assert answer.rule == rules.DRILL


def test_a_delivery_to_staff_is_stopped_where_the_message_is_no_drill_or_the_person_has_gone() -> None:
    drill = message("emergency", SCHOOL, drill=True)
    (one,) = plan(drill, generated_nobody(), POLICY, NOW).deliveries
    assert isinstance(recheck(drill, one, generated_nobody(), POLICY, NOW), Send)
    assert isinstance(recheck(replace(drill, drill=False), one, generated_nobody(), POLICY, NOW), Withhold)
    assert isinstance(recheck(drill, one, generated_nobody(), replace(POLICY, staff=()), NOW), Withhold)
    assert isinstance(recheck(drill, replace(one, contact_ids=("C1",)), generated_nobody(), POLICY, NOW), Withhold)
    assert drill.kind is Kind.EMERGENCY


def test_a_changed_address_of_a_colleague_is_used() -> None:
    drill = message("emergency", SCHOOL, drill=True)
    (one,) = plan(drill, generated_nobody(), POLICY, NOW).deliveries
    moved = replace(POLICY, staff=(replace(STAFF[0], mobile="+447700900901"),))
    answer = recheck(drill, one, generated_nobody(), moved, NOW)
    assert isinstance(answer, Send)
    assert answer.delivery.addresses["text"] == "+447700900901"


def test_a_drill_without_staff_has_nobody_to_go_to() -> None:
    made = plan(message("emergency", SCHOOL, drill=True), generated_nobody(), WOODGRANGE, NOW)
    assert [problem.id for problem in made.problems] == ["drill-nobody"]


def generated_nobody() -> Any:
    from tests.unit.routing.families import families

    return families()
