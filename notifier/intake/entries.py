"""A header's lines: ``Key: value``, split at the first colon (DESIGN 3.2, LIBRARIES R10)."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notifier.model.problem import Problem, error

KEYS = (
    "kind",
    "to",
    "except",
    "subject",
    "from",
    "send",
    "expires",
    "event",
    "remind",
    "essential",
    "important",
    "marketing",
    "category",
    "text",
    "attach",
    "language",
    "also",
    "replaces",
    "reply_to",
    "again",
)
_KEY = re.compile(r"[^\W\d_][\w \-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """``key`` as the code knows it (``reply_to``), ``written`` as the person wrote it, ``where`` as ``trip.md:3``."""

    key: str
    written: str
    value: str
    where: str


def normal(key: str) -> str:
    """Keys are case-insensitive; ``Reply to`` and ``reply-to`` are ``reply_to``."""
    return re.sub(r"[\s_\-]+", "_", key.replace("\xa0", " ").strip().lower())


def split(line: str) -> tuple[str, str] | None:
    """Key and value of a line, None where it holds no colon or nothing like a key before it."""
    before, colon, after = line.replace("\xa0", " ").partition(":")
    if not colon or not _KEY.fullmatch(before.strip()):
        return None
    return before.strip(), after.strip()


def one_letter_off(word: str, known: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped, make the one of the other."""
    if abs(len(word) - len(known)) > 1 or word == known:
        return False
    start = 0
    while start < min(len(word), len(known)) and word[start] == known[start]:
        start += 1
    a, b = word[start:], known[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (len(a) == len(b) and a[:2] == b[1::-1] and a[2:] == b[2:])


def is_near(key: str) -> bool:
    """Known, or one letter off."""
    found = normal(key)
    return found in KEYS or any(one_letter_off(found, known) for known in KEYS)


def spelled(key: str) -> str:
    """A key as people write it: ``Reply to``."""
    return key.replace("_", " ").capitalize()


def unknown(entry: Entry) -> Problem:
    near = difflib.get_close_matches(entry.key, KEYS, n=1, cutoff=0.6)
    nearest = near or [known for known in KEYS if one_letter_off(entry.key, known)]
    hint = (
        f"Did you mean “{spelled(nearest[0])}”?"
        if nearest
        else f"The header knows {', '.join(spelled(key) for key in KEYS)}. "
        "If this line belongs to the message itself, leave an empty line before it."
    )
    return error("header-unknown-key", f"I do not know the header line “{entry.written}:”. {hint}", entry.where)


def check(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], list[Problem]]:
    """The entries with known keys, each once, and a problem for every other."""
    kept: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        if entry.key not in KEYS:
            problems.append(unknown(entry))
        elif entry.key in kept:
            problems.append(
                error(
                    "header-repeated-key",
                    f"“{spelled(entry.key)}:” stands in the header twice. Keep one line; "
                    "several names go on one line with commas between them.",
                    entry.where,
                )
            )
        else:
            kept[entry.key] = entry
    return tuple(kept.values()), problems


def parse(lines: Sequence[str], name: str, first: int) -> tuple[tuple[Entry, ...], list[Problem]]:
    """Entries of the lines between the ``---``; ``first`` is the number of the first of them in the file.

    An indented line continues the one before it.
    """
    found: list[Entry] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, first):
        where = f"{name}:{number}"
        if not line.strip():
            continue
        if line[0] in " \t" and found:
            last = found[-1]
            found[-1] = Entry(last.key, last.written, f"{last.value} {line.strip()}".strip(), last.where)
            continue
        pair = split(line)
        if pair is None:
            problems.append(
                error(
                    "header-no-colon",
                    f"I cannot read line {number} of the header. Write each line as “Key: value”, "
                    "for instance “To: Oak class”; indent a line that goes on from the one above.",
                    where,
                )
            )
            continue
        found.append(Entry(normal(pair[0]), pair[0], pair[1], where))
    entries, wrong = check(found)
    return entries, problems + wrong
