"""Step 4: who is entitled, where a child lives, and when an adult living apart gets a copy."""

import pytest

from notifier.model.directory import Arrangement
from notifier.model.message import Kind
from notifier.model.plan import Basis
from notifier.model.policy import Copies, Policy
from notifier.routing import rules
from tests.unit.routing.families import (
    HYDE_PARK,
    TODAY,
    WOODGRANGE,
    adult,
    at_home,
    child,
    families,
    link,
    message,
    pairs,
    planned,
    row,
    tasks_about,
    the_delivery,
    visit,
    with_kind,
    withheld,
)

BOTH = [pytest.param(WOODGRANGE, id="woodgrange"), pytest.param(HYDE_PARK, id="hyde-park")]
MUM = (child("P1"), at_home("MUM"), link("P1", "MUM", lives="yes", contract_signatory=True))
"""A child who lives with its mother, who signed."""


class TestEntitled:
    @pytest.mark.parametrize("policy", BOTH)
    @pytest.mark.parametrize(
        ("pr", "lives", "rule"),
        [
            ("yes", "unknown", ""),
            ("yes", "no", ""),
            ("no", "yes", ""),
            ("no", "shared", ""),
            ("unknown", "shared", ""),
            ("no", "unknown", rules.RESPONSIBILITY),
            ("no", "no", rules.RESPONSIBILITY),
            ("unknown", "no", rules.RESPONSIBILITY),
            ("unknown", "unknown", rules.RESPONSIBILITY),
        ],
    )
    def test_by_responsibility_or_by_care(self, policy: Policy, pr: str, lives: str, rule: str) -> None:
        """Education Act 1996 s.576; an emergency leaves no other test in the way."""
        directory = families(*MUM, adult("C"), link("P1", "C", 2, pr=pr, lives=lives))
        plan = planned(directory, message("emergency"), policy)
        assert withheld(plan).get(("C", "P1"), "") == rule
        assert (("C", "P1") in pairs(plan)) is not bool(rule)

    def test_unknown_responsibility_is_withheld_with_a_task(self) -> None:
        directory = families(*MUM, adult("C"), link("P1", "C", 2, pr="unknown"))
        assert tasks_about(planned(directory, message()), "C", "P1") == [rules.RESPONSIBILITY]

    def test_no_responsibility_is_withheld_without_a_task(self) -> None:
        directory = families(*MUM, adult("C"), link("P1", "C", 2, pr="no"))
        assert not tasks_about(planned(directory, message()), "C", "P1")

    def test_having_signed_is_no_entitlement(self) -> None:
        directory = families(*MUM, adult("C"), link("P1", "C", 2, pr="no", contract_signatory=True))
        assert ("C", "P1") not in pairs(planned(directory, message(), HYDE_PARK))

    def test_a_copy_request_is_no_entitlement(self) -> None:
        directory = families(*MUM, adult("C"), link("P1", "C", 2, pr="unknown"), row("copy", "C"))
        assert ("C", "P1") not in pairs(planned(directory, message()))

    def test_a_step_parent_of_the_home_is_covered_by_its_copy(self) -> None:
        directory = families(*MUM, at_home("STEP"), link("P1", "STEP", 2, pr="no"))
        plan = planned(directory, message())
        assert (pairs(plan), plan.withheld) == ({("MUM", "P1")}, ())


class TestMainHome:
    def test_every_home_with_which_a_child_lives_is_one(self) -> None:
        directory = families(
            child("P1"),
            at_home("MUM"),
            at_home("DAD", household="H2"),
            link("P1", "MUM", lives="shared"),
            link("P1", "DAD", 2, lives="shared"),
        )
        plan = planned(directory, message())
        assert [delivery.basis for delivery in plan.deliveries] == [Basis.MAIN, Basis.MAIN]
        assert not plan.tasks

    def test_where_nobody_recorded_one_the_first_adult_with_responsibility_has_it_with_a_task(self) -> None:
        directory = families(
            child("P1"),
            adult("NAN"),
            adult("MUM"),
            adult("DAD"),
            link("P1", "NAN", 1, pr="no"),
            link("P1", "DAD", 3),
            link("P1", "MUM", 2),
        )
        plan = planned(directory, message())
        assert pairs(plan) == {("MUM", "P1")}
        assert withheld(plan)["DAD", "P1"] == rules.REQUEST
        assert tasks_about(plan, "P1") == [rules.HOME]

    def test_where_several_are_first_all_their_homes_are(self) -> None:
        directory = families(child("P1"), adult("MUM"), adult("DAD"), link("P1", "MUM", None), link("P1", "DAD", None))
        assert pairs(planned(directory, message())) == {("MUM", "P1"), ("DAD", "P1")}

    def test_a_blank_priority_comes_last(self) -> None:
        directory = families(child("P1"), adult("MUM"), adult("DAD"), link("P1", "MUM", None), link("P1", "DAD", 9))
        assert pairs(planned(directory, message())) == {("DAD", "P1")}

    def test_a_barred_adult_s_home_is_passed_over(self) -> None:
        directory = families(
            child("P1"),
            adult("MUM"),
            adult("DAD"),
            link("P1", "DAD", 1),
            link("P1", "MUM", 2),
            row("court-order", "DAD", "P1", scope="letter"),
        )
        assert pairs(planned(directory, message("letter"))) == {("MUM", "P1")}
        assert pairs(planned(directory, message("report"))) == {("DAD", "P1")}

    def test_a_recorded_home_counts_although_its_adult_is_barred(self) -> None:
        directory = families(*MUM, adult("DAD"), link("P1", "DAD", 2), row("court-order", "MUM", "P1"))
        plan = planned(directory, message())
        assert withheld(plan) == {("MUM", "P1"): rules.ORDER, ("DAD", "P1"): rules.REQUEST}
        assert rules.LADDER in tasks_about(plan, "P1")


