"""Postfix's ``smtp-sink``, which takes any mail and throws it away: what arrives there is counted there."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MISSING = (
    ""
    if shutil.which("smtp-sink") and shutil.which("smtp-source")
    else ("smtp-sink and smtp-source are not there; on Debian or Ubuntu: apt install postfix")
)
BACKLOG = 512


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Sink:
    port: int
    _said: IO[bytes]
    _before: int = 0

    @property
    def _total(self) -> int:
        """``smtp-sink -c`` says after each message how many it has taken since it began."""
        self._said.seek(0, 2)
        self._said.seek(max(0, self._said.tell() - 400))
        counts = self._said.read().split(b"\r")
        return next((int(one.split(b"mesg=")[1].split()[0]) for one in reversed(counts[:-1]) if b"mesg=" in one), 0)

    def begin(self) -> None:
        """Count from here."""
        self._before = self._total

    @property
    def taken(self) -> int:
        return self._total - self._before


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink for the time of the block. It speaks to loopback only."""
    port = free_port()
    command = [shutil.which("smtp-sink") or "smtp-sink", "-c"]
    with tempfile.TemporaryDirectory() as spare:
        said = Path(spare) / "said"
        with said.open("wb") as out:
            user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it will not run as root
            process = subprocess.Popen([*command, *user, f"127.0.0.1:{port}", str(BACKLOG)], stdout=out)
        try:
            reachable(port)
            with said.open("rb") as read:
                yield Sink(port, read)
        finally:
            process.terminate()
            process.wait()


def reachable(port: int, patience: float = 10.0) -> None:
    """Wait until somebody listens there."""
    end = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
