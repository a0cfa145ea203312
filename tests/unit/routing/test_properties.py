"""What holds for every family anybody can think of. The oracle beside this file reads the design a second time."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import assume, event, given
from hypothesis import strategies as st

from notifier.model.directory import Arrangement, Directory, LivesWith, Responsibility, Sort
from notifier.model.message import Attachment, Kind, Message
from notifier.model.plan import Delivery, Hold, Plan, Send
from notifier.model.policy import Policy
from notifier.routing import plan, recheck, rules
from tests.unit.routing.families import CHANNELS, NOW, TODAY, pairs, pairs_of
from tests.unit.routing.generated import ADULTS, arrangements, cases, directories, many
from tests.unit.routing.oracle import BARRING, Oracle

Case = tuple[Directory, Message, Policy]
DENIALS = [sort for sort in Sort if sort.value in BARRING] + [Sort.SITE_BAN, Sort.UNSUBSCRIBE]
GRANTS = {Sort.CONSENT, Sort.COPY, Sort.MARKETING_CONSENT}


def present(directory: Directory) -> set[str]:
    return {
        one.id
        for one in directory.pupils.values()
        if (one.admitted_on is None or one.admitted_on <= TODAY) and (one.left_on is None or one.left_on >= TODAY)
    }


def audience_of(directory: Directory, about: Message) -> set[str]:
    (term,) = about.audience
    left_out = {term.name for term in about.except_}
    return {
        one
        for one in present(directory)
        if (term.reach.value == "school" or term.name in (one, directory.pupils[one].class_))
        and left_out.isdisjoint((one, directory.pupils[one].class_))
    }


def reached(directory: Directory, found: Plan) -> set[tuple[str, str]]:
    """Who is named about whom, or covered by a copy to their home about a child they may hear about."""
    oracle_homes = directory.home_of
    named = pairs(found)
    homes = {(oracle_homes[contact_id], pupil_id) for contact_id, pupil_id in named}
    return {
        (contact_id, pupil_id)
        for contact_id in directory.contacts
        for pupil_id in directory.pupils
        if (contact_id, pupil_id) in named or (oracle_homes[contact_id], pupil_id) in homes
    }


def may_hear(case: Case) -> set[tuple[str, str]]:
    directory, about, policy = case
    oracle = Oracle(directory, about, policy, TODAY)
    return {
        (contact_id, pupil_id)
        for contact_id in directory.contacts
        for pupil_id in audience_of(directory, about)
        if oracle.may_hear(contact_id, pupil_id)
    }


def check_addresses(delivery: Delivery, oracle: Oracle) -> None:
    """One address per leg, its holder's own, and none that an adult barred about one of these children holds."""
    kept_out = {contact_id for pupil_id in delivery.pupil_ids for contact_id in oracle.kept_out(pupil_id)}
    for channel in {channel for rung in delivery.ladder for channel in rung} & set(delivery.routes):
        route = delivery.routes[channel]
        assert CHANNELS[channel].by_person or all(address.value for address in route)
        for address in route:
            if not address.contact_id:
                continue
            assert address.contact_id in delivery.contact_ids
            assert "@" not in address.value or address.value.count("@") == 1
            assert not address.value or oracle.holds_address(address.contact_id, address.value)
            for barred in kept_out & set(oracle.directory.contacts):
                assert not address.value or not oracle.holds_address(barred, address.value)
                assert channel != "letter" or not oracle.same_home(barred, address.contact_id)


@many
@given(cases())
def test_nobody_is_told_what_they_may_not_hear_and_nobody_is_forgotten(case: Case) -> None:
    directory, about, policy = case
    found = plan(about, directory, policy, NOW)
    oracle = Oracle(directory, about, policy, TODAY)
    wanted, audience = may_hear(case), audience_of(directory, about)
    event(f"{about.kind}: {len(found.deliveries)} deliveries, {len(found.withheld)} withheld")
    if not audience:
        assert [problem.id for problem in found.problems] == ["audience-empty"]
        return
    assert set(found.pupil_ids) == audience
    for delivery in found.deliveries:
        for contact_id, pupil_id in pairs_of(delivery):
            assert not oracle.denied(contact_id, pupil_id), "under a denial in force"
            assert (contact_id, pupil_id) in wanted, "named about a child they may not hear about"
        for contact_id in delivery.also_ring:
            assert about.kind is Kind.EMERGENCY
            assert not any(oracle.barred(contact_id, pupil_id) for pupil_id in delivery.pupil_ids)
        assert all(oracle.same_home(*two) for two in combinations(delivery.contact_ids, 2))
        check_addresses(delivery, oracle)
    named = pairs(found)
    homes = {(contact_id, pupil_id) for contact_id, pupil_id in named}
    withheld = {(one.contact_id, pupil_id): one.rule for one in found.withheld for pupil_id in one.pupil_ids}
    assert not set(withheld) & named
    for link in directory.links:
        pair = (link.contact_id, link.pupil_id)
        if link.pupil_id not in audience:
            assert pair not in withheld
            continue
        covered = any(pupil_id == link.pupil_id and oracle.same_home(who, link.contact_id) for who, pupil_id in homes)
        assert pair in named or covered or withheld.get(pair), "neither named, nor covered, nor withheld with a rule"
        assert pair not in wanted or pair in named or covered, "may hear and is not told"
        assert not (oracle.barred(*pair) or oracle.banned(*pair)) or withheld.get(pair), "barred without a word"
    for pupil_id in audience - {pupil_id for _, pupil_id in wanted}:
        assert any(task.about == (pupil_id,) for task in found.tasks), "nobody left, and no task"
        if about.kind is Kind.EMERGENCY:
            assert any(not one.contact_ids and one.pupil_ids == (pupil_id,) for one in found.deliveries)


