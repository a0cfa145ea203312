"""A message as an entry on the call sheet: whom to ring about whom, and the words to say (W22; DESIGN 3.5)."""

from collections.abc import Sequence

from notifier.model.directory import BARRING, Contact, Directory, Link
from notifier.model.language import base
from notifier.model.message import Kind, Message
from notifier.model.payload import CallPayload, Ring
from notifier.model.plan import Basis, Delivery
from notifier.rendering import body as bodies
from notifier.rendering import people
from notifier.rendering.catalogues import Catalogues, locale_of
from notifier.rendering.diary import Diaries
from notifier.rendering.school import SchoolFacts
from notifier.rendering.words import Voice, fixed_fields, neutral_fields, personal

RELATIONSHIPS = {
    "CAR": "carer",
    "CHM": "childminder",
    "DOC": "doctor",
    "FAM": "family member",
    "FOF": "foster father",
    "FOM": "foster mother",
    "HTC": "head teacher",
    "LA": "local authority",
    "OTH": "other contact",
    "PAF": "father",
    "PAM": "mother",
    "REL": "relative",
    "RLG": "religious contact",
    "STF": "stepfather",
    "STM": "stepmother",
    "SWR": "social worker",
    "TCH": "teacher",
}


AWAY_FROM_THE_CHILD = "Tell them by telephone: not at pick-up, and not in front of the child."
"""For an adult who lives apart from the child (H35)."""


UNKNOWN_YEAR = 99
_EARLY = {"nursery": -1, "n": -1, "n1": -2, "n2": -1, "preschool": -1, "reception": 0, "r": 0}


def school_year(year: str) -> int:
    """``Reception`` or ``Year 2`` as a number by which the youngest come first."""
    said = "".join(letter for letter in year.casefold() if letter.isalnum()).removeprefix("year").removeprefix("y")
    return int(said) if said.isdecimal() else _EARLY.get(said, UNKNOWN_YEAR)


class CallSheet:
    def __init__(self, school: SchoolFacts, catalogues: Catalogues) -> None:
        self._school = school
        self._catalogues = catalogues
        self._diaries = Diaries()

    def render(self, message: Message, delivery: Delivery, directory: Directory) -> CallPayload:
        """One family's entry, for staff, in the school's own language.

        Numbers are only those which routing left in the delivery's routes; an adult to be
        checked first (``also_ring``) has none there, so a number of theirs is shown only where
        nobody barred from one of these pupils holds it too.
        """
        words = bodies.written(message.body(self._school.language))
        own = self._catalogues.of(words.language)
        voice = Voice(own, html=False)
        fields = fixed_fields(self._school, message.event, voice)
        # Whoever rings says "your child": a sheet is read out, and names stand above the words.
        fields |= (
            personal(people.family(delivery, directory), None, self._school, voice)
            if delivery.contact_ids
            else neutral_fields(voice)
        )
        said = words.text or ". ".join(
            part.rstrip(".") for part in (words.subject, bodies.summary(words.plain, 240)) if part
        )
        if message.kind is Kind.NOTICE and message.diary:  # a notice of several dates: these are what is to be said
            said = words.subject
        text = bodies.as_plain(said, fields, own)
        if message.kind is Kind.NOTICE and message.diary:
            dates = self._diaries.of(message, delivery.pupil_ids, voice).splitlines()
            text = f"{text}. {'; '.join(one.removeprefix('- ') for one in dates)}."
        if message.drill:
            text = f"{voice.say('DRILL')}: {text}"
        rings = self._rings(delivery, directory)
        title = bodies.as_plain(
            words.subject, fixed_fields(self._school, message.event, voice) | neutral_fields(voice), own
        )
        return CallPayload(
            title=title,
            pupils=tuple((pupil.name, pupil.class_) for pupil in people.pupils(delivery, directory)),
            rings=rings,
            words=text,
            reason=_reason(delivery, rings),
            kind=message.kind.value,
            notes=tuple(self._notes(message, delivery, directory, rings)),
            youngest=min((school_year(one.year) for one in people.pupils(delivery, directory)), default=UNKNOWN_YEAR),
        )

    def _rings(self, delivery: Delivery, directory: Directory) -> tuple[Ring, ...]:
        if delivery.staff_id:
            number = next(
                (one.value for route in delivery.routes.values() for one in route if "@" not in one.value), ""
            )
            return (Ring(delivery.staff_id, delivery.staff_id, "member of staff", number),)
        parents = [
            self._ring(contact, delivery, directory, _routed(contact, delivery))
            for contact in _known(delivery.contact_ids, directory)
        ]
        others = [
            self._ring(
                contact,
                delivery,
                directory,
                _routed(contact, delivery) or _unshared(contact, delivery, directory),
                check_first=True,
            )
            for contact in _known(delivery.also_ring, directory)
        ]
        return (*parents, *others)

    def _ring(
        self, contact: Contact, delivery: Delivery, directory: Directory, number: str, *, check_first: bool = False
    ) -> Ring:
        language = base(contact.language)
        foreign = language and language != base(self._school.language)
        return Ring(
            contact_id=contact.id,
            name=contact.name,
            relationship=_relationship(directory.links_of_contact.get(contact.id, ()), delivery.pupil_ids),
            number=number,
            language=_language_name(language) if foreign else "",
            check_first=check_first,
        )

    def _notes(self, message: Message, delivery: Delivery, directory: Directory, rings: Sequence[Ring]) -> list[str]:
        notes = []
        language = base(delivery.language)
        foreign = bool(language) and language != base(self._school.language)
        if delivery.interpreter:
            notes.append(
                f"Offer an interpreter for {_language_name(language)}." if foreign else "Offer an interpreter."
            )
        elif foreign:
            notes.append(f"Home language: {_language_name(language)}.")
        if foreign and base(message.body(language).language) == language:
            notes.append(f"The message is also written in {_language_name(language)}.")
        if message.kind is not Kind.EMERGENCY and _lives_apart(delivery, directory):
            notes.append(AWAY_FROM_THE_CHILD)
        for ring in () if delivery.staff_id else rings:
            contact = directory.contacts[ring.contact_id]
            if ring.number:
                continue
            if contact.mobile or contact.phone:
                notes.append(
                    f"No number on file for {ring.name} may be used for this message. "
                    "Ask the office how to reach them, and give the message to nobody else."
                )
            else:
                notes.append(f"No number is recorded for {ring.name}.")
        if rings and all(ring.check_first for ring in rings):
            notes.append("No parent or carer is recorded who may be told about this.")
        if any(ring.check_first for ring in rings):
            notes.append('Ask the office before you ring anyone marked "check first".')
        return list(dict.fromkeys(notes))


