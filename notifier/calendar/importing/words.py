"""Text of a feed as a school writes it: HTML, emoji and entities taken out."""

import html
import re
import unicodedata

import nh3

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
JOINERS = {"\u200b", "\u200c", "\u200d", "\ufe0e", "\ufe0f", "\u20e3", "\ufeff"}
FIRST_PICTURE = 0x2190
"""Below it stand signs such as the degree, which are text."""


def plain(text: str) -> str:
    """Lines of plain text; blank lines and blanks at the ends left out."""
    if _TAG.search(text):
        text = nh3.clean(_BREAK.sub("\n", text), tags=set())
    text = html.unescape(html.unescape(text))
    text = "".join(one for one in text if not _picture(one))
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def line(text: str) -> str:
    return " ".join(plain(text).split())


def _picture(one: str) -> bool:
    if one in JOINERS or 0x1F3FB <= ord(one) <= 0x1F3FF:
        return True
    category = unicodedata.category(one)
    return (category == "So" and ord(one) >= FIRST_PICTURE) or (category == "Cc" and one not in "\n\t")
