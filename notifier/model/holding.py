"""What the school holds about an adult, in words for that adult alone (H34; UK GDPR articles 15 and 16).

Nothing that takes something away is in it: a court order or a ban is told by a person, not by a list.
"""

from collections.abc import Collection
from datetime import date

from notifier.model.arrangements import in_force
from notifier.model.directory import Contact, Directory, LivesWith, Responsibility, Sort

WISHES = {
    Sort.PAPER: "on paper",
    Sort.LARGE_PRINT: "in large print",
    Sort.INTERPRETER: "with somebody who explains it",
    Sort.COPY: "copies at your own address",
    Sort.UNSUBSCRIBE: "no newsletters",
    Sort.MARKETING_CONSENT: "also what others offer",
}
LIVES = {LivesWith.YES: "yes", LivesWith.NO: "no", LivesWith.SHARED: "part of the time"}
HAS = {Responsibility.YES: "yes", Responsibility.NO: "no"}
UNKNOWN = "we do not know"


def own_details(contact: Contact) -> list[tuple[str, str]]:
    """Name and addresses; what is empty too, for an adult to see that it is missing."""
    return [
        ("Name", contact.name),
        ("How we greet you", contact.salutation),
        ("Email", contact.email),
        ("Mobile", contact.mobile),
        ("Telephone", contact.phone),
        ("Address", ", ".join(part for part in (*contact.address, contact.postcode) if part)),
        ("Language", contact.language),
    ]


def wishes(directory: Directory, contact_id: str, day: date) -> list[str]:
    """What they asked for and holds on that day, each once."""
    rows = directory.arrangements_of.get(contact_id, ())
    found = {row.sort for row in rows if in_force(row, day)}
    return [said for sort, said in WISHES.items() if sort in found]


def about_children(directory: Directory, contact_id: str, pupil_ids: Collection[str]) -> list[tuple[str, str]]:
    """By the id of each of these children, what is noted between the two."""
    return [
        (
            link.pupil_id,
            f"parental responsibility: {HAS.get(link.responsibility, UNKNOWN)}; "
            f"lives with you: {LIVES.get(link.lives_with, UNKNOWN)}; "
            f"we ring you in an emergency: {'yes' if link.emergency_contact else 'no'}",
        )
        for link in directory.links_of_contact.get(contact_id, ())
        if link.pupil_id in pupil_ids
    ]
