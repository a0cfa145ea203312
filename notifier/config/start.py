"""A new school folder: what ``notifier init`` writes, and the copy of an example school that ``demo`` works on."""

import shutil
from datetime import date
from pathlib import Path

from notifier.config.school_year import events_csv, terms_toml
from notifier.resources import resource

SAMPLE = Path(__file__).resolve().parent / "sample"
FOLDERS = ("drop/head", "drop/oak", "drop/office", "drop/newsletter", "outbox", "templates", "state", "pins", "secrets")
PRIVATE = ("state", "pins", "secrets")
"""For the program's own user alone."""


class StartRefused(Exception):
    """``sentence`` says why the folder cannot be begun and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def start(folder: Path, today: date) -> None:
    """Write a school folder that runs at once in trial mode (DESIGN 3.1). Raises StartRefused.

    ``folder`` is made if it is not there, and must be empty if it is. ``today``
    decides which school years its terms are for. The database is not made here.
    """
    _empty(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700 if name in PRIVATE else 0o777)
        shutil.copyfile(resource("config.example.toml"), folder / "config.toml")
        _copy(SAMPLE / "families", folder / "families")
        (folder / "START-HERE.txt").write_text((SAMPLE / "START-HERE.txt").read_text("utf-8"), encoding="utf-8")
        write_calendar(folder / "calendar", today)
    except OSError as fault:
        raise StartRefused(f"The folder cannot be written: {fault.strerror or fault} ({fault.filename}).") from fault


def copy_example(name: str, folder: Path, today: date) -> None:
    """A whole copy of the example school ``name``, its calendar computed anew for ``today``. Raises StartRefused."""
    _empty(folder)
    try:
        _copy(resource("examples") / name, folder)
        for below in ("outbox", "state", "templates", "drop"):
            (folder / below).mkdir(exist_ok=True)
        write_calendar(folder / "calendar", today)
    except OSError as fault:
        raise StartRefused(f"The folder cannot be written: {fault.strerror or fault} ({fault.filename}).") from fault


def write_calendar(calendar: Path, today: date) -> None:
    """terms.toml for this school year and the next, and events.csv with events ahead of ``today``."""
    calendar.mkdir(exist_ok=True)
    (calendar / "terms.toml").write_text(terms_toml(today), encoding="utf-8")
    (calendar / "events.csv").write_text(events_csv(today), encoding="utf-8")


def sample_events(calendar: Path) -> bool:
    """Whether events.csv is still as it was written with a new folder: nobody has put the school's own in."""
    file = calendar / "events.csv"
    try:
        made = date.fromtimestamp(file.stat().st_mtime)  # noqa: DTZ012 - as init does, by the clock on the wall
        return file.read_text(encoding="utf-8") == events_csv(made)
    except (OSError, UnicodeDecodeError):
        return False


def _copy(source: Path, target: Path) -> None:
    """The files alone: a read-only installation must not make a read-only school folder."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


def _empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StartRefused(f"{folder} is a file; name a new folder.")
    try:
        something = folder.exists() and any(folder.iterdir())
    except OSError as fault:
        raise StartRefused(f"The folder {folder} cannot be read: {fault.strerror or fault}.") from fault
    if something:
        raise StartRefused(f"The folder {folder} is not empty; name a new folder, so that nothing is overwritten.")