class TestLivingApart:
    CONSENT = row("consent", "DAD", "P1", value="MUM")
    COPY = row("copy", "DAD", "P1", evidence="")

    @pytest.mark.parametrize("kind", ["newsletter", "letter", "notice", "report"])
    @pytest.mark.parametrize(
        ("copies", "arrangements", "signed", "answer"),
        [
            (Copies.ON_REQUEST, [], False, rules.REQUEST),
            (Copies.ON_REQUEST, [], True, rules.REQUEST),
            (Copies.ON_REQUEST, [COPY], False, Basis.COPY),
            (Copies.ON_REQUEST, [CONSENT], False, Basis.CONSENT),
            (Copies.SIGNATORY_OR_CONSENT, [], False, rules.SIGNATORY),
            (Copies.SIGNATORY_OR_CONSENT, [COPY], False, rules.SIGNATORY),
            (Copies.SIGNATORY_OR_CONSENT, [], True, Basis.EQUAL),
            (Copies.SIGNATORY_OR_CONSENT, [CONSENT], False, Basis.CONSENT),
            (Copies.ALWAYS, [], False, Basis.EQUAL),
        ],
    )
    def test_the_school_s_rule_decides(
        self, kind: str, copies: Copies, arrangements: list[Arrangement], signed: bool, answer: Basis | str
    ) -> None:
        directory = families(
            *MUM,
            at_home("DAD", household="H2"),
            link("P1", "DAD", 2, contract_signatory=signed),
            *arrangements,
        )
        plan = planned(directory, message(kind), with_kind(WOODGRANGE, Kind(kind), copies=copies))
        if isinstance(answer, Basis):
            assert the_delivery(plan, "DAD").basis is answer
        else:
            assert withheld(plan) == {("DAD", "P1"): answer}
        assert the_delivery(plan, "MUM").basis is Basis.MAIN

    @pytest.mark.parametrize("signed", [True, False])
    def test_h30_both_parents_are_invited_to_a_consultation_if_both_signed(self, signed: bool) -> None:
        directory = families(*MUM, at_home("DAD", household="H2"), link("P1", "DAD", 2, contract_signatory=signed))
        plan = planned(directory, message("notice", event=visit()), HYDE_PARK)
        assert pairs(plan) == ({("MUM", "P1"), ("DAD", "P1")} if signed else {("MUM", "P1")})

    @pytest.mark.parametrize(
        ("rows", "tasks"),
        [
            pytest.param([], [], id="did not ask"),
            pytest.param([COPY], [rules.CONSENT], id="asked"),
            pytest.param([COPY, CONSENT], [], id="asked, and there is consent"),
            pytest.param([row("copy", "DAD", "P1", ended_on=TODAY)], [], id="asked, and was told no"),
            pytest.param([row("copy", "DAD", "P1", scope="report")], [], id="asked for something else"),
            pytest.param([COPY, row("court-order", "DAD", "P1")], [], id="asked, and is barred"),
        ],
    )
    def test_h29_who_asked_and_did_not_sign_waits_for_consent_in_writing_with_a_task(
        self, rows: list[Arrangement], tasks: list[str]
    ) -> None:
        directory = families(*MUM, at_home("DAD", household="H2"), link("P1", "DAD", 2), *rows)
        assert tasks_about(planned(directory, message(), HYDE_PARK), "DAD", "P1") == tasks

    @pytest.mark.parametrize("policy", BOTH)
    def test_an_emergency_needs_no_request(self, policy: Policy) -> None:
        directory = families(*MUM, at_home("DAD", household="H2"), link("P1", "DAD", 2))
        assert the_delivery(planned(directory, message("emergency"), policy), "DAD").basis is Basis.EQUAL

    def test_a_request_counts_only_for_its_child_and_kind(self) -> None:
        directory = families(
            *MUM,
            child("P2"),
            link("P2", "MUM", lives="yes"),
            at_home("DAD", household="H2"),
            link("P1", "DAD", 2),
            link("P2", "DAD", 2),
            row("copy", "DAD", "P2", scope="report"),
        )
        assert ("DAD", "P2") in pairs(planned(directory, message("report")))
        assert ("DAD", "P1") not in pairs(planned(directory, message("report")))
        assert ("DAD", "P2") not in pairs(planned(directory, message("letter")))

    def test_who_is_of_the_home_but_lives_elsewhere_lives_apart(self) -> None:
        """``lives_with = no`` while another adult's is yes: the household column is out of date."""
        directory = families(*MUM, at_home("DAD"), link("P1", "DAD", 2, lives="no"))
        plan = planned(directory, message())
        assert pairs(plan) == {("MUM", "P1")}
        assert not plan.withheld  # a copy goes to the home on record

    def test_who_does_not_live_there_either_does_not_live_apart_from_a_home_nobody_recorded(self) -> None:
        directory = families(child("P1"), adult("DAD"), link("P1", "DAD", lives="no"))
        assert the_delivery(planned(directory, message()), "DAD").basis is Basis.MAIN

    def test_missing_data_joins_no_two_adults(self) -> None:
        """Nothing says that they live together, so the second one needs a request."""
        directory = families(
            child("P1"), adult("MUM"), adult("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2)
        )
        assert withheld(planned(directory, message())) == {("DAD", "P1"): rules.REQUEST}

    def test_the_signatory_test_is_for_adults_living_apart_alone(self) -> None:
        directory = families(
            child("P1"), at_home("MUM"), at_home("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2)
        )
        assert pairs(planned(directory, message(), HYDE_PARK)) == {("MUM", "P1"), ("DAD", "P1")}


class TestOrganisation:
    CARE = (
        child("P1"),
        at_home("CARER"),
        adult("COUNCIL"),
        link("P1", "CARER", pr="no", lives="yes", relationship="FOF"),
    )

    @pytest.mark.parametrize("relationship", ["SWR", "LA"])
    @pytest.mark.parametrize("policy", BOTH)
    def test_with_responsibility_it_always_gets_its_own(self, relationship: str, policy: Policy) -> None:
        directory = families(*self.CARE, link("P1", "COUNCIL", 1, relationship=relationship))
        plan = planned(directory, message(), policy)
        assert the_delivery(plan, "COUNCIL").contact_ids == ("COUNCIL",)
        assert the_delivery(plan, "CARER").contact_ids == ("CARER",)

    @pytest.mark.parametrize("pr", ["no", "unknown"])
    def test_without_responsibility_it_gets_nothing(self, pr: str) -> None:
        directory = families(*self.CARE, link("P1", "COUNCIL", 1, relationship="SWR", pr=pr))
        assert withheld(planned(directory, message()))["COUNCIL", "P1"] == rules.RESPONSIBILITY

    def test_it_shares_no_copy_with_people_at_its_address(self) -> None:
        directory = families(
            child("P1"),
            at_home("CARER"),
            at_home("COUNCIL"),
            link("P1", "CARER", pr="no", lives="yes"),
            link("P1", "COUNCIL", relationship="LA"),
        )
        assert {d.contact_ids for d in planned(directory, message()).deliveries} == {("CARER",), ("COUNCIL",)}

    def test_its_copy_covers_nobody_else_at_its_address(self) -> None:
        directory = families(
            child("P1"),
            at_home("CARER"),
            at_home("COUNCIL"),
            link("P1", "CARER", pr="no"),
            link("P1", "COUNCIL", relationship="LA"),
        )
        assert withheld(planned(directory, message())) == {("CARER", "P1"): rules.RESPONSIBILITY}

    def test_it_is_no_home_for_a_child(self) -> None:
        directory = families(
            child("P1"),
            adult("COUNCIL"),
            adult("MUM"),
            link("P1", "COUNCIL", 1, relationship="LA"),
            link("P1", "MUM", 2),
        )
        assert the_delivery(planned(directory, message()), "MUM").basis is Basis.MAIN

    def test_a_bar_stops_it_like_anybody(self) -> None:
        directory = families(
            *self.CARE, link("P1", "COUNCIL", 1, relationship="LA"), row("court-order", "COUNCIL", "P1")
        )
        assert withheld(planned(directory, message("emergency")))["COUNCIL", "P1"] == rules.ORDER
