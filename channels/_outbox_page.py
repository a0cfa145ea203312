"""outbox/index.html: everything that was written, as the families would see it, on one page without a network.

Lists and short texts stand on the page; a mail or a sheet is a file beside it, shown in a
frame when it is chosen, so that a thousand of them cost nothing before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from channels import _cards, _files
from channels._cards import Card
from notifier.resources import resource


@dataclass(frozen=True, slots=True)
class Headline:
    """What the page calls a message; without one, the title of its own items is taken."""

    title: str
    kind: str = ""
    at: datetime | None = None


def build_outbox_index(outbox: Path, *, school: str, messages: Mapping[str, Headline] | None = None) -> Path:
    """Rebuild the page from the cards beside the items. Raises TemporaryFailure where it cannot be written.

    ``messages`` maps a message's id to its headline. Newest message first; within it sheets, then public
    pages, then families by name.
    """
    known = messages or {}
    cards = list(_cards.all_of(outbox))
    newest: dict[str, float] = {}
    for card, written in cards:
        at = known[card.message].at if card.message in known else None
        newest[card.message] = at.timestamp() if at else max(newest.get(card.message, 0.0), written)
    ordered = sorted((card for card, _ in cards), key=lambda card: _order(card, newest))
    shown = list(dict.fromkeys(card.message for card in ordered if card.message))
    data = {
        "school": school,
        "messages": [{"id": one, **_headline(one, known.get(one), ordered)} for one in shown],
        "items": [_item(card) for card in ordered],
    }
    page = outbox / "index.html"
    with _files.writing():
        _files.write(page, _page(data, school), durable=False)
    return page


def _order(card: Card, newest: Mapping[str, float]) -> tuple[float, str, int, str, str, str]:
    rank = 0 if card.whole else 1 if card.public else 2
    return -newest[card.message], card.message, rank, card.family.casefold(), card.channel, card.item


def _headline(message: str, known: Headline | None, cards: Sequence[Card]) -> dict[str, str]:
    if known is not None:
        return {"title": known.title, "kind": known.kind}
    own = [card for card in cards if card.message == message and not card.whole]
    titles = [card.title for card in own if card.title] or [card.text[:60] for card in own]
    # The commonest: a translation or a personal subject is the rarer one.
    return {"title": max(titles, key=titles.count) if titles else message, "kind": ""}


def _item(card: Card) -> dict[str, Any]:
    return {
        "channel": card.channel,
        "item": card.item,
        "message": card.message,
        "title": card.title,
        "family": card.family,
        "address": card.address,
        "language": card.language,
        "trial": card.trial,
        "whole": card.whole,
        "public": card.public,
        "file": quote(card.file),
        "page": quote(card.page),
        "text": card.text,
        "note": card.note,
        "attachments": list(card.attachments),
    }


def _page(data: Mapping[str, Any], school: str) -> bytes:
    folder = resource("templates") / "channels"
    words = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Inside <script> only "<" could end it or begin a comment; JSON may write it as an escape.
    filled = {
        "<!--TITLE-->": escape(f"Outbox · {school}"),
        "/*STYLE*/": (folder / "outbox.css").read_text(encoding="utf-8"),
        "/*SCRIPT*/": (folder / "outbox.js").read_text(encoding="utf-8"),
        "<!--DATA-->": words.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"),
    }
    page = (folder / "outbox.html").read_text(encoding="utf-8")
    for mark, content in filled.items():
        before, _, after = page.partition(mark)
        page = before + content + after
    return page.encode("utf-8", "replace")
