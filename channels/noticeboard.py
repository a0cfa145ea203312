"""Posters for the noticeboards: a sheet for each message as PDF, and a list of what hangs until when (W23, H6).

noticeboard/SLUG-xxxxxxxx.pdf            for boards inside
noticeboard/SLUG-xxxxxxxx-outside.pdf    for boards outside, where the message may hang there
noticeboard/posters.csv          what goes up and what comes down, rebuilt with every poster
noticeboard/items/ITEM.json      one poster, from which the list is made

Rendering gives a poster public words alone (DESIGN 3.4), and fewer of them for a board that strangers pass.
"""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from babel.dates import format_date
from pydantic import BaseModel, ConfigDict, Field

from channels import _cards, _codes, _files, _items, _markup, _pictures, _tree
from channels._press import Press, PressFault
from channels.base import Outgoing, PermanentFailure, Sent, Surroundings
from channels.outbox import base
from notifier.model.payload import POSTER, PagePayload
from notifier.model.policy import AddressKind

POSTERS = "noticeboard"
COLUMNS = ("poster", "board", "title", "put up from", "take down after", "what to do")
INSIDE, OUTSIDE = "inside", "outside"


class NoticeboardSettings(BaseModel):
    """``[channels.noticeboard]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: Literal["a4", "a3"] = Field(default="a4", description='How large a poster is: "a4" or "a3".')
    outside: bool = Field(default=True, description="Whether there is a board outside, which gets a sheet of its own.")


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
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = 1
        self.per_minute: float | None = None
        self._press = Press()
        self._writing = asyncio.Lock()
        self._items = _items.Items(base(surroundings), PagePayload, trial=surroundings.trial)

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, PagePayload):
            raise TypeError(f"noticeboard carries a page, not {type(outgoing.payload).__name__}")
        with _files.writing():
            async with self._writing:  # the list is one file
                return Sent(reference=await asyncio.to_thread(self._write, outgoing, outgoing.payload))

    async def take_down(self, item: str) -> None:
        """The list asks for it: the sheet itself hangs on a wall."""
        with _files.writing():
            async with self._writing:
                await asyncio.to_thread(self._call_down, item)

    def _call_down(self, item: str) -> None:
        found = next((one for one in self._items.read(POSTERS) if one.stem == item), None)
        if found is None or found.payload.place:
            return
        yesterday = self.surroundings.clock.now().date() - timedelta(days=1)
        self._items.rewrite(POSTERS, found, replace(found.payload, take_down=yesterday))
        self._list(base(self.surroundings) / POSTERS)

    async def close(self) -> None:
        await asyncio.to_thread(self._press.close)

    def _write(self, outgoing: Outgoing, payload: PagePayload) -> str:
        outbox, folder = self.surroundings.outbox, base(self.surroundings) / POSTERS
        path = folder / _name(outgoing.item, payload)
        pictures = _pictures.lay(folder, payload.html, outgoing.attachments)
        try:
            content = self._pdf(payload, folder, pictures, INSIDE)
        except PressFault as fault:
            if fault.sort != "picture":
                raise
            content = self._pdf(payload, folder, {}, INSIDE)  # better a poster without its pictures than none
        _files.write(path, content)
        if OUTSIDE in self._boards(payload):
            # Without pictures: of what the children make and how they look, a stranger learns nothing (H6).
            _files.write(folder / _name(outgoing.item, payload, OUTSIDE), self._pdf(payload, folder, {}, OUTSIDE))
        self._items.write(_as_poster(outgoing), payload)
        self._list(folder)
        card = _cards.Card(
            channel="noticeboard",
            item=outgoing.item,
            message=outgoing.message,
            title=payload.title,
            family="Everybody",
            language=payload.language,
            trial=self.surroundings.trial,
            drill=outgoing.drill,
            public=True,
            file=str(path.relative_to(outbox)),
            page=str(path.relative_to(outbox)),
        )
        _cards.write(outbox, card)
        return card.file

    def _boards(self, payload: PagePayload) -> tuple[str, ...]:
        return (INSIDE, OUTSIDE) if payload.outside and self.settings.outside else (INSIDE,)

    def _pdf(self, payload: PagePayload, folder: Path, pictures: dict[str, str], board: str) -> bytes:
        """Headline, words, and at the foot who says it, since when it hangs and when it comes down."""
        own = self.surroundings
        data: dict[str, Any] = {
            "paper": self.settings.paper,
            "title": f"{_markup.TRIAL}: {payload.title}" if own.trial else payload.title,
            "headline": payload.title,
            "lang": payload.language.split("-")[0].lower() or "en",
            "words": _tree.tree(payload.outside if board == OUTSIDE else payload.html, pictures),
            "school": own.school,
            "contact": [line for line in (own.phone, _codes.shown(own.website)) if line],
            "up": _day(payload.published.date()),
            "down": f"Take down after {_day(payload.take_down)}." if payload.take_down else "",
            "board": "For boards outside." if board == OUTSIDE else "",
            "trial": own.trial,
        }
        if payload.online:
            file = _codes.write(folder, payload.online)
            data["qr"] = {"file": file, "alt": payload.online, "words": payload.online_words}
        data = _tree.printed(data)
        try:
            return self._press.pdf("poster", folder, data, rare=_tree.rare(data))
        except PressFault as fault:
            if fault.sort != "glyph":
                raise
            raise PermanentFailure(
                "This computer has no letter shapes for a language on this poster. Install the fonts of Noto "
                "(on Debian: fonts-noto-core)."
            ) from fault

    def _list(self, folder: Path) -> None:
        """What hangs where everybody sees it: what is past its day, or no longer true, is to be taken down (H39)."""
        today = self.surroundings.clock.now().date()
        rows = []
        found = sorted(self._items.read(POSTERS), key=lambda item: (item.payload.published, item.stem), reverse=True)
        newest = {item.payload.place: item for item in reversed(found)}
        for item in found:
            old = bool(item.payload.place) and newest[item.payload.place] is not item
            up, down = item.payload.published.date(), item.payload.take_down
            past = old or (down is not None and down < today)
            todo = "take down" if past else "put up" if up <= today else f"put up on {_day(up)}"
            dates = (up.isoformat(), down.isoformat() if down else "")
            for board in self._boards(item.payload):
                rows.append((_name(item.stem, item.payload, board), board, item.payload.title, *dates, todo))
        drill = any(item.drill for item in found)
        _files.write(folder / "posters.csv", _items.csv(COLUMNS, rows, trial=self.surroundings.trial, drill=drill))


def _name(item: str, payload: PagePayload, board: str = INSIDE) -> str:
    mark = hashlib.sha256(item.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_files.stem(payload.slug)}-{mark}{'-outside' if board == OUTSIDE else ''}.pdf"


def _as_poster(outgoing: Outgoing) -> Outgoing:
    """All posters make one list, whatever their message."""
    return replace(outgoing, message=POSTERS)


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", locale="en_GB")
