"""Whole pages around what rendering made: language, direction, print rules, and the mark of a trial."""

import base64
import re
from collections.abc import Iterable
from functools import cache
from html import escape

from babel import Locale, UnknownLocaleError

from notifier.model.message import Enclosure
from notifier.resources import resource

TRIAL = "TRIAL"
_BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
_SAFE_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@cache
def style(name: str) -> str:
    """A style sheet of ``templates/channels``."""
    return (resource("templates") / "channels" / f"{name}.css").read_text(encoding="utf-8")


@cache
def locale(language: str) -> Locale:
    """The language's own rules; English where nothing is known of it."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return str(locale(language).text_direction)


def english_name(code: str) -> str:
    """The language's name in English, the code itself where nothing is known of it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def fragment(html: str) -> str:
    """What stands between the body tags; all of it where there are none."""
    found = _BODY.search(html)
    return found[1] if found else html


def page(
    title: str, body: str, *, sheet: str, language: str = "en", trial: bool = False, drill: bool = False, head: str = ""
) -> bytes:
    """A complete HTML page that needs nothing else: its style sheet stands inside."""
    language = language or "en"
    marks = _mark(f"{TRIAL} — practice only. Nothing was sent.") if trial else ""
    marks += _mark("DRILL — this is only practice.") if drill else ""
    shown = f"{TRIAL}: {title}" if trial else title
    words = f'lang="{escape(language)}" dir="{direction(language)}"'
    return (
        f'<!DOCTYPE html>\n<html {words}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(shown)}</title>\n'
        f"{head}<style>\n{style('common')}{style(sheet)}</style>\n</head>\n<body>\n{marks}{body}\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _mark(words: str) -> str:
    return f'<div class="mark" role="region" aria-label="{words.split()[0]}">{words}</div>\n'


def with_pictures(html: str, enclosures: Iterable[Enclosure]) -> str:
    """The pictures named as ``cid:DIGEST`` put inside, so that the page stands alone."""
    for one in enclosures:
        name = f"cid:{one.attachment.digest}"
        if name in html and one.attachment.media_type in _SAFE_PICTURES:
            data = base64.b64encode(one.content).decode("ascii")
            html = html.replace(name, f"data:{one.attachment.media_type};base64,{data}")
    return html


def files(html: str, enclosures: Iterable[Enclosure]) -> list[Enclosure]:
    """The enclosures that are attachments, not pictures out of the words."""
    return [one for one in enclosures if f"cid:{one.attachment.digest}" not in html]
