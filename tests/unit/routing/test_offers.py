"""Copies asked for after a message was planned (W39, H29)."""

from datetime import timedelta

import pytest

from notifier.model.directory import Directory
from notifier.model.plan import Delivery, Offer
from notifier.model.policy import Policy
from notifier.routing import offers
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    TODAY,
    TOMORROW,
    WOODGRANGE,
    adult,
    at_home,
    child,
    families,
    link,
    message,
    planned,
    row,
)

LETTER = message()
FAMILY = (
    child("P1"),
    child("P2"),
    at_home("MUM"),
    adult("DAD", household="H2"),
    link("P1", "MUM", lives="yes"),
    link("P2", "MUM", lives="yes"),
    link("P1", "DAD", 2, lives="no"),
    link("P2", "DAD", 2, lives="no"),
)
BEFORE = families(*FAMILY)


def went(directory: Directory = BEFORE, policy: Policy = WOODGRANGE) -> tuple[Delivery, ...]:
    return planned(directory, LETTER, policy).deliveries


def offered(directory: Directory, stands: tuple[Delivery, ...] | None = None) -> tuple[Offer, ...]:
    return offers(LETTER, went() if stands is None else stands, directory, WOODGRANGE, NOW)


def test_a_request_that_came_later_is_one_offer_to_that_adult_alone() -> None:
    (offer,) = offered(families(*FAMILY, row("copy", "DAD")))
    assert (offer.delivery.contact_ids, offer.delivery.pupil_ids, offer.rule) == (("DAD",), ("P1", "P2"), "W39")
    assert offer.delivery.key not in {one.key for one in went()}
    assert {step.contact_id for step in offer.trace} == {"DAD"}


def test_only_what_is_missing_is_offered() -> None:
    stands = went(families(*FAMILY, row("copy", "DAD", "P1")))
    (offer,) = offered(families(*FAMILY, row("copy", "DAD")), stands)
    assert offer.delivery.pupil_ids == ("P2",)


def test_who_has_a_copy_already_is_offered_nothing() -> None:
    asked = families(*FAMILY, row("copy", "DAD"))
    assert offered(asked, went(asked)) == ()


def test_a_home_that_has_a_copy_is_offered_no_second_one() -> None:
    two = (*FAMILY, adult("STEP", household="H2"), link("P1", "STEP", 3, lives="no"), link("P2", "STEP", 3, lives="no"))
    stands = went(families(*two, row("copy", "DAD")))
    assert offered(families(*two, row("copy", "DAD"), row("copy", "STEP")), stands) == ()


@pytest.mark.parametrize(
    "against",
    [
        row("court-order", "DAD"),
        row("injunction", "DAD"),
        row("welfare-hold", "DAD", recorded_by="head"),
    ],
    ids=lambda one: str(one.sort),
)
def test_nothing_is_offered_against_an_order(against: object) -> None:
    assert offered(families(*FAMILY, row("copy", "DAD"), against)) == ()


def test_a_request_that_begins_tomorrow_or_is_over_offers_nothing() -> None:
    assert offered(families(*FAMILY, row("copy", "DAD", from_=TOMORROW))) == ()
    assert offered(families(*FAMILY, row("copy", "DAD", until=TODAY - timedelta(days=1)))) == ()


def test_a_consent_that_came_later_is_offered_where_consents_count() -> None:
    signed = (*FAMILY[:4], link("P1", "MUM", lives="yes", contract_signatory=True), link("P1", "DAD", 2, lives="no"))
    stands = went(families(*signed), HYDE_PARK)
    after = families(*signed, row("consent", "DAD", value="MUM"))
    (offer,) = offers(LETTER, stands, after, HYDE_PARK, NOW)
    assert (offer.delivery.contact_ids, offer.rule) == (("DAD",), "H29")


def test_an_emergency_needs_no_request_and_so_has_nothing_to_offer() -> None:
    asked = families(*FAMILY, row("copy", "DAD"))
    assert offers(message("emergency"), (), asked, WOODGRANGE, NOW) == ()


def test_nothing_is_offered_while_the_files_forbid_every_message() -> None:
    asked = families(*FAMILY, row("copy", "DAD"), held="A line cannot be read.")
    assert offered(asked) == ()
