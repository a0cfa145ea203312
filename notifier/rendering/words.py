"""The words for the places: once per message in its language, then per delivery, as HTML and as plain text."""

from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from notifier.model.calendar import Event, Session
from notifier.model.language import base
from notifier.model.plan import Basis, Delivery
from notifier.rendering import isolates, people
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.fields import Fill
from notifier.rendering.naming import Naming
from notifier.rendering.parts import place
from notifier.rendering.school import SchoolFacts

PLACES = frozenset(
    {"greeting", "greeting_line", "pupils", "class", "about", "offer", "offer_language", "offer_dir"}
    | {"diary", "details"}
)
"""Places whose words differ per delivery."""

FLAGS = frozenset({"about", "copy", "listed", "offer", "diary"})
"""Blocks only some deliveries have: whom it is about; an additional copy; on the school's list; an offer to explain;
coming events."""

_COPY = Basis.COPY

OFFER_BY_PHONE = (
    "Would you like someone to tell you in your language what this says? Please ring the school on %(phone)s."
)
OFFER = "Would you like someone to tell you in your language what this says? Please ask at the school."


def ready(html: str) -> Markup:
    """HTML that needs no more escaping: from intake, our catalogues, or put together from escaped parts."""
    return Markup(html)  # noqa: S704 - what may be handed in is said above


@dataclass(frozen=True, slots=True)
class Voice:
    """A catalogue speaking HTML or plain text: phrases come escaped and with their values isolated as needed."""

    catalogue: Catalogue
    html: bool

    def say(self, phrase: str, /, **values: str) -> str:
        if not self.html:
            return self.catalogue.say(phrase, **values)
        said = self.catalogue.gettext(phrase)
        if values:
            said %= {name: value if isinstance(value, Markup) else escape(value) for name, value in values.items()}
        return ready(said)

    def name(self, value: str) -> str:
        """A name, a title, a date: whatever has its own direction."""
        rtl = self.catalogue.rtl
        return isolates.html(value, rtl) if self.html else isolates.plain(value, rtl)

    def number(self, value: str) -> str:
        rtl = self.catalogue.rtl
        return isolates.number_html(value, rtl) if self.html else isolates.number(value, rtl)

    def own(self, value: str) -> str:
        """Words of this language itself, such as its dates."""
        return escape(value) if self.html else value

    def join(self, items: list[str]) -> str:
        if len(items) == 1:
            return items[0]
        joined = self.catalogue.join(items)
        return ready(joined) if self.html else joined


@dataclass(frozen=True, slots=True)
class EventWords:
    """``sessions``: a line for each where there are several (W36); date, time and place then name all there are."""

    title: str
    date: str
    time: str
    place: str
    sessions: tuple[str, ...] = ()


def event_words(event: Event, voice: Voice, subject: str = "") -> EventWords:
    """Empty where nothing is known, and the title where the subject says the same."""
    held = event.held
    places = list(dict.fromkeys(one.place for one in held if one.place))
    return EventWords(
        voice.name(event.title) if event.title.casefold() != subject.casefold() else "",
        _all([_date(one, voice) for one in held], voice),
        _all([_time(one, voice) for one in held], voice),
        _all([voice.name(place) for place in places], voice),
        tuple(_session(one, voice, placed=len(places) > 1) for one in event.sessions),
    )


def _all(words: list[str], voice: Voice) -> str:
    once = [ready_or(word, voice) for word in dict.fromkeys(words) if word]
    return once[0] if len(once) == 1 else voice.join(once) if once else ""


def _date(one: Session, voice: Voice) -> str:
    return voice.own(voice.catalogue.date(one.date))


def _time(one: Session, voice: Voice) -> str:
    moments = [voice.own(voice.catalogue.time(moment)) for moment in (one.start, one.end) if moment is not None]
    if len(moments) == 2:
        return voice.say("%(start)s to %(end)s", start=moments[0], end=moments[1])
    return "".join(moments) if one.start is not None else ""


