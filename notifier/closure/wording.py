"""The prepared words of a closure, by state and language: no state can say another's (SCHOOL 22, C13).

``templates/closure/LANGUAGE.toml`` is data; a school's own in its templates/closure/ is laid over it entry by
entry. English always stands first, and another language only where the school has approved it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from string import Formatter
from typing import Any

from babel.dates import format_date

from notifier.model.closure import MISTAKE, WORDINGS, Announcement, Opening, What
from notifier.model.message import Body
from notifier.model.problem import Problem, error
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.resources import resource

FOLDER = "closure"
ENGLISH = "en"
PARTS = ("subject", "text", "body")
PLACES = frozenset({"when", "time", "reason", "next"})
PHRASES: Mapping[str, frozenset[str]] = {
    "update": frozenset(),
    "today": frozenset({"day"}),
    "on_day": frozenset({"day"}),
    "days": frozenset({"first", "last"}),
    "next": frozenset({"time"}),
}
"""The small phrases of a language, each with the places it must have."""
NEEDED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(WORDINGS, frozenset({"when"})),
    Opening.LATE.value: frozenset({"when", "time"}),
    Opening.EARLY.value: frozenset({"when", "time"}),
    MISTAKE: frozenset(),
}
"""The places without which an entry would not say what it is for."""

_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One entry in one language. ``words`` are its own, in small letters."""

    words: tuple[str, ...]
    subject: str
    text: str
    body: str


@dataclass(frozen=True, slots=True)
class Language:
    phrases: Mapping[str, str]
    entries: Mapping[str, Wording]


class Wordings:
    """``languages``: those that the school has approved beside English. ``problems`` says what cannot be used."""

    def __init__(self, overrides: Path | None, languages: Iterable[str] = (), catalogues: Catalogues | None = None):
        self._catalogues = catalogues or Catalogues()
        self.problems: list[Problem] = []
        self._read: dict[str, Language] = {}
        for language in dict.fromkeys((ENGLISH, *languages)):
            found = self._language(language, overrides)
            if found is not None:
                self._read[language] = found

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._read)

    def bodies(self, said: Announcement) -> tuple[Body, ...]:
        """English, and for each approved language English followed by that language."""
        first = self._body(said, ENGLISH, said.reason)
        return (first, *(_after(first, self._body(said, one, "")) for one in self.languages if one != ENGLISH))

    def foreign(self, said: str, key: str) -> str:
        """A word of another state in what somebody wrote themselves, such as a reason; empty where there is none."""
        entries = self._read[ENGLISH].entries
        return next((word for word in _others(entries, key) if _says(said, word)), "")

    def _body(self, said: Announcement, language: str, reason: str) -> Body:
        spoken, own = self._read[language], self._catalogues.of(language)
        entry = spoken.entries[said.key]
        values = {
            "when": _when(said, spoken.phrases, own),
            "time": own.time(_moment(said).timetz()) if not said.whole_days else "",
            "reason": _sentence(reason),
            "next": _next(said, spoken.phrases, own),
        }
        mark = f"{spoken.phrases['update']}: " if said.what is not What.START else ""
        plain = "\n\n".join(filter(None, (_filled(part, values) for part in entry.body.strip().split("\n\n"))))
        html = "".join(f"<p>{escape(part)}</p>\n" for part in plain.split("\n\n"))
        subject = mark + _filled(entry.subject, values)
        return Body(language, html, plain, subject, mark + _filled(entry.text, values))

    def _language(self, language: str, overrides: Path | None) -> Language | None:
        name = f"{language}.toml"
        ours = resource("templates") / FOLDER / name
        own = overrides / FOLDER / name if overrides is not None else None
        laid: dict[str, Any] = {}
        for file in (ours, own):
            if file is not None and file.is_file():
                try:
                    laid |= tomllib.loads(file.read_text(encoding="utf-8"))
                except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
                    self._wrong(language, f"{file.name} cannot be read ({fault}). Mend it, or take it away.")
                    if file == own:
                        continue
                    return None
        if not laid:
            self._wrong(language, f"There are no words for closures in “{language}”. Write templates/closure/{name}.")
            return None
        faults = list(faults_in(laid))
        for sentence in faults:
            self._wrong(language, sentence)
        if not faults:
            return _understood(laid)
        return _understood(tomllib.loads(ours.read_text(encoding="utf-8"))) if ours.is_file() else None

    def _wrong(self, language: str, sentence: str) -> None:
        self.problems.append(error("closure-wording", sentence, f"templates/closure/{language}.toml", "S22"))