def _known(contact_ids: Sequence[str], directory: Directory) -> list[Contact]:
    return [directory.contacts[contact_id] for contact_id in contact_ids if contact_id in directory.contacts]


def _lives_apart(delivery: Delivery, directory: Directory) -> bool:
    """Whether this copy is for a parent who lives apart from the child; an authority is no parent."""
    return delivery.basis is not Basis.MAIN and not any(
        link.organisation
        for contact_id in delivery.contact_ids
        for link in directory.links_of_contact.get(contact_id, ())
        if link.pupil_id in delivery.pupil_ids
    )


def _routed(contact: Contact, delivery: Delivery) -> str:
    """The contact's number among the addresses that routing left them, the mobile first."""
    left = {
        address.value for route in delivery.routes.values() for address in route if address.contact_id == contact.id
    }
    return next((number for number in (contact.mobile, contact.phone) if number and number in left), "")


def _unshared(contact: Contact, delivery: Delivery, directory: Directory) -> str:
    barred = {
        row.contact_id
        for pupil_id in delivery.pupil_ids
        for row in directory.denials_about.get(pupil_id, ())
        if row.sort in BARRING
    }
    for pupil_id in delivery.pupil_ids:
        barred |= directory.flagged_about.get(pupil_id, frozenset())
    barred |= directory.silenced | {row.contact_id for row in directory.barred_unlinked}
    return next(
        (
            number
            for number in (contact.mobile, contact.phone)
            if number and (barred - {contact.id}).isdisjoint(directory.holders_of.get(number, ()))
        ),
        "",
    )


def _relationship(links: Sequence[Link], pupil_ids: Sequence[str]) -> str:
    found = [RELATIONSHIPS.get(link.relationship, "other contact") for link in links if link.pupil_id in pupil_ids]
    return " / ".join(dict.fromkeys(found))


def _language_name(language: str) -> str:
    return locale_of(language).get_language_name("en") or language


def _reason(delivery: Delivery, rings: Sequence[Ring]) -> str:
    if not rings:
        return "Nobody to ring is recorded."
    by_other_ways = len(delivery.ladder) > 1 or any(len(rung) > 1 for rung in delivery.ladder)
    if by_other_ways:
        return "The message has not reached them in another way."
    return "No email, mobile or postal address of theirs can be used."
