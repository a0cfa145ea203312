"""What a feed says happens, day by day: every event and every repetition within the years at hand.

All-day events end before their DTEND; times in UTC or another zone are told by the
school's clock; a repetition without end stops with the years at hand (RFC 5545).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from notifier.calendar.importing.blocks import BadFeed, Block, Blocks, read_blocks
from notifier.calendar.importing.recurrence import odd
from notifier.calendar.importing.words import line, plain

if TYPE_CHECKING:
    from icalendar import Component

MOST = 5_000
"""Events of one feed within the years at hand, repetitions included."""
DAY = timedelta(days=1)
EARLIEST = 1970
_YEAR = re.compile(r"(\d{4})\d{4}")
_ZONE = re.compile(r";TZID=\"?([^\":;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on its days, ``last`` included. ``start`` None: all day. ``key`` is the same whenever the same event
    comes again: its UID, and for a repetition the moment at which it was to be."""

    key: str
    title: str
    first: date
    last: date
    start: time | None = None
    end: time | None = None
    place: str = ""
    details: str = ""
    cancelled: bool = False
    repeats: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass
class Feed:
    entries: list[Entry] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Years:
    """The years at hand, both days included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def read_feed(path: Path, years: Years, zone: ZoneInfo) -> Feed:
    """Every event of the years at hand by date, and what is doubtful about the file. Raises BadFeed."""
    blocks = read_blocks(path)
    if not blocks.events:
        raise BadFeed(f"There is no event in {path.name}. Choose the right calendar and save it again.")
    reader = _Reader(blocks, years, zone)
    if not blocks.whole:
        reader.doubt("The file stops in the middle. Save it again, so that nothing is missing.")
    for uid, group in _groups(blocks, years).items():
        reader.read(uid, group)
        if len(reader.feed.entries) > MOST:
            raise BadFeed(
                f"{path.name} holds more than {MOST} events from {years.first:%-d %B %Y} to {years.last:%-d %B %Y}. "
                "Save only the school's own calendar, or fewer years (--from and --until)."
            )
    reader.finish()
    return reader.feed


def _groups(blocks: Blocks, years: Years) -> dict[str, list[Block]]:
    """Events by UID: a series together with the repetitions that were changed. What is far away is left out."""
    groups: dict[str, list[Block]] = defaultdict(list)
    for block in blocks.events:
        groups[block.value("UID") or _own_uid(block)].append(block)
    return {uid: group for uid, group in groups.items() if len(group) > 1 or _near(group[0], years)}


def _own_uid(block: Block) -> str:
    """For an event without a UID: the same title on the same day is the same event."""
    told = f"{block.value('SUMMARY')}|{block.value('DTSTART')}"
    return "own-" + hashlib.sha256(told.encode()).hexdigest()[:16]


def _near(block: Block, years: Years) -> bool:
    if block.of("RRULE") or block.of("RDATE"):
        return True
    found = _YEAR.match(block.value("DTSTART"))
    return found is None or years.first.year - 1 <= int(found[1]) <= years.last.year + 1


class _Reader:
    def __init__(self, blocks: Blocks, years: Years, zone: ZoneInfo) -> None:
        self.blocks = blocks
        self.years = years
        self.zone = zone
        self.feed = Feed()
        self.private = 0
        self.known = available_timezones()
        self.strange: set[str] = set()
        if blocks.zone and blocks.zone not in self.known:
            self.strange.add(blocks.zone)

    def doubt(self, sentence: str) -> None:
        self.feed.doubts.append(sentence)

    def finish(self) -> None:
        if self.private:
            self.doubt(
                f"{self.private} {'event is' if self.private == 1 else 'events are'} marked private and left out."
            )
        for name in sorted(self.strange):
            self.doubt(
                f"The time zone “{name[:60]}” is not known; its hours were taken as the school's. Check the times."
            )
        self.feed.entries.sort(key=lambda entry: (entry.first, entry.start or time.min, entry.title, entry.key))

    def read(self, uid: str, group: list[Block]) -> None:
        sound = []
        for block in group:
            if block.value("CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"}:
                self.private += 1
            elif why := self._wrong(block):
                self.doubt(f"“{_title(block)}” (line {block.line}) {why}")
            else:
                sound.append(block)
        if not sound:
            return
        try:
            self._expand(uid, sound)
        except Exception:  # the libraries raise many kinds for one broken event, and no one else must suffer for it
            self.doubt(f"“{_title(sound[0])}” (line {sound[0].line}) cannot be read and is left out. Enter it by hand.")

    def _wrong(self, block: Block) -> str:
        if not block.lines[-1].strip().upper().startswith("END:VEVENT"):
            return "does not end and is left out. Enter it by hand."
        if not block.value("DTSTART"):
            return "has no date and is left out. Enter it by hand."
        rules = block.of("RRULE")
        begun = _YEAR.match(block.value("DTSTART"))
        old = begun is not None and int(begun[1]) < EARLIEST
        if rules and (len(rules) > 1 or old or odd(block.value("RRULE"))):
            return "repeats in a way that no school event does and is left out. Enter it by hand."
        return ""

    def _expand(self, uid: str, group: list[Block]) -> None:
        from icalendar import Calendar

        from notifier.calendar.importing.repeating import occurrences

        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//school//"]
        if self.blocks.zone in self.known:
            lines.append(f"X-WR-TIMEZONE:{self.blocks.zone}")
        for name in sorted({name for block in group for told in block.lines for name in _ZONE.findall(told)}):
            if name not in self.known and name in self.blocks.zones:
                lines += self.blocks.zones[name]
        series = any(block.of("RRULE") or block.of("RDATE") for block in group)
        for block in group:
            lines += [f"UID:{uid}" if one.upper().startswith("UID") else self._bounded(one) for one in block.lines]
        lines.append("END:VCALENDAR")
        calendar = Calendar.from_ical("\r\n".join(lines) + "\r\n")
        for event in calendar.walk("VEVENT"):
            self._forwards(event)
        if any(block.of("RRULE") and not re.search("UNTIL=|COUNT=", block.value("RRULE").upper()) for block in group):
            self.doubt(f"“{_title(group[0])}” repeats without an end; it is entered until {self.years.last:%-d %B %Y}.")
        repeated: Sequence[Component]
        if series:
            repeated = occurrences(calendar, self.years.first, self.years.last + DAY)
        else:  # an answer to nobody's series: the last word on it is the event
            repeated = calendar.walk("VEVENT")[-1:]
        for event in repeated:
            entry = self._entry(uid, event, series)
            if entry is not None:
                self.feed.entries.append(entry)
            if len(self.feed.entries) > MOST:
                return

    def _bounded(self, told: str) -> str:
        """A repetition without an end gets the years' own, so that nobody looks for it until the year 9999."""
        if not told.upper().startswith("RRULE") or re.search("UNTIL=|COUNT=", told.upper()):
            return told
        return f"{told.rstrip('; ')};UNTIL={self.years.last + DAY:%Y%m%d}T235959Z"

    def _forwards(self, event: Any) -> None:
        start, end = event["DTSTART"].dt, event.get("DTEND")
        if end is None:
            return
        backwards = isinstance(end.dt, datetime) != isinstance(start, datetime) or (
            self._moment(end.dt) < self._moment(start)
        )
        if backwards:
            del event["DTEND"]
            self.doubt(f"“{line(str(event.get('SUMMARY', '')))}” ends before it starts; its end is left out.")

    def _moment(self, value: date) -> datetime:
        """On the school's clock."""
        if not isinstance(value, datetime):
            return datetime.combine(value, time.min, self.zone)
        return value.astimezone(self.zone) if value.tzinfo else value.replace(tzinfo=self.zone)

    def _entry(self, uid: str, event: Any, series: bool) -> Entry | None:
        start, end = event.start, event.end
        zone = event["DTSTART"].params.get("TZID")
        if zone and isinstance(start, datetime) and start.tzinfo is None:
            self.strange.add(str(zone))
        key = uid
        if series:
            key += f"/{event['RECURRENCE-ID'].dt:%Y-%m-%d}"
        from_, until = self._moment(start), self._moment(end)
        midnight = from_.time() == until.time() == time.min and until > from_
        if not isinstance(start, datetime) or midnight:  # Outlook writes whole days as midnight to midnight
            first, last = from_.date(), max(from_.date(), until.date() - DAY)
            begins = ends = None
        else:
            first, last = from_.date(), until.date()
            begins, ends = from_.time(), until.time() if until > from_ else None
            if ends == time.min:
                last, ends = last - DAY, time(23, 59)
        if last < self.years.first or first > self.years.last:
            return None
        return Entry(
            key=key,
            title=line(str(event.get("SUMMARY", ""))) or "Without a title",
            first=first,
            last=last,
            start=begins,
            end=ends,
            place=line(str(event.get("LOCATION", ""))),
            details=plain(str(event.get("DESCRIPTION", ""))),
            cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
            repeats=series,
        )


def _title(block: Block) -> str:
    return line(block.value("SUMMARY").replace("\\,", ",").replace("\\n", " "))[:80] or "Without a title"