def _session(one: Session, voice: Voice, *, placed: bool) -> str:
    """ "Tuesday 8 December 2026, 15:30 to 17:00, Hall (Oak)"."""
    date, time = _date(one, voice), _time(one, voice)
    said = voice.say("%(date)s, %(time)s", date=ready_or(date, voice), time=ready_or(time, voice)) if time else date
    if placed and one.place:
        said = voice.say("%(date)s, %(time)s", date=ready_or(said, voice), time=ready_or(voice.name(one.place), voice))
    if one.to:
        words = {"name": ready_or(said, voice), "class": ready_or(voice.name(one.to), voice)}
        said = voice.say("%(name)s (%(class)s)", **words)
    return ready_or(said, voice)


def ready_or(said: str, voice: Voice) -> str:
    """Words that the voice has made are not escaped again."""
    return ready(said) if voice.html else said


def fixed_fields(school: SchoolFacts, event: Event | None, voice: Voice) -> dict[str, str]:
    """The merge fields that are the same for every family."""
    known = event_words(event, voice) if event is not None else EventWords("", "", "", "")
    return {
        "school": voice.name(school.name),
        "phone": voice.number(school.phone),
        "website": voice.number(school.website),
        "event_title": known.title or voice.say("the event"),
        "event_date": known.date or voice.say("date to be confirmed"),
        "event_time": known.time or voice.say("time to be confirmed"),
        "event_place": known.place or voice.say("place to be confirmed"),
    }


def neutral_fields(voice: Voice) -> dict[str, str]:
    """The personal fields where anybody can read them (DESIGN 3.4: never a pupil's name)."""
    return {
        "greeting": voice.say("Dear families"),
        "greeting_line": voice.say("%(greeting)s,", greeting=voice.say("Dear families")),
        "pupils": voice.say("your child"),
        "class": voice.say("your child's class"),
    }


def as_places() -> dict[str, str]:
    """The personal fields as marks, for text that is filled per delivery."""
    return {name: place(name) for name in ("greeting", "greeting_line", "pupils", "class")}


def filler(fields: dict[str, str]) -> Fill:
    """How a merge field becomes words: a greeting that ends its line brings its own comma."""

    def words(name: str, ends_line: bool) -> str:
        return fields["greeting_line" if name == "greeting" and ends_line else name]

    return words


def flags(delivery: Delivery | None, offered: Catalogue | None, *, diary: bool = False) -> frozenset[str]:
    """Which blocks this delivery has; ``offered`` as ``offer`` says."""
    if delivery is None:
        return _flags(False, False, False, diary)
    return _flags(bool(delivery.pupil_ids), delivery.basis is _COPY, offered is not None, diary)


@cache
def _flags(about: bool, copy: bool, offered: bool, diary: bool) -> frozenset[str]:
    shown = {"about": about, "copy": about and copy, "listed": about and not copy, "offer": offered, "diary": diary}
    return frozenset(flag for flag, raised in shown.items() if raised)


def offer(written: str, delivery: Delivery, catalogues: Catalogues) -> Catalogue | None:
    """The language in which to offer a verbal translation (W34), None where there is no need or no catalogue for it.

    ``written`` is the language in which this delivery is.
    """
    theirs = base(delivery.language)
    if (not theirs or theirs == base(written)) and not delivery.interpreter:
        return None
    catalogue = catalogues.of(theirs or written)
    return catalogue if catalogue.has(OFFER) else None


def personal(
    family: people.Family,
    offered: Catalogue | None,
    school: SchoolFacts,
    voice: Voice,
) -> dict[str, str]:
    """The words for the names in PLACES."""
    values = Naming(voice.catalogue, PLACES).words(family)[voice.html]
    values = {name: ready_or(said, voice) for name, said in values.items()}
    if offered is not None:
        values |= offer_words(offered, school, html=voice.html)
    return values


def offer_words(catalogue: Catalogue, school: SchoolFacts, *, html: bool) -> dict[str, str]:
    voice = Voice(catalogue, html)
    said = voice.say(OFFER_BY_PHONE, phone=voice.number(school.phone)) if school.phone else voice.say(OFFER)
    return {"offer": said, "offer_language": catalogue.language, "offer_dir": catalogue.direction}
