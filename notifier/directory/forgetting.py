"""What the directory need not know any more: orders that ended long ago, and whoever is to be erased.

A denial that is in force is never forgotten, nor the addresses by which its adult is kept out: who is barred
must not become reachable because somebody asked to be forgotten (docs/decisions/erasing-keeps-denials.md).
"""

from dataclasses import dataclass, replace
from datetime import date

from notifier.model.directory import BARRING, DENYING, Contact, Directory


def without_ended(directory: Directory, before: date) -> tuple[Directory, int]:
    """The next version without recorded rows that ended before that day, and how many they were."""
    rows = tuple(
        row
        for row in directory.arrangements
        if not (row.recorded and row.ended_on is not None and row.ended_on < before)
    )
    gone = len(directory.arrangements) - len(rows)
    if not gone:
        return directory, 0
    return replace(directory, version=directory.version + 1, arrangements=rows), gone


@dataclass(frozen=True, slots=True)
class Erased:
    """``kept``: in words, what has to stay although somebody is to be forgotten; ``barred``: an adult stays barred."""

    directory: Directory
    kept: tuple[str, ...]
    barred: bool = False


def without_contact(directory: Directory, contact_id: str) -> Erased:
    """The next version without this adult; of one who is barred stays what keeps them out, and no more."""
    flagged = any(contact == contact_id for contact, _ in directory.flags)
    rows = directory.arrangements_of.get(contact_id, ())
    barred = flagged or contact_id in directory.silenced or any(r.sort in BARRING and not r.ended_on for r in rows)
    denying = [row for row in rows if row.sort in DENYING and not row.ended_on]
    contacts = {id: one for id, one in directory.contacts.items() if id != contact_id}
    known = directory.contacts.get(contact_id)
    if barred and known is not None:
        contacts[contact_id] = Contact(
            contact_id,
            forename=known.forename,
            surname=known.surname,
            email=known.email,
            mobile=known.mobile,
            phone=known.phone,
            address=known.address,
            postcode=known.postcode,
        )
    others = (row for row in directory.arrangements if contact_id not in (row.contact_id, row.value))
    after = replace(
        directory,
        version=directory.version + 1,
        contacts=dict(sorted(contacts.items())),
        links=tuple(link for link in directory.links if link.contact_id != contact_id),
        arrangements=(*others, *(replace(row, recorded=True, recorded_by="") for row in denying)),
    )
    kept = [f"the {row.sort}, so that nothing reaches them against it" for row in denying]
    if flagged:
        kept.append("the mark that there is a court order")
    if barred and known is not None:
        kept.append("the name, addresses and numbers by which they are kept out, as long as they are barred")
    return Erased(after, tuple(dict.fromkeys(kept)), barred)


def without_pupil(directory: Directory, pupil_id: str) -> Erased:
    """The next version without this child; what bars somebody about this child stays, by ids alone."""
    rows = tuple(
        row if row.pupil_id != pupil_id else replace(row, recorded=True, recorded_by="")
        for row in directory.arrangements
        if row.pupil_id != pupil_id or (row.sort in DENYING and not row.ended_on)
    )
    kept = tuple(
        dict.fromkeys(
            f"the {row.sort} about this child, by ids alone, so that its adult is kept out"
            for row in rows
            if row.pupil_id == pupil_id
        )
    )
    after = replace(
        directory,
        version=directory.version + 1,
        pupils={id: one for id, one in directory.pupils.items() if id != pupil_id},
        links=tuple(link for link in directory.links if link.pupil_id != pupil_id),
        arrangements=rows,
    )
    return Erased(after, kept)
