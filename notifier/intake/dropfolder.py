"""The drop folders: looked at, emptied and answered, whatever happens to one file (DESIGN 3.2, LIBRARIES R13)."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.clock import Clock
from notifier.intake import answers, claims, submitting
from notifier.intake.astray import Astray
from notifier.intake.claims import Claim
from notifier.intake.clerk import Accept, Clerk
from notifier.intake.disk import Disk, Unreadable
from notifier.intake.folder import IntakeFolder
from notifier.intake.looks import Lookout, View
from notifier.intake.messagesfile import MessagesFile
from notifier.intake.names import PROCESSING, shown
from notifier.intake.parcels import Parcel
from notifier.intake.watching import watch
from notifier.logs import logger
from notifier.model.answer import Answer, Note, Outcome
from notifier.model.message import Kind
from notifier.model.staff import Authority

_log = logger("intake")

RESCAN = 60.0
"""Seconds between looks nobody asked for: network shares tell of nothing."""
AGAIN = timedelta(seconds=60)
"""After a fault, when to try again."""
FORSAKEN = timedelta(minutes=10)
"""From here on a claim in ``processing/`` belongs to nobody who is still at work."""
LOOKS = 30
"""How often ``drain`` looks for a file to settle before it leaves it."""
GROWING = timedelta(minutes=5)


class DropFolder:
    """Takes what staff drop, hands it to ``accept``, writes the answer beside it.

    ``accept`` may raise: that is a fault, the file stays in ``processing/`` and is
    tried again. It is called by one file at a time.
    """

    def __init__(
        self,
        intakes: Sequence[IntakeFolder],
        accept: Accept,
        clock: Clock,
        tz: ZoneInfo,
        *,
        polling: bool = False,
        messages_file: Path | None = None,
        settle_seconds: float = 2.0,
        disk: Disk | None = None,
    ) -> None:
        self.intakes = tuple(intakes)
        self.tz = tz
        self.clock = clock
        self.disk = disk or Disk()
        self._clerk = Clerk(accept, clock, tz, self.disk, {intake.name: intake.path for intake in self.intakes})
        self._polling = polling
        self._settle = settle_seconds
        settle = timedelta(seconds=settle_seconds)
        self._lookouts = {intake.path: Lookout(intake, settle, self.disk) for intake in self.intakes}
        language = self.intakes[0].language if self.intakes else "en"
        self._messages = MessagesFile(messages_file, language, settle, self.disk) if messages_file else None
        self._astray = Astray(self.intakes, messages_file.parent, self.disk) if messages_file else None
        self._passing = asyncio.Lock()
        self._warned: set[Path] = set()
        self._grown: set[Path] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: recover, then take whatever comes."""
        await self.recover()
        await self._pass()  # makes the folders, too
        wake = asyncio.Event()
        folders = {intake.path: True for intake in self.intakes}
        if self._messages:
            folders.setdefault(self._messages.path.parent, False)
        watchers = [
            asyncio.create_task(watch(folder, wake, stop, self.clock, polling=self._polling, inside=inside))
            for folder, inside in folders.items()
        ]
        try:
            while not stop.is_set():
                wake.clear()
                _, waiting = await self._pass()
                await self._rest(self._settle if waiting else RESCAN, wake, stop)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def drain(self) -> list[Answer]:
        """Take all that lies there now, waiting until it settles; the answers. What never settles is left, and said."""
        given = await self.recover()
        waiting: list[tuple[IntakeFolder, str]] = []
        for number in range(LOOKS):
            if number:
                await self.clock.sleep(self._settle)
            found, waiting = await self._pass()
            given += found
            if not waiting:
                return given
        for intake, name in waiting:
            given.append(await self._still_growing(intake, name))
        return given

    async def submit(
        self, paths: Sequence[Path], intake: IntakeFolder | None = None, authority: Authority | None = None
    ) -> list[Answer]:
        """Take copies of these files as if dropped into ``intake`` (default: the first), one answer a message.

        With ``authority`` in that person's name instead of the folder's. Answers
        beside, too. Nothing lies anywhere afterwards but in ``accepted/`` or
        ``refused/``. Raises NotSubmitted where a file is not to be had.
        """
        into = intake or self.intakes[0]
        if authority is not None:
            into = replace(into, authority=authority)
        stage = partial(submitting.stage, paths, into.path, self.clock.now(), self.tz, self.disk)
        try:
            staged = await asyncio.to_thread(stage)
        except Unreadable as problem:
            return [Answer(Outcome.FAULT, problem.sentence)]
        except OSError as problem:
            sentence = f"The file could not be copied to {into.name} ({problem.strerror}). Try again."
            return [Answer(Outcome.FAULT, sentence)]
        given: list[Answer] = []
        for claim, is_folder in staged:
            given += await self._clerk.process(into, claim, answers.name_of(claim.main, folder=is_folder))
            self._clerk.forget(claim)
            await asyncio.to_thread(submitting.discard, claim)
        return given

    async def note(self, note: Note) -> None:
        """Tell beside a file that was answered before what became of it since."""
        folder = next((one.path for one in self.intakes if one.name == note.intake), None)
        if folder is not None:
            for is_folder in (False, True):
                name = answers.name_of(note.source, folder=is_folder)
                await asyncio.to_thread(answers.add, folder, name, note.text, self.disk)

    async def recover(self) -> list[Answer]:
        """Take up what a crash left in ``processing/``, as of the moment at which it was claimed."""
        async with self._passing:
            return await self._leftovers(lambda claim: True)

    async def _rest(self, seconds: float, wake: asyncio.Event, stop: asyncio.Event) -> None:
        tasks = [asyncio.ensure_future(one) for one in (self.clock.sleep(seconds), wake.wait(), stop.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass(self) -> tuple[list[Answer], list[tuple[IntakeFolder, str]]]:
        """One look at every folder, emergencies first; answers, and what has not settled yet."""
        async with self._passing:
            now = self.clock.now()
            given = await self._leftovers(lambda claim: self._is_due(claim, now))
            order = sorted(self.intakes, key=lambda intake: intake.kind is not Kind.EMERGENCY)
            found = await asyncio.gather(*(self._empty(intake) for intake in order))
            waiting = [(intake, name) for intake, (_, names) in zip(order, found, strict=True) for name in names]
            given += [answer for answers_, _ in found for answer in answers_]
            if self._astray:
                await asyncio.to_thread(self._astray.tell)
            if self._messages:
                given += await self._messages.take(self._clerk.asked, self.clock.now(), self.tz)
                if self._messages.waiting:
                    waiting.append((self._messages.intake, self._messages.path.name))
            return given, waiting

    async def _empty(self, intake: IntakeFolder) -> tuple[list[Answer], tuple[str, ...]]:
        """Take what is ready in one folder. Never raises: the other folders go on."""
        try:
            view = await asyncio.to_thread(self._look, intake)
        except Exception as problem:
            if not isinstance(problem, OSError):
                _log.exception("a bug: a drop folder could not be looked at", folder=intake.name)
                return [], ()
            if intake.path not in self._warned:
                self._warned.add(intake.path)
                _log.warning(
                    "a drop folder cannot be read; I go on with the others and keep trying",
                    folder=intake.name,
                    reason=problem.strerror,
                )
            return [], ()
        if intake.path in self._warned:
            self._warned.discard(intake.path)
            _log.info("a drop folder can be read again", folder=intake.name)
        given: list[Answer] = []
        for parcel in view.ready:
            given += await self._take(intake, parcel, view)
        now = self.clock.now()
        for name in view.waiting:
            if self._lookouts[intake.path].growing_for(name, now) > GROWING and intake.path / name not in self._grown:
                await self._still_growing(intake, name)
        return given, view.waiting

    def _look(self, intake: IntakeFolder) -> View:
        if not intake.path.exists() and intake.path.parent.is_dir():
            self.disk.make_folder(intake.path)
        return self._lookouts[intake.path].look(self.clock.now())

    async def _take(self, intake: IntakeFolder, parcel: Parcel, view: View) -> list[Answer]:
        name = answers.name_of(parcel.main, folder=parcel.main in view.folders)
        take = partial(
            claims.claim, intake.path, intake.path / PROCESSING, parcel, self.clock.now(), self.tz, self.disk
        )
        try:
            claim = await asyncio.to_thread(take)
        except OSError as problem:
            sentence = (
                f"I cannot take {shown(parcel.main)} out of the folder ({problem.strerror or 'no reason given'}). "
                "If it is open in another program, close it there; I shall try again by myself."
            )
            return [await self._clerk.fault(intake, name, sentence)]
        self._grown.discard(intake.path / parcel.main)
        if claim is None:
            return []
        return await self._clerk.process(intake, claim, name)

    async def _leftovers(self, wanted: Callable[[Claim], bool]) -> list[Answer]:
        given: list[Answer] = []
        for intake in self.intakes:
            try:
                lying = await asyncio.to_thread(claims.lying, intake.path, self.disk)
            except OSError:
                continue  # said when the folder is looked at
            for claim in lying:
                if not wanted(claim):
                    continue
                if not claim.main:
                    with contextlib.suppress(OSError):
                        await asyncio.to_thread(claims.put_back, claim, intake.path, self.disk)
                    continue
                is_folder = await asyncio.to_thread(claim.path.is_dir)
                name = answers.name_of(claim.main, folder=is_folder)
                given += await self._clerk.process(intake, claim, name, recovered=True)
        return given

    def _is_due(self, claim: Claim, now: datetime) -> bool:
        tried = self._clerk.tried(claim)
        return now - tried >= AGAIN if tried else now - claim.moment >= FORSAKEN

    async def _still_growing(self, intake: IntakeFolder, name: str) -> Answer:
        self._grown.add(intake.path / name)
        sentence = (
            f"{shown(name)} is still changing, so I have not taken it. If it is being copied, wait; "
            "if a program has it open, close it there. I take it as soon as it rests."
        )
        return await self._clerk.fault(intake, answers.name_of(name, folder=False), sentence)
