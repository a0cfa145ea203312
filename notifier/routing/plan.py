"""The plan: all ten steps of DESIGN 3.5 for one message at one moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from notifier.model.directory import Directory, Link, Responsibility, Sort
from notifier.model.message import Kind, Message
from notifier.model.plan import HELD_DELIVERY, Address, Basis, Delivery, Plan, Saying, Withheld
from notifier.model.policy import Per, Policy, Rung
from notifier.model.problem import Severity, error, hold
from notifier.routing import collector, rules
from notifier.routing.audience import audience
from notifier.routing.by_word import be_ready, offer_to
from notifier.routing.drill import plan_drill
from notifier.routing.findings import Refused
from notifier.routing.ladder import asked, on_paper, wanted, ways
from notifier.routing.merge import Addressees, by_priority, hearings, merge
from notifier.routing.safeguards import advertising, in_person, named_to_a_group, named_to_others, names_in, public
from notifier.routing.standing import Standing


def plan(message: Message, directory: Directory, policy: Policy, now: datetime) -> Plan:
    """Who gets this message at ``now`` (aware), by which way and why, who does not, and what people must do.

    A plan with a problem of severity ``error`` has no deliveries; one with a
    ``hold`` shows them, and waits for a person.
    """
    if message.drill:
        return plan_drill(message, policy)
    with collector.paused():
        return _planned(Standing(message, directory, policy, now))


def _planned(standing: Standing) -> Plan:
    message, directory, policy, found = standing.message, standing.directory, standing.policy, standing.found
    pupil_ids = audience(message.audience, message.except_, directory, standing.day)
    _may_go(message, directory, standing)
    in_person(message, policy, found)
    advertising(message, policy, found)
    if not pupil_ids:
        found.problem(error("audience-empty", "Nobody at the school today belongs to this audience. Check “to:”."))
    if any(problem.severity is Severity.ERROR for problem in found.problems):
        return Plan(problems=tuple(found.problems), tasks=tuple(found.tasks), trace=found.steps, policy=policy.mark)
    # A report's cover is the same for every child of it; each copy is about one.
    apart = message.kind is Kind.REPORT or message.to_single_children
    named = () if apart else names_in(message, directory)
    named_to_a_group(message, named, found)
    found.step(1, rules.PRESENT, f"{len(pupil_ids)} pupils")
    links, heard, refused = hearings(standing, pupil_ids)
    _overview(standing, links, refused)
    # W27: each report is one child's, so a delivery of reports is too, whatever a school writes for the kind.
    per = Per.PUPIL if message.kind is Kind.REPORT else policy.kinds[message.kind].per
    if message.details:  # H34: what is held about one adult is for nobody else's eyes
        per = Per.CONTACT
    left, covered = merge(standing, heard, pupil_ids, per)
    told = {pupil_id for hearing in heard.values() for pupil_id in hearing.allowed}
    untold = [pupil_id for pupil_id in pupil_ids if pupil_id not in told]
    organisations = {contact_id for contact_id, hearing in heard.items() if hearing.organisation}
    del heard, told  # what a large school's deliveries were made of need not be kept beside them
    left.reverse()
    deliveries = []
    while left:
        deliveries.append(_delivery(standing, left.pop()))
    if apart or named:
        named_to_others(message, deliveries, standing, named)
    be_ready(deliveries, standing)
    deliveries += _nobody_left(standing, untold)
    return Plan(
        deliveries=tuple(deliveries),
        public=public(message, named, policy, found),
        withheld=_withheld(standing, links, organisations, covered, refused, deliveries),
        tasks=tuple(found.tasks),
        problems=tuple(found.problems),
        trace=found.steps,
        pupil_ids=pupil_ids,
        policy=policy.mark,
    )


def _overview(standing: Standing, links: Sequence[Link], refused: Mapping[tuple[str, str], Refused]) -> None:
    """An entry for each step that decides about single adults only where it stops one: so that none is silent."""
    found = standing.found
    stopped = [why.rule for why in refused.values() if why.denied and why.rule != rules.UNSUBSCRIBED]
    found.step(2, rules.LINKS, f"{len({link.contact_id for link in links})} adults are linked to these children")
    found.step(3, rules.ORDER, f"{len(stopped)} of {len(links)} links are barred or banned")
    found.step(5, rules.MARKETING, "advertising" if standing.message.marketing else "no advertising")


def _traced(standing: Standing, delivery: Delivery) -> None:
    """Steps 6 to 8 for each adult of a delivery, without a word about the others."""
    steps = standing.found.steps
    ways = _held(delivery.held) if delivery.held else _ladder(delivery.ladder)
    by_post = delivery.basis is not Basis.MAIN and on_paper(standing, delivery.ladder)
    for contact_id in delivery.contact_ids:
        steps.say(_copy(delivery.basis), contact_id, delivery.pupil_ids)
        steps.say(ways, contact_id)
        if by_post:  # a child carries nothing from one parent's school bag to the other's home
            steps.say(_BY_POST, contact_id)
        steps.say(_words(delivery.text_language), contact_id)


_BY_POST: Saying = (7, rules.SECOND_HOME, "on paper it goes by post, not in a book bag")


@cache
def _copy(basis: Basis) -> Saying:
    return 6, rules.MERGE, f"one copy ({basis.value}) about"


@cache
def _held(rule: str) -> Saying:
    return 7, rules.LADDER, f"held ({rule})"


@cache
def _ladder(ladder: Sequence[Rung]) -> Saying:
    return 7, rules.LADDER, ", then ".join(" and ".join(rung) for rung in ladder) or "no way"


@cache
def _words(language: str) -> Saying:
    return 8, rules.TRANSLATION, f"written in {language}"


def _may_go(message: Message, directory: Directory, standing: Standing) -> None:
    """What the families' files themselves forbid (DESIGN 3.1); an emergency goes all the same."""
    if message.kind is Kind.EMERGENCY:
        return
    where = "families/arrangements.csv"
    if directory.refuses:
        standing.found.problem(error(rules.FILES_MISSING, directory.refuses, where, rules.UNREADABLE))
    if directory.held:
        standing.found.problem(hold(rules.FILES_DOUBTFUL, directory.held, where, rules.UNREADABLE))


