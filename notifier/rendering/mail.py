"""A message as an email: HTML and plain text from one layout per kind, filled per family (DESIGN 4, PERFORMANCE 9).

It comes from the school, never from a member of staff (W52), and says where to answer (W7).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.oneclick import PATH, token
from notifier.model.payload import MailPayload, Personal
from notifier.model.plan import Address, Delivery
from notifier.rendering import body as bodies
from notifier.rendering import people
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.details import details_of
from notifier.rendering.diary import Diary
from notifier.rendering.fixed import Fixed
from notifier.rendering.naming import Naming
from notifier.rendering.parts import Parts, block, place
from notifier.rendering.school import SchoolFacts
from notifier.rendering.theme import Theme, inlined, phrases
from notifier.rendering.words import (
    FLAGS,
    PLACES,
    Voice,
    as_places,
    event_words,
    fixed_fields,
    flags,
    neutral_fields,
    offer,
    offer_words,
    ready,
)

_SLUG = re.compile(r"[^a-z0-9]+")

STOP = "STOP"
"""The word with which a family answers a newsletter to get no more (SCHOOL 35)."""


@dataclass(frozen=True, slots=True)
class Letterform:
    """What all deliveries of a message in one language share."""

    subject: str
    language: str
    individual: bool
    """What it is about is for that child's family alone: see ``is_individual``."""
    markup: Voice
    text: Voice
    html: Parts
    plain: Parts
    naming: Naming
    diary: Diary | None
    """None where the message has none, for no family."""
    reply_to: str
    headers: tuple[tuple[str, str], ...]
    linked: tuple[tuple[str, str], ...]
    """The same where each copy has a link of its own to unsubscribe."""
    around_link: tuple[str, str] | None
    """What stands before and after the word in that link; None where there is no such link."""


