"""What happens to one claimed file: read, accepted, answered, put away; and what if one of these fails."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.intake import answers, claims
from notifier.intake.claims import Claim
from notifier.intake.disk import Disk, Unreadable
from notifier.intake.folder import IntakeFolder
from notifier.intake.names import ACCEPTED, REFUSED, shown
from notifier.intake.reading import read
from notifier.logs import logger
from notifier.model.answer import Answer, Outcome
from notifier.model.message import Submission

_log = logger("intake")

Accept = Callable[[Submission], Awaitable[Answer]]


class Clerk:
    """Keeps an answer that could not be written or a file that could not be put away until that works.

    ``accept`` is called with one submission at a time; an exception of it is a fault.
    """

    def __init__(
        self, accept: Accept, clock: Clock, tz: ZoneInfo, disk: Disk, folders: Mapping[str, Path] | None = None
    ) -> None:
        self._accept = accept
        self._folders = folders or {}
        self._clock = clock
        self._tz = tz
        self._disk = disk
        self._accepting = asyncio.Lock()
        self._answered: dict[Path, tuple[list[Answer], str]] = {}
        self._tried: dict[Path, datetime] = {}

    def tried(self, claim: Claim) -> datetime | None:
        """When this claim, still lying there, was last worked on."""
        return self._tried.get(claim.path)

    def forget(self, claim: Claim) -> None:
        self._answered.pop(claim.path, None)
        self._tried.pop(claim.path, None)

    async def process(self, intake: IntakeFolder, claim: Claim, name: str, *, recovered: bool = False) -> list[Answer]:
        """Read, accept, answer, put away. Whatever fails leaves the claim where it is, to be tried again.

        ``recovered``: another process may have had it accepted, and ended before it could answer.
        """
        self._tried[claim.path] = self._clock.now()
        kept = self._answered.get(claim.path)
        if kept is None:
            try:
                found = await asyncio.to_thread(read, claim.path, intake, claim.moment, self._tz, self._disk)
            except Unreadable as problem:
                return [await self.fault(intake, name, problem.sentence)]
            except OSError as problem:
                return [await self.fault(intake, name, _cannot_read(claim.main, problem))]
            except Exception:
                _log.exception("a bug: a file could not be read", file=claim.main)
                return [await self.fault(intake, name, _bug(claim.main))]
            given = await self.asked([replace(one, recovered=recovered) for one in found])
            text = answers.in_words(given, [one.source for one in found])
            if any(answer.outcome is Outcome.FAULT for answer in given):
                await self._said(intake, name, text, bad=True)
                return given
            kept = self._answered[claim.path] = (given, text)
        given, text = kept
        bad = answers.is_bad(given)
        if not await self._said(intake, name, text, bad=bad):
            return given
        reached("answered")
        await self._noted(given, intake, name)
        try:
            finish = partial(claims.finish, claim, intake.path, REFUSED if bad else ACCEPTED, self._disk)
            await asyncio.to_thread(finish)
        except OSError as problem:
            _log.warning("an answered file cannot be put away yet", file=claim.main, reason=problem.strerror)
            return given
        self.forget(claim)
        return given

    async def asked(self, submissions: Iterable[Submission]) -> list[Answer]:
        given = []
        for submission in submissions:
            try:
                async with self._accepting:
                    answer = await self._accept(submission)
            except Exception:
                _log.exception("a bug: a message could not be accepted", file=submission.source)
                answer = Answer(Outcome.FAULT, _bug(submission.source))
            _log.info("answered", file=submission.source, outcome=str(answer.outcome), message=answer.message_id)
            given.append(answer)
        return given

    async def _said(self, intake: IntakeFolder, name: str, text: str, *, bad: bool) -> bool:
        """Whether the answer could be written. A full disk does not undo what was accepted."""
        try:
            await asyncio.to_thread(partial(answers.write, intake.path, name, text, self._disk, bad=bad))
        except OSError as problem:
            _log.warning("an answer cannot be written yet", file=name, reason=problem.strerror)
            return False
        return True

    async def _noted(self, given: Iterable[Answer], intake: IntakeFolder, name: str) -> None:
        """Tell beside earlier files what became of them; the answer just written speaks for itself."""
        for note in (one for answer in given for one in answer.notes):
            folder, earlier = self._folders.get(note.intake), answers.name_of(note.source, folder=False)
            if folder is None or (folder, earlier) == (intake.path, name):
                continue
            try:
                await asyncio.to_thread(answers.add, folder, earlier, note.text, self._disk)
            except OSError as problem:
                _log.warning("an earlier answer cannot be changed", file=note.source, reason=problem.strerror)

    async def fault(self, intake: IntakeFolder, name: str, sentence: str) -> Answer:
        await self._said(intake, name, f"{sentence}\n", bad=True)
        return Answer(Outcome.FAULT, sentence)


def _cannot_read(name: str, problem: OSError) -> str:
    return (
        f"I cannot read {shown(name)} just now ({problem.strerror or 'no reason given'}). "
        "It is kept, and I shall try again by myself."
    )


def _bug(name: str) -> str:
    return (
        f"Something went wrong in the program itself with {shown(name)}; nothing is lost, and it will be tried again. "
        "If this sentence is still here in ten minutes, tell whoever looks after the program."
    )
