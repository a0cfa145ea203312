"""A backup: the database, the families, the calendar and the settings in one folder, without any secret."""

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from notifier import __version__
from notifier.config import Config
from notifier.queue import StoreProblem
from notifier.queue.backup import FILE, copy_database, examine

CONTENTS = "backup.json"
FORMAT = 1
FOLDERS = ("families", "calendar", "templates")
SINGLE = ("config.toml", "state/school-id")
STAMP = "notifier-%Y-%m-%dT%H.%M.%SZ"
NAME = re.compile(r"notifier-\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\dZ")
_PASSWORD = re.compile(r"(postgresql(?:\+\w+)?://[^:/@\s\"']+):[^@\s\"']+@")


class CareRefused(Exception):
    """``sentence`` says why it cannot be done, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself. ``files`` maps a path within it to its sha256."""

    made_at: str
    school: str
    school_id: str
    database: str
    files: dict[str, str]
    seal: str = ""
    program: str = __version__
    format: int = FORMAT


def make(config: Config, into: Path, now: datetime, keep: int = 0) -> tuple[Path, Contents, int]:
    """A new folder in ``into``, complete or not there at all; blocking. Raises CareRefused and StoreProblem.

    ``keep``: how many backups in ``into`` are kept, this one included; 0 keeps all. How many older ones went.
    """
    if into.resolve().is_relative_to(config.root.resolve()):
        raise CareRefused("A backup inside the school's folder is lost with it. Name a folder on another disk.")
    target = into / now.strftime(STAMP)
    part = target.with_name(f".{target.name}.part")
    try:
        into.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise CareRefused(f"{target} is there already. Try again in a second.")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        copied = copy_database(config.store_url, config.root, part)
        seal = examine(copied).mark if copied.name == FILE else ""
        _copy_files(config, part)
        contents = Contents(
            made_at=now.isoformat(timespec="seconds"),
            school=config.school.name,
            school_id=_text(config.state / "school-id"),
            database=copied.name,
            files={str(one.relative_to(part)): digest(one) for one in sorted(part.rglob("*")) if one.is_file()},
            seal=seal,
        )
        write(part / CONTENTS, json.dumps(asdict(contents), ensure_ascii=False, indent=2) + "\n")
        part.rename(target)
        _sync(into)
    except OSError as fault:
        raise CareRefused(
            f"The backup cannot be written: {fault.strerror or fault} ({fault.filename}). There is no new backup."
        ) from fault
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target, contents, _thin_out(into, keep)


def _copy_files(config: Config, part: Path) -> None:
    for name in FOLDERS:
        source = config.root / name
        for file in sorted(source.rglob("*")):
            if file.is_file() and not any(piece.startswith(".") for piece in file.relative_to(source).parts):
                copy(file, part / name / file.relative_to(source))
    for name in SINGLE:
        source = config.path if name == "config.toml" else config.root / name
        if source.is_file():
            copy(source, part / name)
    settings = part / "config.toml"
    write(settings, _PASSWORD.sub(r"\1@", settings.read_text("utf-8")))


def copy(source: Path, target: Path) -> None:
    """For its owner alone, and on the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with source.open("rb") as old, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())


def write(target: Path, text: str) -> None:
    """As ``copy``."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def backups(folder: Path) -> list[Path]:
    """The complete backups in a folder, the newest last."""
    return sorted(one for one in folder.iterdir() if NAME.fullmatch(one.name) and (one / CONTENTS).is_file())


def _thin_out(into: Path, keep: int) -> int:
    old = backups(into)[:-keep] if keep else []
    for one in old:
        shutil.rmtree(one)
    return len(old)


def opened(backup: Path) -> tuple[Path, Contents]:
    """The backup, or the newest in a folder of backups, once every file in it is as it was. Raises CareRefused."""
    if not backup.is_dir():
        raise CareRefused(f"There is no folder {backup}. Name a backup, or the folder in which backups lie.")
    if not (backup / CONTENTS).is_file():
        found = backups(backup)
        if not found:
            raise CareRefused(f"There is no backup in {backup}. A backup is a folder that holds {CONTENTS}.")
        backup = found[-1]
    try:
        raw: dict[str, Any] = json.loads((backup / CONTENTS).read_text("utf-8"))
        if raw["format"] != FORMAT:
            raise CareRefused("This backup was made by a newer version of the program. Install that, then try again.")
        contents = Contents(**raw)
        changed = [name for name, was in contents.files.items() if digest(backup / name) != was]
    except (ValueError, KeyError, TypeError) as fault:
        raise CareRefused(f"{backup / CONTENTS} cannot be read. Take another backup.") from fault
    except OSError as fault:
        raise CareRefused(
            f"{fault.filename} is missing from the backup or cannot be read. Take another one."
        ) from fault
    if changed:
        raise CareRefused(f"{changed[0]} in the backup is not as it was written. Take another backup.")
    return backup, contents


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except OSError:
        raise StoreProblem("This school has no database yet. Start it once with: notifier run") from None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
