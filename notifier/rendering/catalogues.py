"""The fixed phrases in each language, read from ``locales/`` at start and compiled in memory (LIBRARIES R18)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from notifier.model.language import base
from notifier.model.problem import Problem, advice, error
from notifier.resources import resource

SOURCE = "en"
"""The language the phrases are written in; its catalogue lists them all."""

_UNREVIEWED = "unreviewed"
"""The flag of a translation that nobody who speaks the language has read over yet."""

_FEW = b"X-Scope:"
"""A header of a catalogue that means to have a few phrases only, such as the offer to explain a letter (W34)."""


def locale_of(language: str) -> Locale:
    """The conventions for dates and lists; British ones for English and for a language nobody knows."""
    if base(language) in ("", SOURCE):
        return _BRITISH
    try:
        return Locale.parse(base(language))
    except (UnknownLocaleError, ValueError):
        return _BRITISH


_BRITISH = Locale.parse("en_GB")


@dataclass(frozen=True)
class Catalogue:
    """One language: its phrases, its way with dates, times and lists, and its direction.

    ``whole``: it has every phrase and may frame a message. A phrase it lacks comes in English.
    """

    language: str
    locale: Locale = field(repr=False)
    translations: NullTranslations = field(repr=False, default_factory=NullTranslations)
    whole: bool = False
    _said: dict[str, str] = field(repr=False, compare=False, default_factory=dict)
    """Looking a phrase up takes longer than all else that is done with it."""

    @cached_property
    def rtl(self) -> bool:
        return self.locale.text_direction == "rtl"

    @property
    def direction(self) -> str:
        return "rtl" if self.rtl else "ltr"

    def gettext(self, phrase: str) -> str:
        said = self._said.get(phrase)
        if said is None:
            said = self._said[phrase] = self.translations.gettext(phrase)
        return said

    def has(self, phrase: str) -> bool:
        """Whether the phrase can be said in this language."""
        return self.language == SOURCE or self.gettext(phrase) != phrase

    def say(self, phrase: str, **values: str) -> str:
        """The phrase with its values, as plain text."""
        said = self.gettext(phrase)
        return said % values if values else said

    def join(self, items: Sequence[str]) -> str:
        """``A``, ``A and B``, ``A, B and C``."""
        if len(items) < 2:
            return "".join(items)
        pair, start, middle, end = self._patterns
        if len(items) == 2:
            return pair % (items[0], items[1])
        joined = start % (items[0], items[1])
        for item in items[2:-1]:
            joined = middle % (joined, item)
        return end % (joined, items[-1])

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        patterns = self.locale.list_patterns["standard"]
        return tuple(
            str(patterns[key]).replace("{0}", "%s").replace("{1}", "%s") for key in ("2", "start", "middle", "end")
        )

    def date(self, day: date) -> str:
        return _date(day, self.locale)

    def time(self, moment: time) -> str:
        return _time(moment, self.locale)


@lru_cache(maxsize=512)
def _date(day: date, locale: Locale) -> str:
    pattern = "EEEE d MMMM y" if locale.language == SOURCE else "full"
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=512)
def _time(moment: time, locale: Locale) -> str:
    if locale.language != SOURCE:
        return format_time(moment, "short", locale=locale).replace("\u202f", " ")
    if (moment.hour, moment.minute) == (12, 0):
        return "12 noon"
    return f"{moment.hour % 12 or 12}:{moment.minute:02}{'am' if moment.hour < 12 else 'pm'}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One fixed phrase of a catalogue. ``said`` empty: not translated. ``reviewed``: a speaker has read it over."""

    english: str
    said: str
    reviewed: bool