@many
@given(cases())
def test_every_delivery_ends_with_a_person_and_says_where_it_goes(case: Case) -> None:
    directory, about, policy = case
    found = plan(about, directory, policy, NOW)
    assert len({delivery.key for delivery in found.deliveries}) == len(found.deliveries)
    assert len({(d.contact_ids, d.pupil_ids) for d in found.deliveries}) == len(found.deliveries)
    for delivery in found.deliveries:
        assert CHANNELS[delivery.ladder[-1][0]].by_person
        assert all(delivery.routes.get(channel) for rung in delivery.ladder for channel in rung)
        text = {"text", "voice"} & {channel for rung in delivery.ladder for channel in rung}
        essential = about.essential and "essential" in policy.text.allowed and not about.marketing
        assert not text or about.kind is Kind.EMERGENCY or essential, "W37"
        assert about.kind is not Kind.EMERGENCY or not delivery.held
        only_person = all(CHANNELS[channel].by_person for rung in delivery.ladder for channel in rung)
        assert not delivery.held or (only_person and rules.SHARED_ADDRESS in delivery.rules)


@many
@given(cases())
def test_tasks_withheld_and_trace_hold_ids_alone(case: Case) -> None:
    directory, about, policy = case
    found = plan(about, directory, policy, NOW)
    shown = repr((found.tasks, found.withheld, found.trace, found.problems))
    for surname in [*(c.surname for c in directory.contacts.values()), *(p.surname for p in directory.pupils.values())]:
        assert surname not in shown
    for secret in ("@", "+44", "Sebert", "sebert", "Wanstead", "file 7"):
        assert secret.casefold() not in shown.casefold()
    ids = {*directory.contacts, *directory.pupils, *ADULTS}
    assert {one for task in found.tasks for one in task.about} <= ids


@many
@given(cases(), arrangements(DENIALS))
def test_a_denial_more_never_lets_anybody_hear_more(case: Case, denial: Arrangement) -> None:
    """But where it answers a flag, or the first adult of an unrecorded home falls away: then the design says so."""
    directory, about, policy = case
    more = replace(directory, arrangements=(*directory.arrangements, denial))
    before, after = (Oracle(one, about, policy, TODAY) for one in (directory, more))
    for contact_id in directory.contacts:
        for pupil_id in directory.pupils:
            assume(before.at_home(pupil_id) == after.at_home(pupil_id))
            assume(before.flagged(contact_id, pupil_id) == after.flagged(contact_id, pupil_id))
    assert reached_by_right(more, about, policy) <= reached_by_right(directory, about, policy)


@many
@given(cases())
def test_a_permission_less_never_lets_anybody_hear_more(case: Case) -> None:
    directory, about, policy = case
    grants = [row for row in directory.arrangements if row.sort in GRANTS]
    assume(grants)
    for gone in grants:
        less = replace(directory, arrangements=tuple(row for row in directory.arrangements if row is not gone))
        assert reached_by_right(less, about, policy) <= reached_by_right(directory, about, policy)


@many
@given(cases())
def test_blanking_data_never_joins_two_adults_nor_widens_what_one_may_hear(case: Case) -> None:
    directory, about, policy = case
    nowhere = replace(
        directory,
        contacts={one.id: replace(one, household="", address=(), postcode="") for one in directory.contacts.values()},
    )
    assert len(set(nowhere.home_of.values())) == len(nowhere.contacts)
    assert all(len(delivery.contact_ids) <= 1 for delivery in plan(about, nowhere, policy, NOW).deliveries)
    for place, link in enumerate(directory.links):
        for blank in (
            replace(link, responsibility=Responsibility.UNKNOWN),
            replace(link, contract_signatory=False),
            # "no" is no missing data: it says that this adult lives elsewhere than the household column has it.
            replace(link, lives_with=LivesWith.NO if link.lives_with is LivesWith.NO else LivesWith.UNKNOWN),
        ):
            if blank == link:
                continue
            less = replace(directory, links=(*directory.links[:place], blank, *directory.links[place + 1 :]))
            assert less.home_of == directory.home_of
            before, after = Oracle(directory, about, policy, TODAY), Oracle(less, about, policy, TODAY)
            if all(before.at_home(one) == after.at_home(one) for one in directory.pupils):
                own = {pair for pair in may_hear((less, about, policy)) if pair[0] == link.contact_id}
                assert own <= may_hear(case)
                named = {pair for pair in pairs(plan(about, less, policy, NOW)) if pair[0] == link.contact_id}
                assert named <= may_hear(case)


