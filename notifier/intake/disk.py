"""All that intake does to the drop folder's file system, in one place, so that a test can make it fail.

Links and special files are never followed or opened.
"""

import contextlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from notifier.faultpoints import reached

Fingerprint = tuple[object, ...]


class Unreadable(Exception):
    """A file that cannot be read just now; ``sentence`` says what to do. It is tried again."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAFile(Exception):
    """A link, a device or a pipe."""


@dataclass(frozen=True, slots=True)
class Lying:
    """Something in a folder: what ``lstat`` says of it."""

    name: str
    is_folder: bool
    is_plain: bool
    size: int
    changed: int
    """Nanoseconds, by the file server's clock: to be compared with itself alone."""


class Disk:
    """Every method may raise OSError."""

    def listing(self, folder: Path) -> dict[str, Lying]:
        found = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.name] = Lying(
                        entry.name,
                        stat.S_ISDIR(status.st_mode),
                        stat.S_ISREG(status.st_mode),
                        status.st_size,
                        status.st_mtime_ns,
                    )
        return found

    def read(self, path: Path, limit: int) -> bytes:
        """At most ``limit`` bytes and one more. Raises NotAFile, and never waits for a pipe."""
        try:
            opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError as problem:
            if path.is_symlink():
                raise NotAFile(path.name) from problem
            raise
        with open(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise NotAFile(path.name)
            return file.read(limit + 1)

    def make_folder(self, folder: Path, *, exist_ok: bool = True) -> None:
        folder.mkdir(exist_ok=exist_ok)

    def remove_folder(self, folder: Path) -> None:
        """An empty folder goes; one that holds something stays."""
        with contextlib.suppress(OSError):
            folder.rmdir()

    def move(self, source: Path, target: Path) -> None:
        """A rename on one file system. Never over something that is there."""
        if os.path.lexists(target):
            raise FileExistsError(target)
        source.rename(target)

    def copy(self, source: Path, target: Path) -> None:
        """Durably: written beside under a name nobody takes, then renamed."""
        half = target.with_name(f".{target.name}.part")
        try:
            if source.is_dir():
                shutil.copytree(source, half, symlinks=True)
                for copied in half.rglob("*"):
                    if copied.is_file() and not copied.is_symlink():
                        _sync(copied)
            else:
                shutil.copyfile(source, half)
                _sync(half)
            self.move(half, target)
        except BaseException:
            if half.is_dir():
                shutil.rmtree(half, ignore_errors=True)
            else:
                half.unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def write(self, path: Path, text: str) -> None:
        """Whole or not at all: beside it, synced, renamed over what was there."""
        half = path.with_name(f".{path.name}.part")
        try:
            with open(half, "w", encoding="utf-8", errors="replace", newline="\r\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            reached("answering")
            half.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync(self, folder: Path) -> None:
        """Make renames in it durable."""
        _sync(folder)


def _sync(path: Path) -> None:
    """fsync a file or folder; some network shares know no fsync of a folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(opened)