def faults_in(read: Mapping[str, Any]) -> Iterator[str]:
    """Why these wordings cannot be used: an entry is missing, lacks a place, or says another state's words."""
    for name, places in PHRASES.items():
        if not isinstance(read.get(name), str):
            yield f"The phrase “{name}” is missing."
        elif _places(read[name]) != places:
            yield f"The phrase “{name}” needs {_listed(places)} in braces, and nothing else."
    entries: dict[str, Wording] = {}
    for key in WORDINGS:
        found = read.get(key)
        if not isinstance(found, dict) or not all(isinstance(found.get(part), str) for part in PARTS):
            yield f"[{key}] needs a subject, a text and a body."
        elif not isinstance(found.get("words"), list) or not found["words"]:
            yield f"[{key}] needs its own words, such as words = [“closed”]."
        else:
            entries[key] = _wording(found)
    for key, entry in entries.items():
        for part in PARTS:
            said = getattr(entry, part)
            if strange := _places(said) - PLACES:
                yield f"[{key}] {part} has {{{sorted(strange)[0]}}}, which means nothing. There are {_listed(PLACES)}."
            elif missing := NEEDED[key] - _places(said):
                yield f"[{key}] {part} does not say {{{sorted(missing)[0]}}}."
            if not any(_says(said, word) for word in entry.words):
                yield f"[{key}] {part} says none of its own words ({', '.join(entry.words)})."
            if word := next((word for word in _others(entries, key) if _says(said, word)), ""):
                yield f"[{key}] {part} says “{word}”, which belongs to another state. Families would be misled."


def _others(entries: Mapping[str, Wording], key: str) -> Iterator[str]:
    own = set(entries[key].words)
    for other, entry in entries.items():
        if other != key:
            yield from (word for word in entry.words if word not in own)


def _says(text: str, word: str) -> bool:
    """Whole words, whatever the capitals; a place in braces is none."""
    bare = re.sub(r"\{\w+\}", " ", text).casefold()
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", bare) is not None


def _places(text: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        return frozenset({"{"})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no place"


def _understood(read: Mapping[str, Any]) -> Language:
    return Language({name: read[name] for name in PHRASES}, {key: _wording(read[key]) for key in WORDINGS})


def _wording(found: Mapping[str, Any]) -> Wording:
    words = tuple(str(word).casefold() for word in found["words"])
    return Wording(words, found["subject"], found["text"], found["body"])


def _after(first: Body, second: Body) -> Body:
    """Both languages, one below the other: whoever lends a hand reads English, and the family reads its own."""
    html = f'<div lang="en" dir="ltr">{first.html}</div>\n{second.html}'
    return Body(
        second.language,
        html,
        f"{first.plain}\n\n{second.plain}",
        f"{first.subject} / {second.subject}",
        f"{first.text}\n{second.text}",
    )


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _SPACES.sub(" ", template.strip().format_map(values)).strip()


def _sentence(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        return ""
    said = said[0].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _moment(said: Announcement) -> datetime:
    """What a late start or an early finish is about."""
    return said.from_ if said.opening is Opening.EARLY else said.until


def _when(said: Announcement, phrases: Mapping[str, str], own: Catalogue) -> str:
    first = said.from_.date() if said.whole_days else _moment(said).date()
    several = said.opening is Opening.CLOSED and said.what in (What.START, What.UPDATE) and said.until.date() > first
    if several:
        return phrases["days"].format(first=_day(first, own), last=_day(said.until.date(), own))
    today = said.made_at.astimezone(said.from_.tzinfo).date()
    return phrases["today" if first == today else "on_day"].format(day=_day(first, own))


def _day(day: date, own: Catalogue) -> str:
    """Without the year, for which a text has no room."""
    pattern = "EEEE d MMMM" if own.language == ENGLISH else "EEEE، d MMMM" if own.rtl else "EEEE, d MMMM"
    return str(format_date(day, pattern, locale=own.locale))


def _next(said: Announcement, phrases: Mapping[str, str], own: Catalogue) -> str:
    if said.next_update is None or said.what in (What.CLEAR, What.MISTAKE):
        return ""
    at = said.next_update
    time = own.time(at.timetz())
    today = said.made_at.astimezone(at.tzinfo).date()
    return phrases["next"].format(time=time if at.date() == today else f"{time}, {_day(at.date(), own)}")
