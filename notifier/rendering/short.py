"""A message as a text: never cut, counted in segments (W7, SCHOOL 23-25)."""

import re

from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.payload import ShortPayload
from notifier.model.plan import Delivery
from notifier.rendering import body as bodies
from notifier.rendering import isolates, people, segments
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.school import SchoolFacts
from notifier.rendering.words import Voice, fixed_fields, neutral_fields, personal

LONGEST = 1600
"""What one text may hold altogether; a way to answer is not added beyond it."""

_ENDINGS = (".", "!", "?", ":", "۔", "؟", "।", isolates.END)
_DIGITS = re.compile(r"\D+")


class Short:
    def __init__(self, school: SchoolFacts, catalogues: Catalogues) -> None:
        self._school = school
        self._catalogues = catalogues

    def render(self, message: Message, delivery: Delivery | None, directory: Directory) -> ShortPayload:
        """What staff wrote as the short version, else the subject and the whole message."""
        words = bodies.written(message.body(delivery.text_language if delivery else self._school.language))
        own = self._catalogues.of(words.language)
        voice = Voice(own, html=False)
        fields = fixed_fields(self._school, message.event, voice)
        if delivery is None:
            fields |= neutral_fields(voice)
        else:
            fields |= personal(people.family(delivery, directory), None, self._school, voice)
        said = _flat(bodies.as_plain(words.text or _joined(words.subject, words.plain), fields, own))
        text = segments.economical(self._signed(said, message, own))
        counted = segments.count(text)
        return ShortPayload(text, words.language, counted.encoding, counted.count)

    def _signed(self, said: str, message: Message, own: Catalogue) -> str:
        """With the school's name first and a way to answer last, where the words have none."""
        voice = Voice(own, html=False)
        school = self._school
        text = said
        if school.name and school.name.casefold() not in _bare(said).casefold():
            text = voice.say("%(school)s: %(text)s", school=voice.name(school.name), text=said)
        if message.drill:
            text = f"{voice.say('DRILL')}: {text}"
        answer = self._answer(said, voice)
        if not answer or len(text) + 2 + len(answer) > LONGEST:
            return text
        between = "\n" if "\n" in text else " " if text.endswith(_ENDINGS) else ". "
        return f"{text}{between}{answer}"

    def _answer(self, said: str, voice: Voice) -> str:
        school = self._school
        digits = _DIGITS.sub("", said)
        if school.phone:
            own = _DIGITS.sub("", school.phone)
            known = own in digits or own.lstrip("0") in digits
            return "" if known else voice.say("Ring %(phone)s.", phone=voice.number(school.phone))
        if school.host:
            known = school.host.casefold() in said.casefold()
            return "" if known else voice.say("See %(website)s.", website=voice.number(school.host))
        return ""


def _bare(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, isolates.LEFT_TO_RIGHT + isolates.FIRST_STRONG + isolates.END)))


def _joined(subject: str, plain: str) -> str:
    ending = "" if subject.endswith(_ENDINGS) else "."
    return f"{subject}{ending} {plain}" if plain else subject


def _flat(text: str) -> str:
    """Lines kept, blank ones and the spaces around them not: every character is paid for."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
