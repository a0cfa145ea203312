"""What must hold at every send, on every sheet and of everything that arrived.

Who is barred, entitled and apart is read by the oracle of the routing tests, which
shares nothing with the code under test; nothing here asks the program what it thinks.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import combinations

from channels import REGISTRY
from channels.base import Outgoing
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message, Reach
from notifier.model.plan import Delivery
from notifier.model.policy import Policy
from tests.simulation.history import SLACK, History
from tests.simulation.providers import Take, payload
from tests.simulation.virtual import Time
from tests.unit.routing.oracle import Oracle

LAG = timedelta(microseconds=SLACK)
COMMIT_WINDOW = 100_000
"""Microseconds after an answer within which a kill may still lose it (DESIGN 5.2)."""
TELEPHONES = ("text", "voice")


def present(directory: Directory, pupil_id: str, day: date) -> bool:
    pupil = directory.pupils.get(pupil_id)
    if pupil is None:
        return False
    return (pupil.admitted_on or day) <= day <= (pupil.left_on or day)


class Watch:
    """Looks at everything and keeps what must not be. ``rule`` is the first word of each finding."""

    def __init__(self, time: Time, policy: Policy, history: History, killed: Callable[[int], int | None]) -> None:
        """``killed`` gives the moment at which a life was killed, None if it was not."""
        self.time = time
        self.policy = policy
        self.history = history
        self.found: list[str] = []
        self.stopped: dict[str, int] = {}
        """By message, since when it must not go any more: cancelled, superseded or refused."""
        self._killed = killed
        self._legs: dict[tuple[str, str, str, str], str] = {}
        self._told: dict[tuple[str, str, str, str], str] = {}
        self._keys: dict[str, str] = {}

    def wrong(self, rule: str, says: str) -> None:
        self.found.append(f"{rule}: {says}")

    # At a send ----------------------------------------------------------------------------------------------

    def asked(self, channel: str, outgoing: Outgoing) -> None:
        """A process begins to send; whatever comes of it, it must have been right to."""
        message, delivery = payload(outgoing)
        now = self.time.now()
        about = f"{message.id} by {channel}"
        again = outgoing.attempt_id.count(".") < 5  # a sheet's item as it stands now: no try of its own
        # Whoever did not confirm an emergency before it was over is still rung by a person (DESIGN 3.6).
        rings = message.kind is Kind.EMERGENCY and REGISTRY[channel].by_person
        if message.expires_at is not None and now >= message.expires_at + LAG and not again and not rings:
            self.wrong("expired", f"{about} went at {now:%d %b %H:%M:%S}, over at {message.expires_at:%d %b %H:%M:%S}")
        since = self.stopped.get(message.id)
        if since is not None and self.time.micros > since + SLACK:
            self.wrong("stopped", f"{about} went though it had been stopped")
        self._one_message(message)
        if delivery is None:
            self._public(channel, message)
            return
        self._telephones(channel, message, delivery, now)
        for enclosure in outgoing.attachments:
            pupil = enclosure.attachment.pupil_id
            if pupil and delivery.pupil_ids != (pupil,):
                self.wrong("report", f"{about}: the report of {pupil} went with one about {delivery.pupil_ids}")
        self._judge(channel, message, delivery, outgoing.address)

    def _one_message(self, message: Message) -> None:
        if self._keys.setdefault(message.key, message.id) != message.id:
            self.wrong("twice", f"{message.id} is the same file as {self._keys[message.key]}")

    def _public(self, channel: str, message: Message) -> None:
        wide = all(term.reach in (Reach.SCHOOL, Reach.YEAR, Reach.CLASS) for term in message.audience)
        if message.kind is Kind.REPORT or not wide:
            self.wrong("public", f"{message.id} was published by {channel}")

    def _telephones(self, channel: str, message: Message, delivery: Delivery, now: datetime) -> None:
        if channel not in TELEPHONES or message.kind is Kind.EMERGENCY:
            return
        allowed = message.essential and "essential" in self.policy.text.allowed and not message.marketing
        if not allowed:
            self.wrong("text", f"{message.id} went by {channel} to {delivery.contact_ids}")
        hours = self.policy.quiet_hours
        for moment in (now, now - timedelta(minutes=5)):  # what had begun may end
            if hours.opens <= moment.astimezone(self.policy.timezone).time() < hours.closes:
                return
        self.wrong("quiet", f"{message.id} rang {delivery.contact_ids} at {now.astimezone(self.policy.timezone):%H:%M}")

    def _judge(self, channel: str, message: Message, delivery: Delivery, address: str, slack: int = SLACK) -> None:
        """By one of the versions in force just now, all of it must have been right."""
        now = self.time.now()
        days = {moment.astimezone(self.policy.timezone).date() for moment in (now, now - LAG)}
        wrong: list[str] = []
        for directory in self.history.possible(self.time.micros, slack):
            for day in days:
                wrong = list(self.findings(channel, message, delivery, address, directory, day))
                if not wrong:
                    return
        self.found += [f"{one} ({message.id} by {channel})" for one in wrong]

    def findings(
        self, channel: str, message: Message, delivery: Delivery, address: str, directory: Directory, day: date
    ) -> Iterator[str]:
        oracle = Oracle(directory, message, self.policy, day)
        if directory.refuses and message.kind is not Kind.EMERGENCY:
            yield "register: it went while the register of arrangements was missing"
        for pupil in delivery.pupil_ids:
            if not present(directory, pupil, day):
                yield f"present: {pupil} is not at the school"
            for contact in delivery.contact_ids:
                if contact not in directory.contacts or oracle.denied(contact, pupil):
                    yield f"denied: {contact} is denied {pupil}"
                elif not oracle.may_hear(contact, pupil):
                    yield f"entitled: {contact} may not hear about {pupil}"
            for contact in delivery.also_ring:
                if oracle.barred(contact, pupil):
                    yield f"denied: {contact} is on the sheet for {pupil}"
        for one, other in combinations(delivery.contact_ids, 2):
            if not oracle.same_home(one, other):
                yield f"merged: {one} and {other} do not live together"
        yield from self._addresses(channel, delivery, address, oracle)

    def _addresses(self, channel: str, delivery: Delivery, address: str, oracle: Oracle) -> Iterator[str]:
        contacts = oracle.directory.contacts
        kept_out = {one for pupil in delivery.pupil_ids for one in oracle.kept_out(pupil)} & contacts.keys()
        holders = [one for one in delivery.contact_ids if one in contacts and oracle.holds_address(one, address)]
        if address and delivery.contact_ids and not holders:
            yield f"address: it is nobody's of {delivery.contact_ids}"
        for barred in sorted(kept_out):
            if address and oracle.holds_address(barred, address):
                yield f"address: {barred}, who is kept out, has it too"
            if channel == "letter" and any(oracle.same_home(barred, one) for one in holders):
                yield f"address: {barred}, who is kept out, lives there"

    # What arrived -------------------------------------------------------------------------------------------

    def landed(self, take: Take, earlier: list[Take]) -> None:
        """Something arrived. ``earlier`` is what arrived of the same leg before."""
        for before in earlier:
            if not self._excused(take, before):
                self.wrong("twice", f"{take.message.id} by {take.channel}: the same leg arrived twice")
        if take.delivery is None:
            return
        key = (take.message.id, take.channel, take.delivery.key, take.address)
        if self._legs.setdefault(key, take.item) != take.item:
            self.wrong("twice", f"{take.message.id} by {take.channel}: two legs to one address")
        for contact in take.delivery.contact_ids:
            for pupil in take.delivery.pupil_ids:
                told = (take.message.id, take.channel, contact, pupil)
                if self._told.setdefault(told, take.delivery.key) != take.delivery.key:
                    self.wrong("twice", f"{contact} was told of {pupil} in two copies of {take.message.id}")

    def _excused(self, take: Take, before: Take) -> bool:
        """DESIGN 5.2: by email what was on the wire and one commit window; else only what nobody could tell."""
        if take.channel in TELEPHONES:
            return take.message.kind is Kind.EMERGENCY and take.untold
        if before.sure_at is None or take.channel == "website":
            return True
        killed = self._killed(before.life)
        return killed is not None and killed - before.sure_at <= COMMIT_WINDOW

    # Sheets -------------------------------------------------------------------------------------------------

    def sheet(self, channel: str, message_id: str, items: list[Outgoing]) -> None:
        """A person takes it: everybody on it must be right at this moment. The program has had time."""
        if items and message_id in self.stopped:
            self.wrong("stopped", f"{message_id} lies on a sheet though it had been stopped")
        for outgoing in items:
            message, delivery = payload(outgoing)
            if delivery is not None:
                self._judge(channel, message, delivery, outgoing.address)
