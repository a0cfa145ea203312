"""When an arrangement holds, and what it does (DESIGN 3.1)."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from notifier.model.arrangements import in_force
from notifier.model.directory import Arrangement
from notifier.model.policy import Policy
from notifier.routing import plan, rules
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    TODAY,
    TOMORROW,
    WOODGRANGE,
    YESTERDAY,
    at_home,
    child,
    families,
    link,
    message,
    pairs,
    planned,
    row,
    tasks_about,
    visit,
    withheld,
)

HOME = (child("P1"), at_home("MUM"), at_home("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2, lives="yes"))
BARRING = ["court-order", "injunction", "agreement", "welfare-hold"]


@pytest.mark.parametrize(
    ("from_", "until", "ended_on", "holds"),
    [
        pytest.param(None, None, None, True, id="blank dates: already in force, without end"),
        pytest.param(TODAY, None, None, True, id="from today"),
        pytest.param(TOMORROW, None, None, False, id="from tomorrow"),
        pytest.param(None, TODAY, None, True, id="until today: the last day"),
        pytest.param(None, YESTERDAY, None, False, id="until yesterday"),
        pytest.param(None, None, TODAY, False, id="ended today: the first day of the new state"),
        pytest.param(None, None, TOMORROW, True, id="ends tomorrow"),
    ],
)
@pytest.mark.parametrize("sort", ["copy", "consent", "site-ban", "unsubscribe", "paper", "marketing-consent"])
def test_a_row_holds_from_its_first_day_to_its_last(
    sort: str, from_: date | None, until: date | None, ended_on: date | None, holds: bool
) -> None:
    assert in_force(row(sort, "C", from_=from_, until=until, ended_on=ended_on), TODAY) is holds


@pytest.mark.parametrize("sort", BARRING)
def test_an_order_is_lifted_by_ended_on_alone(sort: str) -> None:
    assert in_force(row(sort, "C", until=YESTERDAY), TODAY)
    assert in_force(row(sort, "C", until=YESTERDAY, ended_on=TOMORROW), TODAY)
    assert not in_force(row(sort, "C", until=TOMORROW, ended_on=TODAY), TODAY)


@pytest.mark.parametrize("sort", BARRING)
@pytest.mark.parametrize("kind", ["newsletter", "letter", "report", "notice", "emergency"])
def test_a_barred_adult_gets_nothing_about_that_child(sort: str, kind: str) -> None:
    found = planned(families(*HOME, row(sort, "DAD", "P1")), message(kind))
    assert pairs(found) == {("MUM", "P1")}
    assert withheld(found)["DAD", "P1"] == (rules.HOLD if sort == "welfare-hold" else rules.ORDER)


def test_a_bar_within_a_scope_leaves_the_rest() -> None:
    directory = families(*HOME, row("court-order", "DAD", "P1", scope="report notice"))
    assert ("DAD", "P1") in pairs(planned(directory, message("letter")))
    assert ("DAD", "P1") not in pairs(planned(directory, message("report")))


def test_a_bar_without_pupil_counts_for_all_their_pupils() -> None:
    directory = families(*HOME, child("P2"), link("P2", "DAD", lives="yes"), row("injunction", "DAD"))
    assert pairs(planned(directory, message())) == {("MUM", "P1")}


def test_a_bar_about_one_child_leaves_the_other() -> None:
    directory = families(
        *HOME,
        child("P2"),
        link("P2", "MUM", lives="yes"),
        link("P2", "DAD", lives="yes"),
        row("injunction", "DAD", "P1"),
    )
    assert pairs(planned(directory, message())) == {("MUM", "P1"), ("MUM", "P2"), ("DAD", "P2")}


@pytest.mark.parametrize(
    ("arrangement", "bars", "rule"),
    [
        pytest.param(row("court-order", "DAD", "P1", evidence=""), True, rules.FLAG, id="order, no evidence"),
        pytest.param(row("injunction", "DAD", "P1", evidence=""), True, rules.FLAG, id="injunction, no evidence"),
        pytest.param(row("agreement", "DAD", "P1", evidence=""), False, rules.AGREEMENT, id="agreement, no evidence"),
        pytest.param(row("welfare-hold", "DAD", "P1", recorded_by="office"), True, rules.HOLD, id="hold by the office"),
        pytest.param(row("court-order", "DAD", "P1", until=YESTERDAY), True, rules.FLAG, id="order past its end"),
        pytest.param(row("agreement", "DAD", "P1", until=YESTERDAY), True, rules.FLAG, id="agreement past its end"),
    ],
)
def test_what_is_doubtful_about_a_bar_becomes_a_task(arrangement: Arrangement, bars: bool, rule: str) -> None:
    found = planned(families(*HOME, arrangement), message())
    assert (("DAD", "P1") not in pairs(found)) is bars
    assert tasks_about(found, "DAD", "P1") == [rule]


@pytest.mark.parametrize("by", ["head", "mrs-okafor"])
def test_a_welfare_hold_by_the_head_needs_no_task(by: str) -> None:
    found = planned(families(*HOME, row("welfare-hold", "DAD", "P1", recorded_by=by)), message())
    assert not tasks_about(found, "DAD", "P1")


class TestFlag:
    """``court_order = yes`` on a link."""

    FLAGGED = (
        child("P1"),
        at_home("MUM"),
        at_home("DAD"),
        link("P1", "MUM", lives="yes"),
        link("P1", "DAD", 2, lives="yes", court_order=True),
    )

    def test_without_an_order_on_file_everything_is_withheld_with_a_task(self) -> None:
        found = planned(families(*self.FLAGGED), message("emergency"))
        assert pairs(found) == {("MUM", "P1")}
        assert withheld(found) == {("DAD", "P1"): rules.FLAG}
        assert tasks_about(found, "DAD", "P1") == [rules.FLAG]

    @pytest.mark.parametrize("sort", ["court-order", "injunction", "agreement"])
    @pytest.mark.parametrize("pupil", ["P1", None])
    def test_it_is_answered_by_a_row_whose_scope_then_decides(self, sort: str, pupil: str | None) -> None:
        directory = families(*self.FLAGGED, row(sort, "DAD", pupil, scope="report"))
        assert ("DAD", "P1") in pairs(planned(directory, message("letter")))
        assert ("DAD", "P1") not in pairs(planned(directory, message("report")))

    @pytest.mark.parametrize(
        "arrangement",
        [
            pytest.param(row("welfare-hold", "DAD", "P1", scope="report"), id="a welfare hold"),
            pytest.param(row("court-order", "MUM", "P1", scope="report"), id="an order about somebody else"),
            pytest.param(row("court-order", "DAD", "P2", scope="report"), id="an order about another child"),
            pytest.param(row("court-order", "DAD", "P1", scope="report", from_=TOMORROW), id="an order not begun"),
            pytest.param(row("court-order", "DAD", "P1", scope="report", ended_on=TODAY), id="an order that ended"),
            pytest.param(row("agreement", "DAD", "P1", scope="report", evidence=""), id="agreement, no evidence"),
            pytest.param(row("site-ban", "DAD", "P1", scope="report"), id="a site ban"),
            pytest.param(row("consent", "DAD", "P1", value="MUM"), id="consent"),
        ],
    )
    def test_nothing_else_answers_it(self, arrangement: Arrangement) -> None:
        found = planned(families(*self.FLAGGED, arrangement), message("letter"))
        assert ("DAD", "P1") not in pairs(found)
        assert rules.FLAG in tasks_about(found, "DAD", "P1")

    def test_it_counts_also_where_only_the_record_knows_it(self) -> None:
        directory = replace(families(*HOME), flags=frozenset({("DAD", "P1")}))
        assert pairs(planned(directory, message())) == {("MUM", "P1")}

    def test_it_counts_also_where_only_the_link_has_it(self) -> None:
        directory = replace(families(*self.FLAGGED), flags=frozenset())
        assert pairs(planned(directory, message())) == {("MUM", "P1")}


class TestSiteBan:
    BANNED = (*HOME, row("site-ban", "DAD", "P1"))

    @pytest.mark.parametrize("kind", ["letter", "notice"])
    @pytest.mark.parametrize("on_site", [True, None])
    def test_an_invitation_on_site_is_withheld_with_a_task_for_the_head(self, kind: str, on_site: bool | None) -> None:
        found = planned(families(*self.BANNED), message(kind, event=visit(on_site)))
        assert pairs(found) == {("MUM", "P1")}
        assert withheld(found) == {("DAD", "P1"): rules.SITE_BAN}
        assert tasks_about(found, "DAD", "P1") == [rules.SITE_BAN]

    def test_information_goes_on(self) -> None:
        directory = families(*self.BANNED)
        assert ("DAD", "P1") in pairs(planned(directory, message("letter")))
        assert ("DAD", "P1") in pairs(planned(directory, message("letter", event=visit(on_site=False))))
        assert ("DAD", "P1") in pairs(planned(directory, message("newsletter", event=visit())))
        assert ("DAD", "P1") in pairs(planned(directory, message("emergency", event=visit())))

    def test_it_takes_nobody_s_address_away(self) -> None:
        shared = [at_home(one, email="us@example.org") for one in ("MUM", "DAD")]
        directory = families(child("P1"), *shared, *HOME[3:], row("site-ban", "DAD"))
        found = planned(directory, message("letter", event=visit()))
        assert found.deliveries[0].addresses["email"] == "us@example.org"

    def test_a_ban_that_ran_out_is_over(self) -> None:
        directory = families(*HOME, row("site-ban", "DAD", "P1", until=YESTERDAY))
        assert ("DAD", "P1") in pairs(planned(directory, message("letter", event=visit())))


class TestConsent:
    APART = (
        child("P1"),
        at_home("MUM"),
        at_home("NAN", household="H2"),
        link("P1", "MUM", lives="yes", contract_signatory=True),
        link("P1", "NAN", 3, pr="no"),
    )

    @pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
    def test_it_lets_in_an_adult_without_any_right_of_their_own(self, policy: Policy) -> None:
        directory = families(*self.APART, row("consent", "NAN", "P1", value="MUM"))
        found = planned(directory, message(), policy)
        assert ("NAN", "P1") in pairs(found)
        assert [d.basis.value for d in found.deliveries if "NAN" in d.contact_ids] == ["consent"]

    @pytest.mark.parametrize(
        "arrangements",
        [
            pytest.param([row("consent", "NAN", "P1", value="MUM", evidence="")], id="without evidence"),
            pytest.param([row("consent", "NAN", "P1", value="NAN")], id="to oneself"),
            pytest.param([row("consent", "NAN", "P1", value="")], id="by nobody"),
            pytest.param([row("consent", "NAN", "P1", value="STRANGER")], id="by a stranger"),
            pytest.param([row("consent", "NAN", "P1", value="DAD")], id="by a non-signatory"),
            pytest.param([row("consent", "NAN", None, value="DAD")], id="by a non-signatory, for all pupils"),
            pytest.param(
                [row("consent", "NAN", "P1", value="MUM"), row("court-order", "MUM", "P1", scope="report")],
                id="by a parent barred about that child",
            ),
        ],
    )
    def test_a_flawed_one_is_ignored_with_advice(self, arrangements: list[Arrangement]) -> None:
        directory = families(*self.APART, at_home("DAD"), link("P1", "DAD", 2, lives="yes"), *arrangements)
        found = planned(directory, message())
        assert ("NAN", "P1") not in pairs(found)
        assert [(p.id, p.severity.value) for p in found.problems] == [("consent-ignored", "advice")]

    @pytest.mark.parametrize(
        "dates", [{"until": YESTERDAY}, {"ended_on": TODAY}, {"from_": TOMORROW}, {"scope": "report"}]
    )
    def test_it_counts_only_in_its_time_and_scope(self, dates: dict[str, object]) -> None:
        found = planned(families(*self.APART, row("consent", "NAN", "P1", value="MUM", **dates)), message())
        assert ("NAN", "P1") not in pairs(found)

    def test_with_a_blank_pupil_it_holds_for_exactly_the_pupils_for_whom_the_giver_signed(self) -> None:
        directory = families(
            *self.APART,
            child("P2"),
            link("P2", "MUM", lives="yes"),
            link("P2", "NAN", 3, pr="no"),
            row("consent", "NAN", None, value="MUM"),
        )
        found = planned(directory, message())
        assert {pair for pair in pairs(found) if pair[0] == "NAN"} == {("NAN", "P1")}
        assert not found.problems

    def test_having_signed_oneself_is_no_consent_to_oneself(self) -> None:
        people = (*self.APART[:4], link("P1", "NAN", 3, pr="no", contract_signatory=True))
        found = planned(families(*people, row("consent", "NAN", "P1", value="NAN")), message(), HYDE_PARK)
        assert ("NAN", "P1") not in pairs(found)

    def test_it_lifts_no_bar(self) -> None:
        directory = families(
            *self.APART, row("consent", "NAN", "P1", value="MUM"), row("welfare-hold", "NAN", "P1", recorded_by="head")
        )
        assert ("NAN", "P1") not in pairs(planned(directory, message("emergency")))


class TestWishes:
    def test_who_unsubscribed_gets_no_newsletter_whatever_the_row_says_of_child_and_kind(self) -> None:
        directory = families(*HOME, row("unsubscribe", "DAD", "P9", scope="letter", evidence=""))
        found = planned(directory, message("newsletter"))
        assert pairs(found) == {("MUM", "P1")}
        assert withheld(found) == {("DAD", "P1"): rules.UNSUBSCRIBED}

    @pytest.mark.parametrize("kind", ["letter", "notice", "report", "emergency"])
    def test_who_unsubscribed_gets_everything_else(self, kind: str) -> None:
        directory = families(*HOME, row("unsubscribe", "DAD", evidence=""))
        assert ("DAD", "P1") in pairs(planned(directory, message(kind)))

    def test_unsubscribing_takes_nobody_s_address_away(self) -> None:
        directory = families(*HOME, row("unsubscribe", "DAD", evidence=""))
        assert planned(directory, message("newsletter")).deliveries[0].ladder == (("email",), ("letter",), ("call",))

    @pytest.mark.parametrize(
        ("dates", "over"), [({"until": YESTERDAY}, True), ({"ended_on": TODAY}, True), ({"until": TODAY}, False)]
    )
    def test_unsubscribing_ends(self, dates: dict[str, date], over: bool) -> None:
        directory = families(*HOME, row("unsubscribe", "DAD", None, evidence="", **dates))
        assert (("DAD", "P1") in pairs(planned(directory, message("newsletter")))) is over

    def test_advertising_goes_only_to_who_agreed(self) -> None:
        directory = families(*HOME, row("marketing-consent", "DAD"))
        found = planned(directory, message(marketing=True))
        assert pairs(found) == {("DAD", "P1")}

    def test_agreeing_to_advertising_for_one_child_says_nothing_of_another(self) -> None:
        directory = families(*HOME, child("P2"), link("P2", "DAD", lives="yes"), row("marketing-consent", "DAD", "P2"))
        assert pairs(planned(directory, message(marketing=True))) == {("DAD", "P2")}

    def test_an_adult_withheld_from_advertising_is_named_where_no_copy_comes_home(self) -> None:
        found = planned(families(*HOME), message(marketing=True))
        assert withheld(found) == {("MUM", "P1"): rules.MARKETING, ("DAD", "P1"): rules.MARKETING}


def test_an_unreadable_row_withholds_everything_from_whom_it_names() -> None:
    found = planned(families(*HOME, silenced=frozenset({"DAD"})), message("emergency"))
    assert pairs(found) == {("MUM", "P1")}
    assert withheld(found) == {("DAD", "P1"): rules.UNREADABLE}


def test_an_unreadable_row_that_names_nobody_holds_everything_but_emergencies() -> None:
    directory = families(*HOME, held="Line 4 of arrangements.csv names nobody.")
    assert [(p.id, p.severity.value) for p in planned(directory, message()).problems] == [
        ("arrangements-unreadable", "hold")
    ]
    assert not planned(directory, message("emergency")).problems


def test_a_missing_register_refuses_everything_but_emergencies() -> None:
    directory = families(*HOME, refuses="There is no arrangements.csv.")
    found = planned(directory, message())
    assert (found.deliveries, found.public, [p.severity.value for p in found.problems]) == ((), (), ["error"])
    assert planned(directory, message("emergency")).deliveries


def test_the_day_is_the_school_s_own() -> None:
    """A quarter past midnight in July is the new day in London, and still the old one in UTC."""
    evening = NOW.replace(month=7, day=20, hour=23, minute=30)
    directory = families(
        *HOME, row("welfare-hold", "DAD", "P1", from_=evening.date() + timedelta(days=1), recorded_by="head")
    )
    before = plan(message(), directory, WOODGRANGE, evening.astimezone(UTC))
    after = plan(message(), directory, WOODGRANGE, (evening + timedelta(minutes=45)).astimezone(UTC))
    assert ("DAD", "P1") in pairs(before)
    assert ("DAD", "P1") not in pairs(after)
