"""Steps 1 to 8 again for one delivery, after the claim and immediately before each send (DESIGN 3.5)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from notifier.model.directory import Directory, Link, Sort
from notifier.model.message import Kind, Message
from notifier.model.plan import Delivery, Hold, Send, Verdict, Withhold
from notifier.model.policy import Policy
from notifier.routing import rules
from notifier.routing.audience import audience
from notifier.routing.drill import recheck_drill
from notifier.routing.findings import Allowed
from notifier.routing.ladder import asked, ways
from notifier.routing.ordinary import Ordinary
from notifier.routing.plan import languages, standby
from notifier.routing.safeguards import names_in
from notifier.routing.standing import Standing
from notifier.routing.to_staff import recheck_staff


def recheck(message: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime) -> Verdict:
    """Whether this delivery may still go, and to whom about whom: never wider than it was planned.

    First the pupils fall away about whom none of its adults may hear any more,
    then the adults who may not hear about all that remain, then those who no longer
    share the home of the others: a joint copy would show one parent the other's name
    and go to an address that is only one's own. The ladder's rungs keep their places;
    a channel whose address went has no route any more. What names in full a child who fell
    away does not go at all. A public item is not asked about.
    """
    if message.drill:
        return recheck_drill(message, delivery, policy)
    if delivery.staff_id:
        return recheck_staff(message, delivery, policy)
    if not delivery.contact_ids and not delivery.pupil_ids:
        return Send(delivery)
    if message.kind is not Kind.EMERGENCY and (directory.refuses or directory.held):
        return Hold(rules.UNREADABLE, directory.refuses or directory.held)
    if Ordinary.of(message, directory, policy, now).stands(delivery, directory):
        return Send(delivery)
    return thoroughly(message, delivery, directory, policy, now)


def thoroughly(message: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime) -> Verdict:
    """Every step for every adult of these pupils: whatever is on file, and whatever changed."""
    standing = Standing(message, directory, policy, now)
    present = audience(message.audience, message.except_, directory, standing.day, among=delivery.pupil_ids)
    if not delivery.contact_ids:  # a child about whom nobody could be told: only the call sheet knows
        if not present:
            return Withhold(rules.PRESENT, "The child is no longer at the school.")
        also_ring = _still(standing, delivery, (), present)
        return Send(replace(delivery, also_ring=also_ring), tuple(standing.found.tasks))
    links = {
        (link.contact_id, link.pupil_id): link
        for pupil_id in present
        for link in directory.links_of_pupil.get(pupil_id, ())
        if link.contact_id in directory.contacts
    }
    hears = {pair for pair, link in links.items() if isinstance(standing.hears(link), Allowed)}
    told = {pupil_id for contact_id, pupil_id in hears if contact_id in delivery.contact_ids}
    pupil_ids = tuple([p for p in present if p in told])
    contact_ids = tuple([c for c in delivery.contact_ids if pupil_ids and all((c, p) in hears for p in pupil_ids)])
    contact_ids = _one_home(directory, delivery, contact_ids)
    for contact_id in delivery.contact_ids:
        if contact_id in contact_ids:
            continue
        still = tuple([p for p in pupil_ids if (contact_id, p) in hears])
        if still:
            standing.found.task(
                "This adult fell out of a joint copy, but may still hear about this child. Send them their own.",
                (contact_id, *still),
                rules.PRESENT,
            )
    tasks = tuple(standing.found.tasks)
    if not contact_ids:
        return Withhold(_why(standing, links, delivery), "Nobody of this delivery may get it any more.", tasks)
    fallen = [pupil_id for pupil_id in present if pupil_id not in pupil_ids]
    if fallen and names_in(message, directory, among=fallen):
        standing.found.task(
            "Write to this adult in other words: the message names a child in full of whom they may not hear any more.",
            (*contact_ids, *pupil_ids),
            rules.PUBLIC,
        )
        return Withhold(rules.PUBLIC, "It names a child of whom they may not hear.", tuple(standing.found.tasks))
    reached = ways(standing, contact_ids, pupil_ids, delivery.ladder)
    language, text_language = languages(standing, contact_ids, delivery.ladder, reached.routes)
    checked = _with(
        delivery,
        contact_ids=contact_ids,
        pupil_ids=pupil_ids,
        routes=reached.routes,
        language=language,
        text_language=text_language,
        also_ring=_still(standing, delivery, contact_ids, pupil_ids),
        large_print=any(asked(standing, Sort.LARGE_PRINT, contact_id, pupil_ids) for contact_id in contact_ids),
        interpreter=any(asked(standing, Sort.INTERPRETER, contact_id, pupil_ids) for contact_id in contact_ids),
    )
    tasks = tuple(standing.found.tasks)
    # Who said yes to a copy that waited for this means: ring. The shared address has no route all the same.
    if reached.blocked and rules.SHARED_ADDRESS not in delivery.held:
        return Hold(rules.SHARED_ADDRESS, "No address of theirs is theirs alone.", tasks)
    return Send(checked, tasks)


def _with(delivery: Delivery, **found: Any) -> Delivery:
    """The delivery with what was found; the very same one where nothing has changed, as nearly always."""
    for name, value in found.items():
        if getattr(delivery, name) != value:
            return replace(delivery, **found)
    return delivery


def _one_home(directory: Directory, delivery: Delivery, contact_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those who still live together: in the home the delivery was planned for, else in that of the first adult."""
    if len(contact_ids) < 2:
        return contact_ids
    at_home = tuple(one for one in contact_ids if directory.home_of[one] == delivery.household)
    first = (at_home or contact_ids)[:1]
    return tuple(one for one in contact_ids if directory.home_of[one] == directory.home_of[first[0]])


def _still(
    standing: Standing, delivery: Delivery, contact_ids: tuple[str, ...], pupil_ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Who of those to be rung first or before may still stand on the call sheet; nobody is added."""
    before = {*delivery.also_ring, *delivery.contact_ids}
    return tuple(one for one in standby(standing, contact_ids, pupil_ids) if one in before)


def _why(standing: Standing, links: dict[tuple[str, str], Link], delivery: Delivery) -> str:
    """The rule of the first refusal, by priority; the pupil or the link being gone counts as step 1."""
    for contact_id in delivery.contact_ids:
        for pupil_id in delivery.pupil_ids:
            link = links.get((contact_id, pupil_id))
            answer = standing.hears(link) if link else None
            if answer is not None and not isinstance(answer, Allowed):
                return answer.rule
    return rules.PRESENT
