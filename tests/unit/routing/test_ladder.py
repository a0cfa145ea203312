"""Step 7: by which channels, in which order, at addresses that no barred adult shares."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.model.directory import Contact, Directory
from notifier.model.message import Kind
from notifier.model.plan import Plan
from notifier.model.policy import Policy
from notifier.routing import rules
from tests.unit.routing.families import (
    CHANNELS,
    HYDE_PARK,
    PRICE_CODE,
    PRICE_HOUSE,
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
    problem_ids,
    row,
    tasks_about,
    the_delivery,
    with_kind,
)

MOBILE, LANDLINE = "+447700900001", "+442079460001"
FULL = {"mobile": MOBILE, "phone": LANDLINE}


def alone(contact: Contact, *more: object) -> Directory:
    return families(child("P1"), contact, link("P1", contact.id, lives="yes"), *more)


def ladder(plan: Plan) -> list[list[str]]:
    return [list(rung) for rung in plan.deliveries[0].ladder]


class TestRungs:
    def test_the_kind_s_channels_in_their_order_as_far_as_there_are_addresses(self) -> None:
        assert ladder(planned(alone(at_home("MUM")), message())) == [["email"], ["letter"], ["call"]]
        assert ladder(planned(alone(at_home("MUM", email="")), message())) == [["letter"], ["call"]]
        assert ladder(planned(alone(adult("MUM", email="")), message())) == [["call"]]

    def test_an_emergency_goes_out_at_once_by_all_its_first_ways(self) -> None:
        plan = planned(alone(at_home("MUM", **FULL)), message("emergency"))
        assert ladder(plan) == [["text", "email"], ["voice"], ["call"]]
        assert ladder(planned(alone(adult("MUM")), message("emergency"))) == [["email"], ["call"]]

    def test_a_ladder_ends_with_a_person_also_where_somebody_rings_at_once(self) -> None:
        plan = planned(alone(at_home("MUM", **FULL)), message(also=("call",)))
        assert ladder(plan) == [["email", "call"], ["letter"], ["call"]]

    def test_paper_comes_first_for_who_asked_for_paper(self) -> None:
        plan = planned(alone(at_home("MUM"), row("paper", "MUM", evidence="")), message())
        assert ladder(plan) == [["letter"], ["email"], ["call"]]
        assert rules.PAPER in plan.deliveries[0].rules

    def test_paper_asked_for_by_one_adult_of_the_home_is_enough(self) -> None:
        directory = alone(at_home("MUM"), at_home("DAD"), link("P1", "DAD", 2), row("paper", "DAD"))
        assert ladder(planned(directory, message())) == [["letter"], ["email"], ["call"]]

    @pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
    def test_h13_also_letter_prints_it_for_everybody(self, policy: Policy) -> None:
        plan = planned(alone(at_home("MUM", **FULL)), message(also=("letter",)), policy)
        assert ladder(plan) == [["email", "letter"], ["call"]]

    def test_paper_puts_no_letter_into_a_kind_that_has_none(self) -> None:
        plan = planned(alone(at_home("MUM"), row("paper", "MUM")), message("emergency"))
        assert ladder(plan) == [["email"], ["call"]]

    @pytest.mark.parametrize("dates", [{"scope": "report"}, {"pupil_id": "P2"}])
    def test_paper_counts_only_in_its_scope_and_for_its_child(self, dates: dict[str, str]) -> None:
        plan = planned(alone(at_home("MUM"), row("paper", "MUM", **dates)), message())
        assert ladder(plan) == [["email"], ["letter"], ["call"]]

    def test_large_print_and_an_interpreter_are_carried_along(self) -> None:
        plan = planned(alone(at_home("MUM"), row("large-print", "MUM"), row("interpreter", "MUM")), message())
        assert (plan.deliveries[0].large_print, plan.deliveries[0].interpreter) == (True, True)
        assert tasks_about(plan, "MUM") == [rules.TRANSLATION]

    def test_a_channel_that_is_not_set_up_is_left_out_with_a_trace_entry(self) -> None:
        policy = replace(WOODGRANGE, channels={**CHANNELS, "email": replace(CHANNELS["email"], configured=False)})
        plan = planned(alone(at_home("MUM")), message(), policy)
        assert ladder(plan) == [["letter"], ["call"]]
        assert any(step.step == 7 and "email" in step.says for step in plan.trace)

    def test_a_channel_that_does_not_exist_yet_is_left_out(self) -> None:
        policy = replace(WOODGRANGE, channels={name: facts for name, facts in CHANNELS.items() if name != "voice"})
        plan = planned(alone(adult("MUM", **FULL)), message("emergency"), policy)
        assert ladder(plan) == [["text", "email"], ["call"]]


class TestText:
    def test_essential_puts_a_text_beside_what_is_first(self) -> None:
        plan = planned(alone(at_home("MUM", **FULL)), message(essential=True))
        assert [set(rung) for rung in ladder(plan)] == [{"text", "email"}, {"letter"}, {"call"}]
        assert rules.TEXT in plan.deliveries[0].rules

    def test_essential_is_beside_the_paper_where_paper_was_asked_for(self) -> None:
        plan = planned(alone(at_home("MUM", **FULL), row("paper", "MUM")), message(essential=True))
        assert [set(rung) for rung in ladder(plan)] == [{"text", "letter"}, {"email"}, {"call"}]

    def test_of_two_families_without_email_only_who_asked_for_paper_gets_it_beside_the_text(self) -> None:
        plan = planned(
            families(
                child("P1"),
                child("P2"),
                at_home("MUM", "H1", **FULL, email=""),
                at_home("DAD", "H2", **FULL, email=""),
                link("P1", "MUM", lives="yes"),
                link("P2", "DAD", lives="yes"),
                row("paper", "MUM"),
            ),
            message(essential=True),
        )
        assert the_delivery(plan, "MUM").ladder == (("text", "letter"), ("call",))
        assert the_delivery(plan, "DAD").ladder == (("text",), ("letter",), ("call",))

    def test_also_text_does_the_same_where_texts_are_allowed(self) -> None:
        policy = replace(WOODGRANGE, text=replace(WOODGRANGE.text, allowed=frozenset({"notice"})))
        plan = planned(alone(at_home("MUM", **FULL)), message("notice", also=("text",)), policy)
        assert set(ladder(plan)[0]) == {"text", "email"}

    @pytest.mark.parametrize("kind", ["newsletter", "letter", "notice", "report"])
    @pytest.mark.parametrize("more", [{"essential": True}, {"also": ("text",)}, {}])
    def test_hyde_park_texts_in_emergencies_only(self, kind: str, more: dict[str, object]) -> None:
        plan = planned(alone(at_home("MUM", **FULL)), message(kind, **more), HYDE_PARK)
        assert "text" not in {channel for rung in plan.deliveries[0].ladder for channel in rung}

    def test_a_ladder_written_by_the_school_is_gated_too(self) -> None:
        policy = with_kind(WOODGRANGE, Kind.LETTER, ladder=(("text",), ("email",), ("call",)))
        assert ladder(planned(alone(at_home("MUM", **FULL)), message(), policy)) == [["email"], ["call"]]

    def test_advertising_is_never_essential(self) -> None:
        directory = alone(at_home("MUM", **FULL), row("marketing-consent", "MUM"))
        plan = planned(directory, message(essential=True, marketing=True))
        assert ladder(plan) == [["email"], ["letter"], ["call"]]

    def test_a_landline_is_no_number_for_a_text(self) -> None:
        plan = planned(alone(adult("MUM", phone=LANDLINE)), message(essential=True))
        assert ladder(plan) == [["email"], ["call"]]


class TestRoutes:
    def test_a_copy_for_a_home_goes_to_the_first_adult_who_has_an_address(self) -> None:
        directory = alone(at_home("MUM", email=""), at_home("DAD", email="dad@example.org"), link("P1", "DAD", 2))
        delivery = planned(directory, message()).deliveries[0]
        assert delivery.contact_ids == ("MUM", "DAD")
        assert delivery.addresses["email"] == "dad@example.org"

    def test_the_next_adult_s_address_stands_ready(self) -> None:
        directory = alone(at_home("MUM"), at_home("DAD"), link("P1", "DAD", 2))
        routes = planned(directory, message()).deliveries[0].routes
        assert [address.contact_id for address in routes["email"]] == ["MUM", "DAD"]
        assert [address.contact_id for address in routes["letter"]] == ["MUM"]  # one house, one letter

    def test_an_address_that_two_adults_share_is_tried_once(self) -> None:
        directory = alone(
            at_home("MUM", email="us@example.org"), at_home("DAD", email="Us@example.org"), link("P1", "DAD", 2)
        )
        assert len(planned(directory, message()).deliveries[0].routes["email"]) == 1

    def test_whoever_rings_has_a_mobile_before_a_landline(self) -> None:
        assert planned(alone(adult("MUM", **FULL)), message()).deliveries[0].addresses["call"] == MOBILE
        assert planned(alone(adult("MUM", phone=LANDLINE)), message()).deliveries[0].addresses["call"] == LANDLINE

    def test_without_a_number_the_call_sheet_says_so(self) -> None:
        delivery = planned(alone(adult("MUM")), message()).deliveries[0]
        assert [(one.contact_id, one.value) for one in delivery.routes["call"]] == [("MUM", "")]
        assert "call" not in delivery.addresses

    def test_the_adult_who_has_a_number_is_rung_first(self) -> None:
        directory = alone(at_home("MUM"), at_home("DAD", mobile=MOBILE), link("P1", "DAD", 2))
        delivery = planned(directory, message()).deliveries[0]
        assert [one.contact_id for one in delivery.routes["call"]] == ["DAD", "MUM"]
        assert delivery.addresses["call"] == MOBILE

    def test_half_an_address_is_no_letter(self) -> None:
        assert ladder(planned(alone(adult("MUM", address=("12 Sebert Road",))), message())) == [["email"], ["call"]]


class TestSharedWithABarredAdult:
    """Never anyone whom a court order excludes, and not by somebody else's address either."""

    ORDERS = (
        row("court-order", "DAD", "P1"),
        row("injunction", "DAD"),
        row("agreement", "DAD", "P1"),
        row("welfare-hold", "DAD", "P1", recorded_by="head"),
    )

    def shared(self, mum: Contact, dad: Contact, *more: object, **of_dad: object) -> Directory:
        dads = link("P1", dad.id, 2, **of_dad)
        return families(child("P1"), mum, dad, link("P1", mum.id, lives="yes"), dads, *more)

    @pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.sort.value)
    def test_an_email_address_he_has_too_is_left_out_with_a_task(self, order: object) -> None:
        directory = self.shared(at_home("MUM", email="us@example.org"), adult("DAD", email="US@Example.org"), order)
        plan = planned(directory, message())
        assert ladder(plan) == [["letter"], ["call"]]
        assert "email" not in plan.deliveries[0].addresses
        assert tasks_about(plan, "MUM", "P1") == [rules.SHARED_ADDRESS]
        assert not plan.problems

    def test_an_unanswered_flag_leaves_his_addresses_out_too(self) -> None:
        directory = self.shared(
            at_home("MUM", email="us@example.org"), adult("DAD", email="us@example.org"), court_order=True
        )
        assert ladder(planned(directory, message())) == [["letter"], ["call"]]

    @pytest.mark.parametrize("dad", [{"mobile": MOBILE}, {"phone": MOBILE}])
    def test_a_number_is_his_whether_he_gave_it_as_mobile_or_as_landline(self, dad: dict[str, str]) -> None:
        directory = self.shared(adult("MUM", **FULL), adult("DAD", email="", **dad), self.ORDERS[0])
        delivery = the_delivery(planned(directory, message("emergency")), "MUM")
        assert "text" not in delivery.routes
        assert delivery.addresses["voice"] == LANDLINE
        assert delivery.addresses["call"] == LANDLINE

    def test_the_house_in_which_he_lives_gets_no_letter_however_the_address_is_typed(self) -> None:
        his = adult("DAD", address=("12, sebert ROAD",), postcode="e70nq")
        directory = self.shared(at_home("MUM"), his, self.ORDERS[0])
        assert ladder(planned(directory, message())) == [["email"], ["call"]]

    def test_nor_does_the_household_of_which_he_is_one_without_an_address_of_his_own(self) -> None:
        directory = self.shared(at_home("MUM"), adult("DAD", household="H1"), self.ORDERS[0])
        assert ladder(planned(directory, message())) == [["email"], ["call"]]

    def test_where_only_a_telephone_call_is_left_the_copy_waits_for_a_person(self) -> None:
        directory = self.shared(
            adult("MUM", email="us@example.org"), adult("DAD", email="us@example.org"), self.ORDERS[0]
        )
        plan = planned(directory, message())
        assert plan.deliveries[0].held == rules.SHARED_ADDRESS
        assert [(p.id, p.severity.value) for p in plan.problems] == [("address-shared-with-barred", "hold")]

    def test_where_the_only_number_is_his_too_it_waits_as_well(self) -> None:
        directory = self.shared(
            adult("MUM", email="", phone=LANDLINE), adult("DAD", email="", phone=LANDLINE), self.ORDERS[0]
        )
        plan = planned(directory, message())
        assert (plan.deliveries[0].held, plan.deliveries[0].addresses) == (rules.SHARED_ADDRESS, {})

    def test_an_emergency_never_waits_its_call_sheet_says_whom_to_ask_for(self) -> None:
        directory = self.shared(
            adult("MUM", email="us@example.org", mobile=MOBILE),
            adult("DAD", email="us@example.org", mobile=MOBILE),
            self.ORDERS[0],
        )
        plan = planned(directory, message("emergency"))
        assert (ladder(plan), plan.deliveries[0].held, problem_ids(plan)) == ([["call"]], "", [])
        assert plan.deliveries[0].routes["call"][0].contact_id == "MUM"
        assert plan.deliveries[0].addresses == {}

    @pytest.mark.parametrize("about", ["P1", "P2"])
    def test_one_child_s_order_counts_for_the_whole_copy(self, about: str) -> None:
        directory = families(
            child("P1"),
            child("P2"),
            at_home("MUM", email="us@example.org"),
            adult("DAD", email="us@example.org"),
            *[link(pupil_id, "MUM", lives="yes") for pupil_id in ("P1", "P2")],
            row("court-order", "DAD", about),
        )
        (delivery,) = planned(directory, message()).deliveries
        assert delivery.pupil_ids == ("P1", "P2")
        assert "email" not in delivery.addresses

    def test_another_child_s_order_does_not(self) -> None:
        directory = self.shared(
            at_home("MUM", email="us@example.org"),
            adult("DAD", email="us@example.org"),
            child("P2"),
            link("P2", "DAD"),
            row("court-order", "DAD", "P2"),
        )
        assert the_delivery(planned(directory, message()), "MUM").addresses["email"] == "us@example.org"

    def test_an_order_out_of_scope_does_not(self) -> None:
        order = row("court-order", "DAD", "P1", scope="report")
        directory = self.shared(at_home("MUM", email="us@example.org"), adult("DAD", email="us@example.org"), order)
        assert the_delivery(planned(directory, message()), "MUM").addresses["email"] == "us@example.org"

    @pytest.mark.parametrize("pupil", ["P1", None])
    def test_his_addresses_stay_out_also_where_his_link_was_deleted(self, pupil: str | None) -> None:
        directory = families(
            child("P1"),
            at_home("MUM", email="us@example.org"),
            adult("DAD", email="us@example.org"),
            link("P1", "MUM", lives="yes"),
            row("court-order", "DAD", pupil),
        )
        plan = planned(directory, message())
        assert "email" not in plan.deliveries[0].addresses
        assert not plan.withheld

    @pytest.mark.parametrize("over", [{"scope": "report"}, {"ended_on": TODAY}, {"from_": TOMORROW}], ids=str)
    def test_of_an_order_that_is_not_about_this_no_address_stays_out_though_his_link_was_deleted(
        self, over: dict[str, Any]
    ) -> None:
        people = child("P1"), at_home("MUM", email="us@example.org"), adult("DAD", email="us@example.org")
        directory = families(*people, link("P1", "MUM", lives="yes"), row("court-order", "DAD", **over))
        assert planned(directory, message()).deliveries[0].addresses["email"] == "us@example.org"

    def test_each_adult_whose_address_is_left_out_is_asked_for_another(self) -> None:
        directory = families(
            child("P1"),
            at_home("MUM", mobile="", email="us@example.org"),
            at_home("NAN", mobile=MOBILE, email="nan@example.org"),
            adult("DAD", email="us@example.org", mobile=MOBILE),
            *[link("P1", who, number, lives="yes") for number, who in enumerate(("MUM", "NAN"))],
            row("court-order", "DAD"),
        )
        plan = planned(directory, message("letter", essential=True))
        assert (tasks_about(plan, "MUM", "P1"), tasks_about(plan, "NAN", "P1")) == ([rules.SHARED_ADDRESS],) * 2

    def test_a_flag_that_stands_in_the_record_alone_leaves_his_addresses_out_too(self) -> None:
        us = {"email": "us@example.org"}
        directory = replace(self.shared(at_home("MUM", **us), adult("DAD", **us)), flags=frozenset({("DAD", "P1")}))
        assert "email" not in the_delivery(planned(directory, message()), "MUM").addresses

    def test_while_a_row_about_him_cannot_be_read_it_may_be_about_any_child(self) -> None:
        people = (child("P1"), adult("MUM", email="us@example.org"), adult("DAD", email="us@example.org"))
        directory = families(*people, link("P1", "MUM", lives="yes"), silenced=frozenset({"DAD"}))
        (delivery,) = planned(directory, message()).deliveries
        assert (delivery.addresses, delivery.held) == ({}, rules.SHARED_ADDRESS)

    def test_a_new_partner_s_own_children_are_none_of_the_order_s_business(self) -> None:
        directory = families(
            child("P1"),
            child("P9"),
            adult("MUM"),
            at_home("DAD", household="H2"),
            at_home("PARTNER", household="H2"),
            link("P1", "MUM", lives="yes"),
            link("P1", "DAD", 2),
            link("P9", "PARTNER", lives="yes"),
            row("court-order", "DAD"),
        )
        assert the_delivery(planned(directory, message()), "PARTNER").addresses["letter"].startswith(PRICE_HOUSE[0])


def test_a_letter_s_address_ends_with_the_postcode() -> None:
    assert planned(alone(at_home("MUM")), message()).deliveries[0].addresses["letter"].endswith(PRICE_CODE)
