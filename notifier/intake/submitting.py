"""``notifier submit``: files from anywhere, taken as if they had been dropped, with or without the daemon.

Their copies go straight into ``processing/`` under a name that no daemon takes,
so that it makes no difference whether one is running.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.intake import claims
from notifier.intake.bundle import Bundle
from notifier.intake.claims import Claim
from notifier.intake.disk import Disk
from notifier.intake.limits import FILE, too_large
from notifier.intake.names import PROCESSING, never_taken, shown
from notifier.intake.parcels import Sort, sort
from notifier.intake.scripts import related, wants


class NotSubmitted(Exception):
    """Nothing was taken; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def stage(paths: Sequence[Path], intake: Path, now: datetime, tz: ZoneInfo, disk: Disk) -> list[tuple[Claim, bool]]:
    """Copy the files, and what they mention from beside them, and claim each submission; True marks a folder.

    Raises NotSubmitted, Unreadable or OSError, having taken nothing.
    """
    wanted = _with_company(paths, disk)
    if not intake.exists():
        disk.make_folder(intake)
    disk.make_folder(intake / PROCESSING)
    staging = intake / PROCESSING / f".{now.timestamp():.6f}-{id(wanted)}.part"
    disk.make_folder(staging, exist_ok=False)
    try:
        for name, path in wanted.items():
            disk.copy(path, staging / name)
        bundle = Bundle(staging, disk)
        parcels = sort({name: lies.is_folder for name, lies in bundle.lying.items()}, wants(bundle))
        found = []
        for parcel in parcels:
            claim = claims.claim(staging, intake / PROCESSING, parcel, now, tz, disk, hidden=True)
            if claim is not None:
                found.append((claim, parcel.sort is Sort.FOLDER))
        return found
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def discard(claim: Claim) -> None:
    """The copies of a submission that could not be put away: the person still has the files."""
    shutil.rmtree(claim.folder, ignore_errors=True)


def _with_company(paths: Sequence[Path], disk: Disk) -> dict[str, Path]:
    wanted: dict[str, Path] = {}
    for path in paths:
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise NotSubmitted(f"There is no file {shown(str(path))}. Look how its name is written.")
        if never_taken(path.name):
            raise NotSubmitted(f"{shown(path.name)} is the name of something half-written. Give the file another name.")
        absolute = path.absolute()
        bundle = Bundle(absolute.parent, disk)
        for name in related(absolute.name, bundle):
            found = bundle.folder / name
            size = bundle.lying[name].size
            if not bundle.lying[name].is_folder and size > FILE:
                raise NotSubmitted(too_large(shown(name), size).sentence)
            if wanted.setdefault(name, found) != found:
                raise NotSubmitted(f"Two different files are called {shown(name)}. Give one of them another name.")
    return wanted
