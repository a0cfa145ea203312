"""The calendar folder as it stands, read again when its files have changed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from notifier.calendar.files import load
from notifier.model.calendar import Event, Nation, SchoolCalendar

FILES = ("terms.toml", "events.csv")
Stamp = tuple[tuple[int, int] | None, ...]


class CurrentCalendar:
    """A file that is just being saved may say half of what it means, so a change counts when two looks agree."""

    def __init__(self, folder: Path, nation: Nation) -> None:
        self._folder = folder
        self._nation = nation
        self._stamp = self._seen = self._look()
        self.calendar: SchoolCalendar = load(folder, nation)
        self._closed: tuple[SchoolCalendar, frozenset[date], SchoolCalendar] | None = None

    def refresh(self, *, settled: bool = False) -> bool:
        """Whether it reads differently now. ``settled``: it is known that nobody is writing just now."""
        stamp = self._look()
        agree, self._seen = settled or stamp == self._seen, stamp
        if stamp == self._stamp or not agree:
            return False
        read, self._stamp = load(self._folder, self._nation), stamp
        if read == self.calendar:
            return False
        self.calendar = replace(read, events=_kept(read.events, self.calendar.by_id))
        return True

    def closed_also_on(self, days: frozenset[date]) -> SchoolCalendar:
        """The calendar with further days closed: the very same value as long as neither changes."""
        if not days:
            return self.calendar
        made = self._closed
        if made is None or made[0] is not self.calendar or made[1] != days:
            closed = replace(self.calendar, closed=self.calendar.closed | days)
            made = self._closed = (self.calendar, days, closed)
        return made[2]

    def _look(self) -> Stamp:
        return tuple(_stamp(self._folder / name) for name in FILES)


def _kept(events: Iterable[Event], known: Mapping[str, Event]) -> tuple[Event, ...]:
    """The events just read; one that reads as before is the very same value, so that whoever keeps something of each
    sees at once which have changed."""
    return tuple(before if (before := known.get(event.id)) == event else event for event in events)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
