"""Processes that are told what to do by lines of JSON and answer with one, and what a process tree took."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Told:
    """One such process. ``log`` is where its errors go; ``first`` what it said when it was ready."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.first: dict[str, Any] = {}
        self._log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                list(command), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(f"{self.process.args!r} ended:\n{self._log.read_text('utf-8')[-3000:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    def tell(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def ask(self, **order: Any) -> dict[str, Any]:
        self.tell(**order)
        return self.answer()


@contextmanager
def told(command: Sequence[str], log: Path) -> Iterator[Told]:
    """Ready when it has answered once; sent home at the end of the block."""
    one = Told(command, log)
    try:
        one.first = one.answer()
        yield one
    finally:
        try:
            one.process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.communicate()
            raise


def module(name: str, *argv: str, python: str = sys.executable) -> list[str]:
    return [python, "-m", name, *argv]
