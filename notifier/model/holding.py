"""What the school holds about an adult, in words for that adult alone (H34; UK GDPR articles 15 and 16).

Nothing that takes something away is in it: a court order or a ban is told by a person, not by a list. The words are
fixed phrases, which every catalogue has (``PHRASES``); what stands beside them is as the school's records have it.
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
YES, NO = "Yes", "No"
LIVES = {LivesWith.YES: YES, LivesWith.NO: NO, LivesWith.SHARED: "part of the time"}
HAS = {Responsibility.YES: YES, Responsibility.NO: NO}
UNKNOWN = "we do not know"
ASKED_FOR, NOTHING_SPECIAL = "You asked for", "nothing special"
NONE = "we have none"
RESPONSIBILITY, LIVING, RUNG = "Parental responsibility", "Lives with you", "We ring you in an emergency"
LANGUAGE = "Language"
NUMBERS = frozenset({"Email", "Mobile", "Telephone"})
"""Of the details those that are read from left to right whatever stands around them."""


def own_details(contact: Contact) -> list[tuple[str, str]]:
    """Name and addresses; what is empty too, for an adult to see that it is missing."""
    return [
        ("Name", contact.name),
        ("How we greet you", contact.salutation),
        ("Email", contact.email),
        ("Mobile", contact.mobile),
        ("Telephone", contact.phone),
        ("Address", ", ".join(part for part in (*contact.address, contact.postcode) if part)),
        (LANGUAGE, contact.language),
    ]


def wishes(directory: Directory, contact_id: str, day: date) -> list[str]:
    """What they asked for and holds on that day, each once."""
    rows = directory.arrangements_of.get(contact_id, ())
    found = {row.sort for row in rows if in_force(row, day)}
    return [said for sort, said in WISHES.items() if sort in found]


def about_children(
    directory: Directory, contact_id: str, pupil_ids: Collection[str]
) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """By the id of each of these children, what is noted between the two: what it is, and how it is."""
    return [
        (
            link.pupil_id,
            (
                (RESPONSIBILITY, HAS.get(link.responsibility, UNKNOWN)),
                (LIVING, LIVES.get(link.lives_with, UNKNOWN)),
                (RUNG, YES if link.emergency_contact else NO),
            ),
        )
        for link in directory.links_of_contact.get(contact_id, ())
        if link.pupil_id in pupil_ids
    ]


PHRASES = frozenset(
    (
        *(what for what, _ in own_details(Contact(""))),
        *WISHES.values(),
        *LIVES.values(),
        *HAS.values(),
        *(UNKNOWN, ASKED_FOR, NOTHING_SPECIAL, NONE, RESPONSIBILITY, LIVING, RUNG),
    )
)
"""All that may be said here beside what the records have."""
