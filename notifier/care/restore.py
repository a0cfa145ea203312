"""Putting a backup back: the database with everything in it held, and those files that are not there any more.

Nothing that lies in the folder is written over: the families' files there may hold a court order that the backup
does not know. The database that was there is kept aside (docs/decisions/restored-means-held.md).
"""

import asyncio
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Collection, Iterable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from notifier import directory
from notifier.care.backup import FOLDERS, SINGLE, CareRefused, Contents, copy, opened
from notifier.clock import Clock
from notifier.lock import Lock
from notifier.model.message import Kind
from notifier.queue import Doubtful, Store
from notifier.queue.backup import DUMP, FILE, examine, fill_server
from notifier.queue.location import parse, sqlite_path

PRIVATE = ("state", "pins", "secrets")
STORE = "sqlite:///state/notifier.db"
SET_ASIDE = "messages.before-restore.toml"


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was done. ``filled`` are files that were missing; ``aside`` what was kept of before, by its new place;
    ``interrupted`` are drops that were being taken and now lie in ``refused/``."""

    backup: Path
    contents: Contents
    held: tuple[Doubtful, ...]
    filled: tuple[str, ...]
    aside: tuple[Path, ...]
    interrupted: tuple[Path, ...]


async def put_back(
    backup: Path, root: Path, clock: Clock, *, escalating: Collection[Kind], intakes: Iterable[Path] = ()
) -> PutBack:
    """Into the school folder ``root``, which may be new. Raises CareRefused, StoreProblem and Locked.

    ``escalating``: the kinds whose next rung begins by the clock; ``intakes``: the drop folders.
    """
    backup, contents = await asyncio.to_thread(opened, backup)
    _same_school(root, contents)
    try:
        for name in PRIVATE:
            (root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as locks:
            locks.enter_context(Lock(root / "state" / "lock"))
            filled = await asyncio.to_thread(_fill, backup, contents, root)
            url = _store_url(root)
            if parse(url).get_backend_name() == "sqlite":
                path = sqlite_path(parse(url), root)
                if path.resolve().parent != (root / "state").resolve():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    locks.enter_context(Lock(path.resolve().with_name(f"{path.name}.lock")))
                held, aside = await _file(backup, contents, root, path, clock, escalating)
            else:
                held, aside = await _server(backup, contents, root, url, clock, escalating), []
            interrupted = await asyncio.to_thread(_interrupted, intakes)
            if (moved := _messages_file(root)) is not None:
                aside.append(moved)
    except OSError as fault:
        raise CareRefused(f"{fault.filename} cannot be written: {fault.strerror or fault}. Try again.") from fault
    return PutBack(backup, contents, tuple(held), tuple(filled), tuple(aside), tuple(interrupted))


def _same_school(root: Path, contents: Contents) -> None:
    with suppress(OSError):
        if (root / "state" / "school-id").read_text("ascii").strip() != contents.school_id:
            raise CareRefused(
                f"This is a backup of another school folder ({contents.school}). Put it back there, or name a new "
                "folder: notifier restore BACKUP FOLDER"
            )


def _fill(backup: Path, contents: Contents, root: Path) -> list[str]:
    """Only what is missing; never anything but the places that a backup has."""
    filled = []
    for name in contents.files:
        parts = PurePosixPath(name).parts
        ours = name in SINGLE or (len(parts) > 1 and parts[0] in FOLDERS)
        if ours and ".." not in parts and not (root / name).exists():
            copy(backup / name, root / name)
            filled.append(name)
    return filled


def _store_url(root: Path) -> str:
    """Read by itself: on a new computer the secrets that the settings name are not there yet."""
    try:
        settings = tomllib.loads((root / "config.toml").read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise CareRefused("config.toml cannot be read. See: notifier check") from fault
    table = settings.get("store")
    return str(table["url"]) if isinstance(table, dict) and table.get("url") else STORE


async def _file(
    backup: Path, contents: Contents, root: Path, path: Path, clock: Clock, escalating: Collection[Kind]
) -> tuple[list[Doubtful], list[Path]]:
    """Made ready beside its place, with everything held, and only then put there, in one step."""
    if contents.database != FILE:
        raise CareRefused("This backup is of a PostgreSQL database. Name that one under [store] url in config.toml.")
    await asyncio.to_thread(examine, backup / FILE)
    fresh = path.with_name("restoring.db")
    _remove(fresh)
    try:
        await asyncio.to_thread(copy, backup / FILE, fresh)
        held = await _hold(f"sqlite:///{fresh}", root, clock, escalating, contents)
        for old in path.parent.glob("restoring.before-*.db"):  # the step to this version keeps one; the backup is it
            old.unlink()
        aside = await asyncio.to_thread(_set_aside, path, clock.now())
        fresh.replace(path)
    finally:
        _remove(fresh)
    return held, aside


async def _server(
    backup: Path, contents: Contents, root: Path, url: str, clock: Clock, escalating: Collection[Kind]
) -> list[Doubtful]:
    if contents.database != DUMP:
        raise CareRefused("This backup is of a database file. Take [store] url out of config.toml, then try again.")
    await asyncio.to_thread(fill_server, url, backup / DUMP)
    return await _hold(url, root, clock, escalating, contents)


async def _hold(url: str, root: Path, clock: Clock, escalating: Collection[Kind], contents: Contents) -> list[Doubtful]:
    store = await Store.open(url, root=root, create=True, clock=clock)
    try:
        held = await store.hold_everything(clock.now(), escalating, contents.made_at)
        # Denials that were recorded since the backup stand in the folder's own copy.
        newest = await asyncio.to_thread(directory.load, root / "state")
        if newest is not None and newest.version > await store.directory_version():
            await store.put_directory(newest.version, directory.encode(newest), clock.now())
        return held
    finally:
        await store.close()


def _set_aside(path: Path, now: datetime) -> list[Path]:
    """The database that was there stays until the new one takes its place, and is kept under another name."""
    if not path.exists():
        return []
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=5)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = path.with_name(f"{path.stem}.before-restore-{now:%Y%m%dT%H%M%SZ}{path.suffix}")
    os.link(path, aside)
    for ending in ("-wal", "-shm"):  # only left where the old one could not be opened any more
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return [aside]


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _interrupted(intakes: Iterable[Path]) -> list[Path]:
    """What was being taken when it broke off may have been accepted, and gone, since the backup."""
    moved = []
    for folder in intakes:
        processing = folder / "processing"
        for claimed in sorted(processing.iterdir()) if processing.is_dir() else ():
            target = folder / "refused" / claimed.name
            target.parent.mkdir(exist_ok=True)
            shutil.move(claimed, target)
            moved.append(target)
    return moved


def _messages_file(root: Path) -> Path | None:
    """What stands in messages.toml is a message by its content; whether it went since the backup is not known."""
    file = root / "messages.toml"
    if not file.exists():
        return None
    target = root / SET_ASIDE
    file.replace(target)
    return target
