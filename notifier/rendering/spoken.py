"""A message as a telephone call says it: short, in sentences, with numbers that can be heard (W7)."""

import re

from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.payload import SPOKEN, VoicePayload
from notifier.model.plan import Delivery
from notifier.rendering import body as bodies
from notifier.rendering import isolates
from notifier.rendering.catalogues import Catalogue, Catalogues, base
from notifier.rendering.school import SchoolFacts
from notifier.rendering.words import Voice, fixed_fields, neutral_fields, personal

PRESS = "Press 1 now to tell us that you have heard this."

_TELEPHONE = re.compile(r"\+?\(?\d[\d ()\u00a0-]{8,}\d")
_CLOCK = re.compile(r"\b(\d{1,2})[.](\d{2})(?=\s?(?:am|pm)\b)", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_ENDINGS = (".", "!", "?", ":", "۔", "؟", "।")


class Spoken:
    def __init__(self, school: SchoolFacts, catalogues: Catalogues) -> None:
        self._school = school
        self._catalogues = catalogues

    def render(self, message: Message, delivery: Delivery | None, directory: Directory) -> VoicePayload:
        """The short version that staff wrote, else subject and message, in a language that can be said.

        That is one with a voice and with our own sentences; any other family hears the school's own language.
        """
        wanted = delivery.text_language if delivery else self._school.language
        words = bodies.written(message.body(wanted if self._can_say(wanted) else self._school.language))
        own = self._catalogues.of(words.language)
        voice = Voice(own, html=False)
        fields = fixed_fields(self._school, message.event, voice)
        if delivery is None:
            fields |= neutral_fields(voice)
        else:
            fields |= personal(delivery, directory, None, self._school, voice)
        text = words.text or f"{_sentence(words.subject)} {words.plain}"
        said = [voice.say("This is a message from %(school)s.", school=self._school.name)] if self._school.name else []
        if message.drill:
            said.insert(0, voice.say("This is a drill. It is only a practice."))
        said += [_sentence(line) for line in bodies.as_plain(text, fields, own).splitlines() if line.strip()]
        if self._school.phone and _digits(self._school.phone) not in _digits(text):
            said.append(voice.say("Ring %(phone)s.", phone=self._school.phone))
        speakable = " ".join(speak(one) for one in said)
        return VoicePayload(speakable, voice.say(PRESS), voice.say("Thank you. Goodbye."), words.language)

    def _can_say(self, language: str) -> bool:
        own: Catalogue = self._catalogues.of(language)
        return base(language) in SPOKEN and own.has(PRESS)


def speak(text: str) -> str:
    """Telephone numbers digit by digit, times as one says them, no web addresses and no marks for the eye."""
    text = text.translate(_UNHEARD)
    text = _TELEPHONE.sub(lambda found: _one_by_one(found.group()), _LINK.sub("", text))
    return " ".join(_CLOCK.sub(r"\1:\2", text).split())


_UNHEARD = dict.fromkeys(map(ord, isolates.LEFT_TO_RIGHT + isolates.FIRST_STRONG + isolates.END + "*_#`~|"))


def _one_by_one(number: str) -> str:
    """With a breath between its groups: "0 2 0, 7 9 4 6, 0 1 0 0"."""
    groups = [" ".join(_digits(group)) for group in re.split(r"[ ()\u00a0-]+", number) if _digits(group)]
    return ", ".join(groups)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith(_ENDINGS) else f"{text}."
