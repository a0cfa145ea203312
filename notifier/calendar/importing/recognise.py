"""What an entry of a feed is, by its words: no feed marks its INSET days and holidays otherwise.

A title is recognised only if nothing but such words stands in it: “Christmas holiday” is a
holiday, “Christmas holiday club” is an event, with a doubt for a person to settle.
"""

import re
from dataclasses import dataclass
from enum import Enum

from notifier.calendar.importing.feed import Entry


class Sort(Enum):
    TERM = "term"
    TERM_BEGINS = "the first day of a term"
    TERM_ENDS = "the last day of a term"
    HALF_TERM = "half-term"
    HOLIDAY = "a holiday"
    INSET = "an INSET day"
    CLOSED = "a day closed"
    BANK_HOLIDAY = "a bank holiday"
    EVENT = "an event"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEASONS = {
    "autumn",
    "winter",
    "spring",
    "summer",
    "christmas",
    "easter",
    "whitsun",
    "michaelmas",
    "lent",
    "new",
    "year",
}
MONTHS = _words(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday"
)
PLAIN = _words(
    "a an the for of in on at to all and our no is are be will not school schools academy nursery pupil pupils child "
    "children student students everyone day days date dates week weeks one two three four five six 1st 2nd 3rd "
    "first second academic this only whole"
)
STAFF = {"staff", "teacher", "teachers", "training"}
CLOSING = {"closed", "closes", "closure", "shut", "off"}
FILLING = SEASONS | MONTHS | PLAIN
_HALF = re.compile(r"\bhalf[\s-]?terms?\b")
_BANK = re.compile(
    r"\b(?:bank holiday|good friday|easter monday|christmas day|boxing day|new year'?s day|(?:early )?may day)\b"
)
_INSET = re.compile(
    r"\b(?:insets?|in-?service|non[\s-]?pupil|baker|teacher training|staff training|professional development|pd day|"
    r"training day|staff development)\b"
)
_HOLIDAY = re.compile(r"\b(?:holidays?|hols|vacation|break)\b")
_CLOSED = re.compile(r"\b(?:closed|closure|shut|occasional day|polling day)\b")
_ENDS = re.compile(
    r"\b(?:(?:last|final) (?:school )?day(?: of)?(?: (?:the )?(?:\w+ )?(?:half[\s-]?)?term)?|"
    r"end of (?:the )?(?:\w+ )?term|terms? (?:\w+ )?(?:ends?|finish(?:es)?)|breaks? up)\b"
)
_BEGINS = re.compile(
    r"\b(?:(?:first|1st) (?:school )?day(?: back)?(?: of)?(?: (?:the )?(?:\w+ )?(?:half[\s-]?)?term)?|"
    r"start of (?:the )?(?:\w+ )?term|terms? (?:\w+ )?(?:starts?|begins?)|back to school|"
    r"(?:school|pupils|children|students) (?:returns?|re-?opens?|back))\b"
)
_TERM = re.compile(r"\bterm\b")
_PERHAPS = re.compile(r"\b(?:closes|closing|re-?opens?|returns?)\b")
"""“School closes for Christmas” may be the last day of term or the first of the holiday."""
_PREFIX = re.compile(r"^[^:]{1,60}:\s+(?=\S)")
SHORTEST_TERM = 10


@dataclass(frozen=True, slots=True)
class Recognised:
    """``doubt``: it has words of a day off, but others too, so it was taken for an event."""

    sort: Sort
    doubt: bool = False


def recognise(entry: Entry) -> Recognised:
    """What this entry is. A name before a colon (“Sheffield: Summer holiday”) is looked past."""
    title = entry.title.casefold().replace("’", "'")
    found = _by_words(title, entry)
    if found.sort is Sort.EVENT and _PREFIX.match(title):
        behind = _by_words(_PREFIX.sub("", title), entry)
        return behind if behind.sort is not Sort.EVENT else Recognised(Sort.EVENT, found.doubt or behind.doubt)
    return found


def _by_words(title: str, entry: Entry) -> Recognised:
    whole = entry.start is None
    doubt = _PERHAPS.search(title) is not None
    for pattern, extra, fits, sort in (
        (_BANK, {"early", "late", "substitute", "observed", *CLOSING}, whole and entry.days == 1, Sort.BANK_HOLIDAY),
        (_INSET, {*STAFF, *CLOSING, "development", "professional", "non", "pupil"}, entry.days <= 5, Sort.INSET),
        (_ENDS, {"half", "half-term", "term", "terms", "for"}, entry.days == 1, Sort.TERM_ENDS),
        (_BEGINS, {"half", "half-term", "term", "terms", "after", "holidays"}, entry.days == 1, Sort.TERM_BEGINS),
        (_HALF, {"break", "holiday", "holidays", "hols", *CLOSING}, whole, Sort.HALF_TERM),
        (_HOLIDAY, CLOSING, whole, Sort.HOLIDAY),
        (_CLOSED, {*CLOSING, "polling", "occasional"}, whole, Sort.CLOSED),
        (_TERM, set[str](), whole and entry.days >= SHORTEST_TERM, Sort.TERM),
    ):
        if not pattern.search(title):
            continue
        if fits and not _others(pattern.sub(" ", title), extra):
            return Recognised(_by_length(sort, entry.days))
        doubt = doubt or pattern is not _TERM
    return Recognised(Sort.EVENT, doubt)


def _by_length(sort: Sort, days: int) -> Sort:
    """“Autumn half-term 1” of seven weeks is a term; a holiday of a day or two is a day closed, and the reverse."""
    if sort is Sort.HALF_TERM and days > 4 * 7:
        return Sort.TERM
    if sort is Sort.HOLIDAY and days <= 2:
        return Sort.CLOSED
    if sort is Sort.CLOSED and days > 2:
        return Sort.HOLIDAY
    return sort


def _others(title: str, extra: set[str]) -> set[str]:
    """Words that are neither filling nor a number such as 2026/27."""
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", title)
    return {word for word in words if word not in FILLING and word not in extra and not re.match(r"\d", word)}
