"""What staff wrote, made safe: only known tags, safe links and pictures that come with the message.

The last step for every sort of document, whatever its reader let through.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import nh3

from notifier.intake import limits
from notifier.intake.names import same, shown
from notifier.intake.pictures import picture
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, advice, error

SAFE = frozenset({"http", "https", "mailto", "tel"})
_TAGS = frozenset(
    (
        *("p", "br", "hr", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
        *("strong", "em", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "a", "img"),
        *("ul", "ol", "li", "dl", "dt", "dd"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    )
)
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|applet|form|video|audio)\b|<[a-z][^<>]{0,2000}\son[a-z]{3,20}\s*=", re.IGNORECASE
)
_IMG = re.compile(r"<img([^>]*)>")
_ALT = re.compile(r'alt="([^"]*)"')
_FIELD = re.compile(r"\{\{((?:[^{}<>]|<[^<>]*>)*)\}\}")
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r"<(p|div|h[1-6]|strong|em|b|i|u)>(?:\s|&nbsp;|<br>)*</\1>")
_DEEPEST_BLANK = 8
_BARE_LINK = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_INLINE = re.compile(r"data:image/[\w.+-]{1,40};base64,([A-Za-z0-9+/=\s]*)", re.IGNORECASE)
_OPENED = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NEVER_DEEP = frozenset(
    ["br", "img", "hr", "input", "meta", "link", "col", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option"]
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``html`` names each picture as ``cid:DIGEST``; ``pictures`` are those it names, each once."""

    html: str
    pictures: tuple[Enclosure, ...]
    problems: tuple[Problem, ...]


def mend_fields(html: str) -> str:
    """Word cuts ``{{ pupils }}`` into pieces with a format each; put the pieces together, the tags behind them."""

    def whole(found: re.Match[str]) -> str:
        words = " ".join(_TAG.sub("", found[1]).replace("&nbsp;", " ").replace("\xa0", " ").split())
        return f"{{{{ {words} }}}}" + "".join(_TAG.findall(found[1]))

    return _FIELD.sub(whole, html)


class _Filter:
    """nh3's attribute filter: decides on each link and each picture, and remembers what it left out."""

    def __init__(self, pictures: Mapping[str, Enclosure]) -> None:
        self.known = {same(name): found for name, found in pictures.items()}
        self.used: dict[str, Enclosure] = {}
        self.remote = 0
        self.missing: dict[str, None] = {}
        self.broken = 0
        self.links: dict[str, None] = {}

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return self.source(value.strip())
        if attribute == "href":
            return self.link(value.strip())
        return value

    def source(self, value: str) -> str | None:
        found = self.known.get(same(value)) or self.known.get(same(unquote(value)))
        if found is not None:
            self.used[found.attachment.digest] = found
            return f"cid:{found.attachment.digest}"
        low = value.lower()
        if low.startswith(("http:", "https:", "//")):
            self.remote += 1
        elif low.startswith(("cid:", "data:")):
            self.broken += 1
        elif value:
            self.missing[shown(unquote(value))] = None
        return None

    def link(self, value: str) -> str | None:
        scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", value)
        if scheme and scheme[1].lower() in SAFE:
            if "%7B%7B" in value.upper() or "{{" in value:
                self.links[shown(unquote(value))] = None
                return None
            return value
        if value.lower().startswith("www."):
            return f"https://{value}"
        if value and not value.startswith("#") and not (scheme and scheme[1].lower() in {"cid", "data"}):
            self.links[shown(unquote(value))] = None
        return None


def _lift_inline(html: str) -> tuple[str, dict[str, Enclosure]]:
    """Pictures written out inside the HTML get a name instead, like those that lie beside it."""
    found: dict[str, Enclosure] = {}

    def name(inline: re.Match[str]) -> str:
        source = f"cid:inline-{len(found)}"
        try:
            made = picture(base64.b64decode(inline[1], validate=False), "")
        except (binascii.Error, ValueError):
            return "cid:unreadable"
        if not isinstance(made, Enclosure):
            return "cid:unreadable"
        found[source] = made
        return source

    return _INLINE.sub(name, html), found


