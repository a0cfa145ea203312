"""The program as real processes: commands and the daemon, on a clock of their own, with all they say kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds after which a process or a fact has failed to come; far longer than any of them takes."""
BARE = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
"""The environment of every process: nothing of ours gets in."""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out + self.err


async def until(fact: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait for a fact that can be observed; what it is once it is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (found := fact()):
        assert loop.time() < end, f"It never came: {what}"
        await asyncio.sleep(0.02)
    return found


class Warm:
    """Processes that need not load the program first (see warm.py). One command at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def run(self, job: dict[str, Any]) -> int:
        with self._turn:
            if self._process is None:
                command = [sys.executable, "-m", "tests.system.warm"]
                pipe = subprocess.PIPE
                self._process = subprocess.Popen(command, cwd=ROOT, env=BARE, stdin=pipe, stdout=pipe)
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            pid = self._number()
            watch = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGKILL))
            watch.start()
            try:
                return self._number()
            finally:
                watch.cancel()

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()

    def _number(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


class Daemon:
    """`notifier run` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, out: Path, err: Path) -> None:
        self.process = process
        self.pid = process.pid
        self._out = out
        self._err = err

    @property
    def out(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def kill(self) -> None:
        """As when the power goes: nothing in it gets to say anything more."""
        os.kill(self.pid, signal.SIGKILL)

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def stop(self) -> int:
        """As when the computer is shut down."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


@dataclass
class Processes:
    """Starts processes, and keeps what each of them said in ``folder``."""

    folder: Path
    warm: "Warm"
    daemons: list[Daemon] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        return {**BARE, "HOME": str(self.folder), **extra}

    async def command(
        self, argv: tuple[str, ...], *, cwd: Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Said:
        """One command, to its end."""
        number = len(self.said)
        names = {kind: self.folder / f"{number:03}.{kind}" for kind in ("stdin", "stdout", "stderr")}
        for name in names.values():
            name.write_text(stdin if name.suffix == ".stdin" else "", "utf-8")
        job = {kind: str(name) for kind, name in names.items()}
        code = await asyncio.to_thread(
            self.warm.run, {"argv": argv, "cwd": str(cwd), "env": self.environment(env or {}), **job}
        )
        said = Said(argv, code, names["stdout"].read_text("utf-8"), names["stderr"].read_text("utf-8"))
        self.said.append(said)
        return said

    async def cold(self, *argv: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        """A command as a shell starts it."""
        daemon = await self.start(*argv, cwd=cwd, env=env)
        said = Said(argv, await daemon.ended(), daemon.out, daemon.err)
        self.said.append(said)
        return said

    async def start(self, *argv: str, cwd: Path, env: Mapping[str, str] | None = None) -> Daemon:
        number = len(self.daemons)
        out, err = self.folder / f"daemon-{number}.stdout", self.folder / f"daemon-{number}.stderr"
        with out.open("wb") as to, err.open("wb") as wrong:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "notifier",
                *argv,
                cwd=cwd,
                env=self.environment(env or {}),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=to,
                stderr=wrong,
            )
        daemon = Daemon(process, out, err)
        self.daemons.append(daemon)
        return daemon

    async def close(self) -> None:
        for daemon in self.daemons:
            if daemon.alive:
                daemon.kill()
            await daemon.ended()

    def logs(self) -> list[str]:
        """All that goes to a log: what daemons print, and standard error of everything."""
        return [daemon.out + daemon.err for daemon in self.daemons] + [said.err for said in self.said]
