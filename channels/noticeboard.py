"""A poster for the noticeboard: one A4 page for each message, to print and put up (W23, H6).

noticeboard/SLUG-xxxxxxxx.html
"""

import asyncio
import hashlib
from html import escape
from typing import ClassVar

from babel.dates import format_date
from pydantic import BaseModel, ConfigDict

from channels import _cards, _files, _markup
from channels.base import Outgoing, Sent, Surroundings
from channels.outbox import base
from notifier.model.payload import POSTER, PagePayload
from notifier.model.policy import AddressKind


class NoticeboardSettings(BaseModel):
    """``[channels.noticeboard]`` has no settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Noticeboard:
    medium: ClassVar[str] = POSTER
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = True
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = NoticeboardSettings

    def __init__(self, settings: NoticeboardSettings, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.parallelism = 1
        self.per_minute: float | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, PagePayload):
            raise TypeError(f"noticeboard carries a page, not {type(outgoing.payload).__name__}")
        with _files.writing():
            return Sent(reference=await asyncio.to_thread(self._write, outgoing, outgoing.payload))

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, outgoing: Outgoing, payload: PagePayload) -> str:
        outbox, trial = self.surroundings.outbox, self.surroundings.trial
        mark = hashlib.sha256(outgoing.item.encode("utf-8", "replace")).hexdigest()[:8]
        path = base(self.surroundings) / "noticeboard" / f"{_files.stem(payload.slug)}-{mark}.html"
        body = self._poster(payload, _markup.with_pictures(payload.html, outgoing.attachments))
        content = _markup.page(
            payload.title, body, sheet="poster", language=payload.language, trial=trial, drill=outgoing.drill
        )
        _files.write(path, content)
        card = _cards.Card(
            channel="noticeboard",
            item=outgoing.item,
            message=outgoing.message,
            title=payload.title,
            family="Everybody",
            language=payload.language,
            trial=trial,
            drill=outgoing.drill,
            public=True,
            file=str(path.relative_to(outbox)),
            page=str(path.relative_to(outbox)),
        )
        _cards.write(outbox, card)
        return card.file

    def _poster(self, payload: PagePayload, html: str) -> str:
        """Headline, words, and at the foot who says it and when it comes down."""
        day = payload.take_down
        down = f"Take down after {format_date(day, 'd MMMM y', locale='en_GB')}" if day else ""
        places = [self.surroundings.school, self.surroundings.phone, self.surroundings.website]
        told = " · ".join(f"<bdi>{escape(place)}</bdi>" for place in places if place)
        return (
            f'<article class="poster">\n<h1>{escape(payload.title)}</h1>\n<div class="words">'
            f'{_markup.fragment(html)}</div>\n<footer><p>{told}</p><p class="down" lang="en">{escape(down)}</p>'
            "</footer>\n</article>"
        )
