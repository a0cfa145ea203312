"""Taking files out of a drop folder: into ``processing/`` with the moment in its name, then to where they end.

Files of one submission are claimed together: the message itself is moved last,
so that only who has it has them all. The moment stays in the folder's name, so
that after a crash the same files are the same message (DESIGN 3.2).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.faultpoints import reached
from notifier.intake.disk import Disk
from notifier.intake.names import PROCESSING, free_number, never_taken, numbered
from notifier.intake.parcels import Parcel

_STAMP = "%Y-%m-%dT%H.%M.%S.%f%z"
_CUT = "…"
_LABEL = 60


@dataclass(frozen=True, slots=True)
class Claim:
    """``folder`` holds the files; ``main`` among them gives the name, empty where the claim was never finished."""

    folder: Path
    main: str
    moment: datetime

    @property
    def path(self) -> Path:
        return self.folder / self.main


def claim(
    lies_in: Path, processing: Path, parcel: Parcel, now: datetime, tz: ZoneInfo, disk: Disk, *, hidden: bool = False
) -> Claim | None:
    """Take all files of the parcel, or none and None where somebody else was faster. May raise OSError, none taken.

    ``hidden``: not to be found again after a crash, for files that are copies.
    """
    disk.make_folder(processing)
    label = parcel.main if len(parcel.main) <= _LABEL else parcel.main[:_LABEL] + _CUT
    moment = now
    while True:
        name = f"{moment.astimezone(tz).strftime(_STAMP)}--{label}"
        folder = processing / (f".{name}.part" if hidden else name)
        try:
            disk.make_folder(folder, exist_ok=False)
            break
        except FileExistsError:
            moment += timedelta(microseconds=1)
    reached("claiming a file")
    taken: list[str] = []
    try:
        for name in parcel.members:
            if name in parcel.shared:
                disk.copy(lies_in / name, folder / name)
            else:
                disk.move(lies_in / name, folder / name)
                taken.append(name)
    except FileNotFoundError:
        _give_back(folder, lies_in, taken, disk)
        return None
    except OSError:
        _give_back(folder, lies_in, taken, disk)
        raise
    for place in (folder, processing, lies_in):
        disk.sync(place)  # accepted is durable only if a power cut cannot bring the file back into the drop folder
    reached("file claimed")
    return Claim(folder, parcel.main, moment)


def _give_back(folder: Path, lies_in: Path, taken: list[str], disk: Disk) -> None:
    for name in reversed(taken):
        disk.move(folder / name, lies_in / name)
    for name in disk.listing(folder):
        disk.remove(folder / name)  # copies of shared files
    disk.remove_folder(folder)


def lying(intake: Path, disk: Disk) -> list[Claim]:
    """The claims in ``processing/``, oldest first; also what a person or an older version put there plainly."""
    processing = intake / PROCESSING
    try:
        entries = disk.listing(processing)
    except FileNotFoundError:
        return []
    found = []
    for name, entry in entries.items():
        if never_taken(name):
            continue
        stamp, dashes, label = name.partition("--")
        moment = _moment(stamp) if dashes else None
        if moment is None or not entry.is_folder:
            found.append(Claim(processing, name, datetime.fromtimestamp(entry.changed / 1e9, UTC)))
            continue
        inside = [one for one in disk.listing(processing / name) if not never_taken(one)]
        if not inside:
            disk.remove_folder(processing / name)
            continue
        main = label if label in inside else ""
        if label.endswith(_CUT):
            main = next((one for one in inside if one.startswith(label.removesuffix(_CUT))), "")
        found.append(Claim(processing / name, main, moment))
    return sorted(found, key=lambda claim: (claim.moment, claim.folder.name))


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP)  # noqa: DTZ007  -- its %z makes it aware
    except ValueError:
        return None


def put_back(claim: Claim, intake: Path, disk: Disk) -> None:
    """A claim that never got its message: its files go back to lie in the drop folder."""
    for name in disk.listing(claim.folder):
        if not never_taken(name):
            _move_beside(claim.folder, intake, (name,), disk)
    disk.remove_folder(claim.folder)


def finish(claim: Claim, intake: Path, ending: str, disk: Disk) -> None:
    """Move its files to ``accepted/`` or ``refused/``, under a number where the name is there already."""
    target = intake / ending
    disk.make_folder(target)
    alone = claim.folder == intake / PROCESSING
    names = (claim.main,) if alone else tuple(name for name in disk.listing(claim.folder) if not never_taken(name))
    _move_beside(claim.folder, target, names, disk)
    if not alone:
        disk.remove_folder(claim.folder)


def _move_beside(source: Path, target: Path, names: tuple[str, ...], disk: Disk) -> None:
    there = disk.listing(target)
    number = free_number(names, lambda name: name in there)
    for name in names:
        disk.move(source / name, target / numbered(name, number))
        reached("putting away")
