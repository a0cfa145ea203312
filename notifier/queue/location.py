"""Where the database is: a file on a local disk, or a server."""

import os
from pathlib import Path, PurePosixPath

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from notifier.queue.problem import StoreProblem

SHARED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
"""File systems on other machines: several computers would not see each other's locks there."""
MOUNTS = Path("/proc/self/mountinfo")


def parse(url: str) -> URL:
    """Raises StoreProblem with what to write instead."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreProblem(
            "[store] url is not an address that we know. Leave it out to keep everything in state/notifier.db,"
            " or write postgresql+asyncpg://user@server/name."
        )
    return parsed


def sqlite_path(url: URL, root: Path) -> Path:
    """The database file; a relative one lies in the school folder."""
    if not url.database or url.database == ":memory:":
        raise StoreProblem(
            "[store] url names no file, and what is kept nowhere is lost. Write sqlite:///state/notifier.db."
        )
    return absolute(root / url.database)


def absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def refuse_shared(path: Path) -> None:
    """A database on a network share breaks sooner or later."""
    if file_system(path, MOUNTS) in SHARED:
        raise StoreProblem(
            f"{path} is on a network share, where a database cannot be kept safe."
            " Set [store] url to a file on this computer's own disk."
        )


def file_system(path: Path, mounts: Path) -> str:
    """The type of file system under this path, empty where the system does not say."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    best, found = -1, ""
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = PurePosixPath(fields[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) > best:
            best, found = len(point.parts), right.split()[0]
    return found


def prepare(path: Path) -> None:
    """Make the empty file, readable by its owner alone: families' addresses will be in it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreProblem(
            f"{path} cannot be written ({error.strerror}). Give this user the right to write there."
        ) from error
