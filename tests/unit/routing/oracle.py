"""A slow second reading of DESIGN 3.1 and 3.5, written without the code it checks: who is barred, entitled, apart.

Every question is asked of the whole directory anew; nothing is shared with the package but its values.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from notifier.model.directory import Arrangement, Contact, Directory, Link
from notifier.model.message import Kind, Message
from notifier.model.policy import Policy

BARRING = {"court-order", "injunction", "agreement", "welfare-hold"}
ANSWERS = {"court-order", "injunction", "agreement"}
ORGANISATIONS = {"SWR", "LA"}


@lru_cache(maxsize=4096)
def same(text: str) -> str:
    """Case-folded, without spaces and punctuation. Kept: the same few addresses are asked about a million times."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def postal(contact: Contact) -> tuple[str, str] | None:
    line, code = same(contact.address[0] if contact.address else ""), same(contact.postcode)
    return (line, code) if line and code else None


class Oracle:
    def __init__(self, directory: Directory, message: Message, policy: Policy, day: date) -> None:
        self.directory, self.message, self.policy, self.day = directory, message, policy, day
        self.kind = message.kind

    # Rows ---------------------------------------------------------------------------------------------------

    def begun_and_not_ended(self, row: Arrangement) -> bool:
        return not (row.from_ and self.day < row.from_) and not (row.ended_on and row.ended_on <= self.day)

    def in_force(self, row: Arrangement) -> bool:
        if not self.begun_and_not_ended(row):
            return False
        if row.sort.value in BARRING:
            return row.sort.value != "agreement" or row.evidence != ""
        return row.until is None or self.day <= row.until

    def rows(self, contact_id: str, pupil_id: str, *sorts: str, scoped: bool = True) -> Iterator[Arrangement]:
        """The rows in force of these sorts for this adult about this child."""
        for row in self.directory.arrangements:
            if row.contact_id != contact_id or row.sort.value not in sorts or not self.in_force(row):
                continue
            if row.pupil_id != pupil_id and (row.pupil_id or not self.linked(contact_id, pupil_id)):
                continue
            if not scoped or not row.scope or self.kind in row.scope:
                yield row

    def linked(self, contact_id: str, pupil_id: str) -> bool:
        return any((one.contact_id, one.pupil_id) == (contact_id, pupil_id) for one in self.directory.links)

    # Denials ------------------------------------------------------------------------------------------------

    def flagged(self, contact_id: str, pupil_id: str) -> bool:
        """``court_order = yes`` without an order in force that says what it means."""
        if (contact_id, pupil_id) not in self.directory.flags:
            return False
        return not any(self.rows(contact_id, pupil_id, *ANSWERS, scoped=False))

    def barred(self, contact_id: str, pupil_id: str) -> bool:
        silenced = contact_id in self.directory.silenced and self.linked(contact_id, pupil_id)
        return silenced or self.flagged(contact_id, pupil_id) or any(self.rows(contact_id, pupil_id, *BARRING))

    def banned(self, contact_id: str, pupil_id: str) -> bool:
        event = self.message.event
        if self.kind not in (Kind.LETTER, Kind.NOTICE) or event is None or event.on_site is False:
            return False
        return any(self.rows(contact_id, pupil_id, "site-ban"))

    def unsubscribed(self, contact_id: str) -> bool:
        return self.kind is Kind.NEWSLETTER and any(
            row.contact_id == contact_id and row.sort.value == "unsubscribe" and self.in_force(row)
            for row in self.directory.arrangements
        )

    def denied(self, contact_id: str, pupil_id: str) -> bool:
        return self.barred(contact_id, pupil_id) or self.banned(contact_id, pupil_id) or self.unsubscribed(contact_id)

    # Homes --------------------------------------------------------------------------------------------------

    def home(self, contact_id: str) -> tuple[str, object]:
        """By the household column where given, else by the address, else alone."""
        contact = self.directory.contacts[contact_id]
        where = postal(contact)
        if contact.household:
            return "household", contact.household
        if where is None:
            return "alone", contact_id
        everybody = self.directory.contacts.values()
        households = {other.household for other in everybody if other.household and postal(other) == where}
        moved = any(other.household in households and postal(other) not in (None, where) for other in everybody)
        return ("household", households.pop()) if len(households) == 1 and not moved else ("address", where)

    def same_home(self, one: str, other: str) -> bool:
        return self.home(one) == self.home(other)

    def main(self, contact_id: str, pupil_id: str) -> bool:
        """Whether this adult's home is a main home of this child."""
        return any(self.same_home(contact_id, other) for other in self.at_home(pupil_id))

    def at_home(self, pupil_id: str) -> set[str]:
        links = [one for one in self.directory.links if one.pupil_id == pupil_id]
        links = [one for one in links if one.contact_id in self.directory.contacts]
        living = {one.contact_id for one in links if one.lives_with.value in ("yes", "shared")}
        if living:
            return living
        able = [
            one
            for one in links
            if one.responsibility.value == "yes"
            and not self.barred(one.contact_id, pupil_id)
            and one.relationship not in ORGANISATIONS
        ]
        if not able:
            return set()
        first = min(10**9 if one.priority is None else one.priority for one in able)
        return {one.contact_id for one in able if (10**9 if one.priority is None else one.priority) == first}

    def apart(self, link: Link) -> bool:
        others = [o for o in self.directory.links if o.pupil_id == link.pupil_id and o.contact_id != link.contact_id]
        if link.lives_with.value == "no" and any(o.lives_with.value in ("yes", "shared") for o in others):
            return True
        return not self.main(link.contact_id, link.pupil_id)

    # Permissions --------------------------------------------------------------------------------------------

    def consented(self, link: Link) -> bool:
        return any(
            row.evidence
            and row.value != link.contact_id
            and any(
                (o.contact_id, o.pupil_id) == (row.value, link.pupil_id) and o.contract_signatory
                for o in self.directory.links
            )
            and not self.flagged(row.value, link.pupil_id)
            and row.value not in self.directory.silenced
            and not any(self.rows(row.value, link.pupil_id, *BARRING, scoped=False))
            for row in self.rows(link.contact_id, link.pupil_id, "consent")
        )

    def may_hear(self, contact_id: str, pupil_id: str) -> bool:
        """Steps 3 to 5 for one adult and one child."""
        links = [o for o in self.directory.links if (o.contact_id, o.pupil_id) == (contact_id, pupil_id)]
        if not links or contact_id not in self.directory.contacts or self.denied(contact_id, pupil_id):
            return False
        link = links[0]
        entitled = link.responsibility.value == "yes" or link.lives_with.value in ("yes", "shared")
        if not entitled and not self.consented(link):
            return False
        if self.message.marketing and not any(self.rows(contact_id, pupil_id, "marketing-consent")):
            return False
        if self.kind is Kind.EMERGENCY or link.relationship in ORGANISATIONS or not self.apart(link):
            return True
        match self.policy.kinds[self.kind].copies.value:
            case "always":
                return True
            case "on_request":
                return any(self.rows(contact_id, pupil_id, "copy")) or self.consented(link)
            case _:
                return link.contract_signatory or self.consented(link)

    def kept_out(self, pupil_id: str) -> set[str]:
        """Whose addresses may not be used for a message about this child."""
        named = {c for c in self.directory.contacts if self.barred(c, pupil_id)}
        return named | {
            row.contact_id
            for row in self.directory.arrangements
            if row.sort.value in BARRING
            and row.pupil_id is None
            and not any(one.contact_id == row.contact_id for one in self.directory.links)
            and self.in_force(row)
            and (not row.scope or self.kind in row.scope)
        }

    def holds_address(self, contact_id: str, value: str) -> bool:
        contact = self.directory.contacts[contact_id]
        letter = ", ".join((*contact.address, contact.postcode))
        return value in (contact.mobile, contact.phone) or same(value) in (same(contact.email), same(letter))
