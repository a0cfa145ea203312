"""How hard a text is to read, as a hint for whoever wrote it and never a block (W2).

The reading age is the Flesch-Kincaid grade (Kincaid and others, 1975) plus five years, as English
schools count. It knows English alone; of other languages nothing is said.
"""

import re
from dataclasses import dataclass

from notifier.model.language import base
from notifier.model.message import Body
from notifier.model.problem import Problem, advice

ENOUGH_WORDS = 30
"""Fewer words are too few to measure: one long name would decide."""
HARD_AGE = 13
LONG_SENTENCE = 25
"""Words in a sentence; what has more is named."""
_AVERAGE = 18
_YOUNGEST, _OLDEST = 6, 18
_SHOWN_WORDS = 8

_FIELD = re.compile(r"\{\{.*?\}\}")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)|:\s*\n")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_SHORT_FORM = re.compile(r"\b(?:Mrs?|Ms|Dr|Mx|St|e\.g|i\.e|etc|approx|no|tel)\.(?=\s)", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^l]e)$")
_TWO = re.compile(r"(?<![tscgx])i[aou](?=[a-z])|ua|uo|eo(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Reading:
    """``age`` in years, ``words`` on average in a sentence, ``longest`` the sentence with most words."""

    age: int
    words: int
    longest: str

    @property
    def hard(self) -> bool:
        return self.age >= HARD_AGE or self.words > _AVERAGE


def reading(body: Body) -> Reading | None:
    """How the body reads; None for another language than English, and where there is too little of it."""
    if base(body.language) != "en":
        return None
    text = _SHORT_FORM.sub(lambda found: found[0][:-1], _ADDRESS.sub("", _FIELD.sub("name", body.plain)))
    sentences: list[list[str]] = [words for part in _END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < ENOUGH_WORDS:
        return None
    average = len(words) / len(sentences)
    grade = 0.39 * average + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    age = min(_OLDEST, max(_YOUNGEST, round(grade) + 5))
    longest = max(range(len(sentences)), key=lambda number: len(sentences[number]))
    return Reading(age, round(average), " ".join(sentences[longest]))


def syllables(word: str) -> int:
    """By groups of vowels, near enough for an average over many words."""
    low = word.lower().replace("’", "'").split("'")[0]
    count = len(_VOWELS.findall(low)) + len(_TWO.findall(low))
    return max(1, count - bool(_SILENT.search(low) and count > 1))


def hint(found: Reading) -> str:
    """One line for the answer."""
    how = "Hard to read" if found.hard else "Easy to read"
    return f"{how}: for a reading age of about {found.age}; {found.words} words in a sentence on average."


def readability(body: Body) -> list[Problem]:
    """Advice where many families would find it hard."""
    found = reading(body)
    if found is None or not found.hard:
        return []
    longest = found.longest.split()
    begins = f" The longest begins “{' '.join(longest[:_SHOWN_WORDS])} …” and has {len(longest)} words."
    return [
        advice(
            "hard-to-read",
            f"It reads like a text for age {found.age}, with {found.words} words in a sentence; many families read "
            "best at nine to twelve, with about 15. Shorter sentences and everyday words help."
            + (begins if len(longest) > LONG_SENTENCE else ""),
            rule="W2",
        )
    ]
