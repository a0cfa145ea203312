"""How people are called (W5, H4): only the delivery's own, children by forename (C21, DESIGN 3.5 step 6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from notifier.model.directory import Contact, Directory, Pupil
from notifier.model.plan import Delivery

_DEAR = ("dear ", "hello ", "hi ")


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    class_: str


class Family(NamedTuple):
    """Those of one delivery, as they are called; each child's class stands at the child's place, empty without one."""

    adults: tuple[str, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]


def family(delivery: Delivery, directory: Directory) -> Family:
    found = pupils(delivery, directory)
    classes = (found[0].class_,) if len(found) == 1 else tuple([pupil.class_ for pupil in found])
    return Family(adults(delivery.contact_ids, directory), _called(found), classes)


def addressed_as(contact: Contact) -> str:
    """``Ms Khan``: the salutation on file without its "Dear", else title and surname, else forename and surname."""
    if contact.salutation:
        chosen = " ".join(contact.salutation.split()).rstrip(",")
        for opening in _DEAR:
            if chosen.casefold().startswith(opening):
                chosen = chosen[len(opening) :].strip()
        if chosen:
            return chosen
    if contact.title and contact.surname:
        return f"{contact.title} {contact.surname}"
    return contact.name


def adults(contact_ids: Sequence[str], directory: Directory) -> tuple[str, ...]:
    """Each adult of a delivery as addressed, by priority; two who share a salutation are named once."""
    contacts = directory.contacts
    names: dict[str, None] = {}
    for contact_id in contact_ids:
        contact = contacts.get(contact_id)
        if contact is not None and (name := addressed_as(contact)):
            names[name] = None
    return tuple(names)


def pupils(delivery: Delivery, directory: Directory) -> tuple[Pupil, ...]:
    known = directory.pupils
    found: list[Pupil] = []
    for pupil_id in delivery.pupil_ids:
        pupil = known.get(pupil_id)
        if pupil is not None:
            found.append(pupil)
    return tuple(found)


def children(delivery: Delivery, directory: Directory) -> tuple[Child, ...]:
    found = pupils(delivery, directory)
    return tuple(Child(name, pupil.class_) for name, pupil in zip(_called(found), found, strict=True))


def _called(found: Sequence[Pupil]) -> tuple[str, ...]:
    """By forename; where two share one, with the surname."""
    if len(found) == 1:
        return (found[0].forename or found[0].name,)
    shared = Counter([pupil.forename for pupil in found])
    return tuple([pupil.forename if pupil.forename and shared[pupil.forename] == 1 else pupil.name for pupil in found])
