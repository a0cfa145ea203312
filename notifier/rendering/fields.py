"""Merge fields in what staff write: one fixed list, plain substitution, never a template language (DESIGN 3.2)."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from notifier.model.message import Body
from notifier.model.problem import Problem, error

EVENT = frozenset({"event_title", "event_date", "event_time", "event_place"})

MERGE_FIELDS: Mapping[str, str] = {
    "pupils": "the forenames of the children this family hears about",
    "greeting": "the greeting with the names of the adults, such as Dear Ms Khan",
    "class": "the class of the child, or the classes",
    "school": "the school's name",
    "phone": "the school's phone number",
    "website": "the school's website",
    "event_title": "what the event is called",
    "event_date": "the day of the event",
    "event_time": "when the event begins and ends",
    "event_place": "where the event is",
}
"""Every field staff may write, and what it becomes."""

_SPACE = r"(?:\s|&nbsp;|&#160;)*"
_FIELD = re.compile(r"\{\{" + _SPACE + r"([^{}<>]*?)" + _SPACE + r"\}\}")
_TAG = re.compile(r"(<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)")
_LAST_WORD = re.compile(r"\w+$")
_NEXT_WORD = re.compile(r"\s+(\w+)")
_AT_END = re.compile(_SPACE + r"(?:$|\n)")
_DEAR = re.compile(r"\bdear" + _SPACE + "$", re.IGNORECASE)

Fill = Callable[[str, bool], str]
"""(field, ends its line) -> the words, escaped already where they go into HTML."""


def text_nodes(html: str, change: Callable[[str], str]) -> str:
    """The HTML with ``change`` made to what stands between the tags, and nowhere else."""
    pieces = _TAG.split(html)
    pieces[::2] = [change(piece) if piece else piece for piece in pieces[::2]]
    return "".join(pieces)


def fill(text: str, words: Fill) -> str:
    """Plain text, or one text node, with its fields replaced once; words that look like a field stay as they are.

    A word that the field's own words end with is not said twice: ``{{ class }} class`` of "Oak class" is "Oak class".
    Nor is "Dear" before the greeting, which brings its own.
    """
    pieces: list[str] = []
    at = 0
    for found in _FIELD.finditer(text):
        name = _name(found.group(1))
        if name not in MERGE_FIELDS:
            continue
        said = words(name, _AT_END.match(text, found.end()) is not None)
        before = text[at : found.start()]
        pieces += [_DEAR.sub("", before) if name == "greeting" else before, said]
        at = found.end()
        last, following = _LAST_WORD.search(said), _NEXT_WORD.match(text, at)
        if last and following and last.group().casefold() == following.group(1).casefold():
            at = following.end()
    pieces.append(text[at:])
    return "".join(pieces)


def fill_html(html: str, words: Fill) -> str:
    return text_nodes(html, lambda text: fill(text, words))


def used(text: str) -> frozenset[str]:
    """The fields in a text, as staff wrote them but in lower case and with underscores."""
    return frozenset(_name(found) for found in _FIELD.findall(text))


def used_html(html: str) -> frozenset[str]:
    return frozenset(name for text in _TAG.split(html)[::2] for name in used(text))


def merge_problems(bodies: Iterable[Body], where: str, *, event: bool = True) -> list[Problem]:
    """What is wrong with the fields in these words. ``event``: the message is about one, so its fields have words."""
    problems: list[Problem] = []
    for body in bodies:
        written = used(body.plain) | used(body.subject) | used(body.text)
        found = used_html(body.html)
        problems += [_unknown(name, where) for name in sorted(written | found) if name not in MERGE_FIELDS]
        problems += [_split(name, where) for name in sorted(used(body.plain) - found) if name in MERGE_FIELDS]
        problems += [_unclosed(text, where) for text in (body.plain, body.subject, body.text) if _open(text)]
        if not event:
            problems += [_no_event(name, where) for name in sorted((written | found) & EVENT)]
    return list(dict.fromkeys(problems))


def _name(written: str) -> str:
    return re.sub(r"[\s_-]+", "_", written.strip().casefold())


def _open(text: str) -> bool:
    rest = _FIELD.sub("", text)
    return "{{" in rest or "}}" in rest


def _unknown(name: str, where: str) -> Problem:
    near = difflib.get_close_matches(name, MERGE_FIELDS, n=1, cutoff=0.5)
    hint = (
        f"Did you mean {{{{ {near[0]} }}}}?"
        if near
        else f"The fields are {', '.join(MERGE_FIELDS)}; write the words themselves instead."
    )
    return error("unknown-merge-field", f"There is no field {{{{ {name} }}}}. {hint}", where, "DESIGN 3.2")


def _split(name: str, where: str) -> Problem:
    return error(
        "merge-field-formatted",
        f"Part of the field {{{{ {name} }}}} is bold, coloured or a link. Type it again without any formatting.",
        where,
        "DESIGN 3.2",
    )


def _unclosed(text: str, where: str) -> Problem:
    rest = _FIELD.sub("", text)
    at = max(rest.find("{{"), 0) if "{{" in rest else max(rest.find("}}") - 20, 0)
    near = " ".join(rest[at : at + 30].split())
    return error(
        "merge-field-unclosed",
        f"A field begins with two curly brackets and ends with two, such as {{{{ pupils }}}}. Look at “{near}”.",
        where,
        "DESIGN 3.2",
    )


def _no_event(name: str, where: str) -> Problem:
    return error(
        "merge-field-without-event",
        f"The field {{{{ {name} }}}} needs an event, and this message names none. Add a line event: with its id or "
        "date, or write the words themselves.",
        where,
        "DESIGN 3.2",
    )
