"""Sending a print run to the school's printer with ``lp``: each run once, whatever happens in between.

A run is closed before ``lp`` is asked. One that was closed and of which nobody can say whether
``lp`` took it is not printed again by itself: a person looks into the printer's tray.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from channels import _files

RECORD = "run.json"
PATIENCE = 60.0
"""Seconds in which ``lp`` must take a file."""


@dataclass(frozen=True, slots=True)
class Closed:
    """One run that was given to the printer. ``state``: ``begun`` (perhaps printed) or ``printed``."""

    folder: Path
    items: tuple[str, ...]
    state: str


class PrinterFault(Exception):
    """``lp`` surely did not take it; the words are for staff."""


def closed(folder: Path) -> Iterator[Closed]:
    """The runs of one message that were given to the printer."""
    for path in sorted(folder.glob(f"printed/*/{RECORD}")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(path.read_text(encoding="utf-8"))
            yield Closed(path.parent, tuple(told["items"]), str(told["state"]))


def close_and_print(
    folder: Path, files: Sequence[Path], items: Sequence[str], printer: str, *, both_sides: bool
) -> Path:
    """Move the run's files into a folder of their own and print the PDFs among them. Raises PrinterFault."""
    lp = shutil.which("lp")
    if lp is None:
        raise PrinterFault("There is no program lp on this computer. Install CUPS, or take the printer out of config.")
    place = folder / "printed" / f"{len(list(folder.glob('printed/*'))) + 1:03}"
    _record(place, items, "begun")
    moved = []
    for path in files:
        path.replace(place / path.name)
        moved.append(place / path.name)
    for number, path in enumerate(one for one in moved if one.suffix == ".pdf"):
        sides = "two-sided-long-edge" if both_sides else "one-sided"
        command = [lp, "-d", printer, "-o", "media=A4", "-o", f"sides={sides}", "--", str(path)]
        done = subprocess.run(  # noqa: S603 - our own file, the setting's printer, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
        if done.returncode != 0:
            if number == 0:  # nothing of it was taken: the run opens again
                for one in moved:
                    one.replace(folder / one.name)
                _files.remove(place / RECORD)
                _files.prune(place)
                _files.prune(place.parent)
            raise PrinterFault(f"The printer {printer} does not take the letters. Look whether it is on and ready.")
    _record(place, items, "printed")
    return place


def _record(place: Path, items: Sequence[str], state: str) -> None:
    told = json.dumps({"items": list(items), "state": state}, indent=1)
    _files.write(place / RECORD, told.encode())
