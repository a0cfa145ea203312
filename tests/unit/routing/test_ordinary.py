"""The short way of a recheck: it says what the full way says, and it is taken where nothing is on file."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from notifier.model.directory import Directory, LivesWith, Responsibility
from notifier.model.message import Kind, Message, Reach, Term
from notifier.model.plan import Address, Delivery, Send, Withhold
from notifier.model.policy import Copies, Policy
from notifier.routing import plan, recheck, rules
from notifier.routing.ordinary import Ordinary
from notifier.routing.recheck import thoroughly
from notifier.routing.standing import Standing
from tests.unit.routing.edits import edits
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    OAK,
    SCHOOL,
    WOODGRANGE,
    adult,
    at_home,
    body,
    child,
    families,
    link,
    message,
    planned,
    row,
    with_kind,
)
from tests.unit.routing.generated import cases, directories, many, quiet

Case = tuple[Directory, Message, Policy]

ODDITIES: list[dict[str, Any]] = [
    {},
    {},
    {"routes": {}},
    {"routes": {"email": (Address("C1", "c1@example.org"),), "call": (Address("C1", ""), Address("C2", ""))}},
    {"large_print": True},
    {"interpreter": True},
    {"also_ring": ("C1",)},
    {"language": "ur"},
    {"text_language": "ur"},
    {"held": "D3.5.7"},
    {"pupil_ids": ("P1", "P2")},
    {"contact_ids": ("C1", "C2")},
    {"contact_ids": ()},
    {"pupil_ids": ()},
]
"""What a delivery may have about it that no plan of this school would give it."""

OTHER = Address("C9", "c9@example.org")
ODD_ROUTES: list[Callable[[tuple[Address, ...]], tuple[Address, ...]]] = [
    tuple[Address, ...],
    lambda route: (*route, OTHER),
    lambda route: (OTHER, *route),
    lambda route: (),
    lambda route: tuple(replace(one, contact_id="C9") for one in route),
    lambda route: tuple(replace(one, value=f"x{one.value}") for one in route),
    lambda route: tuple(replace(one, language="ur") for one in route),
]


def stands(about: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime = NOW) -> bool:
    return Ordinary.of(about, directory, policy, now).stands(delivery, directory)


def follows_from_the_links(delivery: Delivery, about: Message, directory: Directory, policy: Policy) -> bool:
    """Whether nothing is on file about these children, so that they have to go the short way where nothing changed."""
    standing = Standing(about, replace(directory), policy, NOW)
    return bool(delivery.contact_ids and delivery.pupil_ids) and all(map(standing.usual, delivery.pupil_ids))


MOMENTS = [NOW, NOW, NOW, NOW.astimezone(UTC), NOW + timedelta(days=1), NOW - timedelta(days=1)]


@many
@given(st.data(), cases(st.one_of(quiet(), quiet(), quiet(), directories())))
def test_the_short_way_answers_as_the_full_way_whatever_a_secretary_records_in_between(
    data: st.DataObject, case: Case
) -> None:
    directory, about, policy = case
    after, now = data.draw(edits(directory)), data.draw(st.sampled_from(MOMENTS))
    for delivery in plan(about, directory, policy, NOW).deliveries:
        if data.draw(st.sampled_from([False, False, True])):
            odd = data.draw(st.sampled_from(ODD_ROUTES))
            routes = {channel: odd(route) for channel, route in delivery.routes.items()}
            delivery = replace(delivery, **{"routes": routes, **data.draw(st.sampled_from(ODDITIES))})
        if after.held or after.refuses or not (delivery.contact_ids or delivery.pupil_ids):
            continue  # answered before either way begins
        short = recheck(about, delivery, after, policy, now)
        full = thoroughly(about, delivery, replace(after), policy, now)
        assert short == full
        ordinary = stands(about, delivery, after, policy, now)
        if ordinary:
            assert isinstance(short, Send)
            assert short.delivery is delivery
            assert short.tasks == ()
        elif follows_from_the_links(delivery, about, after, policy):
            assert full != Send(delivery)
        event(f"short: {ordinary}, changed: {after is not directory}")


@many
@given(cases(quiet()), cases(quiet()))
def test_what_is_kept_of_one_message_or_policy_says_nothing_of_another(one: Case, other: Case) -> None:
    directory = one[0]
    for _, about, policy in (one, other, one):
        found = plan(about, directory, policy, NOW)
        assert found == plan(about, replace(directory), policy, NOW)
        for delivery in found.deliveries:
            assert recheck(about, delivery, directory, policy, NOW) == thoroughly(
                about, delivery, replace(directory), policy, NOW
            )


CHILD = child("P1")
MUM, DAD = at_home("MUM", mobile="+447700900001"), at_home("DAD", phone="+442079460001")
HOME = families(CHILD, MUM, DAD, link("P1", "MUM", lives="yes"), link("P1", "DAD", 2, lives="yes"))
ALONE = families(CHILD, MUM, HOME.links[0])
LETTER = message()


@pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
@pytest.mark.parametrize("about", [LETTER, message("letter", OAK), message("newsletter"), message("report")])
def test_an_ordinary_family_goes_the_short_way_and_gets_the_very_same_delivery(about: Message, policy: Policy) -> None:
    for delivery in planned(HOME, about, policy).deliveries:
        assert stands(about, delivery, HOME, policy)
        verdict = recheck(about, delivery, HOME, policy, NOW)
        assert isinstance(verdict, Send)
        assert verdict.delivery is delivery


@pytest.mark.parametrize("odd", [pytest.param(one, id=str(one)) for one in ODDITIES if one and "held" not in one])
@pytest.mark.parametrize("of", ["two adults", "one adult"])
def test_what_would_not_be_planned_today_goes_the_full_way(odd: dict[str, Any], of: str) -> None:
    school = HOME if of == "two adults" else ALONE
    (delivery,) = planned(school, LETTER).deliveries
    assert stands(LETTER, delivery, school, WOODGRANGE)
    assert not stands(LETTER, replace(delivery, **odd), school, WOODGRANGE)


@pytest.mark.parametrize(
    "new",
    [
        {"email": "new@example.org"},
        {"email": ""},
        {"mobile": "+447700900009"},
        {"mobile": ""},
        {"language": "ur"},
        {"household": "H2"},
    ],
)
def test_what_an_adult_changed_is_found_and_a_home_of_one_asks_for_no_household(new: dict[str, str]) -> None:
    (delivery,) = planned(ALONE, LETTER).deliveries
    after = replace(ALONE, contacts={"MUM": replace(MUM, **new)})  # type: ignore[arg-type]
    assert stands(LETTER, delivery, after, WOODGRANGE) is ("household" in new)
    assert recheck(LETTER, delivery, after, WOODGRANGE, NOW) == thoroughly(LETTER, delivery, after, WOODGRANGE, NOW)


@pytest.mark.parametrize("school", [HOME, ALONE], ids=["two adults", "one adult"])
def test_a_channel_that_is_not_set_up_any_more_is_found(school: Directory) -> None:
    (delivery,) = planned(school, LETTER).deliveries
    email = replace(WOODGRANGE.channels["email"], configured=False)
    without = replace(WOODGRANGE, channels={**WOODGRANGE.channels, "email": email})
    assert not stands(LETTER, delivery, school, without)
    assert stands(LETTER, planned(school, LETTER, without).deliveries[0], school, without)


def test_the_language_is_that_of_whoever_is_reached_first() -> None:
    bodies = body(), body("Museum jana hai.", language="ur")
    about = message("letter", bodies=bodies)
    school = replace(HOME, contacts={"MUM": replace(MUM, email="", language="pl"), "DAD": replace(DAD, language="ur")})
    (delivery,) = planned(school, about).deliveries
    assert (delivery.contact_ids[0], delivery.language, delivery.text_language) == ("MUM", "ur", "ur")
    assert stands(about, delivery, school, WOODGRANGE)
    after = replace(school, contacts={**school.contacts, "DAD": replace(DAD, language="pl")})
    assert not stands(about, delivery, after, WOODGRANGE)


@pytest.mark.parametrize("lost", [{"email": ""}, {"address": ()}], ids=str)
def test_a_channel_by_which_nobody_of_them_is_reached_any_more_is_found(lost: dict[str, Any]) -> None:
    (delivery,) = planned(HOME, LETTER).deliveries
    after = replace(HOME, contacts={id: replace(one, **lost) for id, one in HOME.contacts.items()})
    assert not stands(LETTER, delivery, after, WOODGRANGE)
    assert recheck(LETTER, delivery, after, WOODGRANGE, NOW) == thoroughly(LETTER, delivery, after, WOODGRANGE, NOW)


def test_adults_who_moved_apart_are_found() -> None:
    (delivery,) = planned(HOME, LETTER).deliveries
    for household in ("H1", "H2"):
        after = replace(HOME, contacts={"MUM": MUM, "DAD": replace(DAD, household=household)})
        assert stands(LETTER, delivery, after, WOODGRANGE) is (household == "H1")


def test_an_order_about_another_child_leaves_a_family_ordinary_and_one_about_theirs_does_not() -> None:
    other = families(*HOME.pupils.values(), *HOME.contacts.values(), *HOME.links, child("P2"), adult("AWAY"))
    (delivery,) = planned(other, LETTER).deliveries
    elsewhere = replace(other, arrangements=(row("court-order", "AWAY", "P2"),))
    theirs = replace(other, arrangements=(row("court-order", "AWAY", "P1"),))
    assert stands(LETTER, delivery, elsewhere, WOODGRANGE)
    assert not stands(LETTER, delivery, theirs, WOODGRANGE)


@pytest.mark.parametrize("school", [HOME, ALONE], ids=["two adults", "one adult"])
def test_somebody_barred_about_all_their_children_is_kept_out_on_the_short_way_too(school: Directory) -> None:
    (delivery,) = planned(school, LETTER).deliveries
    for email, ordinary in (("away@example.org", True), ("MUM@example.org", False)):
        people = *school.contacts.values(), adult("AWAY", email=email)
        after = families(CHILD, *people, *school.links, row("court-order", "AWAY"))
        assert stands(LETTER, delivery, after, WOODGRANGE) is ordinary


def test_where_an_address_had_to_be_left_out_from_the_first_somebody_is_asked_for_another() -> None:
    school = families(CHILD, MUM, DAD, *HOME.links, adult("AWAY", email="MUM@example.org"), row("court-order", "AWAY"))
    (delivery,) = planned(school, LETTER).deliveries
    verdict = recheck(LETTER, delivery, school, WOODGRANGE, NOW)
    assert not stands(LETTER, delivery, school, WOODGRANGE)
    assert isinstance(verdict, Send)
    assert [task.rule for task in verdict.tasks] == [rules.SHARED_ADDRESS]


@pytest.mark.parametrize("school", [HOME, ALONE], ids=["two adults", "one adult"])
@pytest.mark.parametrize("odd", ODD_ROUTES[1:])
def test_a_second_address_or_somebody_elses_goes_the_full_way(
    odd: Callable[[tuple[Address, ...]], tuple[Address, ...]], school: Directory
) -> None:
    (delivery,) = planned(school, LETTER).deliveries
    for channel, route in delivery.routes.items():
        other = replace(delivery, routes={**delivery.routes, channel: odd(route)})
        assert not stands(LETTER, other, school, WOODGRANGE)
        assert recheck(LETTER, other, school, WOODGRANGE, NOW) == Send(delivery)


def test_a_child_who_lost_every_adult_is_nobodys_to_hear_about() -> None:
    (delivery,) = planned(HOME, LETTER).deliveries
    after = replace(HOME, links=())
    assert not stands(LETTER, delivery, after, WOODGRANGE)
    assert isinstance(recheck(LETTER, delivery, after, WOODGRANGE, NOW), Withhold)


def test_a_child_who_came_into_a_class_that_is_left_out_does_not_get_it() -> None:
    about = message("letter", SCHOOL, except_=(Term(Reach.CLASS, "Elm"),))
    (delivery,) = planned(HOME, about).deliveries
    after = replace(HOME, pupils={"P1": replace(CHILD, class_="Elm")})
    assert stands(about, delivery, HOME, WOODGRANGE)
    assert not stands(about, delivery, after, WOODGRANGE)
    assert isinstance(recheck(about, delivery, after, WOODGRANGE, NOW), Withhold)


@pytest.mark.parametrize("about", [message("emergency"), message("letter", marketing=True)])
def test_an_emergency_and_advertising_have_a_way_of_their_own(about: Message) -> None:
    for delivery in planned(HOME, LETTER).deliveries:
        assert not stands(about, delivery, HOME, WOODGRANGE)


@pytest.mark.parametrize("first", ["letter", "newsletter"])
def test_what_is_known_of_a_family_for_one_kind_says_nothing_where_copies_go_to_others(first: str) -> None:
    """A parent who lives apart gets letters from this school, and newsletters only on request."""
    apart = replace(HOME.links[1], lives_with=LivesWith.NO)
    school = families(CHILD, MUM, replace(DAD, household="H2"), HOME.links[0], apart)
    policy = with_kind(WOODGRANGE, Kind.LETTER, copies=Copies.ALWAYS)
    letter, newsletter = message("letter"), message("newsletter")
    for about in (letter, newsletter) if first == "letter" else (newsletter, letter):
        found = plan(about, school, policy, NOW)
        assert ("DAD" in {one for delivery in found.deliveries for one in delivery.contact_ids}) is (about is letter)
    (dads,) = [one for one in plan(letter, school, policy, NOW).deliveries if one.contact_ids == ("DAD",)]
    assert isinstance(recheck(letter, dads, school, policy, NOW), Send)
    assert isinstance(recheck(newsletter, dads, school, policy, NOW), Withhold)


def test_the_next_day_counts_though_nothing_else_is_new() -> None:
    """By the school's clock: what is kept of yesterday says nothing about a child who left."""
    leaving = replace(HOME, pupils={"P1": replace(CHILD, left_on=NOW.date())})
    (delivery,) = planned(leaving, LETTER).deliveries
    evening, night = (NOW.replace(hour=23, minute=59), NOW.replace(hour=0) + timedelta(days=1))
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, NOW), Send)
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, evening), Send)
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, night), Withhold)
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, evening), Send)


