"""Immediately before each send: never wider than planned, and nobody who may not hear (DESIGN 3.5, end)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.model.directory import Arrangement, Directory
from notifier.model.message import Message
from notifier.model.plan import Delivery, Hold, PublicItem, Send, Withhold
from notifier.model.policy import Policy
from notifier.routing import recheck, rules
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    OAK,
    TODAY,
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
    planned,
    row,
    the_delivery,
    visit,
)

PEOPLE = (child("P1"), child("P2"), at_home("MUM"), at_home("DAD"))
LINKS = tuple(
    link(pupil, who, number, lives="yes") for pupil in ("P1", "P2") for number, who in enumerate(("MUM", "DAD"))
)
HOME = families(*PEOPLE, *LINKS)
LETTER = message()


def then(
    after: Directory, before: Directory = HOME, about: Message = LETTER, who: str = "MUM", policy: Policy = WOODGRANGE
) -> Send | Withhold | Hold:
    """What recheck says of the delivery planned for ``before`` once the directory is ``after``."""
    return recheck(about, the_delivery(planned(before, about, policy), who), after, policy, NOW)


def sent(verdict: Send | Withhold | Hold) -> Delivery:
    assert isinstance(verdict, Send)
    return verdict.delivery


@pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
def test_where_nothing_changed_it_goes_as_planned(policy: Policy) -> None:
    for delivery in planned(HOME, LETTER, policy).deliveries:
        assert sent(recheck(LETTER, delivery, HOME, policy, NOW)) == delivery


class TestFewer:
    def test_first_the_pupils_fall_about_whom_nobody_may_hear(self) -> None:
        after = replace(HOME, arrangements=(row("court-order", "MUM", "P1"), row("court-order", "DAD", "P1")))
        delivery = sent(then(after))
        assert (delivery.contact_ids, delivery.pupil_ids) == (("MUM", "DAD"), ("P2",))

    def test_then_the_adults_who_may_not_hear_about_all_that_remain_with_a_task(self) -> None:
        verdict = then(replace(HOME, arrangements=(row("court-order", "DAD", "P1"),)))
        delivery = sent(verdict)
        assert (delivery.contact_ids, delivery.pupil_ids) == (("MUM",), ("P1", "P2"))
        assert isinstance(verdict, Send)
        assert (("DAD", "P2"), rules.PRESENT) in [(task.about, task.rule) for task in verdict.tasks]

    def test_what_names_a_child_in_full_who_fell_away_does_not_go(self) -> None:
        apart = families(
            *PEOPLE,
            adult("AWAY"),
            *LINKS,
            link("P1", "AWAY", lives="shared"),
            link("P2", "AWAY", lives="shared"),
        )
        after = replace(apart, arrangements=(row("court-order", "AWAY", "P1"),))
        named = message(bodies=(body("A coat for ForeP1 SurP1, please."),))
        verdict = then(after, apart, named, "AWAY")
        assert isinstance(verdict, Withhold)
        assert verdict.rule == rules.PUBLIC
        assert (("AWAY", "P2"), rules.PUBLIC) in [(task.about, task.rule) for task in verdict.tasks]
        assert sent(then(after, apart, LETTER, "AWAY")).pupil_ids == ("P2",)
        assert sent(then(after, apart, named, "MUM")).pupil_ids == ("P1", "P2")

    def test_with_nobody_left_it_is_withheld_under_the_rule(self) -> None:
        after = replace(HOME, arrangements=(row("court-order", "MUM"), row("court-order", "DAD")))
        verdict = then(after)
        assert isinstance(verdict, Withhold)
        assert verdict.rule == rules.ORDER

    def test_adults_who_each_may_hear_about_another_child_leave_nobody(self) -> None:
        after = replace(HOME, arrangements=(row("court-order", "MUM", "P1"), row("court-order", "DAD", "P2")))
        verdict = then(after)
        assert isinstance(verdict, Withhold)
        assert {task.about for task in verdict.tasks} == {("MUM", "P2"), ("DAD", "P1")}

    @pytest.mark.parametrize("gone", [{"left_on": YESTERDAY}, {"admitted_on": TOMORROW}, {"class_": "Elm"}])
    def test_a_child_who_is_no_longer_of_the_audience_falls(self, gone: dict[str, object]) -> None:
        about = message("letter", OAK)
        after = replace(HOME, pupils={**HOME.pupils, "P1": replace(HOME.pupils["P1"], **gone)})  # type: ignore[arg-type]
        assert sent(then(after, about=about)).pupil_ids == ("P2",)

    def test_a_child_a_link_or_an_adult_who_vanished_falls(self) -> None:
        no_child = replace(HOME, pupils={"P2": HOME.pupils["P2"]})
        no_link = replace(HOME, links=tuple(one for one in LINKS if (one.pupil_id, one.contact_id) != ("P1", "MUM")))
        no_adult = replace(HOME, contacts={"DAD": HOME.contacts["DAD"]})
        assert sent(then(no_child)).pupil_ids == ("P2",)
        assert sent(then(no_link)).contact_ids == ("DAD",)
        assert sent(then(no_adult)).contact_ids == ("DAD",)
        assert then(families()) == Withhold(rules.PRESENT, "Nobody of this delivery may get it any more.")


class TestNobodyAdded:
    def test_not_an_adult_who_may_hear_by_now(self) -> None:
        before = replace(HOME, arrangements=(row("court-order", "DAD"),))
        assert sent(then(HOME, before)).contact_ids == ("MUM",)

    def test_not_a_child_who_came_since(self) -> None:
        after = families(*PEOPLE, child("P3"), *LINKS, link("P3", "MUM", lives="yes"), link("P3", "DAD", lives="yes"))
        assert sent(then(after)).pupil_ids == ("P1", "P2")

    def test_not_a_channel(self) -> None:
        before = replace(HOME, contacts={one: replace(c, email="") for one, c in HOME.contacts.items()})
        assert [*sent(then(HOME, before)).routes] == ["letter", "call"]

    def test_not_an_emergency_contact(self) -> None:
        after = families(*PEOPLE, *LINKS, adult("NAN"), link("P1", "NAN", pr="no", emergency_contact=True))
        assert sent(then(after, about=message("emergency"))).also_ring == ()

    def test_an_emergency_contact_who_is_barred_by_now_leaves_the_sheet(self) -> None:
        before = families(*PEOPLE, *LINKS, adult("NAN"), link("P1", "NAN", pr="no", emergency_contact=True))
        after = replace(before, arrangements=(row("welfare-hold", "NAN"),))
        about = message("emergency")
        assert the_delivery(planned(before, about), "MUM").also_ring == ("NAN",)
        assert sent(then(after, before, about)).also_ring == ()


class TestSince:
    """What takes effect between the plan and the send."""

    @pytest.mark.parametrize(
        ("rows", "rule"),
        [
            pytest.param([row("welfare-hold", "DAD", recorded_by="head")], rules.HOLD, id="a welfare hold"),
            pytest.param([row("injunction", "DAD", "P1"), row("injunction", "DAD", "P2")], rules.ORDER, id="orders"),
        ],
    )
    @pytest.mark.parametrize("kind", ["letter", "emergency"])
    def test_a_new_denial_stops_a_copy_that_waits(self, rows: list[Arrangement], rule: str, kind: str) -> None:
        verdict = then(replace(HOME, arrangements=tuple(rows)), about=message(kind), who="DAD", policy=HYDE_PARK)
        assert isinstance(verdict, Withhold)
        assert verdict.rule == rule

    @pytest.mark.parametrize(
        "ended", [{"ended_on": TODAY}, {"until": YESTERDAY}, {"evidence": ""}, {"scope": "report"}]
    )
    def test_a_consent_withdrawn_stops_the_copy_it_let_through(self, ended: dict[str, object]) -> None:
        people = (
            child("P1"),
            at_home("MUM"),
            at_home("NAN", household="H2"),
            link("P1", "MUM", lives="yes", contract_signatory=True),
            link("P1", "NAN", 2, pr="no"),
        )
        before = families(*people, row("consent", "NAN", "P1", value="MUM"))
        after = families(*people, row("consent", "NAN", "P1", value="MUM", **ended))
        verdict = then(after, before, who="NAN")
        assert isinstance(verdict, Withhold)
        assert verdict.rule == rules.RESPONSIBILITY

    def test_a_copy_request_that_ended_stops_the_copy(self) -> None:
        people = (*PEOPLE[:3], at_home("DAD", household="H2"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2))
        verdict = then(families(*people), families(*people, row("copy", "DAD")), who="DAD")
        assert verdict == Withhold(rules.REQUEST, "Nobody of this delivery may get it any more.", verdict.tasks)

    def test_a_site_ban_since_stops_the_invitation(self) -> None:
        about = message("letter", event=visit())
        verdict = then(replace(HOME, arrangements=(row("site-ban", "DAD"),)), about=about)
        assert sent(verdict).contact_ids == ("MUM",)

    def test_unsubscribing_since_stops_the_newsletter(self) -> None:
        after = replace(HOME, arrangements=(row("unsubscribe", "DAD"), row("unsubscribe", "MUM")))
        verdict = then(after, about=message("newsletter"))
        assert isinstance(verdict, Withhold)
        assert verdict.rule == rules.UNSUBSCRIBED

    def test_an_address_that_a_barred_adult_shares_by_now_is_left_out(self) -> None:
        moved = adult("DAD", email="mum@example.org", household="H2")
        after = replace(HOME, contacts={**HOME.contacts, "DAD": moved}, arrangements=(row("court-order", "DAD"),))
        delivery = sent(then(after))
        assert (delivery.contact_ids, [*delivery.routes]) == (("MUM",), ["letter", "call"])
        assert delivery.ladder == (("email",), ("letter",), ("call",))  # its rungs keep their places

    def test_where_every_address_is_shared_by_now_it_waits_for_a_person(self) -> None:
        before = families(child("P1"), adult("MUM"), adult("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2))
        after = replace(
            before,
            contacts={**before.contacts, "DAD": adult("DAD", email="mum@example.org")},
            arrangements=(row("court-order", "DAD"),),
        )
        verdict = then(after, before)
        assert isinstance(verdict, Hold)
        assert verdict.rule == rules.SHARED_ADDRESS
        waited = replace(
            the_delivery(planned(before, LETTER), "MUM"), held=f"It is not theirs alone. ({rules.SHARED_ADDRESS})"
        )
        allowed = sent(recheck(LETTER, waited, after, WOODGRANGE, NOW))
        assert allowed.addresses == {}
        assert list(allowed.routes) == ["call"]

    def test_a_corrected_address_is_used(self) -> None:
        moved = replace(HOME.contacts["MUM"], email="new@example.org")
        assert (
            sent(then(replace(HOME, contacts={**HOME.contacts, "MUM": moved}))).addresses["email"] == "new@example.org"
        )

    @pytest.mark.parametrize("who", ["MUM", "DAD"])
    def test_parents_who_parted_are_not_written_to_together(self, who: str) -> None:
        moved = replace(HOME.contacts[who], household="H2", address=("9 Wanstead Park Road",), postcode="E12 5NU")
        delivery = sent(then(replace(HOME, contacts={**HOME.contacts, who: moved})))
        assert delivery.contact_ids == tuple(one for one in ("MUM", "DAD") if one != who)
        assert all(address.contact_id != who for route in delivery.routes.values() for address in route)

    @pytest.mark.parametrize("files", [{"refuses": "Missing."}, {"held": "Line 4."}])
    def test_a_missing_or_unreadable_register_holds_everything_but_emergencies(self, files: dict[str, str]) -> None:
        after = replace(HOME, **files)  # type: ignore[arg-type]
        verdict = then(after)
        assert isinstance(verdict, Hold)
        assert verdict.rule == rules.UNREADABLE
        assert isinstance(then(after, about=message("emergency")), Send)

    def test_a_day_that_passed_counts(self) -> None:
        directory = replace(HOME, arrangements=(row("welfare-hold", "DAD", from_=TOMORROW),))
        delivery = planned(directory, LETTER).deliveries[0]
        verdict = recheck(LETTER, delivery, directory, WOODGRANGE, NOW + timedelta(days=1))
        assert sent(verdict).contact_ids == ("MUM",)


class TestNobodyToTell:
    BEFORE = families(child("P1"), adult("NAN"), link("P1", "NAN", pr="no", emergency_contact=True))

    def test_the_call_sheet_of_a_child_about_whom_nobody_is_told_goes(self) -> None:
        delivery = planned(self.BEFORE, message("emergency")).deliveries[0]
        assert sent(recheck(message("emergency"), delivery, self.BEFORE, WOODGRANGE, NOW)) == delivery

    def test_until_the_child_has_left(self) -> None:
        delivery = planned(self.BEFORE, message("emergency")).deliveries[0]
        after = replace(self.BEFORE, pupils={"P1": child("P1", left_on=YESTERDAY)})
        assert recheck(message("emergency"), delivery, after, WOODGRANGE, NOW) == Withhold(
            rules.PRESENT, "The child is no longer at the school."
        )


def test_what_goes_once_for_everybody_is_not_about_anybody() -> None:
    delivery = PublicItem("website").delivery
    assert recheck(message("newsletter"), delivery, HOME, WOODGRANGE, NOW) == Send(delivery)
