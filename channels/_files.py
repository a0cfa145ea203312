"""Files that people find complete or not at all, under names that are safe and always the same."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from channels.base import TemporaryFailure
from notifier.faultpoints import reached

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 120


def stem(text: str) -> str:
    """A file stem for an id: itself where it is safe, else cleaned, with a digest so that two never meet."""
    clean = _UNSAFE.sub("-", text).lstrip(".-")[:_LONGEST]
    if clean == text:
        return text
    return f"{clean or 'item'}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def marked(name: str, digest: str) -> str:
    """A file's own name made safe, with a mark of its content: two different files never share it."""
    before, dot, suffix = name.rpartition(".")
    if not before:
        return f"{stem(name)}-{digest[:10]}"
    return f"{stem(before)}-{digest[:10]}{dot}{stem(suffix)}"


def write(path: Path, content: bytes, *, durable: bool = True) -> bool:
    """Put ``content`` there in one step. Writing the same again touches nothing and returns False.

    ``durable`` false spares the wait for the disk, for what a power cut may take because it can be made again.
    """
    with suppress(OSError):
        if path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # The name begins with a dot, so that neither people nor a collation take it for a finished file.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        # mkstemp makes a file that only its owner may read; what lies here is for the office to open.
        os.chmod(temporary, 0o644)
        reached("writing a file")
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        _sync_folder(path.parent)
    return True


def remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def prune(folder: Path) -> None:
    """Delete the folder where nothing is left in it."""
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def writing() -> Iterator[None]:
    """A disk that will not take a file is a temporary trouble; nothing half-written is left."""
    try:
        yield
    except OSError as trouble:
        reason = os.strerror(trouble.errno) if trouble.errno else "the disk does not answer"
        raise TemporaryFailure(
            f"The file could not be written ({reason.lower()}). Make room on the disk, or ask whoever looks after it; "
            "it is tried again by itself."
        ) from trouble


def _sync_folder(folder: Path) -> None:
    """Without this a power cut may forget the new name; where a folder cannot be synced the rename still stands."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