def _delivery(standing: Standing, addressees: Addressees) -> Delivery:
    contact_ids, pupil_ids = addressees.contact_ids, addressees.pupil_ids
    ladder = wanted(standing, contact_ids, pupil_ids)
    reached = ways(standing, contact_ids, pupil_ids, ladder)
    language, text_language = languages(standing, contact_ids, reached.ladder, reached.routes)
    on_file = not standing.directory.arrangements_of.keys().isdisjoint(contact_ids)
    delivery = Delivery(
        key=addressees.key,
        contact_ids=contact_ids,
        pupil_ids=pupil_ids,
        household=addressees.household,
        basis=addressees.basis,
        ladder=reached.ladder,
        routes=reached.routes,
        language=language,
        text_language=text_language,
        large_print=on_file and asked(standing, Sort.LARGE_PRINT, contact_ids, pupil_ids),
        interpreter=on_file and asked(standing, Sort.INTERPRETER, contact_ids, pupil_ids),
        also_ring=standby(standing, contact_ids, pupil_ids),
        rules=standing.cited(addressees.rules, reached.rules),
        held=rules.SHARED_ADDRESS if reached.blocked else "",
    )
    _traced(standing, delivery)
    if delivery.held:
        standing.found.problem(
            hold(
                HELD_DELIVERY,
                "One copy waits for the office: every address that could be used is also used by somebody who may "
                f"not hear about this child ({', '.join(contact_ids)}). Ask for another address, or ring.",
                rule=rules.SHARED_ADDRESS,
            )
        )
    if delivery.interpreter:
        offer_to(delivery, standing)
    return delivery


def languages(
    standing: Standing,
    contact_ids: Sequence[str],
    ladder: Sequence[Rung],
    routes: Mapping[str, tuple[Address, ...]],
) -> tuple[str, str]:
    """Step 8: the language of the adult whose address is used first, and that of the words they get."""
    contact = standing.directory.contacts.get(_first(contact_ids, ladder, routes))
    spoken = contact.language if contact else ""
    found = standing.languages.get(spoken)
    if found is None:
        language = spoken or standing.policy.language
        found = standing.languages[spoken] = language, standing.message.body(language).language
    return found


