"""A message as a letter on paper (SCHOOL 3g): the words and the address in the window; the channel prints them."""

from datetime import datetime

from notifier.model.directory import Contact, Directory
from notifier.model.homes import folded, postal_key
from notifier.model.message import Message
from notifier.model.payload import PaperPayload, Slip
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import body as bodies
from notifier.rendering import people
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.details import details_of
from notifier.rendering.diary import Diaries
from notifier.rendering.public import page_address
from notifier.rendering.school import SchoolFacts
from notifier.rendering.theme import Theme, phrases
from notifier.rendering.words import (
    PLACES,
    Voice,
    event_words,
    fixed_fields,
    flags,
    neutral_fields,
    offer,
    personal,
    ready,
)


class Paper:
    def __init__(self, school: SchoolFacts, theme: Theme, catalogues: Catalogues) -> None:
        self._school = school
        self._theme = theme
        self._catalogues = catalogues
        self._diaries = Diaries()

    def render(
        self,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None,
        *,
        strict: bool = False,
    ) -> PaperPayload:
        """One letter. Without an address, or with one that may not be used, the window stays empty."""
        words = bodies.written(message.body(delivery.text_language if delivery else self._school.language))
        own, frame = self._catalogues.of(words.language), self._catalogues.frame(words.language)
        voice = Voice(frame, html=True)
        offered = offer(words.language, delivery, self._catalogues) if delivery else None
        if delivery is None:
            values = dict.fromkeys(PLACES, "") | neutral_fields(voice)
        else:
            values = personal(people.family(delivery, directory), offered, self._school, voice)
        values["diary"] = dates = self._diaries.of(message, delivery.pupil_ids if delivery else None, voice)
        fields = fixed_fields(self._school, message.event, Voice(own, html=True)) | values
        content = bodies.spelled_out(bodies.as_html(words, fields, own))
        content += details_of(message, delivery, directory, self._school, self._catalogues, now, html=True)
        large = delivery is not None and delivery.large_print
        raised = flags(delivery, offered, diary=bool(dates))
        context = {
            **phrases(voice.say),
            "school": {
                "name": voice.name(self._school.name),
                "phone": voice.number(self._school.phone) if self._school.phone else "",
                "website": voice.number(self._school.host or self._school.website),
            },
            "message": {
                "kind": message.kind.value,
                "subject": ready(bodies.subject_html(words, fields, voice)),
                "date": voice.own(frame.date(now.astimezone(self._school.timezone).date())),
                "drill": message.drill,
                "attachments": [
                    voice.name(one.name)
                    for one in bodies.beside(message, delivery.pupil_ids if delivery else (), on_paper=True)
                ],
            },
            "event": event_words(message.event, voice, words.subject) if message.event is not None else None,
            "body": {
                "html": ready(content),
                "language": words.language,
                "dir": own.direction,
                "greets": words.greets,
            },
            "frame": {"language": frame.language, "dir": frame.direction},
            "personal": {name: ready(value) for name, value in values.items()},
            "flags": raised,
        }
        render = self._theme.strict if strict else self._theme.render
        html = render("paper/letter.html", context, content)
        found = people.pupils(delivery, directory) if delivery else ()
        plain = Voice(own, html=False)
        public = fixed_fields(self._school, message.event, plain) | neutral_fields(plain)
        return PaperPayload(
            subject=bodies.as_plain(words.subject, public, own),
            address=window(delivery, directory, address) if delivery else (),
            html=html.strip(),
            language=words.language,
            class_=next((pupil.class_ for pupil in found if pupil.class_), ""),
            large_print=large,
            second_home=delivery is not None and delivery.basis is not Basis.MAIN,
            online=page_address(message, self._school, self._catalogues),
            online_words=frame.say("You can also read this letter online:"),
            slip=self._slip(message, delivery, directory, frame, bodies.as_plain(words.subject, public, own)),
        )

    def _slip(
        self, message: Message, delivery: Delivery | None, directory: Directory, frame: Catalogue, subject: str
    ) -> Slip | None:
        """What to send back: about these children, and nothing that the school does not know already."""
        if not message.reply_slip:
            return None
        say = Voice(frame, html=False)
        found = people.children(delivery, directory) if delivery is not None else ()
        about = [
            say.say("%(name)s (%(class)s)", **{"name": say.name(child.name), "class": say.name(child.class_)})
            if child.class_
            else say.name(child.name)
            for child in found
        ]
        heading = frame.say("Reply slip")
        lines = [(frame.say("Child"), say.join(about) if about else "")]
        return Slip(
            title=f"{heading}: {say.name(subject)}",
            cut=frame.say("Please cut here and send this part back to school."),
            lines=tuple(lines),
            choices=(frame.say("Yes"), frame.say("No")),
            blanks=(frame.say("Your name"), frame.say("Signature"), frame.say("Date")),
        )


def window(delivery: Delivery, directory: Directory, address: Address | None) -> tuple[str, ...]:
    """Names, address lines, postcode: only an address that routing left to this delivery (DESIGN 3.5, step 7)."""
    if address is None:
        return ()
    contact = directory.contacts.get(address.contact_id)
    if contact is None:
        return _lines(address.value)
    lines = (*contact.address, contact.postcode) if contact.postcode else contact.address
    if address.value and folded(address.value) != folded(" ".join(lines)):
        lines = _lines(address.value)
    return (_addressees(contact, delivery, directory), *lines)


def _addressees(contact: Contact, delivery: Delivery, directory: Directory) -> str:
    """The adults of the delivery who live at that address, on one line."""
    here = postal_key(contact.address, contact.postcode)
    others = (directory.contacts[found] for found in delivery.contact_ids if found in directory.contacts)
    names = [contact.name] + [
        other.name
        for other in others
        if other.id != contact.id and here and postal_key(other.address, other.postcode) == here
    ]
    return " & ".join(dict.fromkeys(name for name in names if name))


def _lines(value: str) -> tuple[str, ...]:
    parts = value.splitlines() if "\n" in value else value.split(",")
    return tuple(part.strip() for part in parts if part.strip())
