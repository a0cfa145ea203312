"""A process of our own for work that may break, hang or grow: it takes only the job in hand with it."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

PATIENCE = 2.0
"""Seconds that it may take to go home."""


class Aside:
    """Started at the first job, and anew where it has ended. Not for two threads at once.

    ``worker`` is a file of ours. It reads a job from its standard input, and answers with a line of JSON, of which
    ``sizes`` says how many bytes each part has that follows.
    """

    def __init__(self, worker: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-I", str(worker), *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self.code: int | None = None
        """How the last one ended."""

    def ask(self, job: bytes, longest: float) -> tuple[dict[str, Any], list[bytes]] | None:
        """The answer and its parts; None where the process ended over it, or took more than so many seconds. Blocks."""
        into, out, kill = self._started()
        with _within(longest, kill), suppress(BrokenPipeError):
            into.write(job)
            into.flush()
            line = out.readline()
            if line.endswith(b"\n"):
                told: dict[str, Any] = json.loads(line)
                sizes = told.get("sizes", [])
                parts = [out.read(size) for size in sizes]
                if [len(part) for part in parts] == sizes:
                    return told, parts
        self.end()
        return None

    def _started(self) -> tuple[IO[bytes], IO[bytes], Callable[[], None]]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(  # noqa: S603 - our own file with our own interpreter
                self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
            )
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise AssertionError("it was started with both pipes")
        return process.stdin, process.stdout, process.kill

    def end(self) -> None:
        """What it took is given back."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        with _within(PATIENCE, process.kill):
            self.code = process.wait()


@contextmanager
def _within(seconds: float, kill: Callable[[], None]) -> Iterator[None]:
    watch = threading.Timer(seconds, kill)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