def _first(contact_ids: Sequence[str], ladder: Sequence[Rung], routes: Mapping[str, tuple[Address, ...]]) -> str:
    for rung in ladder:
        for channel in rung:
            if found := routes.get(channel):
                return found[0].contact_id
    return contact_ids[0] if contact_ids else ""


def standby(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> tuple[str, ...]:
    """Adults for an emergency's call sheet only: emergency contacts and those whose responsibility is unknown,
    where step 4 does not entitle them, and never one who is barred about one of these pupils (DESIGN 3.5)."""
    if standing.kind is not Kind.EMERGENCY:
        return ()
    found: dict[str, None] = {}
    barred = {contact_id for pupil_id in pupil_ids for contact_id in standing.bars(pupil_id)}
    for pupil_id in pupil_ids:
        for link in standing.directory.links_of_pupil.get(pupil_id, ()):
            if (
                link.contact_id in standing.directory.contacts
                and link.contact_id not in contact_ids
                and link.contact_id not in barred
                and (link.emergency_contact or link.responsibility is Responsibility.UNKNOWN)
                and isinstance(standing.hears(link), Refused)
            ):
                found[link.contact_id] = None
    return by_priority(standing.directory, tuple(found), pupil_ids)


def _nobody_left(standing: Standing, pupil_ids: Sequence[str]) -> list[Delivery]:
    """Pupils about whom nobody is told: a task each, and in an emergency a place on the call sheet."""
    deliveries = []
    for pupil_id in pupil_ids:
        standing.found.task(
            "Nobody gets this message for this child. Find out whom to tell.", (pupil_id,), rules.LADDER
        )
        if standing.kind is not Kind.EMERGENCY:
            continue
        reached = ways(standing, (), (pupil_id,), wanted(standing, (), (pupil_id,)))
        deliveries.append(
            Delivery(
                key=f"nobody/{pupil_id}",
                contact_ids=(),
                pupil_ids=(pupil_id,),
                household="",
                basis=Basis.MAIN,
                ladder=reached.ladder,
                routes=reached.routes,
                language=standing.policy.language,
                text_language=standing.message.body(standing.policy.language).language,
                also_ring=standby(standing, (), (pupil_id,)),
                rules=(rules.LADDER,),
            )
        )
    return deliveries


def _withheld(
    standing: Standing,
    links: Sequence[Link],
    organisations: set[str],
    unnamed: set[str],
    refused: Mapping[tuple[str, str], Refused],
    deliveries: Sequence[Delivery],
) -> tuple[Withheld, ...]:
    """Each linked adult with the pupils that no delivery to them names and no copy to their home covers.

    Everybody else gets it: what is kept from somebody has a rule and a reason, without exception (W3). An adult whom
    a denying arrangement stops stands here always. An organisation's copy is its own and covers nobody. ``unnamed``
    are those whom a copy to their home covers; whoever else may hear about a child is named about it.
    """
    home_of = standing.directory.home_of
    # Only of these can it be asked: to know it of everybody would take as much memory as the deliveries.
    asked_of = {contact_id for contact_id, _ in refused} | unnamed
    homes = {home_of[contact_id] for contact_id in asked_of}
    covered: defaultdict[str, set[str]] = defaultdict(set)
    named: defaultdict[str, set[str]] = defaultdict(set)
    for delivery in deliveries:
        if delivery.household in homes:
            for contact_id in delivery.contact_ids:
                named[contact_id].update(delivery.pupil_ids)
            if not organisations.issuperset(delivery.contact_ids):
                covered[delivery.household].update(delivery.pupil_ids)
    grouped: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for link in links:
        if link.contact_id not in asked_of:
            continue
        why = refused.get((link.contact_id, link.pupil_id))
        if why is not None and (why.denied or link.pupil_id not in covered[home_of[link.contact_id]]):
            grouped[link.contact_id, why.rule].append(link.pupil_id)
        elif link.pupil_id not in named[link.contact_id]:
            standing.found.step(6, rules.MERGE, "covered by a copy to the home", link.contact_id, link.pupil_id)
    return tuple(
        Withheld(contact_id, tuple(dict.fromkeys(pupil_ids)), rule, rules.REASONS[rule])
        for (contact_id, rule), pupil_ids in grouped.items()
    )