class Mail:
    def __init__(self, school: SchoolFacts, theme: Theme, catalogues: Catalogues) -> None:
        self._school = school
        self._theme = theme
        self._catalogues = catalogues
        self._fixed: Fixed[Letterform] = Fixed()
        self._asked: Fixed[Letterform] = Fixed()
        """The same by the language that was asked for."""

    def render(
        self,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None,
    ) -> MailPayload:
        """The mail for one delivery; without one, what anybody may read."""
        asked = delivery.text_language if delivery is not None else self._school.language
        form = self._asked.get(message, asked, lambda: self._form(message, asked, now))
        raised, text, markup = self._own(form, message, delivery, directory, now)
        contact = directory.contacts.get(address.contact_id) if address is not None else None
        link = self._link(form, address) if form.around_link is not None else None
        return MailPayload(
            self._subject(form, delivery, directory) if form.individual else form.subject,
            form.html.fill(markup, raised),
            form.plain.fill(text, raised),
            form.language,
            contact.name if contact is not None else "",
            self._school.name,
            form.reply_to,
            form.headers if link is None else form.linked,
            link,
        )

    def _own(
        self, form: Letterform, message: Message, delivery: Delivery | None, directory: Directory, now: datetime
    ) -> tuple[frozenset[str], dict[str, str], dict[str, str]]:
        """Which blocks a delivery has, and the words for its places as plain text and as HTML."""
        offered = None
        if delivery is not None:
            offered = offer(form.language, delivery, self._catalogues)
            text, markup = form.naming.words(people.family(delivery, directory))
        else:
            text, markup = (dict.fromkeys(PLACES, "") | _bare(neutral_fields(one)) for one in (form.text, form.markup))
        if offered is None and form.diary is None and not message.details:
            return flags(delivery, offered), text, markup
        text, markup = text.copy(), markup.copy()
        if offered is not None:
            text |= offer_words(offered, self._school, html=False)
            markup |= _bare(offer_words(offered, self._school, html=True))
        if form.diary is not None:
            text["diary"], markup["diary"] = form.diary.of(delivery.pupil_ids if delivery is not None else None)
        if message.details:
            held = (message, delivery, directory, self._school, self._catalogues, now)
            text["details"], markup["details"] = details_of(*held, html=False), details_of(*held, html=True)
        return flags(delivery, offered, diary=bool(text.get("diary"))), text, markup

    def _form(self, message: Message, asked: str, now: datetime) -> Letterform:
        """For all languages that a message is not in, its one form is the same object."""
        language = message.body(asked).language
        return self._fixed.get(message, language, lambda: self.form(message, language, now, self._theme))

    def _link(self, form: Letterform, address: Address | None) -> tuple[str, Personal] | None:
        """A newsletter's own link to unsubscribe, for the adult whose address it goes to."""
        if form.around_link is None or address is None:
            return None
        return "List-Unsubscribe", Personal(form.around_link, (token(self._school.secret, address.contact_id),))

    def form(self, message: Message, language: str, now: datetime, theme: Theme, *, strict: bool = False) -> Letterform:
        """The shared part of a message in one language. ``strict`` raises BrokenTemplate instead of falling back."""
        words = bodies.written(message.body(language))
        own = self._catalogues.of(words.language)
        frame = self._catalogues.frame(words.language)
        html, plain = Voice(frame, html=True), Voice(frame, html=False)
        render = theme.strict if strict else theme.render
        markup, body_html = self._context(message, words, own, html, now)
        text, body_plain = self._context(message, words, own, plain, now)
        page = render(f"email/{message.kind.value}.html", markup, body_html)
        letter = render("email/plain.txt", text, body_plain)
        subject = bodies.as_plain(words.subject, self._public_fields(message, own), own)
        if message.drill:
            subject = f"{frame.say('DRILL')}: {subject}"
        cut, cut_plain = Parts(inlined(page)), Parts(letter.strip() + "\n")
        return Letterform(
            subject,
            words.language,
            is_individual(message),
            html,
            plain,
            cut,
            cut_plain,
            Naming(frame, cut.names | cut_plain.names),
            Diary(message.diary, plain, html) if message.diary else None,
            self._answers(message),
            self._headers(message, own),
            *self._linked(message, own),
        )

    def _public_fields(self, message: Message, own: Catalogue) -> dict[str, str]:
        voice = Voice(own, html=False)
        return fixed_fields(self._school, message.event, voice) | neutral_fields(voice)

    def _subject(self, form: Letterform, delivery: Delivery | None, directory: Directory) -> str:
        """Mail about one child says no name where others may see it: on a lock screen, on a whiteboard (SCHOOL 13)."""
        if delivery is None:
            return form.subject
        spoken = form.subject.casefold()
        for pupil in people.pupils(delivery, directory):
            for name in (pupil.forename, pupil.surname):
                if name and re.search(rf"\b{re.escape(name.casefold())}\b", spoken):
                    return form.text.say("A message about your child")
        return form.subject

    def _context(
        self, message: Message, words: bodies.Written, own: Catalogue, voice: Voice, now: datetime
    ) -> tuple[dict[str, object], str]:
        """What a template is given, and the body as it must stand in the result."""
        school = self._school
        fields = fixed_fields(school, message.event, Voice(own, voice.html)) | as_places()
        public = self._public_fields(message, own)
        subject = bodies.as_plain(words.subject, public, own)
        if voice.html:
            content = bodies.as_html(words, fields, own) + (place("details") if message.details else "")
            heading: str = ready(bodies.subject_html(words, fields, voice))
        else:
            content = bodies.as_plain(words.plain, fields, own)
            content += f"\n\n{place('details')}" if message.details else ""
            heading = bodies.as_plain(words.subject, fields, own)
        preview = "" if is_individual(message) else bodies.summary(bodies.as_plain(words.plain, public, own), 110)
        day = (message.send_at or message.accepted_at or now).astimezone(school.timezone).date()
        newsletter = message.kind is Kind.NEWSLETTER
        reply_to = message.reply_to or school.reply_to
        context: dict[str, object] = {
            **phrases(voice.say),
            "school": {
                "name": voice.name(school.name),
                "phone": voice.number(school.phone) if school.phone else "",
                "website": voice.number(school.host or school.website) if school.website else "",
                "link": school.link,
            },
            "message": {
                "kind": message.kind.value,
                "subject": heading,
                "title": school.name if is_individual(message) else subject,
                "preview": preview,
                "drill": message.drill,
                "date": voice.own(voice.catalogue.date(day)),
                "attachments": [voice.name(one.name) for one in bodies.beside(message)],
            },
            "event": event_words(message.event, voice, words.subject) if message.event is not None else None,
            "body": {
                "html": ready(content) if voice.html else content,
                "text": content,
                "language": words.language,
                "dir": own.direction,
                "greets": words.greets,
            },
            "frame": {
                "language": voice.catalogue.language,
                "dir": voice.catalogue.direction,
                "start": "right" if voice.catalogue.rtl else "left",
            },
            "personal": {name: ready(place(name)) for name in PLACES},
            "when": _when,
            "stop": f"mailto:{reply_to}?subject={quote(STOP)}" if newsletter and reply_to else "",
            "stop_word": voice.name(STOP),
        }
        return context, content

    def _headers(self, message: Message, own: Catalogue) -> tuple[tuple[str, str], ...]:
        headers = [("Auto-Submitted", "auto-generated"), ("Content-Language", own.language)]
        if message.kind is not Kind.NEWSLETTER:
            return tuple(headers)
        reply_to = self._answers(message)
        host = self._school.host or reply_to.rpartition("@")[2] or f"{_slug(self._school.name) or 'school'}.localhost"
        headers.append(("List-Id", f"<{_slug(message.newsletter) or 'newsletter'}.{host}>"))
        if reply_to:
            headers.append(("List-Unsubscribe", _by_answer(reply_to)))
        return tuple(headers)

    def _linked(self, message: Message, own: Catalogue) -> tuple[tuple[tuple[str, str], ...], tuple[str, str] | None]:
        """RFC 8058: the link stands before the answer by mail, and one click does only over https."""
        school = self._school
        if message.kind is not Kind.NEWSLETTER or not (school.public_url and school.secret):
            return (), None
        headers = [one for one in self._headers(message, own) if one[0] != "List-Unsubscribe"]
        if school.public_url.startswith("https://"):
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        reply_to = self._answers(message)
        after = f">, {_by_answer(reply_to)}" if reply_to else ">"
        return tuple(headers), (f"<{school.public_url}{PATH}", after)

    def _answers(self, message: Message) -> str:
        return message.reply_to or self._school.reply_to


def _bare(words: dict[str, str]) -> dict[str, str]:
    """Plain str: Markup would escape what a channel puts in."""
    return {name: str.__str__(said) for name, said in words.items()}


def _by_answer(reply_to: str) -> str:
    return f"<mailto:{reply_to}?subject={quote(STOP)}>"


def is_individual(message: Message) -> bool:
    """About single children, whose matter no subject, preview or title tells (W29): a report, or to named pupils."""
    return message.kind is Kind.REPORT or message.to_single_children


def _when(flag: str, caller: "object") -> str:
    """``{% call when("offer") %}...{% endcall %}``: only for deliveries with that flag."""
    if flag not in FLAGS:
        raise ValueError(f"when() knows {', '.join(sorted(FLAGS))}, not {flag}")
    inside = caller()  # type: ignore[operator]
    return ready(block(flag, inside)) if isinstance(inside, Markup) else block(flag, inside)


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.casefold()).strip("-")
