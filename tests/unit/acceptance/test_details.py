"""The letter that asks adults to check their details goes by the ordinary rules: a denial holds when it is sent."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from notifier.acceptance.details import details_letter
from notifier.acceptance.understanding import consider
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.plan import Plan, Send, Withhold
from notifier.model.policy import Policy
from notifier.model.problem import Severity
from notifier.rendering import Renderer
from notifier.rendering.prepared import Prepared
from notifier.routing import recheck
from tests.unit.acceptance.school import NOW, OFFICE, WORLD
from tests.unit.rendering.school_life import SCHOOL
from tests.unit.routing.families import HYDE_PARK, WOODGRANGE, adult, at_home, child, families, link, named, row
from tests.unit.routing.generated import directories

FAMILY = (
    child("P1"), child("P2"), at_home("MUM"), at_home("NAN"), adult("DAD"),
    link("P1", "MUM", lives="yes"), link("P2", "MUM", lives="yes"),
    link("P1", "NAN", 2, lives="yes"), link("P2", "NAN", 2, lives="yes"),
    link("P1", "DAD", 3, lives="no", contract_signatory=True),
    link("P2", "DAD", 3, lives="no", contract_signatory=True),
)  # fmt: skip
ASKED = row("copy", "DAD")
RENDERER = Renderer(SCHOOL)


def asked(directory: Directory, policy: Policy = WOODGRANGE) -> tuple[Message, Plan]:
    letter = details_letter(Prepared(), ("whole school",), OFFICE, date(2026, 11, 23))
    found = consider(letter, replace(WORLD, directory=directory, policy=policy), NOW, lambda kind: f"{kind.value}-1")
    assert found.message is not None
    assert found.severity in (None, Severity.ADVICE), found.problems
    return found.message, found.plan


@pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK], ids=["one a home", "one an adult"])
def test_each_adult_has_a_copy_of_their_own_and_nothing_is_published(policy: Policy) -> None:
    message, plan = asked(families(*FAMILY, ASKED), policy)
    assert {ids for ids, _ in named(plan)} == {("MUM",), ("NAN",), ("DAD",)}
    assert plan.public == ()
    assert (message.kind, message.details, message.reply_slip) == (Kind.LETTER, True, True)
    for delivery in plan.deliveries:
        for addresses in delivery.routes.values():
            assert {one.contact_id for one in addresses} == {*delivery.contact_ids}


def test_an_order_of_today_stops_the_copy_that_was_planned_yesterday() -> None:
    message, plan = asked(families(*FAMILY, ASKED))
    (his,) = [one for one in plan.deliveries if one.contact_ids == ("DAD",)]
    barred = families(*FAMILY, ASKED, row("court-order", "DAD"))
    assert isinstance(recheck(message, his, barred, WOODGRANGE, NOW), Withhold)
    assert {ids for ids, _ in named(asked(barred)[1])} == {("MUM",), ("NAN",)}


def test_an_order_about_one_child_leaves_the_other_and_names_only_that_one() -> None:
    message, plan = asked(families(*FAMILY, ASKED))
    (his,) = [one for one in plan.deliveries if one.contact_ids == ("DAD",)]
    barred = families(*FAMILY, ASKED, row("court-order", "DAD", "P1"))
    verdict = recheck(message, his, barred, WOODGRANGE, NOW)
    assert isinstance(verdict, Send)
    mail = str(RENDERER.render("mail", message, verdict.delivery, barred, NOW).plain)  # type: ignore[union-attr]
    assert "GivenDAD Price" in mail
    assert "ForeP2" in mail
    assert "ForeP1" not in mail


@settings(deadline=None)
@given(directories())
def test_no_copy_is_ever_for_two_adults_or_says_more_than_of_its_own(directory: Directory) -> None:
    letter = details_letter(Prepared(), ("whole school",), OFFICE, date(2026, 11, 23))
    found = consider(letter, replace(WORLD, directory=directory), NOW, lambda kind: f"{kind.value}-1")
    for delivery in found.plan.deliveries:
        assert len(delivery.contact_ids) <= 1
        if found.message is None or not delivery.contact_ids:
            continue
        mail = RENDERER.render("mail", found.message, delivery, directory, NOW)
        plain = str(mail.plain)  # type: ignore[union-attr]
        own = directory.contacts[delivery.contact_ids[0]]
        for other in directory.contacts.values():
            for told in (other.email, other.mobile):
                if told and told not in (own.email, own.mobile, own.phone):
                    assert told not in plain


def test_the_same_is_asked_once_a_day() -> None:
    words = Prepared()
    one, other = (details_letter(words, to, OFFICE, date(2026, 11, 23)).key for to in (("Oak", "Elm"), ("Elm", "oak")))
    assert one == other
    assert details_letter(words, ("Oak",), OFFICE, date(2026, 11, 24)).key != one
