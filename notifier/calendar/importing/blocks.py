"""An .ics file cut into its events, so that one broken event costs only itself (RFC 5545 3.1: folded lines)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 10_000_000
"""Bytes. A school's calendar of ten years is under two million."""
MOST_LINES = 4_000
"""Of one event. What is longer is no event of a school."""
_NAME = re.compile(r"[A-Za-z0-9-]+")


class BadFeed(Exception):
    """The file is no calendar feed that can be read; the sentence says what to do."""


@dataclass
class Block:
    """One event as written, unfolded; ``line`` is where it begins, counted from 1."""

    line: int
    lines: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The first value of a property, its parameters left out; empty where there is none."""
        return next((line.partition(":")[2].strip() for line in self.of(name)), "")

    def of(self, name: str) -> list[str]:
        return [line for line in self.lines if (found := _NAME.match(line)) and found[0].upper() == name]


@dataclass
class Blocks:
    """``zone`` is the feed's X-WR-TIMEZONE. ``zones`` are the VTIMEZONE blocks by TZID."""

    events: list[Block] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    zone: str = ""
    whole: bool = False


def read_blocks(path: Path) -> Blocks:
    """Raises BadFeed for what is no feed: too large, a web page, a picture, nothing at all."""
    found = Blocks()
    event: Block | None = None
    zone: list[str] | None = None
    begun = False
    for number, line in _unfolded(_text(path)):
        folded = line.strip().upper()
        if not folded:
            continue
        if not begun:
            if folded != "BEGIN:VCALENDAR":
                raise BadFeed(
                    f"{path.name} is not a calendar file (it does not begin with BEGIN:VCALENDAR). "
                    "Save the calendar again as iCalendar, with the ending .ics."
                )
            begun = True
        if folded == "BEGIN:VEVENT":
            event = Block(number)
        elif folded == "BEGIN:VTIMEZONE":
            zone = []
        if event is not None:
            event.lines.append(line)
            if folded == "END:VEVENT" or len(event.lines) > MOST_LINES:
                found.events.append(event)
                event = None
        elif zone is not None:
            zone.append(line)
            if folded == "END:VTIMEZONE":
                name = next((one.partition(":")[2].strip() for one in zone if one.upper().startswith("TZID")), "")
                found.zones[name] = zone
                zone = None
        elif folded.startswith("X-WR-TIMEZONE:"):
            found.zone = line.partition(":")[2].strip()
        elif folded == "END:VCALENDAR":
            found.whole = True
    if not begun:
        raise BadFeed(f"{path.name} is empty. Save the calendar again as iCalendar, with the ending .ics.")
    if event is not None:
        found.whole = False
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise BadFeed(f"{path} is a folder. Name the .ics file in it.") from None
    except FileNotFoundError:
        raise BadFeed(f"There is no {path}. Name the .ics file that was saved.") from None
    except OSError as fault:
        raise BadFeed(f"{path} cannot be read: {fault.strerror}. Save it somewhere else and try again.") from None
    if len(data) > LARGEST:
        raise BadFeed(
            f"{path.name} is larger than {LARGEST // 1_000_000} MB, far more than a school's calendar. "
            "Save only the years you need, and without attachments."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first; a line that begins with a blank continues the one before."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = number, [line.replace("\x00", "")]
    if parts:
        yield begun, "".join(parts)