def _depth(html: str) -> int:
    """How many parts lie in one another at most, about."""
    deepest = depth = 0
    for tag in _OPENED.finditer(html):
        if tag[2].lower() in _NEVER_DEEP:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _words_for(image: re.Match[str]) -> str:
    """A picture that cannot go leaves its description behind."""
    return image[0] if ' src="' in image[1] else _description(image[1])


def _description(attributes: str) -> str:
    alt = _ALT.search(attributes)
    return f"[{alt[1]}]" if alt and alt[1].strip() else ""


def clean(html: str, pictures: Mapping[str, Enclosure], where: str) -> Cleaned:
    """Sanitise. ``pictures`` maps an ``src`` as written to the picture that came with the document."""
    html, inline = _lift_inline(html)
    if len(html) > limits.HTML or _depth(html) > limits.NESTING:
        return Cleaned("", (), (_too_intricate(where),))
    judge = _Filter({**pictures, **inline})
    safe = nh3.clean(
        mend_fields(html),
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title"},
        attributes={tag: set(found) for tag, found in _ATTRIBUTES.items()},
        attribute_filter=judge,
        url_schemes={*SAFE, "cid"},  # the filter lets cid through only for our own pictures
        link_rel=None,
    )
    active = _ACTIVE.search(html) is not None
    safe = _IMG.sub(_words_for, _BARE_LINK.sub(r"\1", safe))
    return Cleaned(safe.strip(), tuple(judge.used.values()), tuple(_problems(judge, safe, where, active=active)))


def without_picture(html: str, digest: str) -> str:
    """The words without a picture that turned out to be none; its description stays."""
    return _IMG.sub(lambda image: _description(image[1]) if f"cid:{digest}" in image[1] else image[0], html)


def without_blanks(html: str) -> str:
    """Without paragraphs that hold nothing: they only keep lines apart in an editor."""
    for _ in range(_DEEPEST_BLANK):
        html = _EMPTY.sub("", html)
    return re.sub(r"^(?:\s|<br>)+", "", html).strip()


def _too_intricate(where: str) -> Problem:
    return error(
        "document-too-long",
        f"{shown(where)} is too long or too intricate for a message. Send the long part as an attached PDF.",
        shown(where),
    )


def _problems(judge: _Filter, html: str, where: str, *, active: bool) -> list[Problem]:
    found: list[Problem] = []
    if active:
        found.append(
            advice(
                "program-left-out",
                "I left out something that does more than be read (a program, a form, a film or another page inside "
                "the message): mail programs refuse it. Write a link to it instead.",
                where,
            )
        )
    if judge.remote:
        found.append(
            advice(
                "picture-remote",
                f"I left out {_count(judge.remote)} from the internet: it would tell its owner who opened the message. "
                "To show it, save it and put the picture itself into the message.",
                where,
            )
        )
    if judge.broken:
        found.append(unreadable(judge.broken, where))
    found.extend(
        error(
            "picture-missing",
            f"The picture {name} does not lie beside the message. Drop both together, in a folder of their own.",
            where,
        )
        for name in judge.missing
    )
    found.extend(
        advice(
            "link-left-out",
            f"The link to “{name[:80]}” leads nowhere for families, so only its words go out. "
            "Write the whole address, beginning with https://.",
            where,
        )
        for name in judge.links
    )
    described = [_ALT.search(image[1]) for image in _IMG.finditer(html)]
    if any(alt is None or not alt[1].strip() for alt in described):
        found.append(
            advice(
                "picture-undescribed",
                "A picture has no description, so some families cannot tell what it shows. "
                "Add one (in Word: right click, “View Alt Text”).",
                where,
                "SCHOOL 3h.41",
            )
        )
    return found


def unreadable(number: int, where: str) -> Problem:
    return advice(
        "picture-unreadable",
        f"I left out {_count(number)} that I could not read. Put {'it' if number == 1 else 'them'} in again as PNG or "
        "JPEG.",
        where,
    )


def _count(number: int) -> str:
    return "a picture" if number == 1 else f"{number} pictures"
