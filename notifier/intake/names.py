"""What file names mean: never taken, a message, a translation, an answer (DESIGN 3.2)."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import PurePath

from babel import Locale
from babel.core import UnknownLocaleError

DOCUMENTS = frozenset({".md", ".txt", ".docx", ".eml", ".toml"})
KNOWN_KINDS = "Word (.docx), Markdown or text (.md, .txt), a saved email (.eml) or .toml"

PROCESSING, ACCEPTED, REFUSED = "processing", "accepted", "refused"
ANSWER, PROBLEM = ".answer.txt", ".problem.txt"

_OURS = frozenset({PROCESSING, ACCEPTED, REFUSED, "thumbs.db", "desktop.ini"})
_ENDINGS = (".part", ".partial", ".crdownload", ".tmp", ANSWER, PROBLEM)
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_PUPIL_FILE = re.compile(r"[A-Za-z]{0,4}[-_]?\d{1,10}")
_INVISIBLE = frozenset("\u202a\u202b\u202c\u202d\u202e")


def never_taken(name: str) -> bool:
    """Our own folders and answers, half-written files and what office programs and Windows leave behind."""
    low = name.lower()
    return low in _OURS or name.startswith((".", "~$")) or low.endswith(_ENDINGS)


def suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def is_document(name: str) -> bool:
    return suffix(name) in DOCUMENTS


def is_report(name: str) -> bool:
    """Whether a file is named as one pupil's report is: ``P0012.pdf``."""
    return suffix(name) == ".pdf" and _PUPIL_FILE.fullmatch(stem(name)) is not None


def stem(name: str) -> str:
    """The name an answer goes by: ``trip`` for ``trip.md``."""
    return PurePath(name).stem


def same(name: str) -> str:
    """A key under which two spellings of one file name meet: a Mac writes é as two signs, Windows knows no case."""
    return unicodedata.normalize("NFC", name).casefold()


@cache
def language_name(tag: str) -> str | None:
    """``Urdu`` for ``ur``; None for what is no language (BCP 47, known to Babel)."""
    if not _TAG.fullmatch(tag):
        return None
    try:
        return Locale.parse(tag, sep="-").get_display_name("en")
    except (UnknownLocaleError, ValueError):
        return None


def split_language(name: str) -> tuple[str, str]:
    """Stem and language of a file name: ``trip.ur.md`` gives ``("trip", "ur")``, ``trip.md`` gives ``("trip", "")``."""
    whole = stem(name)
    front, dot, last = whole.rpartition(".")
    if dot and front and language_name(last) is not None:
        return front, last
    return whole, ""


def reaches_outside(name: str) -> bool:
    """Whether a name written in a header is more than the plain name of a file beside the message."""
    return (
        not name
        or name in {".", ".."}
        or any(sign in name for sign in "/\\\0")
        or re.match(r"[A-Za-z]:", name) is not None
    )


def has_control(text: str, allow: str = "") -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in allow for sign in text)


def hides_direction(text: str) -> bool:
    """Whether signs in it can make a text show other words than it holds (``exe.gpj`` for ``jpg.exe``)."""
    return any(sign in _INVISIBLE for sign in text)


def shown(name: str) -> str:
    """A file name fit for a sentence or a subject: control and direction signs as question marks."""
    return "".join("?" if has_control(sign) or sign in _INVISIBLE else sign for sign in name)


def numbered(name: str, number: int) -> str:
    """``trip (2).md`` for 2; the name itself for 1."""
    path = PurePath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def free_number(names: tuple[str, ...], taken: Callable[[str], bool]) -> int:
    """The first number under which none of the names is taken, so that files of one message stay together."""
    number = 1
    while any(taken(numbered(name, number)) for name in names):
        number += 1
    return number
