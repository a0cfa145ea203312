"""SCHOOL part 5, "Consequences worth testing": those that routing decides, each under its own words."""

from dataclasses import replace

import pytest

from notifier.model.plan import Send, Withhold
from notifier.model.policy import Policy
from notifier.routing import recheck, rules
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    WOODGRANGE,
    YESTERDAY,
    adult,
    at_home,
    body,
    child,
    families,
    link,
    message,
    named,
    pairs,
    planned,
    row,
    tasks_about,
    the_delivery,
    withheld,
)

SIBLINGS = (
    child("P1"),
    child("P2"),
    at_home("MUM"),
    at_home("DAD", household="H2", address=("9 Wanstead Park Road",), postcode="E12 5NU"),
    link("P1", "MUM", lives="yes", contract_signatory=True),
    link("P2", "MUM", lives="yes", contract_signatory=True),
    link("P1", "DAD", 2),
    link("P2", "DAD", 2),
)


def test_1_a_newsletter_asking_for_a_text_sends_none() -> None:
    directory = families(child("P1"), adult("MUM", mobile="+447700900001"), link("P1", "MUM", lives="yes"))
    found = planned(directory, message("newsletter", also=("text",)))
    assert all("text" not in rung for delivery in found.deliveries for rung in delivery.ladder)


@pytest.mark.parametrize("sort", ["court-order", "welfare-hold", "injunction", "agreement"])
def test_2_an_order_added_after_a_letter_is_queued_stops_the_queued_copy(sort: str) -> None:
    before = families(*SIBLINGS, row("copy", "DAD"))
    queued = the_delivery(planned(before, message()), "DAD")
    after = families(*SIBLINGS, row("copy", "DAD"), row(sort, "DAD"))
    assert isinstance(recheck(message(), queued, before, WOODGRANGE, NOW), Send)
    assert isinstance(recheck(message(), queued, after, WOODGRANGE, NOW), Withhold)


def test_2_the_same_for_a_withdrawn_consent() -> None:
    before = families(*SIBLINGS, row("consent", "DAD", value="MUM"))
    queued = the_delivery(planned(before, message(), HYDE_PARK), "DAD")
    after = families(*SIBLINGS, row("consent", "DAD", value="MUM", ended_on=NOW.date()))
    verdict = recheck(message(), queued, after, HYDE_PARK, NOW)
    assert isinstance(verdict, Withhold)
    assert verdict.rule == rules.SIGNATORY


@pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
@pytest.mark.parametrize("kind", ["letter", "report", "newsletter", "emergency"])
def test_3_a_sibling_without_the_order_still_brings_mail_and_never_the_other_s_name(kind: str, policy: Policy) -> None:
    directory = families(*SIBLINGS, row("consent", "DAD", value="MUM"), row("court-order", "DAD", "P1"))
    found = planned(directory, message(kind), policy)
    assert {about for who, about in named(found) if "DAD" in who} == {("P2",)}
    assert pairs(found) == {("MUM", "P1"), ("MUM", "P2"), ("DAD", "P2")}


def test_4_a_restricted_parent_who_shares_an_email_address_with_an_allowed_one_holds_the_copy() -> None:
    directory = families(
        child("P1"),
        adult("MUM", email="the.prices@example.org"),
        adult("DAD", email="The.Prices@example.org"),
        link("P1", "MUM", lives="yes"),
        link("P1", "DAD", 2),
        row("court-order", "DAD", "P1"),
    )
    found = planned(directory, message())
    assert found.deliveries[0].held
    assert found.deliveries[0].addresses == {}
    released = recheck(message(), replace(found.deliveries[0], held=""), directory, WOODGRANGE, NOW)
    assert isinstance(released, Send)  # somebody said yes: to a call, still without any shared address
    assert released.delivery.addresses == {}


