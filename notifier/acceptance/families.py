"""The directory in force: taken up from the families' files, kept in the database and as a whole copy in ``state/``."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from notifier import directory as room
from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.arrangements import in_force
from notifier.model.directory import Arrangement, Directory, Sort
from notifier.model.problem import Problem
from notifier.queue import Store, StoreProblem
from notifier.thrift import settle_down

FILES = ("pupils.csv", "contacts.csv", "links.csv", "arrangements.csv")
TRIES = 5
"""How often something learned is written down anew because another process was quicker."""


class Families:
    """Live files: ``refresh`` takes up what has changed and settled (DESIGN 3.1).

    ``folder`` None: they lie on another computer, and only what that one has brought into force is known here.
    """

    def __init__(self, store: Store, folder: Path | None, state: Path) -> None:
        self.store = store
        self.folder = folder
        self.state = state
        self.current: Directory | None = None
        self.problems: tuple[Problem, ...] = ()
        self._taken: object = None
        self._seen: object = None
        self._versions: dict[int, Directory] = {}
        self.log = logger("families")

    @property
    def version(self) -> int:
        """Of the directory in force; 0 where there is none."""
        return self.current.version if self.current else 0

    async def load(self) -> None:
        """Begin with what is in force already, if anything is."""
        await self._adopt()

    async def refresh(self, now: datetime, *, settled: bool = False) -> bool:
        """Take the files up if they changed and look the same twice running (``settled``: at once).

        Whether another version is in force than before.
        """
        older = self.current
        await self._adopt()
        if self.folder is None:
            return self.current is not older
        looks = await asyncio.to_thread(self._look, self.folder)
        if looks == self._taken:
            return False
        if not settled and looks != self._seen:
            self._seen = looks
            return False
        before = self.current
        directory = await asyncio.to_thread(self._take_up, self.folder, before)
        self._taken = self._seen = looks
        if directory is None or (before is not None and directory.version == before.version):
            return False
        return await self._put(directory, now)

    def _take_up(self, folder: Path, before: Directory | None) -> Directory | None:
        """What was read is forgotten on the way out, before the directory is written: of a large school it is much."""
        taken = room.take_up(room.read(folder), before)
        self.problems = taken.problems
        return taken.directory

    async def accept(self, now: datetime) -> bool:
        """``families accept``: a person confirms what the files take away."""
        await self._adopt()
        if self.folder is None:
            return False
        reading = await asyncio.to_thread(room.read, self.folder)
        taken = await asyncio.to_thread(room.accept, reading, self.current)
        self.problems = taken.problems
        if taken.directory is None or not taken.taken:
            return False
        return await self._put(taken.directory, now)

    async def forget_ended(self, before: date, now: datetime) -> int:
        """Orders and the like that ended before that day and stand in the record alone. How many went."""
        await self._adopt()
        if self.current is None:
            return 0
        left, gone = room.without_ended(self.current, before)
        if not gone or not await self._put(left, now):
            return 0
        self._taken = None
        return gone

    async def put_without(self, erased: room.Erased, now: datetime) -> bool:
        """Bring into force a directory from which somebody was erased; False if another process was quicker."""
        done = await self._put(erased.directory, now)
        self._taken = None
        self._versions = {version: one for version, one in self._versions.items() if version == self.version}
        return done

    async def unsubscribe(self, clock: Clock, contact_id: str, why: str = "complained about a message") -> None:
        """Learned by the program itself: no newsletters to this adult any more, until the school writes otherwise;
        nor to whoever shares the email address, because it was the address that asked.

        Durable when it returns; raises StoreProblem.
        """
        for _ in range(TRIES):
            directory, now = await self.newest(), clock.now()
            if directory is None:
                return
            rows = tuple(
                Arrangement(Sort.UNSUBSCRIBE, one, from_=now.date(), evidence=why, recorded_by="mail", recorded=True)
                for one in sharing_address(directory, contact_id)
                if not unsubscribed(directory, one, now.date())
            )
            after = replace(directory, version=directory.version + 1, arrangements=(*directory.arrangements, *rows))
            if not rows or await self._put(after, now):
                return
        raise StoreProblem("The families' directory is being changed by others all the time. Try again.")

    async def newest(self) -> Directory | None:
        """The directory in force, by whichever process it was brought into force."""
        await self._adopt()
        return self.current

    async def at_version(self, version: int) -> Directory:
        """The directory of that version, for a recheck: the one in force is loaded where this process has an older."""
        if self.current is not None and self.current.version == version:
            return self.current
        await self._adopt()
        found = self._versions.get(version) or self.current
        if found is None:
            raise LookupError("No directory is in force.")
        return found

    async def _put(self, directory: Directory, now: datetime) -> bool:
        data = await asyncio.to_thread(room.encode, directory)
        changes = room.arrangement_changes(self.current, directory)
        if not await self.store.put_directory(directory.version, data, now, changes):
            await self._adopt()  # another process was quicker
            self._taken = None
            return False
        reached("families recorded")
        await asyncio.to_thread(room.save, data, self.state)
        self._remember(directory)
        self.log.info("directory in force", version=directory.version, pupils=len(directory.pupils))
        return True

    async def _adopt(self) -> None:
        """Take over the newest version from the database, or the copy in ``state/`` where it holds none."""
        version = await self.store.directory_version()
        if self.current is not None and self.current.version >= version:
            return
        data = await self.store.directory(version) if version else None
        if data is not None:
            self._remember(await asyncio.to_thread(room.decode, data))
        elif self.current is None:
            kept = await asyncio.to_thread(room.load, self.state)
            if kept is not None:
                self._remember(kept)

    def _remember(self, directory: Directory) -> None:
        self.current = directory
        self._versions[directory.version] = directory
        for old in sorted(self._versions)[:-2]:
            del self._versions[old]
        settle_down()

    def _look(self, folder: Path) -> object:
        looks = []
        for name in FILES:
            try:
                found = (folder / name).stat()
                looks.append((name, found.st_mtime_ns, found.st_size, found.st_ino))
            except OSError:
                looks.append((name, 0, 0, 0))
        return tuple(looks)


def sharing_address(directory: Directory, contact_id: str) -> tuple[str, ...]:
    """This adult and everybody else with the very same email address."""
    contact = directory.contacts.get(contact_id)
    key = contact.email_key if contact else ""
    others = (one.id for one in directory.contacts.values() if key and one.email_key == key)
    return (contact_id, *(one for one in others if one != contact_id))


def unsubscribed(directory: Directory, contact_id: str, day: date) -> bool:
    rows = directory.arrangements_of.get(contact_id, ())
    return any(one.sort is Sort.UNSUBSCRIBE and in_force(one, day) for one in rows)
