"""The prepared words of what goes out by itself: ``templates/notices/LANGUAGE.toml``, the school's own laid over them.

What stands in braces here is filled once for the whole message; the fields of every family stay, to be
filled per delivery like those in what staff write.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from notifier.model.calendar import Event, Session
from notifier.model.language import base
from notifier.model.message import Body
from notifier.model.problem import Problem, error
from notifier.resources import resource

FOLDER = "notices"
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FIXED = frozenset({"title", "day", "details", "was", "now", "letter", "letter_day"})


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words speak of. ``letter`` maps a language to the subject of the letter a reminder is of."""

    event: Event
    was: Event | None = None
    letter: Mapping[str, str] = field(default_factory=dict)
    letter_day: Session | None = None


class Prepared:
    """``overrides`` is the school's ``templates/`` folder. ``problems`` says which of its files cannot be used."""

    def __init__(self, overrides: Path | None = None, language: str = "en") -> None:
        self._language = language
        self.problems: list[Problem] = []
        self._words: dict[str, dict[str, Wording]] = {}
        for folder in (resource("templates"), overrides):
            if folder is not None and (folder / FOLDER).is_dir():
                for file in sorted((folder / FOLDER).glob("*.toml")):
                    self._words.setdefault(file.stem, {}).update(self._read(file))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for words in self._words.values() for name in words)

    def bodies(self, name: str, facts: Facts | None = None) -> tuple[Body, ...]:
        """The message in every language that has these words, the school's own first; English where it has none."""
        own = next((one for one in (self._language, base(self._language)) if name in self._words.get(one, {})), "en")
        languages = [own, *(one for one in sorted(self._words) if one != own and name in self._words[one])]
        return tuple(_body(self._words[one][name], one, facts) for one in languages)

    def _read(self, file: Path) -> dict[str, Wording]:
        try:
            read = tomllib.loads(file.read_text(encoding="utf-8"))
            return {name: Wording(_text(table, "subject"), _text(table, "body")) for name, table in read.items()}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, KeyError) as fault:
            where = f"templates/{FOLDER}/{file.name}"
            sentence = f"{where} cannot be used: {fault}. Mend it or remove it; until then the built-in words are used."
            self.problems.append(error("notice-words-broken", sentence, where))
            return {}


def _text(table: object, key: str) -> str:
    if not isinstance(table, dict) or not isinstance(table.get(key), str):
        raise TypeError(f"each section has a {key}, in quotes")
    return str(table[key])


def spoken(event: Event, language: str) -> str:
    """ "Friday 11 December 2026, 09:30 to 14:45, City farm"; several sessions with "; " between them."""
    return "; ".join(_session(one, language) for one in event.held)


def _session(one: Session, language: str) -> str:
    """A dash between the times reads the same in every language."""
    times = "–".join(format_time(at, "HH:mm", locale=_locale(language)) for at in (one.start, one.end) if at)
    said = ", ".join(part for part in (_day(one, language), times if one.start else "", one.place) if part)
    return f"{said} ({one.to})" if one.to else said


def _day(one: Session, language: str) -> str:
    return format_date(one.date, "EEEE d MMMM y", locale=_locale(language))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def _body(wording: Wording, language: str, facts: Facts | None) -> Body:
    values = _values(facts, language) if facts is not None else {}

    def filled(text: str) -> str:
        return _FIELD.sub(lambda found: values.get(found[1], "") if found[1] in _FIXED else found[0], text)

    paragraphs = []
    for paragraph in wording.body.strip().split("\n\n"):
        fields = set(_FIELD.findall(paragraph)) & _FIXED
        if fields and not any(values.get(name) for name in fields):
            continue  # it would say nothing
        paragraphs.append(filled(paragraph.strip()))
    html = "".join(f"<p>{escape(one, quote=False)}</p>".replace("\n", "<br>") for one in paragraphs)
    return Body(language, html, "\n\n".join(paragraphs), " ".join(filled(wording.subject).split()))


def _values(facts: Facts, language: str) -> dict[str, str]:
    event = facts.event
    found = {
        "title": event.title,
        "day": _day(event.held[0], language),
        "details": event.details,
        "now": spoken(event, language),
        "was": spoken(facts.was, language) if facts.was is not None else "",
        "letter": facts.letter.get(language) or next(iter(facts.letter.values()), ""),
        "letter_day": _day(facts.letter_day, language) if facts.letter_day is not None else "",
    }
    return {name: value.strip() for name, value in found.items()}
