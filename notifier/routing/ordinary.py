"""The usual answer of a recheck, on a short way: nothing is on file about these children, and nothing has changed.

It can say one thing alone: that the delivery goes exactly as it was planned, with nothing for a person to do. Whatever
it is not sure of goes the full way. What an adult may hear it has from the rules themselves (``Standing.usual``), and
addresses from where a plan has them.
"""

from datetime import datetime
from typing import Final

from notifier.model.directory import Contact, Directory
from notifier.model.message import Message, Reach
from notifier.model.plan import Delivery
from notifier.model.policy import ChannelFacts, Policy, Rung
from notifier.routing.audience import belongs, present
from notifier.routing.findings import Allowed
from notifier.routing.ladder import facts_of, own_address, route
from notifier.routing.standing import Standing

_KEPT: Final = "ordinary"


class Ordinary:
    """One message on one day: what is the same for every delivery that is asked about in a row."""

    def __init__(self, message: Message, directory: Directory, policy: Policy, now: datetime) -> None:
        standing = Standing(message, directory, policy, now)
        self._message = message
        self._policy = policy
        self._now = now
        self._day = standing.day
        self._possible = standing.by_links
        self._everybody = not message.except_ and any(term.reach is Reach.SCHOOL for term in message.audience)
        self._known = standing.known
        self._barred = standing.kept_out(())
        self._ways: dict[tuple[Rung, ...], tuple[tuple[str, ChannelFacts], ...]] = {}
        self._languages: dict[str, tuple[str, str]] = {}

    @classmethod
    def of(cls, message: Message, directory: Directory, policy: Policy, now: datetime) -> "Ordinary":
        """Kept with the directory until another message is asked about; so it never holds the directory in turn."""
        kept: Ordinary | None = directory.worked_out.get(_KEPT)
        if kept is not None and kept._message is message and kept._policy is policy:
            if kept._now is now:
                return kept
            if now.astimezone(policy.timezone).date() == kept._day:
                kept._now = now
                return kept
        made = directory.worked_out[_KEPT] = cls(message, directory, policy, now)
        return made

    def stands(self, delivery: Delivery, directory: Directory) -> bool:
        """Whether a recheck has nothing to say against this delivery, and nothing to change about it."""
        contact_ids = delivery.contact_ids
        if not self._possible or not contact_ids or not delivery.pupil_ids:
            return False
        if delivery.also_ring or delivery.large_print or delivery.interpreter:
            return False
        for pupil_id in delivery.pupil_ids:
            hear = self._hear(pupil_id, directory)
            for contact_id in contact_ids:
                if contact_id not in hear:
                    return False
        if len(contact_ids) == 1 and not self._barred:
            return self._reaches(delivery, directory.contacts[contact_ids[0]])
        if len({directory.home_of[contact_id] for contact_id in contact_ids}) > 1:
            return False
        return self._reach(delivery, directory)

    def _hear(self, pupil_id: str, directory: Directory) -> list[str]:
        """The adults who may hear about a pupil about whom nothing is on file; nobody where that is not so, or where
        the message is not for that pupil today."""
        pupil = directory.pupils.get(pupil_id)
        if pupil is None or not present(pupil, self._day):
            return []
        if not self._everybody and not belongs(pupil, self._message.audience, self._message.except_):
            return []
        answers = self._known.get(pupil_id)
        if answers is None:
            answers = Standing(self._message, directory, self._policy, self._now).usual(pupil_id)
        if not answers:
            return []
        links = directory.links_of_pupil[pupil_id]
        return [link.contact_id for link, answer in zip(links, answers, strict=True) if type(answer) is Allowed]

    def _reaches(self, delivery: Delivery, contact: Contact) -> bool:
        """Whether an adult who is addressed alone has the addresses that were planned, and the same language."""
        routes = delivery.routes
        left = len(routes)
        for channel, facts in self._usable(delivery.ladder):
            value = own_address(facts, contact)
            planned = routes.get(channel)
            if planned is None and value is None:
                continue
            if planned is None or len(planned) != 1:
                return False
            (address,) = planned
            if address.value != value or address.contact_id != contact.id or address.language != contact.language:
                return False
            left -= 1
        return not left and self._speaks(delivery, contact)

    def _reach(self, delivery: Delivery, directory: Directory) -> bool:
        """The same for several, or where somebody is kept out whomever it is about."""
        contacts = [directory.contacts[contact_id] for contact_id in delivery.contact_ids]
        found = {}
        for channel, facts in self._usable(delivery.ladder):
            free, shared = route(facts, contacts, directory, self._barred)
            if shared:
                return False
            if free:
                found[channel] = free
        first = next((free[0].contact_id for free in found.values()), delivery.contact_ids[0])
        return found == delivery.routes and self._speaks(delivery, directory.contacts[first])

    def _speaks(self, delivery: Delivery, contact: Contact) -> bool:
        texts = self._languages.get(contact.language)
        if texts is None:
            own = contact.language or self._policy.language
            texts = self._languages[contact.language] = own, self._message.body(own).language
        return (delivery.language, delivery.text_language) == texts

    def _usable(self, ladder: tuple[Rung, ...]) -> tuple[tuple[str, ChannelFacts], ...]:
        """The channels of a ladder that are set up, each once; many deliveries have the same ladder."""
        ways = self._ways.get(ladder)
        if ways is None:
            channels = dict.fromkeys(channel for rung in ladder for channel in rung)
            known = ((channel, facts_of(self._policy, channel)) for channel in channels)
            ways = self._ways[ladder] = tuple([(channel, facts) for channel, facts in known if facts.configured])
        return ways
