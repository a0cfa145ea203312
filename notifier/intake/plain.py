"""HTML as plain text: the only module that knows inscriptis."""

import html as entities
import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_images=True)


def _with_target(link: re.Match[str]) -> str:
    """``the form (https://...)``, and the address alone where the words are the address."""
    target = link[1].removeprefix("mailto:").removeprefix("tel:")
    words = _TAG.sub("", link[2]).strip()
    same = entities.unescape(words).rstrip("/") == entities.unescape(target).rstrip("/")
    return link[2] if same or not words else f"{link[2]} ({target})"


def plain(html: str) -> str:
    """Sanitised HTML as readable text; link targets in brackets, a picture as its description in square ones."""
    if not html.strip():
        return ""
    text: str = get_text(_LINK.sub(_with_target, html), _CONFIG)
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