@many
@given(cases())
def test_a_recheck_of_an_unchanged_school_changes_nothing(case: Case) -> None:
    directory, about, policy = case
    for delivery in plan(about, directory, policy, NOW).deliveries:
        verdict = recheck(about, replace(delivery, held=""), directory, policy, NOW)
        if isinstance(verdict, Hold):
            assert delivery.held == verdict.rule
            verdict = recheck(about, delivery, directory, policy, NOW)  # as a person let it go
        assert isinstance(verdict, Send)
        assert replace(verdict.delivery, held="") == replace(delivery, held="")


@many
@given(cases(), directories())
def test_a_recheck_of_a_changed_school_never_widens_and_leaves_no_barred_pair(case: Case, after: Directory) -> None:
    directory, about, policy = case
    oracle = Oracle(after, about, policy, TODAY)
    for delivery in plan(about, directory, policy, NOW).deliveries:
        verdict = recheck(about, delivery, after, policy, NOW)
        event(type(verdict).__name__)
        if not isinstance(verdict, Send):
            continue
        new = verdict.delivery
        assert set(new.contact_ids) <= set(delivery.contact_ids)
        assert set(new.pupil_ids) <= set(delivery.pupil_ids)
        assert set(new.routes) <= set(delivery.routes)
        assert set(new.also_ring) <= {*delivery.also_ring, *delivery.contact_ids}
        assert new.ladder == delivery.ladder
        assert all(oracle.may_hear(*pair) for pair in pairs_of(new))
        assert all(oracle.same_home(*two) for two in combinations(new.contact_ids, 2))
        assert not any(oracle.barred(one, pupil_id) for one in new.also_ring for pupil_id in new.pupil_ids)
        check_addresses(new, oracle)


@many
@given(cases(), st.randoms(use_true_random=False))
def test_the_plan_is_the_same_again_and_whatever_the_order_of_the_rows(case: Case, random: Random) -> None:
    directory, about, policy = case
    found = plan(about, directory, policy, NOW)
    again = plan(about, replace(directory), policy, NOW)
    assert again == found
    links, rows = list(directory.links), list(directory.arrangements)
    random.shuffle(links)
    random.shuffle(rows)
    mixed = plan(about, replace(directory, links=tuple(links), arrangements=tuple(rows)), policy, NOW)
    assert _bag(mixed.deliveries) == _bag(found.deliveries)
    assert {(w.contact_id, frozenset(w.pupil_ids), w.rule) for w in mixed.withheld} == {
        (w.contact_id, frozenset(w.pupil_ids), w.rule) for w in found.withheld
    }
    assert set(mixed.tasks) == set(found.tasks)
    assert set(mixed.problems) == set(found.problems)
    assert mixed.public == found.public


def reached_by_right(directory: Directory, about: Message, policy: Policy) -> set[tuple[str, str]]:
    """Named, or covered by a copy to their home, and allowed to hear."""
    return reached(directory, plan(about, directory, policy, NOW)) & may_hear((directory, about, policy))


def _bag(deliveries: Iterable[Delivery]) -> list[str]:
    return sorted(repr(one) for one in deliveries)


@given(cases(), st.randoms(use_true_random=False))
def test_a_childs_report_goes_only_with_a_delivery_about_that_child(case: Case, random: Random) -> None:
    """W27: whatever the family, nobody gets another child's file, and whoever gets a report hears about that child."""
    directory, about, policy = case
    pdf, ids = "application/pdf", enumerate(directory.pupils)
    files = [Attachment("report.pdf", pdf, f"{number:064}", 9, one) for number, one in ids]
    random.shuffle(files)
    for_all = Attachment("grades.pdf", pdf, "f" * 64, 9)
    about = replace(about, kind=Kind.REPORT, attachments=(*files, for_all))
    oracle = Oracle(directory, about, policy, TODAY)
    for delivery in plan(about, directory, policy, NOW).deliveries:
        carried = about.attachments_for(delivery.pupil_ids)
        assert len(delivery.pupil_ids) <= 1
        assert {one.pupil_id for one in carried} == {"", *delivery.pupil_ids}
        for contact_id in delivery.contact_ids:
            assert all(oracle.may_hear(contact_id, one.pupil_id) for one in carried if one.pupil_id)