class Catalogues:
    """All catalogues that are in use. ``problems`` says what is wrong with them, for ``check``.

    ``use`` are the languages that may go out, besides English; empty: all. ``reviewed`` are those
    whose phrases the school has had read over by somebody who speaks the language.
    """

    def __init__(
        self, folder: Path | None = None, *, use: Collection[str] = (), reviewed: Collection[str] = ()
    ) -> None:
        folder = folder or resource("locales")
        self.problems: list[Problem] = []
        self._use = frozenset(base(language) for language in use)
        self._reviewed = frozenset(base(language) for language in reviewed)
        read = {path.parent.parent.name: path for path in sorted(folder.glob("*/LC_MESSAGES/notifier.po"))}
        books = {language: book for language, path in read.items() if (book := self._read(path)) is not None}
        phrases = {message.id for message in books[SOURCE] if message.id}
        self.phrases = frozenset(phrase for phrase in phrases if isinstance(phrase, str))
        self._books = {language: book for language, book in books.items() if self._used(language)}
        self._known: dict[str, Catalogue] = {
            language: self._compiled(language, book, read[language]) for language, book in self._books.items()
        }
        self.problems += self._unreviewed()

    def of(self, language: str) -> Catalogue:
        """This language as far as it is known: its dates and lists always, its phrases where there is a catalogue."""
        wanted = base(language)
        if not self._used(wanted):
            return self._known[SOURCE]
        if wanted not in self._known:
            locale = locale_of(wanted)
            self._known[wanted] = Catalogue(wanted if locale is not _BRITISH else SOURCE, locale)
        return self._known[wanted]

    def frame(self, language: str) -> Catalogue:
        """What may frame a message in this language: a whole catalogue, else English."""
        found = self.of(language)
        return found if found.whole else self._known[SOURCE]

    def phrases_of(self, language: str) -> tuple[Phrase, ...]:
        """Every fixed phrase with what it is in this language, for somebody to read over; empty for one not in use."""
        book = self._books.get(base(language))
        if book is None or base(language) == SOURCE:
            return ()
        whole = base(language) in self._reviewed
        return tuple(
            Phrase(english, str(found.string or ""), whole or _UNREVIEWED not in found.flags)
            for english in sorted(self.phrases)
            if (found := book.get(english)) is not None
        )

    def _used(self, language: str) -> bool:
        return not self._use or language == SOURCE or language in self._use

    def _unreviewed(self) -> list[Problem]:
        waiting = {
            language: sum(not one.reviewed for one in self.phrases_of(language)) for language in sorted(self._books)
        }
        named = [
            f"{locale_of(language).get_display_name('en')} ({language}, {count})"
            for language, count in waiting.items()
            if count
        ]
        if not named:
            return []
        return [
            advice(
                "phrases-unreviewed",
                f"Nobody who speaks them has read over our fixed phrases in {', '.join(named)}. To see them: "
                "notifier check --phrases LANGUAGE. Then put the language at “reviewed” under [languages] in "
                "config.toml, or leave it out of “use”.",
                "config.toml: languages",
                "W34",
            )
        ]

    def _read(self, path: Path) -> Catalog | None:
        try:
            with path.open("rb") as file:
                return read_po(file, abort_invalid=True)
        except (PoFileError, OSError, ValueError) as fault:
            self.problems.append(
                error(
                    "catalogue-unreadable",
                    f"The translations in {path.name} of {path.parent.parent.name} cannot be read: {fault}.",
                    f"locales/{path.parent.parent.name}/LC_MESSAGES/{path.name}",
                )
            )
            return None

    def _compiled(self, language: str, book: Catalog, path: Path) -> Catalogue:
        compiled = BytesIO()
        write_mo(compiled, book)
        compiled.seek(0)
        missing = 0 if language == SOURCE else self._missing(book)
        if missing and _FEW not in path.read_bytes():
            self.problems.append(
                advice(
                    "catalogue-incomplete",
                    f"{missing} fixed phrases have no {locale_of(language).get_display_name('en')} translation yet; "
                    "messages in that language have English words around them.",
                    f"locales/{language}/LC_MESSAGES/{path.name}",
                    "W34",
                )
            )
        return Catalogue(language, locale_of(language), GNUTranslations(compiled), not missing)

    def _missing(self, book: Catalog) -> int:
        translated = {message.id for message in book if message.string and not message.fuzzy}
        return len(self.phrases - translated)
