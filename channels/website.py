"""The school's website: a page for each message, a list of them and two feeds, in every target folder.

    TARGET/index.html  TARGET/feed.xml  TARGET/feed.json  TARGET/SLUG.html  TARGET/SLUG.ics  TARGET/files/...
    TARGET/banner.html                 an emergency that holds, for the school's own pages to show; else empty
    outbox/website-items/ITEM.json     what stands there, from which list and feed are rebuilt

In trial the one target is outbox/trial/website; the real folders are not touched.
"""

import asyncio
import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator

from channels import _cards, _feed, _files, _site
from channels._markup import TRIAL
from channels._site import Entry
from channels.base import Outgoing, Sent, Surroundings
from channels.outbox import base
from notifier.model.message import Enclosure
from notifier.model.payload import PAGE, PagePayload
from notifier.model.policy import AddressKind
from notifier.model.problem import Problem


class Target(BaseModel):
    """``[[channels.website.targets]]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(description="The folder that the web server shows, relative to this file.")
    base_url: str = Field(description="The web address under which that folder is seen.")

    @field_validator("base_url")
    @classmethod
    def _whole(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
            raise ValueError('Write the whole web address in quotes: "https://www.school.example.org/news".')
        return value.rstrip("/") + "/"


class WebsiteSettings(BaseModel):
    """``[channels.website]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: tuple[Target, ...] = Field(min_length=1, description="The folders that get every page.")

    @property
    def pages(self) -> str:
        """The web address under which families find a page, with its closing slash."""
        return self.targets[0].base_url


