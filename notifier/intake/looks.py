"""Looking at a drop folder: what lies there, what has settled, and what belongs together.

A file is taken when its size and time are equal in two looks, ``settle_seconds``
apart (LIBRARIES R13); files of one submission settle together.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from notifier.intake.bundle import Bundle
from notifier.intake.disk import Disk, Fingerprint, Lying, Unreadable
from notifier.intake.folder import IntakeFolder
from notifier.intake.limits import FOLDER_FILES
from notifier.intake.names import is_document, never_taken
from notifier.intake.parcels import Parcel, sort
from notifier.intake.scripts import wants

PATIENCE = 5
"""How many settlings a submission waits for a part that it mentions and that does not lie there."""
COMPANY = 3
"""How many settlings it waits for other messages in the folder that are still growing: they may want its files."""
_DEEP = 3


@dataclass(frozen=True, slots=True)
class View:
    """``ready`` may be taken now; ``waiting`` are names to look at again soon, ``since`` when each last changed."""

    ready: tuple[Parcel, ...] = ()
    waiting: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Seen:
    fingerprint: Fingerprint
    since: datetime
    first: datetime


@dataclass(slots=True)
class Lookout:
    """Remembers earlier looks at one intake folder. Blocks: use it in a thread, one look at a time."""

    intake: IntakeFolder
    settle: timedelta
    disk: Disk
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _mentioned: dict[tuple[str, Fingerprint], tuple[str, ...]] = field(default_factory=dict)

    def look(self, now: datetime) -> View:
        """May raise OSError where the folder cannot be read."""
        lying = {name: one for name, one in self.disk.listing(self.intake.path).items() if not never_taken(name)}
        prints = {name: self._fingerprint(self.intake.path, one, _DEEP) for name, one in lying.items()}
        prints = {name: found for name, found in prints.items() if found}  # an empty folder is about to be filled
        self._seen = {name: self._saw(name, found, now) for name, found in prints.items()}
        settled = {name for name, seen in self._seen.items() if now - seen.since >= self.settle}
        if not settled:
            return View(waiting=tuple(sorted(prints)))
        company = any(is_document(name) or lying[name].is_folder for name in prints if name not in settled)
        parcels = self._sorted({name: lying[name] for name in prints}, settled)
        ready = tuple(one for one in parcels if self._is_ready(one, settled, now, company))
        taken = {name for parcel in ready for name in parcel.members}
        return View(
            ready,
            tuple(sorted(name for name in prints if name not in taken)),
            frozenset(name for name in prints if lying[name].is_folder),
        )

    def growing_for(self, name: str, now: datetime) -> timedelta:
        """How long it has been seen changing."""
        seen = self._seen.get(name)
        return now - seen.first if seen else timedelta(0)

    def _saw(self, name: str, found: Fingerprint, now: datetime) -> _Seen:
        before = self._seen.get(name)
        if before is None:
            return _Seen(found, now, now)
        return before if before.fingerprint == found else _Seen(found, now, before.first)

    def _fingerprint(self, folder: Path, one: Lying, deep: int) -> Fingerprint:
        if not one.is_folder or not deep:
            return (one.size, one.changed)
        try:
            inside = self.disk.listing(folder / one.name)
        except OSError:  # said when it is taken
            return (one.size, one.changed)
        names = sorted(name for name in inside if not never_taken(name))[: FOLDER_FILES + 1]
        return tuple((name, *self._fingerprint(folder / one.name, inside[name], deep - 1)) for name in names)

    def _sorted(self, lying: dict[str, Lying], settled: set[str]) -> tuple[Parcel, ...]:
        try:
            mentioned = wants(Bundle(self.intake.path, self.disk))
        except Unreadable:
            mentioned = None
        kept: dict[tuple[str, Fingerprint], tuple[str, ...]] = {}

        def known(name: str) -> tuple[str, ...]:
            if name not in settled or mentioned is None:
                return ()
            key = (name, self._seen[name].fingerprint)
            if key in self._mentioned:
                kept[key] = self._mentioned[key]
            else:
                try:
                    kept[key] = mentioned(name)
                except Unreadable:
                    return ()
                except Exception:  # a bug, said when the file is taken; the others must not wait for it
                    kept[key] = ()
            return kept[key]

        found = sort({name: one.is_folder for name, one in lying.items()}, known)
        self._mentioned = kept
        return found

    def _is_ready(self, parcel: Parcel, settled: set[str], now: datetime, company: bool) -> bool:
        if not settled.issuperset(parcel.members):
            return False
        rested = min(now - self._seen[name].since for name in parcel.members)
        if not parcel.complete and rested < self.settle * PATIENCE:
            return False
        return not company or rested >= self.settle * COMPANY
