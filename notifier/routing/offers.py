"""Copies asked for after a message was planned: offered to the office, never sent by themselves (W39, H29)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from notifier.model.arrangements import in_force
from notifier.model.directory import Directory, Sort
from notifier.model.message import Kind, Message, Reach, Term
from notifier.model.plan import Basis, Delivery, Offer
from notifier.model.policy import Policy
from notifier.routing import rules
from notifier.routing.audience import audience
from notifier.routing.plan import plan

_ASKING = frozenset({Sort.COPY, Sort.CONSENT})
_RULE = {Basis.COPY: rules.REQUEST, Basis.CONSENT: rules.CONSENT}


def asking(message: Message, directory: Directory, policy: Policy, now: datetime) -> dict[str, tuple[str, ...]]:
    """By contact the children of this message about whom a request or a consent of theirs may hold today.

    An emergency asks for no request; nothing is offered while the families' files forbid every message.
    """
    if message.kind is Kind.EMERGENCY or directory.refuses or directory.held:
        return {}
    day = now.astimezone(policy.timezone).date()
    asked = {row.contact_id for row in directory.arrangements if row.sort in _ASKING and in_force(row, day)}
    found = {}
    for contact_id in sorted(asked & directory.contacts.keys()):
        linked = [link.pupil_id for link in directory.links_of_contact.get(contact_id, ())]
        if concerned := audience(message.audience, message.except_, directory, day, among=linked):
            found[contact_id] = concerned
    return found


def offers(
    message: Message, stands: Iterable[Delivery], directory: Directory, policy: Policy, now: datetime
) -> tuple[Offer, ...]:
    """What a plan of today would add for adults with a copy request or a consent, by contact id.

    ``stands`` are the deliveries that went or still may go: whoever is named in one,
    or has a copy in the home, is offered nothing about its pupils.
    """
    stands = tuple(stands)
    found: dict[str, Offer] = {}
    for contact_id, concerned in asking(message, directory, policy, now).items():
        home = directory.home_of[contact_id]
        missing = tuple(
            pupil_id for pupil_id in concerned if not any(_has(one, contact_id, home, pupil_id) for one in stands)
        )
        for offer in _planned(message, contact_id, missing, directory, policy, now) if missing else ():
            found.setdefault(offer.delivery.key, offer)
    return tuple(found.values())


def _has(delivery: Delivery, contact_id: str, home: str, pupil_id: str) -> bool:
    return pupil_id in delivery.pupil_ids and (contact_id in delivery.contact_ids or delivery.household == home)


def _planned(
    message: Message, contact_id: str, pupil_ids: tuple[str, ...], directory: Directory, policy: Policy, now: datetime
) -> Iterator[Offer]:
    narrowed = replace(message, audience=tuple(Term(Reach.PUPIL, one) for one in pupil_ids), except_=())
    planned = plan(narrowed, directory, policy, now)
    for delivery in planned.deliveries:
        if contact_id in delivery.contact_ids and delivery.basis in _RULE:
            steps = tuple(one for one in planned.trace if one.contact_id in delivery.contact_ids)
            # A copy of the same make may stand there already, withheld while nobody had asked for it.
            yield Offer(replace(delivery, key=f"{delivery.key}/asked"), _RULE[delivery.basis], steps)