def test_4_a_restricted_parent_of_the_same_household_keeps_letters_from_the_house() -> None:
    directory = families(
        child("P1"),
        at_home("MUM"),
        at_home("DAD"),
        link("P1", "MUM", lives="yes"),
        link("P1", "DAD", 2, lives="yes"),
        row("injunction", "DAD"),
    )
    delivery = the_delivery(planned(directory, message()), "MUM")
    assert [*delivery.routes] == ["email", "call"]


def test_5_an_order_whose_end_has_passed_stays_in_force_and_raises_a_review() -> None:
    directory = families(*SIBLINGS, row("copy", "DAD"), row("court-order", "DAD", "P1", until=YESTERDAY))
    found = planned(directory, message())
    assert ("DAD", "P1") not in pairs(found)
    assert tasks_about(found, "DAD", "P1") == ["H34"]


def test_6_a_non_signatory_without_consent_gets_no_copy() -> None:
    found = planned(families(*SIBLINGS, row("copy", "DAD")), message(), HYDE_PARK)
    assert withheld(found) == {("DAD", "P1"): "H28", ("DAD", "P2"): "H28"}


def test_6_with_consent_on_file_the_copy_is_in_the_same_plan_as_the_signatory_s() -> None:
    found = planned(families(*SIBLINGS, row("consent", "DAD", value="MUM")), message(), HYDE_PARK)
    assert [who for who, _ in named(found)] == [("DAD",), ("MUM",)]


def test_7_two_households_get_two_letters_that_never_mention_each_other() -> None:
    directory = families(*SIBLINGS, row("copy", "DAD"), row("paper", "DAD"), row("paper", "MUM"))
    found = planned(directory, message())
    assert len(found.deliveries) == 2
    for delivery in found.deliveries:
        (own,) = delivery.contact_ids
        assert delivery.ladder[0] == ("letter",)
        assert {address.contact_id for route in delivery.routes.values() for address in route} == {own}
        assert ({"MUM", "DAD"} - {own}).isdisjoint(repr(delivery).replace("'", " ").split())


def test_8_without_email_and_mobile_a_letter_goes_and_without_any_address_somebody_rings() -> None:
    directory = families(
        child("P1"),
        child("P2"),
        at_home("MUM", email=""),
        adult("DAD", email=""),
        link("P1", "MUM", lives="yes"),
        link("P2", "DAD", lives="yes"),
    )
    found = planned(directory, message())
    assert the_delivery(found, "MUM").ladder == (("letter",), ("call",))
    assert the_delivery(found, "DAD").ladder == (("call",),)


@pytest.mark.parametrize("words", ["a head injury", "our Safeguarding policy"])
def test_9_words_kept_for_talks_in_person_hold_a_bulk_message_for_the_head(words: str) -> None:
    found = planned(families(*SIBLINGS), message("newsletter", bodies=(body(words),)))
    assert [(problem.severity.value, problem.rule) for problem in found.problems] == [("hold", "W42")]


def test_9_a_head_injury_becomes_a_face_to_face_task() -> None:
    found = planned(families(*SIBLINGS), message(category="head-injury"))
    assert (found.deliveries, [task.rule for task in found.tasks]) == ((), ["W42"])


def test_12_a_suspended_email_address_is_no_way_any_more() -> None:
    """Three bounces take the address away; the copy that waits goes on by letter."""
    directory = families(child("P1"), at_home("MUM"), link("P1", "MUM", lives="yes"))
    queued = planned(directory, message()).deliveries[0]
    bounced = replace(directory, contacts={"MUM": at_home("MUM", email="")})
    verdict = recheck(message(), queued, bounced, WOODGRANGE, NOW)
    assert isinstance(verdict, Send)
    assert [*verdict.delivery.routes] == ["letter", "call"]


def test_15_the_rule_chain_of_one_adult_shows_nothing_of_another() -> None:
    found = planned(families(*SIBLINGS, row("court-order", "DAD", "P1")), message())
    for step in found.trace:
        assert ({"MUM", "DAD"} - {step.contact_id}).isdisjoint(step.says.replace(",", " ").split())
