"""A message where anybody can read it: no child is named, every language stands on the same page (W25; DESIGN 3.4)."""

import re
import unicodedata
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from notifier.model.language import base
from notifier.model.message import Body, Kind, Message
from notifier.model.payload import PagePayload
from notifier.rendering import body as bodies
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.diary import Diaries
from notifier.rendering.school import SchoolFacts
from notifier.rendering.theme import Theme, phrases
from notifier.rendering.words import EventWords, Voice, event_words, fixed_fields, neutral_fields, ready

CLOSURE = "closure"
"""The place of whatever is said of closures: "closed" must not stand beside "open again", nor two closures together."""

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class Public:
    """``template`` is ``public/page.html``, ``public/poster.html`` or ``public/outside.html``."""

    def __init__(self, school: SchoolFacts, theme: Theme, catalogues: Catalogues, template: str) -> None:
        self._school = school
        self._theme = theme
        self._catalogues = catalogues
        self._template = template
        self._diaries = Diaries()

    def render(self, message: Message, now: datetime, *, strict: bool = False) -> PagePayload:
        """The school's language first, every other as a section of its own."""
        order = sorted(message.bodies, key=lambda body: base(body.language) != base(self._school.language))
        first = bodies.written(order[0])
        own = self._catalogues.of(first.language)
        fields = self._plain_fields(message, own)
        title = bodies.as_plain(first.subject, fields, own)
        published = message.send_at or message.accepted_at or now
        zone = self._school.timezone
        sections = [self._section(message, body) for body in order]
        frame = Voice(self._catalogues.frame(first.language), html=True)
        context = {
            **phrases(frame.say),
            "school": {"name": frame.name(self._school.name), "phone": frame.number(self._school.phone)},
            "message": {
                "kind": message.kind.value,
                "drill": message.drill,
                "date": frame.own(frame.catalogue.date(published.astimezone(zone).date())),
            },
            "sections": sections,
            "away": message.event is not None and message.event.on_site is False,
            "diary": ready(self._diaries.of(message, None, frame)),
        }
        render = self._theme.strict if strict else self._theme.render
        html = render(self._template, context, *(str(section["html"]) for section in sections))
        return PagePayload(
            slug=slug(message, title, published.astimezone(zone)),
            title=f"{frame.catalogue.say('DRILL')}: {title}" if message.drill else title,
            html=html.strip() + "\n",
            summary=bodies.summary(bodies.as_plain(first.plain, fields, own)),
            language=first.language,
            published=published,
            take_down=_taken_down(message, zone),
            kind=message.kind.value,
            online=page_address(message, self._school, self._catalogues),
            online_words=frame.catalogue.say("Read it online"),
            calendar_words=frame.catalogue.say("Put it into your calendar") if message.event is not None else "",
            place=CLOSURE if message.closure else "",
        )

    def _plain_fields(self, message: Message, own: Catalogue) -> dict[str, str]:
        plain = Voice(own, html=False)
        return fixed_fields(self._school, message.event, plain) | neutral_fields(plain)

    def _section(self, message: Message, body: Body) -> dict[str, object]:
        words = bodies.written(body)
        own = self._catalogues.of(words.language)
        voice = Voice(own, html=True)
        fields = fixed_fields(self._school, message.event, voice) | neutral_fields(voice)
        event: EventWords | None = (
            event_words(message.event, voice, words.subject) if message.event is not None else None
        )
        return {
            "language": words.language,
            "dir": own.direction,
            "anchor": f"in-{words.language.lower()}",
            "name": own.locale.get_language_name(own.locale.language),
            "subject": ready(bodies.subject_html(words, fields, voice)),
            "html": ready(bodies.as_html(words, fields, own)),
            "summary": bodies.summary(bodies.as_plain(words.plain, self._plain_fields(message, own), own)),
            "event": event,
            "say": voice.say,
        }


def for_everybody(message: Message, school: SchoolFacts) -> bool:
    """Whether it may hang where people pass who have nothing to do with the school (W23).

    A board inside is for those whom the school lets in. Outside hangs only what the school tells all the world
    anyway: what also stands on its website, and an emergency.
    """
    return message.kind is Kind.EMERGENCY or (bool(school.pages_on) and school.pages_on in message.public_on)


def page_address(message: Message, school: SchoolFacts, catalogues: Catalogues) -> str:
    """Where the public copy of a message stands; empty where there is none."""
    published = message.send_at or message.accepted_at
    if not school.pages or school.pages_on not in message.public_on or published is None:
        return ""
    first = bodies.written(min(message.bodies, key=lambda body: base(body.language) != base(school.language)))
    own = catalogues.of(first.language)
    plain = Voice(own, html=False)
    title = bodies.as_plain(first.subject, fixed_fields(school, message.event, plain) | neutral_fields(plain), own)
    return f"{school.pages}{slug(message, title, published.astimezone(school.timezone))}.html"


def slug(message: Message, title: str, published: datetime) -> str:
    """Day, words and a few figures of the message's id: the same for the same message, safe as a file name."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    words = _NOT_IN_SLUG.sub("-", letters).strip("-")[:50].strip("-")
    mark = sha256(message.id.encode()).hexdigest()[:6]
    return "-".join(part for part in (published.date().isoformat(), words or message.kind.value, mark) if part)


def _taken_down(message: Message, zone: ZoneInfo) -> date | None:
    """When it is stale: after its last moment (H39). Old newsletters stay to be read again (W40)."""
    if message.expires_at is None or message.kind is Kind.NEWSLETTER:
        return None
    return message.expires_at.astimezone(zone).date()
