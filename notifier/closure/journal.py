"""A closure without a database: one file in ``state/`` with its plan, and a durable line before and after each send.

Its room on the disk is taken before anything goes, so that a disk that fills up later does no harm. The process
that sends holds its lock; the daemon takes it over once that is free (DESIGN 4, docs/decisions/closures.md).
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.closure import Closure
from notifier.model.message import Message
from notifier.model.plan import Plan
from notifier.model.states import LegState, MessageState
from notifier.queue import Entry
from notifier.queue.rows import ClaimedLeg, Journalled, Settlement

ENDING = ".journal"
A_LINE = 400
"""Bytes that one line takes at most, and more than it takes as a rule."""
LINES = 8
"""So many for each leg: a begin and an end for each of its tries."""
SPARE = 1 << 16

_CLOSURE, _MESSAGE, _PLAN = TypeAdapter(Closure), TypeAdapter(Message), TypeAdapter(Plan)

log = logger("closure")


class InUse(Exception):
    """Another process sends by this journal."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a journal tells: the closure, its message with its plan, and the last word on each leg, in order."""

    closure: Closure
    entry: Entry
    sends: tuple[Journalled, ...]


class Journal:
    """``begins`` and ``ended`` return once the line is on the disk, or after the first line that could not be written:
    from then on it sends without, and ``failed`` says so."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.failed = ""
        self._clock = clock
        self._file: int | None = None
        self._at = 0
        self._turn = asyncio.Lock()

    def create(self, closure: Closure, entry: Entry) -> None:
        """Write the plan and take the room. Raises OSError, and leaves nothing behind."""
        head = {
            "closure": _CLOSURE.dump_python(closure, mode="json"),
            "message": _MESSAGE.dump_python(entry.message, mode="json"),
            "plan": _PLAN.dump_python(entry.plan, mode="json", exclude={"trace"}, exclude_defaults=True),
            "directory_version": entry.directory_version,
        }
        data = (json.dumps(head, ensure_ascii=False) + "\n").encode()
        legs = sum(len(rung) for one in entry.plan.deliveries for rung in one.ladder) + len(entry.plan.public)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.posix_fallocate(file, 0, len(data) + legs * LINES * A_LINE + SPARE)
            _write(file, data, 0)
            os.fsync(file)
            _keep_name(self.path.parent)
        except BaseException:
            os.close(file)
            self.path.unlink(missing_ok=True)
            raise
        self._file, self._at = file, len(data)
        reached("journal begun")

    def resume(self) -> Kept | None:
        """Take over what another process left; None where it had not come to send. Raises InUse, OSError."""
        file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise InUse from None
        text = _text(file)
        self._file, self._at = file, len(text)
        return _kept(text)

    async def begins(self, leg: ClaimedLeg) -> None:
        await self._line({"begin": leg.leg_id})

    async def ended(self, outcomes: Sequence[Settlement]) -> None:
        for one in outcomes:
            await self._line(
                {
                    "end": one.leg_id,
                    "outcome": one.outcome.value,
                    "reference": one.reference[:64],
                    "reason": one.reason[:80],
                    "by_person": one.by_person,
                    "again": one.retry_at.isoformat() if one.retry_at else "",
                }
            )
        reached("journalled")

    async def _line(self, words: dict[str, Any]) -> None:
        if self._file is None or self.failed:
            return
        data = (json.dumps({"at": self._clock.now().isoformat(), **words}, ensure_ascii=False) + "\n").encode()
        async with self._turn:
            try:
                await asyncio.to_thread(_durably, self._file, data, self._at)
            except OSError as fault:
                self.failed = os.strerror(fault.errno or 0)
                log.error("the journal of a closure cannot be written any more", reason=self.failed)
                return
            self._at += len(data)

    def over(self, ending: str = ".taken") -> None:
        """It has been taken over, or is unreadable: it stays for whoever wants to look."""
        self.path.replace(self.path.with_suffix(ending))

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def path_of(state: Path, closure_id: str) -> Path:
    return state / f"{closure_id}{ENDING}"


def left_in(state: Path) -> list[Path]:
    """The journals that nobody has taken over yet, the oldest first."""
    return sorted(state.glob(f"*{ENDING}"), key=lambda path: path.stat().st_mtime)


def _durably(file: int, data: bytes, at: int) -> None:
    _write(file, data, at)
    os.fdatasync(file)


def _write(file: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _text(file: int) -> bytes:
    """What was written, up to the last whole line: behind it is only the room that was taken."""
    data = os.pread(file, os.fstat(file).st_size, 0)
    written = data.partition(b"\0")[0]
    return written[: written.rfind(b"\n") + 1]


def _kept(text: bytes) -> Kept | None:
    lines = text.decode("utf-8", "replace").splitlines()
    if not lines:
        return None
    try:
        head = json.loads(lines[0])
        message = _MESSAGE.validate_python(head["message"])
        closure = _CLOSURE.validate_python(head["closure"])
        planned = _PLAN.validate_python(head["plan"])
    except (ValueError, KeyError, ValidationError):
        return None
    entry = Entry(message, MessageState.ACCEPTED, planned, directory_version=head["directory_version"])
    return Kept(closure, entry, tuple(_sends(lines[1:])))


def _sends(lines: Sequence[str]) -> Iterator[Journalled]:
    """A leg that began and has no end is one of which nobody knows."""
    found: dict[str, Journalled] = {}
    for line in lines:
        said = json.loads(line)
        at = datetime.fromisoformat(said["at"])
        if id := said.get("begin"):
            found[id] = Journalled(id, at, LegState.UNKNOWN)
        elif id := said.get("end"):
            before = found.get(id)
            again = datetime.fromisoformat(said["again"]) if said["again"] else None
            found[id] = Journalled(
                id,
                before.begun_at if before else at,
                LegState(said["outcome"]),
                at,
                said["reference"],
                said["reason"],
                said["by_person"],
                again,
            )
    yield from found.values()
