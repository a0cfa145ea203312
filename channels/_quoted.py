"""An email's words as quoted-printable (RFC 2045, 6.7): fixed ones once for all families, their own ones quickly.

Each piece also says whether a line in it begins with a dot, which the end of a message does on its way to a server
(RFC 5321, 4.5.2). A family's own words always begin a line, and no fixed piece goes on in the line that they end.
"""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_SOFT_BREAK = "=\r\n"
_DOTTED = "\r\n."
_SHORT = 70


@dataclass(slots=True)
class Around:
    """A text part without a family's own words: between two pieces is room for one of them.

    ``dotless``: no line in the pieces begins with a dot.
    """

    pieces: tuple[str, ...]
    dotless: bool


def around(subtype: str, fixed: tuple[str, ...]) -> Around:
    """A soft line break on each side of a family's own words keeps lines short; a piece never goes on in their line."""
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
    return Around(tuple(made), not any(_DOTTED in piece for piece in made))


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
