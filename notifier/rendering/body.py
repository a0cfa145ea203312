"""What staff wrote, made ready for one language: fields filled or marked, foreign runs isolated, no heading twice."""

import re
from dataclasses import dataclass
from html import unescape

from notifier.model.message import Attachment, Body, Message
from notifier.rendering import isolates
from notifier.rendering.catalogues import Catalogue
from notifier.rendering.fields import fill, fill_html, text_nodes, used
from notifier.rendering.parts import clean
from notifier.rendering.words import Voice, filler

_HEADING = re.compile(r"^\s*<h([1-3])(?:\s[^>]*)?>(.*?)</h\1>\s*", re.DOTALL)
_HEADINGS = re.compile(r"<h([1-6])(?:\s[^>]*)?>.*?</h\1>", re.DOTALL)
_LINK = re.compile(r"<a\s[^>]*?href=\"([^\"]*)\"[^>]*>(.*?)</a>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_OPENING = re.compile(r"^\W*(dear|hello|hi|hey|good (?:morning|afternoon|evening)|welcome)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?۔؟।])\s+")


@dataclass(frozen=True, slots=True)
class Written:
    """One body without a heading that only repeats the subject."""

    language: str
    subject: str
    html: str
    plain: str
    text: str

    @property
    def greets(self) -> bool:
        """Whether the words greet the family themselves, at the very top or below headings."""
        below = unescape(_TAGS.sub("", _HEADINGS.sub("", self.html)))
        return "greeting" in used(self.plain) or any(_OPENING.match(words) for words in (self.plain, below))


def written(body: Body) -> Written:
    subject = " ".join(clean(body.subject).split())
    html, plain = clean(body.html), clean(body.plain).strip()
    heading = _HEADING.match(html)
    if heading and _same(unescape(_TAGS.sub("", heading.group(2))), subject):
        html = html[heading.end() :]
    first, _, rest = plain.partition("\n")
    if _same(first.strip("#*_= "), subject):
        plain = rest.lstrip("\n=-")
    return Written(body.language, subject, html, plain.strip("\n"), clean(body.text).strip())


def beside(message: Message, pupil_ids: tuple[str, ...] = (), *, on_paper: bool = False) -> tuple[Attachment, ...]:
    """What goes with the message to all, and with one about these children: no report of any other child.

    Without the pictures that stand in its words anyway, and ``on_paper`` without what is of no use there.
    """
    return tuple(
        one
        for one in message.attachments_for(pupil_ids)
        if not (on_paper and one.electronic) and not any(f"cid:{one.digest}" in body.html for body in message.bodies)
    )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def as_html(words: Written, fields: dict[str, str], catalogue: Catalogue) -> str:
    """The body with its fields filled from words that are HTML already."""
    html = text_nodes(words.html, isolates.runs_html) if catalogue.rtl else words.html
    return fill_html(html, filler(fields))


def spelled_out(html: str) -> str:
    """For paper, where nothing can be clicked: each link's address stands behind its words."""

    def link(found: re.Match[str]) -> str:
        address = unescape(found.group(1)).removeprefix("mailto:").removeprefix("tel:")
        bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
        shown = unescape(_TAGS.sub("", found.group(2)))
        if bare.casefold() in shown.casefold() or address.startswith("#"):
            return found.group(2)
        return f"{found.group(2)} ({isolates.number_html(bare, rtl=True)})"

    return _LINK.sub(link, html)


def as_plain(text: str, fields: dict[str, str], catalogue: Catalogue) -> str:
    """Any of its plain texts with its fields filled."""
    return fill(isolates.runs(text) if catalogue.rtl else text, filler(fields))


def subject_html(words: Written, fields: dict[str, str], voice: Voice) -> str:
    return fill(voice.own(words.subject), filler(fields))


def summary(plain: str, limit: int = 160) -> str:
    """The first whole sentences that fit, else the first words, on one line."""
    line = " ".join(plain.split())
    if len(line) <= limit:
        return line
    taken = ""
    for sentence in _SENTENCE_END.split(line):
        if len(taken) + len(sentence) + 1 > limit:
            break
        taken = f"{taken} {sentence}".strip()
    if len(taken) >= limit // 3:
        return taken
    return line[: line.rfind(" ", 0, limit - 1)].rstrip(",;: ") + "…"
