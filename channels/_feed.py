"""The news as an Atom feed (RFC 4287) and as a JSON feed (version 1.1)."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from html import escape
from typing import Protocol
from urllib.parse import quote

LATEST = 50
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Told(Protocol):
    """What a feed says of a page."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def published(self) -> datetime: ...
    @property
    def take_down(self) -> date | None: ...


def atom(school: str, url: str, entries: Sequence[Told]) -> bytes:
    """The latest pages, newest first; ``url`` is the folder's web address with its closing slash."""
    updated = max((entry.published for entry in entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_text(url)}</id>",
        f"<title>{_text(f'News from {school}')}</title>",
        f"<updated>{_moment(updated)}</updated>",
        f"<author><name>{_text(school)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href="{_text(url)}feed.xml"/>',
        f'<link rel="alternate" type="text/html" href="{_text(url)}"/>',
    ]
    for entry in entries[:LATEST]:
        link = _text(url + quote(entry.name))
        parts += [
            f'<entry xml:lang="{_text(entry.language or "en")}">',
            f"<id>{link}</id>",
            f"<title>{_text(entry.title)}</title>",
            f"<updated>{_moment(entry.published)}</updated>",
            f"<published>{_moment(entry.published)}</published>",
            f'<link rel="alternate" type="text/html" href="{link}"/>',
            f'<summary type="text">{_text(entry.summary or entry.title)}</summary>',
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>", ""]).encode("utf-8", "replace")


def as_json(school: str, url: str, entries: Sequence[Told]) -> bytes:
    """The same as a JSON feed, for a school's own website to show."""
    items = [
        {
            "id": url + quote(entry.name),
            "url": url + quote(entry.name),
            "title": entry.title,
            "content_text": entry.summary or entry.title,
            "date_published": _moment(entry.published),
            "language": entry.language or "en",
        }
        for entry in entries[:LATEST]
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"News from {school}",
        "home_page_url": url,
        "feed_url": f"{url}feed.json",
        "authors": [{"name": school}],
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """XML holds no control characters, not even escaped."""
    return escape(_NOT_XML.sub("", text))