class Website:
    medium: ClassVar[str] = PAGE
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = True
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = WebsiteSettings
    rehearsal: ClassVar[BaseModel] = WebsiteSettings(
        targets=(Target(folder=Path("website"), base_url="https://school.example/"),)
    )

    def __init__(self, settings: WebsiteSettings, surroundings: Surroundings) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = 1
        self.per_minute: float | None = None
        self._records = base(surroundings) / "website-items"
        self._writing = asyncio.Lock()

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, PagePayload):
            raise TypeError(f"website carries a page, not {type(outgoing.payload).__name__}")
        with _files.writing():
            async with self._writing:  # the list is one file, and two pages may come at once
                return Sent(reference=await asyncio.to_thread(self._publish, outgoing, outgoing.payload))

    async def close(self) -> None:
        """Nothing is held open."""

    async def check(self) -> list[Problem]:
        """At every start: what went past its day while nothing ran is taken down (H39)."""
        async with self._writing:
            with suppress(OSError):  # the next page tries again, and tells
                await asyncio.to_thread(self._tidy)
        return []

    async def take_down(self, item: str) -> None:
        with _files.writing():
            async with self._writing:
                await asyncio.to_thread(self._take_down, item)

    def _take_down(self, item: str) -> None:
        found = next((one for one in self._entries() if one.item == item), None)
        if found is None or found.place:
            return
        self._forget(found)
        self.rebuild()

    def _forget(self, entry: Entry, kept: Collection[str] = ()) -> None:
        """``kept``: files that another entry goes on using."""
        _files.remove(*(folder / name for folder, _ in self.targets for name in {*entry.files} - {*kept}))
        _files.remove(self._record(entry.item))
        _cards.remove(self.surroundings.outbox, "website", entry.item)

    def _tidy(self) -> None:
        if self._entries():
            self.rebuild()

    @property
    def targets(self) -> Sequence[tuple[Path, str]]:
        """Folder and web address of each."""
        if self.surroundings.trial:
            return [(base(self.surroundings) / "website", self.settings.targets[0].base_url)]
        return [(self.surroundings.folder / one.folder, one.base_url) for one in self.settings.targets]

    def rebuild(self) -> None:
        """List and feed of every target, wholly from the records; what is past its day is taken down."""
        today = self.surroundings.clock.now().date()
        entries = self._entries()
        newest = {one.place: one for one in reversed(entries)}
        for entry in [one for one in entries if _is_over(one, today) or (one.place and newest[one.place] is not one)]:
            entries.remove(entry)
            kept = newest[entry.place].files if entry.place and not _is_over(newest[entry.place], today) else ()
            self._forget(entry, kept)
        for folder, url in self.targets:
            _files.write(folder / "index.html", _site.listing(self.surroundings, entries, today))
            banner = _site.banner(self.surroundings, entries, today, url)
            mark = f"<!-- {TRIAL} -->\n" if self.surroundings.trial else ""
            _files.write(folder / "banner.html", (mark + banner).encode("utf-8", "replace"))
            named = f"{TRIAL}: {self.surroundings.school}" if self.surroundings.trial else self.surroundings.school
            _files.write(folder / "feed.xml", _feed.atom(named, url, entries))
            _files.write(folder / "feed.json", _feed.as_json(named, url, entries))

    def _publish(self, outgoing: Outgoing, payload: PagePayload) -> str:
        before = [one for one in self._entries() if payload.place and one.place == payload.place]
        if before and before[0].published > payload.published:  # done again, after something newer was said
            return f"{self.targets[0][1]}{quote(before[0].name)}"
        name = self._name(outgoing.item, payload.slug)
        diary = next((one for one in outgoing.attachments if one.attachment.electronic), None)
        beside = tuple(one for one in outgoing.attachments if one is not diary)
        entry = Entry(
            item=outgoing.item,
            name=name,
            title=payload.title,
            summary=payload.summary,
            language=payload.language,
            published=payload.published,
            take_down=payload.take_down,
            drill=outgoing.drill,
            kind=payload.kind,
            calendar_words=payload.calendar_words if diary is not None else "",
            place=payload.place,
            former=tuple(sorted({file for one in before for file in (one.name, *one.former)} - {name})),
        )
        for folder, url in self.targets:
            if diary is not None and entry.calendar_words:
                _files.write(folder / entry.calendar_name, self._calendar(diary.content))
            names = {one.attachment.digest: _enclosure(folder, one) for one in beside}
            page = _site.page(self.surroundings, entry, payload.html, beside, names, url)
            for file in (*entry.former, name):
                _files.write(folder / file, page)
        mode = TRIAL if self.surroundings.trial else "live"
        record = json.dumps(
            {**asdict(entry), "mode": mode}, ensure_ascii=False, indent=1, sort_keys=True, default=_plain
        )
        _files.write(self._record(outgoing.item), record.encode("utf-8", "replace"))
        self.rebuild()
        self._card(outgoing, entry)
        return f"{self.targets[0][1]}{quote(entry.name)}"

    def _card(self, outgoing: Outgoing, entry: Entry) -> None:
        folder, outbox = self.targets[0][0], self.surroundings.outbox
        shown = folder / entry.name
        if not shown.is_relative_to(outbox):  # the outbox page can only show what lies beside it
            shown = _cards.place(outbox, "website", entry.item, ".html")
            _files.write(shown, (folder / entry.name).read_bytes())
        card = _cards.Card(
            channel="website",
            item=outgoing.item,
            message=outgoing.message,
            title=entry.title,
            family="Everybody",
            address=f"{self.targets[0][1]}{entry.name}",
            language=entry.language,
            trial=self.surroundings.trial,
            drill=entry.drill,
            public=True,
            file=str(shown.relative_to(outbox)),
            page=str(shown.relative_to(outbox)),
        )
        _cards.write(outbox, card)

    def _calendar(self, content: bytes) -> bytes:
        return content.replace(b"\nSUMMARY:", f"\nSUMMARY:{TRIAL}: ".encode()) if self.surroundings.trial else content

    def _record(self, item: str) -> Path:
        return self._records / f"{_files.stem(item)}.json"

    def _entries(self) -> list[Entry]:
        """Newest first."""
        found = []
        for path in sorted(self._records.glob("[!.]*.json")):
            with suppress(OSError, ValueError, TypeError, KeyError):
                fields = json.loads(path.read_text(encoding="utf-8"))
                del fields["mode"]
                fields["published"] = datetime.fromisoformat(fields["published"])
                fields["former"] = tuple(fields.get("former", ()))
                fields["take_down"] = date.fromisoformat(fields["take_down"]) if fields["take_down"] else None
                found.append(Entry(**fields))
        return sorted(found, key=lambda entry: (entry.published, entry.item), reverse=True)

    def _name(self, item: str, slug: str) -> str:
        """The page's file: what it was before, else the slug, with a mark where another page has that name."""
        entries = self._entries()
        for entry in entries:
            if entry.item == item:
                return entry.name
        wanted = f"{_files.stem(slug)}.html"
        if wanted not in {"index.html", *(entry.name for entry in entries)}:
            return wanted
        return f"{_files.stem(slug)}-{_files.stem(item)[-8:]}.html"


def _enclosure(folder: Path, one: Enclosure) -> str:
    """Put the file beside the pages, under its digest; its web address relative to them."""
    name = _files.marked(one.attachment.name, one.attachment.digest)
    _files.write(folder / "files" / name, one.content)
    return f"files/{quote(name)}"


def _is_over(entry: Entry, today: date) -> bool:
    return entry.take_down is not None and entry.take_down < today


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
