"""An email's words as quoted-printable (RFC 2045, 6.7): fixed ones once for all families, their own ones quickly.

A line that begins with a dot has to be told from the end of a message on its way to a server (RFC 5321, 4.5.2). No
line of a fixed piece does, and own words say whether one of theirs does. A family's own words always begin a line, and
no fixed piece goes on in the line that they end.
"""

import binascii
from collections.abc import Sequence
from functools import lru_cache

_SOFT_BREAK = "=\r\n"
_DOTTED = "\r\n."
_SHORT = 70
_LONGEST = 76
"""Characters of a line (RFC 2045, 6.7)."""


def around(subtype: str, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """A text part without a family's own words: between two pieces is room for one of them.

    A soft line break on each side of those keeps lines short; a piece never goes on in their line.
    """
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    first, last = 0, len(fixed) - 1
    made = [""] * (2 * len(fixed) - 1)
    for number, words in enumerate(fixed):
        piece = _encoded(words)
        if number == last and (words or number == first) and not piece.endswith("\r\n"):
            piece += "\r\n"
        if number > first and words:
            piece = _SOFT_BREAK + piece
        if number < last and (words or number > first):
            piece += _SOFT_BREAK
        made[2 * number] = piece
    made[0] = head + made[0]
    return tuple(map(_undotted, made))


def _undotted(piece: str) -> str:
    """The same in quoted-printable, with each dot at the beginning of a line as ``=2E``."""
    return "\r\n".join(map(_undotted_line, piece.split("\r\n"))) if _DOTTED in piece else piece


def _undotted_line(line: str) -> str:
    done = ""
    while line.startswith("."):
        line = f"=2E{line[1:]}"
        if len(line) > _LONGEST:
            cut = _LONGEST - 1
            while "=" in line[cut - 2 : cut]:  # within what stands for one character
                cut -= 1
            done, line = f"{done}{line[:cut]}{_SOFT_BREAK}", line[cut:]
    return done + line


def between_pieces(words: tuple[str, ...]) -> tuple[Sequence[str], bool]:
    """A family's own words as they stand in their parts, and whether no line in them begins with a dot."""
    together = "|".join(words)
    if (
        together.isascii()
        and together.isprintable()
        and "=" not in together
        and " |" not in together
        and together[-1:] != " "
        and (not words or max(map(len, words)) < _SHORT)
    ):  # names, classes: nothing in them needs anything
        return words, together[:1] != "." and "|." not in together
    encoded = [_short(word) if len(word) < _SHORT else _long(word) for word in words]
    return encoded, not any(word.startswith(".") or _DOTTED in word for word in encoded)


def _encoded(text: str) -> str:
    return quoted_printable(text).decode("ascii")


_short = lru_cache(maxsize=1024)(_encoded)
"""A name stands in an email several times, and many are called alike."""
_long = lru_cache(maxsize=64)(_encoded)
"""The coming events of a class."""


def quoted_printable(text: str) -> bytes:
    """Lines of at most 76 characters, CRLF line ends."""
    if len(text) < _SHORT and text.isascii() and text.isprintable() and "=" not in text and text[-1:] != " ":
        return text.encode("ascii")  # a name, a class: nothing in it needs anything
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return binascii.b2a_qp(plain.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
