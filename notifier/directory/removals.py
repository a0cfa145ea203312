"""What a folder would take away, measured against the directory before it (DESIGN 3.1)."""

from collections.abc import Set
from dataclasses import dataclass

from notifier.directory.findings import fault
from notifier.directory.reading import CONTACTS, LINKS, PUPILS, Reading
from notifier.model.directory import Directory
from notifier.model.problem import Problem

PER_CENT = 5
"""Strictly more than this share is not taken up without a person's word, in a small school too."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Removals:
    """Ids and (pupil, contact) pairs that ``before`` has and the files no longer have.

    ``mass`` says, in the words of a sentence, of what more than the allowed share is gone.
    """

    pupils: Set[str]
    contacts: Set[str]
    links: Set[Pair]
    mass: tuple[str, ...]


def removals(reading: Reading, before: Directory, *, only_faultless: bool = False) -> Removals:
    """Everything that is gone; ``only_faultless`` counts nothing as gone from a file with errors.

    A contact without links counts as gone but not towards the share: nobody hears
    less, and barred adults kept from the record would be counted for ever.
    """
    trusted = {PUPILS, CONTACTS, LINKS} - (reading.faulty | reading.unread if only_faultless else set())
    pupils = before.pupils.keys() - reading.pupils.keys() if PUPILS in trusted else set()
    contacts = before.contacts.keys() - reading.contacts.keys() if CONTACTS in trusted else set()
    pairs = {(link.pupil_id, link.contact_id) for link in before.links}
    links = pairs - {(link.pupil_id, link.contact_id) for link in reading.links} if LINKS in trusted else set()
    linked = {contact_id for _, contact_id in pairs}
    shares = (
        (len(pupils), len(before.pupils), "pupils"),
        (len(contacts & linked), len(linked), "contacts"),
        (len(links), len(pairs), "links"),
    )
    mass = tuple(f"{gone} of {all} {what}" for gone, all, what in shares if gone * 100 > all * PER_CENT)
    return Removals(pupils, contacts, links, mass)


def mass_removal(gone: Removals, folder: str = "families") -> Problem:
    listed = " and ".join(part for part in (", ".join(gone.mass[:-1]), gone.mass[-1]) if part)
    sentence = (
        f"{listed} would be removed, more than {PER_CENT} %, so the files are not taken up yet. "
        f"Look at the list with: notifier families diff. If it is meant: notifier families accept."
    )
    return fault("mass-removal", sentence, folder)
