"""``messages.toml`` beside the config: read in place, never moved, each message known by its content (DESIGN 3.2)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.intake import answers
from notifier.intake.bundle import Bundle
from notifier.intake.disk import Disk, Fingerprint, Unreadable
from notifier.intake.folder import IntakeFolder
from notifier.intake.names import ANSWER
from notifier.intake.reading import read_messages_file
from notifier.intake.scripts import wants
from notifier.logs import logger
from notifier.model.answer import Answer, Outcome
from notifier.model.message import Submission
from notifier.model.staff import Authority, Role

_log = logger("intake")
_AGAIN = timedelta(seconds=60)

Ask = Callable[[Iterable[Submission]], Awaitable[list[Answer]]]


class MessagesFile:
    """Taken whenever it, or a file it names, has changed and settled; at start always."""

    def __init__(self, path: Path, language: str, settle: timedelta, disk: Disk) -> None:
        self.path = path
        self.intake = IntakeFolder(path.parent, path.name, Authority(Role.OFFICE), language=language)
        self.waiting = False
        self._settle = settle
        self._disk = disk
        self._done: Fingerprint | None = None
        self._seen: Fingerprint | None = None
        self._since: datetime | None = None
        self._not_before: datetime | None = None
        self._text = ""

    async def take(self, ask: Ask, now: datetime, tz: ZoneInfo) -> list[Answer]:
        """Its answers if it is new and settled, else nothing; ``waiting`` tells whether to look again soon."""
        found = await asyncio.to_thread(self._fingerprint)
        if found != self._seen:
            self._seen, self._since, self._not_before = found, now, None
        self.waiting = found is not None and found != self._done and self._since is not None
        if not self.waiting or self._since is None or now - self._since < self._settle:
            return []
        if self._not_before and now < self._not_before:
            self.waiting = False
            return []
        try:
            submissions = await asyncio.to_thread(read_messages_file, self.path, self.intake, now, tz, self._disk)
        except (Unreadable, OSError) as problem:
            sentence = (
                problem.sentence if isinstance(problem, Unreadable) else f"I cannot read {self.path.name} just now."
            )
            self._not_before, self.waiting = now + _AGAIN, False
            await self._write(f"{sentence}\n")
            return [Answer(Outcome.FAULT, sentence)]
        given = await ask(submissions)
        self.waiting = False
        if any(answer.outcome is Outcome.FAULT for answer in given):
            self._not_before = now + _AGAIN
        else:
            self._done = found
        told = all(answer.outcome is Outcome.ALREADY for answer in given) and await asyncio.to_thread(
            self._answer.exists
        )
        if not told:
            await self._write(answers.in_words(given, [one.source for one in submissions]))
        return given

    @property
    def _answer(self) -> Path:
        return self.path.parent / (self.path.stem + ANSWER)

    async def _write(self, text: str) -> None:
        try:
            await asyncio.to_thread(self._disk.write, self._answer, text)
        except OSError as problem:
            _log.warning("an answer cannot be written yet", file=self.path.name, reason=problem.strerror)
            self._done = None

    def _fingerprint(self) -> Fingerprint | None:
        """Of the file and of all it names; None while it is not there."""
        try:
            bundle = Bundle(self.path.parent, self._disk)
            if self.path.name not in bundle.lying:
                return None
            named = [bundle.find(name) for name in wants(bundle)(self.path.name)]
        except Unreadable:
            return None
        lying = [bundle.lying[name] for name in (self.path.name, *(name for name in named if name))]
        return tuple((one.name, one.size, one.changed) for one in lying)
