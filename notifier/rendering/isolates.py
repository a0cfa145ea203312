"""Names, numbers and dates keep their own direction inside right-to-left text and the other way round (SCHOOL 44)."""

import re
import unicodedata
from functools import lru_cache

from markupsafe import Markup, escape

LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"

_RIGHT = frozenset({"R", "AL", "AN"})
_FIRST_RIGHT = "\u0590"
"""No letter before this one is written from the right."""
_FOREIGN_IN_RTL = frozenset({"L", "EN", "AN"})

_RUN = re.compile(
    r"[\u2066-\u2068][^\u2066-\u2069]*\u2069|(?:"  # isolated already: left as it is
    r"(?:https?://|www\.)[^\s<>\u2066-\u2069]+"
    r"|[^\s<>@\u2066-\u2069]+@[A-Za-z0-9.-]+\.[A-Za-z]+"
    r"|[+(]?\d[\d()]*(?:[ \u00a0./:,-]{1,2}[\d()]*\d[\d()]*)+"
    r")"
)
_TRAILING = ".,;:!?؟،۔)"


def needs(value: str, rtl: bool) -> bool:
    """Whether the value could disturb, or be disturbed by, text of that direction."""
    if value.isascii() and not rtl:
        return False
    wanted = _FOREIGN_IN_RTL if rtl else _RIGHT
    return any(unicodedata.bidirectional(letter) in wanted for letter in value)


def unmarked(value: str, rtl: bool) -> bool:
    """Whether names of these letters stand as they are both inside plain text and inside HTML."""
    if rtl or not (value.isascii() or max(value) < _FIRST_RIGHT):
        return False
    return not ("&" in value or "<" in value or ">" in value or "'" in value or '"' in value)


def plain(value: str, rtl: bool) -> str:
    """A name or phrase inside plain text."""
    return f"{FIRST_STRONG}{value}{END}" if needs(value, rtl) else value


@lru_cache(maxsize=4096)
def html(value: str, rtl: bool) -> Markup:
    """A name or phrase inside HTML, escaped."""
    return Markup("<bdi>{}</bdi>").format(value) if needs(value, rtl) else escape(value)


def number(value: str, rtl: bool) -> str:
    """A phone number, an address of the web or of a mailbox, inside plain text."""
    return f"{LEFT_TO_RIGHT}{value}{END}" if rtl and value else value


def unbroken(value: str) -> str:
    """A number with spaces stays on one line: broken over two it reads in the wrong order."""
    return value.replace(" ", "\u00a0") if any(sign.isdigit() for sign in value) else value


def number_html(value: str, rtl: bool) -> Markup:
    return Markup('<bdi dir="ltr">{}</bdi>').format(unbroken(value)) if rtl and value else escape(value)


def runs(text: str) -> str:
    """Right-to-left plain text with every number of several groups, link and mailbox isolated."""
    return _RUN.sub(lambda found: _wrapped(found.group(), LEFT_TO_RIGHT, END), text)


def runs_html(text: str) -> str:
    """The same for one text node of HTML, which is escaped already."""
    return _RUN.sub(lambda found: _wrapped(found.group(), '<bdi dir="ltr">', "</bdi>"), text)


def _wrapped(run: str, before: str, after: str) -> str:
    if run.endswith(END):
        return run
    kept = run.rstrip(_TRAILING) if not run.endswith(")") or "(" not in run else run
    return f"{before}{kept}{after}{run[len(kept) :]}"
