"""The program as real processes: commands and the daemon, on a clock of their own, with all they say kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
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


class Begun:
    """A process that began, and how it will have ended."""

    def __init__(self) -> None:
        self.pid: Future[int] = Future()
        self.code: Future[int] = Future()


class Warm:
    """Processes that need not load the program first (see warm.py)."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._jobs: list[Begun] = []
        self._turn = threading.Lock()

    def begin(self, job: dict[str, Any]) -> Begun:
        with self._turn:
            if self._process is None:
                command = [sys.executable, "-m", "tests.system.warm"]
                pipe = subprocess.PIPE
                self._process = subprocess.Popen(command, cwd=ROOT, env=BARE, stdin=pipe, stdout=pipe)
                self._reader.start()
            assert self._process.stdin is not None
            begun = Begun()
            self._jobs.append(begun)
            self._process.stdin.write(json.dumps({**job, "number": len(self._jobs) - 1}).encode() + b"\n")
            self._process.stdin.flush()
            return begun

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(PATIENCE)
            self._reader.join(PATIENCE)

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                news = json.loads(line)
                if "began" in news:
                    self._jobs[news["began"]].pid.set_result(news["pid"])
                else:
                    self._jobs[news["ended"]].code.set_result(news["code"])


class Daemon:
    """`notifier run`, or any other command, in a process of its own."""

    def __init__(self, pid: int, code: "asyncio.Future[int]", out: Path, err: Path) -> None:
        self.pid = pid
        self._code = code
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
        return not self._code.done()

    def signal(self, number: int) -> None:
        if self.alive:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As when the power goes: nothing in it gets to say anything more."""
        self.signal(signal.SIGKILL)

    async def ended(self, seconds: float = PATIENCE) -> int:
        """Its exit code; minus the signal that ended it."""
        return await asyncio.wait_for(asyncio.shield(self._code), seconds)

    async def stop(self) -> int:
        """As when the computer is shut down."""
        self.signal(signal.SIGTERM)
        return await self.ended()


@dataclass
class Processes:
    """Starts processes, and keeps what each of them said in ``folder``."""

    folder: Path
    warm: "Warm"
    daemons: list[Daemon] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    _number: int = 0

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        return {**BARE, "HOME": str(self.folder), **extra}

    async def command(
        self, argv: tuple[str, ...], *, cwd: Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Said:
        """One command, to its end."""
        return await self._to_its_end(await self._warm(argv, cwd, env, stdin), argv)

    async def cold(self, *argv: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        """A command as a shell starts it."""
        return await self._to_its_end(await self._cold(argv, cwd, env), argv)

    async def start(
        self, *argv: str, cwd: Path, env: Mapping[str, str] | None = None, cold: bool = False, stdin: str = ""
    ) -> Daemon:
        """A command that is not waited for; ``cold``: in a process that has loaded nothing yet, and is told nothing."""
        daemon = await (self._cold(argv, cwd, env) if cold else self._warm(argv, cwd, env, stdin))
        self.daemons.append(daemon)
        return daemon

    async def _to_its_end(self, process: Daemon, argv: tuple[str, ...]) -> Said:
        try:
            code = await process.ended()
        finally:
            process.kill()
        said = Said(argv, code, process.out, process.err)
        self.said.append(said)
        return said

    def _files(self) -> dict[str, Path]:
        self._number += 1
        return {kind: self.folder / f"{self._number:03}.{kind}" for kind in ("stdin", "stdout", "stderr")}

    async def _warm(self, argv: tuple[str, ...], cwd: Path, env: Mapping[str, str] | None, stdin: str = "") -> Daemon:
        files = self._files()
        for name in files.values():
            name.write_text(stdin if name.suffix == ".stdin" else "", "utf-8")
        names = {kind: str(name) for kind, name in files.items()}
        begun = self.warm.begin({"argv": argv, "cwd": str(cwd), "env": self.environment(env or {}), **names})
        pid = await asyncio.wait_for(asyncio.wrap_future(begun.pid), PATIENCE)
        return Daemon(pid, asyncio.wrap_future(begun.code), files["stdout"], files["stderr"])

    async def _cold(self, argv: tuple[str, ...], cwd: Path, env: Mapping[str, str] | None) -> Daemon:
        files = self._files()
        with files["stdout"].open("wb") as to, files["stderr"].open("wb") as wrong:
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
        return Daemon(process.pid, asyncio.ensure_future(process.wait()), files["stdout"], files["stderr"])

    async def close(self) -> None:
        for daemon in self.daemons:
            daemon.kill()
            await daemon.ended()

    def logs(self) -> list[str]:
        """All that goes to a log: what daemons print, and standard error of everything."""
        return [daemon.out + daemon.err for daemon in self.daemons] + [said.err for said in self.said]
