"""Step 6: one copy for a home, without ever naming a child that one of its adults may not hear about."""

import pytest

from notifier.model.message import Kind
from notifier.model.plan import Basis
from notifier.model.policy import Per
from notifier.routing import rules
from notifier.routing.merge import by_priority
from tests.unit.routing.families import (
    HYDE_PARK,
    WOODGRANGE,
    at_home,
    child,
    families,
    link,
    message,
    named,
    planned,
    row,
    the_delivery,
    with_kind,
    withheld,
)

PARENTS = (at_home("MUM"), at_home("DAD"))
SIBLINGS = (
    child("P1"),
    child("P2"),
    *PARENTS,
    link("P1", "MUM", 1, lives="yes"),
    link("P2", "MUM", 1, lives="yes"),
    link("P1", "DAD", 2, lives="yes"),
    link("P2", "DAD", 2, lives="yes"),
)


def test_a_home_gets_one_copy_for_all_its_children() -> None:
    assert named(planned(families(*SIBLINGS), message())) == [(("MUM", "DAD"), ("P1", "P2"))]


def test_per_contact_each_adult_gets_one_copy_for_all_children() -> None:
    assert named(planned(families(*SIBLINGS), message(), HYDE_PARK)) == [
        (("DAD",), ("P1", "P2")),
        (("MUM",), ("P1", "P2")),
    ]


def test_a_report_goes_once_per_home_and_child() -> None:
    for policy in (WOODGRANGE, HYDE_PARK):
        assert named(planned(families(*SIBLINGS), message("report"), policy)) == [
            (("MUM", "DAD"), ("P1",)),
            (("MUM", "DAD"), ("P2",)),
        ]


def test_an_emergency_goes_to_each_adult() -> None:
    assert [who for who, _ in named(planned(families(*SIBLINGS), message("emergency")))] == [("DAD",), ("MUM",)]


def test_who_hears_about_only_some_is_covered_and_named_in_none() -> None:
    """The stepfather of one child and father of the other: no order, so the home's copy is his too."""
    directory = families(
        child("P1"),
        child("P2"),
        *PARENTS,
        link("P1", "MUM", lives="yes"),
        link("P2", "MUM", lives="yes"),
        link("P2", "DAD", 2, lives="yes"),
    )
    plan = planned(directory, message())
    assert named(plan) == [(("MUM",), ("P1", "P2"))]
    assert not plan.withheld


def test_but_where_an_order_is_the_reason_each_gets_their_own() -> None:
    plan = planned(families(*SIBLINGS, row("court-order", "DAD", "P1")), message())
    assert named(plan) == [(("MUM",), ("P1", "P2")), (("DAD",), ("P2",))]
    assert withheld(plan) == {("DAD", "P1"): rules.ORDER}


def test_an_order_about_a_child_of_another_family_parts_no_home() -> None:
    directory = families(*SIBLINGS, child("P3"), link("P3", "DAD", 1), row("court-order", "DAD", "P3"))
    assert named(planned(directory, message())) == [(("MUM", "DAD"), ("P1", "P2"))]


def test_two_adults_under_the_same_order_may_share_what_is_left() -> None:
    directory = families(*SIBLINGS, row("court-order", "DAD", "P1"), row("court-order", "MUM", "P1"))
    assert named(planned(directory, message())) == [(("MUM", "DAD"), ("P2",))]


def test_adults_who_hear_about_different_children_each_get_their_own() -> None:
    directory = families(
        child("P1"), child("P2"), *PARENTS, link("P1", "MUM", lives="yes"), link("P2", "DAD", lives="yes")
    )
    assert named(planned(directory, message())) == [(("MUM",), ("P1",)), (("DAD",), ("P2",))]


def test_half_siblings_with_a_father_elsewhere_never_show_him_the_other_child() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        at_home("MUM"),
        at_home("DAD", household="H2"),
        link("P1", "MUM", lives="yes"),
        link("P2", "MUM", lives="yes"),
        link("P1", "DAD", 2),
        row("copy", "DAD"),
    )
    assert named(planned(directory, message())) == [(("DAD",), ("P1",)), (("MUM",), ("P1", "P2"))]


def test_a_home_that_is_main_for_one_child_is_no_second_home() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        *PARENTS,
        at_home("EX", household="H2"),
        link("P1", "MUM", lives="yes"),
        link("P2", "EX", lives="yes"),
        link("P2", "MUM", 2),
        row("copy", "MUM"),
    )
    by = {delivery.contact_ids: delivery.basis.value for delivery in planned(directory, message()).deliveries}
    assert by[("MUM",)] == "main"


def test_the_first_named_has_the_lowest_priority_over_the_children_then_the_id() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        at_home("B"),
        at_home("A"),
        at_home("C"),
        link("P1", "A", 3),
        link("P2", "A", 2),
        link("P1", "B", 2),
        link("P2", "B", None),
        link("P1", "C", None),
    )
    assert by_priority(directory, ("C", "B", "A"), ("P1", "P2")) == ("A", "B", "C")
    assert by_priority(directory, ("C", "B", "A"), ("P1",)) == ("B", "A", "C")


def test_the_school_may_choose_one_copy_per_child_for_any_kind() -> None:
    policy = with_kind(WOODGRANGE, Kind.LETTER, per=Per.PUPIL)
    assert len(named(planned(families(*SIBLINGS), message(), policy))) == 2


def test_an_authority_gets_one_copy_about_all_its_children() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        at_home("COUNCIL"),
        link("P1", "COUNCIL", relationship="LA"),
        link("P2", "COUNCIL", relationship="LA"),
    )
    assert (("COUNCIL",), ("P1", "P2")) in named(planned(directory, message()))


def test_a_home_that_is_main_for_one_of_the_children_is_no_second_home() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        at_home("MUM", "H1"),
        at_home("DAD", "H2"),
        link("P1", "MUM", lives="yes"),
        link("P1", "DAD", 2),
        link("P2", "DAD", lives="yes"),
        row("copy", "DAD", "P1"),
    )
    plan = planned(directory, message())
    assert the_delivery(plan, "DAD").pupil_ids == ("P1", "P2")
    assert the_delivery(plan, "DAD").basis is Basis.MAIN


@pytest.mark.parametrize("first", ["SWR", "OTH"])
def test_whoever_is_an_organisation_for_one_of_the_children_gets_a_copy_of_their_own(first: str) -> None:
    second = "OTH" if first == "SWR" else "SWR"
    directory = families(
        child("P1"),
        child("P2"),
        at_home("MUM"),
        at_home("CARE"),
        *[link(pupil_id, "MUM", lives="yes") for pupil_id in ("P1", "P2")],
        link("P1", "CARE", 2, lives="yes", relationship=first),
        link("P2", "CARE", 2, lives="yes", relationship=second),
    )
    assert named(planned(directory, message())) == [(("CARE",), ("P1", "P2")), (("MUM",), ("P1", "P2"))]
