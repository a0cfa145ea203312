"""The plan as a whole: language, withheld, call sheets, trace."""

import re
from dataclasses import replace

import pytest

from notifier.model.message import Reach, Term
from notifier.model.policy import Policy
from notifier.model.staff import Role, Staff
from notifier.routing import plan as make_plan
from notifier.routing import rules
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    TOMORROW,
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
    problem_ids,
    row,
    tasks_about,
    the_delivery,
    visit,
    withheld,
)

BOTH = [pytest.param(WOODGRANGE, id="woodgrange"), pytest.param(HYDE_PARK, id="hyde-park")]
HOME = (child("P1"), at_home("MUM"), at_home("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2, lives="yes"))


class TestLanguage:
    BODIES = (body(), body("ہم عجائب گھر جا رہے ہیں", language="ur"), body("Vamos", language="pt-BR"))

    @pytest.mark.parametrize(
        ("language", "recipient", "sent"),
        [("ur", "ur", "ur"), ("pt", "pt", "pt-BR"), ("pl", "pl", "en"), ("", "en", "en"), ("en-GB", "en-GB", "en")],
    )
    def test_it_is_the_recipient_s_and_what_is_sent_is_what_there_is(
        self, language: str, recipient: str, sent: str
    ) -> None:
        directory = families(child("P1"), adult("MUM", language=language), link("P1", "MUM", lives="yes"))
        delivery = planned(directory, message(bodies=self.BODIES)).deliveries[0]
        assert (delivery.language, delivery.text_language) == (recipient, sent)

    def test_the_exact_language_comes_before_a_relative_of_it(self) -> None:
        bodies = (body(), body("简体", language="zh-Hans"), body("繁體", language="zh-Hant"))
        directory = families(child("P1"), adult("MUM", language="zh-Hant"), link("P1", "MUM", lives="yes"))
        assert planned(directory, message(bodies=bodies)).deliveries[0].text_language == "zh-Hant"

    def test_a_copy_for_a_home_is_in_the_language_of_the_adult_whose_address_is_used(self) -> None:
        directory = families(
            child("P1"),
            at_home("MUM", language="ur", email=""),
            at_home("DAD", language="pl"),
            link("P1", "MUM", lives="yes"),
            link("P1", "DAD", 2),
        )
        assert planned(directory, message(bodies=self.BODIES)).deliveries[0].language == "pl"
        paper = replace(directory, arrangements=(row("paper", "DAD"),))
        assert planned(paper, message(bodies=self.BODIES)).deliveries[0].language == "ur"


class TestWithheld:
    def test_a_barred_adult_stands_there_even_where_the_home_s_copy_covers_the_child(self) -> None:
        found = planned(families(*HOME, row("injunction", "DAD")), message())
        assert named(found) == [(("MUM",), ("P1",))]
        assert withheld(found) == {("DAD", "P1"): rules.ORDER}

    def test_reasons_never_tell_what_an_order_says(self) -> None:
        order = row("court-order", "DAD", "P1", evidence="Order 7/2025, no contact", value="sealed", scope="letter")
        found = planned(families(*HOME, order), message())
        said = " ".join([*(w.reason for w in found.withheld), *(t.what for t in found.tasks)])
        assert "7/2025" not in said
        assert "sealed" not in said

    def test_every_rule_that_can_refuse_has_a_sentence(self) -> None:
        assert {
            rules.ORDER,
            rules.HOLD,
            rules.FLAG,
            rules.UNREADABLE,
            rules.SITE_BAN,
            rules.RESPONSIBILITY,
            rules.REQUEST,
            rules.SIGNATORY,
            rules.UNSUBSCRIBED,
            rules.MARKETING,
            rules.DRILL,
            rules.STAFF,
        } == set(rules.REASONS)

    def test_only_children_of_the_audience_are_spoken_of(self) -> None:
        directory = families(*HOME, child("P2", "Elm"), link("P2", "DAD"), row("court-order", "DAD"))
        found = planned(directory, message("letter", Term(Reach.CLASS, "Oak")))
        assert withheld(found) == {("DAD", "P1"): rules.ORDER}


class TestNobodyLeft:
    def test_a_child_about_whom_nobody_is_told_raises_a_task(self) -> None:
        found = planned(families(*HOME, row("court-order", "DAD"), row("welfare-hold", "MUM")), message())
        assert found.deliveries == ()
        assert rules.LADDER in tasks_about(found, "P1")

    def test_a_child_without_any_adult_raises_one_too(self) -> None:
        assert tasks_about(planned(families(child("P1")), message()), "P1") == [rules.LADDER]

    @pytest.mark.parametrize("policy", BOTH)
    def test_in_an_emergency_it_stands_on_the_call_sheet(self, policy: Policy) -> None:
        directory = families(
            child("P1"),
            at_home("DAD"),
            adult("NAN"),
            adult("AUNT"),
            link("P1", "DAD", 1),
            link("P1", "NAN", 3, pr="no", emergency_contact=True),
            link("P1", "AUNT", 2, pr="unknown"),
            row("court-order", "DAD"),
        )
        found = planned(directory, message("emergency"), policy)
        sheet = found.deliveries[0]
        assert (sheet.contact_ids, sheet.pupil_ids, sheet.ladder) == ((), ("P1",), (("call",),))
        assert sheet.also_ring == ("AUNT", "NAN")


class TestCheckBeforeRinging:
    """Adults who are not messaged but, in an emergency, stand on the call sheet after the parents."""

    @pytest.mark.parametrize(
        ("of_link", "stands"),
        [
            ({"emergency_contact": True}, True),
            ({"pr": "unknown"}, True),
            ({"pr": "unknown", "emergency_contact": True}, True),
            ({}, False),
        ],
    )
    def test_emergency_contacts_and_adults_whose_responsibility_is_unknown(
        self, of_link: dict[str, object], stands: bool
    ) -> None:
        directory = families(*HOME, adult("NAN"), link("P1", "NAN", 5, **{"pr": "no", **of_link}))
        found = planned(directory, message("emergency"))
        assert ("NAN", "P1") not in pairs(found)
        assert the_delivery(found, "MUM").also_ring == (("NAN",) if stands else ())

    @pytest.mark.parametrize("kind", ["letter", "notice", "newsletter"])
    def test_in_an_emergency_only(self, kind: str) -> None:
        directory = families(*HOME, adult("NAN"), link("P1", "NAN", 5, pr="no", emergency_contact=True))
        assert all(not delivery.also_ring for delivery in planned(directory, message(kind)).deliveries)

    def test_never_one_who_is_barred(self) -> None:
        directory = families(
            *HOME,
            adult("NAN"),
            link("P1", "NAN", 5, pr="no", emergency_contact=True),
            row("welfare-hold", "NAN", "P1", recorded_by="head"),
        )
        assert all(not delivery.also_ring for delivery in planned(directory, message("emergency")).deliveries)


class TestAudience:
    def test_a_child_who_left_or_has_not_come_yet_is_not_written_about(self) -> None:
        directory = families(
            *HOME,
            child("P2", left_on=YESTERDAY),
            child("P3", admitted_on=TOMORROW),
            link("P2", "MUM", lives="yes"),
            link("P3", "MUM", lives="yes"),
        )
        assert planned(directory, message()).pupil_ids == ("P1",)

    def test_an_audience_of_nobody_is_refused(self) -> None:
        found = planned(families(child("P1", left_on=YESTERDAY)), message())
        assert problem_ids(found) == ["audience-empty"]

    def test_a_plan_is_for_its_moment(self) -> None:
        directory = families(*HOME, row("copy", "MUM"), row("welfare-hold", "DAD", "P1", from_=TOMORROW))
        later = NOW.replace(day=NOW.day + 1)
        assert ("DAD", "P1") in pairs(make_plan(message(), directory, WOODGRANGE, NOW))
        assert ("DAD", "P1") not in pairs(make_plan(message(), directory, WOODGRANGE, later))

    def test_a_link_to_somebody_who_is_gone_is_passed_over(self) -> None:
        found = planned(families(*HOME, link("P1", "GONE", lives="yes")), message("emergency"))
        assert "GONE" not in {who for who, _ in pairs(found)} | {one.contact_id for one in found.withheld}


class TestTrace:
    @pytest.mark.parametrize("policy", BOTH)
    def test_every_step_leaves_an_entry(self, policy: Policy) -> None:
        found = planned(families(*HOME), message("newsletter"), policy)
        assert {step.step for step in found.trace} == {1, 2, 3, 4, 5, 6, 7, 8, 9}

    def test_what_is_said_about_one_adult_names_no_other(self) -> None:
        directory = families(
            *HOME, adult("EX", email="mum@example.org"), link("P1", "EX", 3), row("court-order", "EX", "P1")
        )
        found = planned(directory, message())
        for step in found.trace:
            assert not {"MUM", "DAD", "EX"} - {step.contact_id} & set(re.findall(r"\w+", step.says))

    def test_each_adult_and_child_has_a_decision(self) -> None:
        directory = families(*HOME, adult("EX"), link("P1", "EX", 3))
        found = planned(directory, message())
        decided = {(step.contact_id, step.pupil_id) for step in found.trace if step.step in (3, 4, 5) and step.pupil_id}
        assert decided == {("MUM", "P1"), ("DAD", "P1"), ("EX", "P1")}

    def test_who_is_covered_by_the_home_s_copy_is_told_so(self) -> None:
        found = planned(families(*HOME, at_home("STEP"), link("P1", "STEP", 3, pr="no")), message())
        assert any(step.contact_id == "STEP" and "covered" in step.says for step in found.trace)

    @pytest.mark.parametrize("policy", BOTH)
    def test_h27_a_letter_to_a_second_home_goes_by_post_and_not_in_a_book_bag(self, policy: Policy) -> None:
        apart = (adult("EX"), link("P1", "EX", 3, contract_signatory=True), row("copy", "EX"))
        found = planned(families(*HOME, *apart), message(), policy)
        assert {step.contact_id for step in found.trace if step.rule == "H27"} == set()  # by email nothing is carried
        house = adult("EX", address=("9 Wanstead Park Road",), postcode="E12 5NU")
        found = planned(families(*HOME, house, *apart[1:]), message(), policy)
        assert [(step.step, step.contact_id) for step in found.trace if step.rule == "H27"] == [(7, "EX")]

    def test_an_unsubscribed_adult_is_stopped_at_step_five(self) -> None:
        found = planned(families(*HOME, row("unsubscribe", "DAD")), message("newsletter"))
        assert [step.step for step in found.trace if step.contact_id == "DAD" and step.says == "withheld"] == [5]


@pytest.mark.parametrize(
    ("speaks", "asked"),
    [(("pl", "so"), " Ask Amina Warsame."), (("so-SO",), " Ask Amina Warsame."), (("pl",), ""), ((), "")],
)
def test_who_asked_for_somebody_to_explain_gets_one_who_speaks_their_language(
    speaks: tuple[str, ...], asked: str
) -> None:
    staff = (Staff("a-warsame", "Amina Warsame", Role.OFFICE, speaks=speaks), Staff("b-malik", "B Malik", Role.HEAD))
    mother = at_home("MUM", language="so")
    directory = families(child("P1"), mother, link("P1", "MUM", lives="yes"), row("interpreter", "MUM"))
    found = planned(directory, message(), replace(WOODGRANGE, staff=staff))
    (task,) = [one for one in found.tasks if one.rule == "W34"]
    assert task.what == f"Offer to explain this message by word of mouth (Somali).{asked}"


def test_tasks_and_withheld_hold_ids_alone() -> None:
    directory = families(
        child("P1", forename="Ayesha", surname="Siddiqui"),
        at_home("C1", forename="Nadia", surname="Rehman", email="us@example.org", mobile="+447700900123"),
        adult("C2", forename="Tariq", surname="Rehman", email="us@example.org", mobile="+447700900123"),
        link("P1", "C1", pr="yes"),
        link("P1", "C2", 2, court_order=True),
        row("interpreter", "C1"),
        row("site-ban", "C1"),
        row("injunction", "C2", evidence="", until=YESTERDAY),
    )
    found = [planned(directory, message("letter", event=visit())), planned(directory, message("emergency"))]
    shown = repr([(one.withheld, one.tasks, one.trace) for one in found])
    for secret in ("Ayesha", "Siddiqui", "Nadia", "Rehman", "Tariq", "example.org", "7700900123", "Sebert"):
        assert secret not in shown
