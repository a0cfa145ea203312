"""Everybody entitled is reached, or on a sheet for a person to ring, by the message's deadline (issue 4.8)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from channels.base import Outgoing
from notifier.model.directory import Directory, Pupil
from notifier.model.message import Message, Reach, Term
from notifier.model.plan import Delivery
from notifier.model.policy import Policy
from notifier.model.states import DeliveryState
from notifier.queue.rows import StoredDelivery, StoredTask
from notifier.routing import rules
from tests.simulation.history import History
from tests.simulation.invariants import present
from tests.simulation.providers import Take, payload
from tests.unit.routing.oracle import Oracle

AT_LAST = timedelta(days=14)
"""Deadline of a message without an end: every address of every rung tried as often as the table of retries has it."""
LEAST = timedelta(hours=3)
"""Where the program lived for less than this between release and deadline, no ladder could be climbed."""

TELLING = frozenset({rules.PRESENT, "DESIGN 3.6"})
"""Rules of the tasks that ask somebody to tell a family, or to find out whether it was told."""


@dataclass
class Released:
    """A message that goes. ``before`` is when it had not gone yet, ``at`` when it had, in microseconds."""

    message: Message
    before: int
    at: int
    day: date

    def deadline(self, moment: datetime) -> datetime:
        """``moment`` is that of the release."""
        return self.message.expires_at or moment + AT_LAST


class Evidence:
    """Whom something reached about whom: what arrived, what lies or lay on a sheet, and what people are asked to do."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def arrived(self, takes: Iterable[Take]) -> None:
        for take in takes:
            if take.delivery is not None:
                self._named(take.delivery)

    def on_sheets(self, sheets: Iterable[Mapping[str, Outgoing]]) -> None:
        for sheet in sheets:
            for outgoing in sheet.values():
                _, delivery = payload(outgoing)
                if delivery is not None:
                    self._named(delivery)

    def asked_of_people(self, tasks: Iterable[StoredTask], deliveries: Iterable[StoredDelivery]) -> None:
        """Somebody is to tell them another way, or to say whether it may go. Nothing else that is asked counts."""
        for task in tasks:
            if task.delivery_id or task.rule in TELLING:
                self._told |= {(one, other) for one in task.about for other in task.about}
        for kept in deliveries:
            if kept.reason and kept.state in (DeliveryState.HELD, DeliveryState.EXPIRED):
                self._named(kept.delivery)

    def _named(self, delivery: Delivery) -> None:
        self._told |= {(contact, pupil) for contact in delivery.contact_ids for pupil in delivery.pupil_ids}

    def told(self, contact: str, pupil: str) -> bool:
        return (contact, pupil) in self._told


def meant(message: Message, directory: Directory, day: date) -> Iterator[str]:
    """The pupils a message is about, read anew."""
    for pupil in directory.pupils.values():
        named = any(_names(term, pupil) for term in message.audience)
        if named and not any(_names(term, pupil) for term in message.except_) and present(directory, pupil.id, day):
            yield pupil.id


def _names(term: Term, pupil: Pupil) -> bool:
    match term.reach:
        case Reach.SCHOOL:
            return True
        case Reach.CLASS:
            return term.name == pupil.class_
        case Reach.YEAR:
            return term.name == pupil.year
        case Reach.GROUP:
            return term.name in pupil.groups
        case Reach.PUPIL:
            return term.name == pupil.id


def forgotten(
    released: Released, until: int, last_day: date, history: History, policy: Policy, evidence: Evidence
) -> Iterator[tuple[str, str]]:
    """The (adult, child) who were entitled all the while and whom nothing reached.

    Families of whom something changed in between are left to the invariants of every send.
    """
    versions = history.between(released.before, until)
    directory = versions[0].directory
    changed = {family for version in versions[:-1] for family in version.families}
    message = released.message
    first = Oracle(directory, message, policy, released.day)
    last = Oracle(directory, message, policy, last_day)
    for pupil in meant(message, directory, released.day):
        if not present(directory, pupil, last_day):
            continue
        for link in directory.links:
            contact = link.contact_id
            if link.pupil_id != pupil or family(history, contact) in changed or family(history, pupil) in changed:
                continue
            if not (first.may_hear(contact, pupil) and last.may_hear(contact, pupil)):
                continue
            # One who may hear about only some of a home's children is covered by the copy to that home.
            home = [one for one in directory.contacts if first.same_home(one, contact)]
            if not any(evidence.told(one, pupil) for one in home):
                yield contact, pupil


def family(history: History, id: str) -> int:
    return history.family_of.get(id, 0)
