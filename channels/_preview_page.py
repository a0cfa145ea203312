"""preview/index.html: a message as it will look, each language beside the others and each channel beside the others.

It is made of the same cards and files as the outbox page, in a folder of its own, without a script and without
anything from a network. Mails and pages stand in frames that run nothing.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from channels import _cards, _files, _markup
from channels._cards import Card

NAMES: Mapping[str, str] = {
    "email": "Email",
    "text": "Text message",
    "voice": "Telephone call",
    "letter": "Letter",
    "call": "Call sheet",
    "website": "Website",
    "noticeboard": "Poster",
}
MAIL = "email"
PREVIEW = "preview"
"""The folder within the outbox: a browser may not read a computer's temporary files."""


def build_preview(folder: Path, *, school: str, subjects: Sequence[str], languages: Mapping[str, str]) -> Path:
    """The page over all that was written into ``folder``. Raises TemporaryFailure where it cannot be written.

    ``languages``: that of the family for each item, which may read words in another one.
    """

    def group(card: Card) -> tuple[bool, bool, str]:
        spoken = languages.get(card.item, card.language)
        return not card.public, spoken != "en", spoken

    order = [*NAMES]
    cards = [card for card, _ in _cards.all_of(folder) if not card.whole]
    cards.sort(key=lambda card: (group(card), card.message, order.index(card.channel), card.item))
    groups = groupby(cards, key=group)
    sections = "".join(_section(not own, language, list(some)) for (own, _, language), some in groups)
    title = f"Preview: {', '.join(subjects)}"
    head = (
        f"<h1>{escape(title)}</h1><p>{escape(school)}. Nothing was sent and nothing was recorded. Each copy is that of "
        "the family named above it, as an example. The marks of a trial do not go out.</p>"
    )
    body = f"<main>{head}{sections or '<p>There is nothing to show: nobody would get it.</p>'}</main>"
    page = folder / "index.html"
    with _files.writing():
        _files.write(page, _markup.page(title, body, sheet="preview", trial=False, drill=False), durable=False)
    return page


def _section(public: bool, language: str, cards: Sequence[Card]) -> str:
    what = "For everybody to see" if public else f"A family whose language is {_markup.english_name(language)}"
    return (
        f'<section><h2>{escape(what)}</h2><div class="row">{"".join(_figure(card) for card in cards)}</div></section>'
    )


def _figure(card: Card) -> str:
    name = NAMES[card.channel]
    lines = [card.family if card.public else f"The copy of {card.family}", card.address, card.title, card.note]
    if card.attachments:
        lines.append(f"With {', '.join(card.attachments)}")
    said = "".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in lines if line)
    return f'<figure class="{card.channel}"><figcaption><h3>{name}</h3>{said}</figcaption>{_shown(card, name)}</figure>'


def _shown(card: Card, name: str) -> str:
    if not card.page:
        return f'<p class="bubble" lang="{escape(card.language)}" dir="auto">{escape(card.text)}</p>'
    source = escape(quote(card.page))
    if card.page.endswith(".pdf"):
        return (
            f'<iframe class="sheet" src="{source}#toolbar=0&amp;view=Fit" title="{name}"></iframe>'
            f'<p><a href="{source}">Open the PDF</a></p>'
        )
    frames = f'<iframe class="phone" sandbox src="{source}" title="{name} on a telephone"></iframe>'
    if card.channel in {MAIL, "website"}:
        frames += f'<iframe class="wide" sandbox src="{source}" title="{name} on a computer"></iframe>'
    return f'<div class="frames">{frames}</div>'