def test_the_next_day_begins_by_the_schools_clock_also_in_summer() -> None:
    """The daemon's moments are in UTC, and in summer it is midnight in London an hour earlier."""
    last = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
    leaving = replace(HOME, pupils={"P1": replace(CHILD, left_on=last.date())})
    (delivery,) = plan(LETTER, leaving, WOODGRANGE, last).deliveries
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, last), Send)
    assert isinstance(recheck(LETTER, delivery, leaving, WOODGRANGE, last + timedelta(minutes=1)), Withhold)


def test_nothing_that_a_directory_keeps_holds_the_directory() -> None:
    """It would stay in memory, with all its indexes, until somebody looks for cycles."""
    school = replace(HOME)
    for delivery in planned(school, LETTER).deliveries:
        recheck(LETTER, delivery, school, WOODGRANGE, NOW)
    gone = weakref.ref(school)
    assert school.worked_out
    gc.disable()
    try:
        del school
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "new",
    [
        {"arrangements": (row("site-ban", "MUM"),)},
        {"arrangements": (row("copy", "DAD", "P9"),)},
        {"arrangements": (row("court-order", "NOBODY", "P1"),)},
        {"silenced": frozenset({"DAD"})},
        {"flags": frozenset({("DAD", "P1")})},
        {"flags": frozenset({("NOBODY", "P1")})},
        {"links": (HOME.links[0], replace(HOME.links[1], court_order=True))},
        {"links": (*HOME.links, link("P1", "MUM", 3, lives="no", pr="no"))},
        {"links": (*HOME.links, link("P1", "NOBODY"))},
        {"links": (HOME.links[0], replace(HOME.links[1], responsibility=Responsibility.NO, lives_with=LivesWith.NO))},
        {"pupils": {"P1": replace(CHILD, left_on=NOW.date() - timedelta(days=1))}},
    ],
    ids=str,
)
def test_whatever_is_on_file_goes_the_full_way(new: dict[str, Any]) -> None:
    (delivery,) = planned(HOME, LETTER).deliveries
    assert not stands(LETTER, delivery, replace(HOME, **new), WOODGRANGE)


def test_a_child_of_another_class_is_found_and_so_is_another_message() -> None:
    (delivery,) = planned(HOME, LETTER).deliveries
    assert stands(LETTER, delivery, HOME, WOODGRANGE)
    assert not stands(message("letter", Term(Reach.CLASS, "Elm")), delivery, HOME, WOODGRANGE)
