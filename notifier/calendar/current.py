"""The calendar folder as it stands, read again when its files have changed."""

from pathlib import Path

from notifier.calendar.files import load
from notifier.model.calendar import Nation, SchoolCalendar

FILES = ("terms.toml", "events.csv")
Stamp = tuple[tuple[int, int] | None, ...]


class CurrentCalendar:
    """A file that is just being saved may say half of what it means, so a change counts when two looks agree."""

    def __init__(self, folder: Path, nation: Nation) -> None:
        self._folder = folder
        self._nation = nation
        self._stamp = self._seen = self._look()
        self.calendar: SchoolCalendar = load(folder, nation)

    def refresh(self, *, settled: bool = False) -> bool:
        """Whether it reads differently now. ``settled``: it is known that nobody is writing just now."""
        stamp = self._look()
        agree, self._seen = settled or stamp == self._seen, stamp
        if stamp == self._stamp or not agree:
            return False
        before, self.calendar, self._stamp = self.calendar, load(self._folder, self._nation), stamp
        return self.calendar != before

    def _look(self) -> Stamp:
        return tuple(_stamp(self._folder / name) for name in FILES)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
