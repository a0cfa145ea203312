"""Where the database is: a file on a local disk, or a server."""

import os
import re
from pathlib import Path, PurePosixPath

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from notifier.queue.problem import StoreProblem

SHARED = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "virtiofs", "afs", "ceph", "glusterfs", "lustre",
        "gfs2", "ocfs2", "gpfs", "beegfs", "vboxsf", "vmhgfs", "prl_fs", "davfs",
    }
)  # fmt: skip
"""File systems on other machines: several computers would not see each other's locks there."""
LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.lxcfs", "fuse.gocryptfs", "fuse.encfs"})
"""Of those that a program provides (sshfs, rclone, s3fs, davfs2, ...) nearly all reach out; these do not."""
MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")
"""How the kernel writes blanks and the like in a path."""


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
    kind = file_system(path.resolve(), MOUNTS)
    if kind in SHARED or (kind.startswith("fuse.") and kind not in LOCAL_FUSE):
        raise StoreProblem(
            f"{path} is on a network share, where a database cannot be kept safe."
            " Set [store] url to a file on this computer's own disk, or to a PostgreSQL server."
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
        point = PurePosixPath(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:  # a later one lies on top
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
