"""The lock of a school folder, and of a database file elsewhere: one process at a time works it (DESIGN 4)."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Locked(Exception):
    """Somebody else works this folder or its database. ``pid`` is that process, 0 where it is not known."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid


def held(path: Path) -> bool | None:
    """Whether somebody works it now; None where that cannot be told. It is let go of in the same breath."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(file)
    return False


class Lock:
    """A file such as ``state/lock``, freed by the system itself when its process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self) -> None:
        """Raises Locked where another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _alone(file)
        except OSError:
            holder = os.read(file, 32).decode(errors="replace").strip()
            os.close(file)
            raise Locked(int(holder) if holder.isdigit() else 0) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def free(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> "Lock":
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.free()


def _alone(file: int) -> None:
    """A second try, in case the first met somebody who only looked (``held``). Raises OSError."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
