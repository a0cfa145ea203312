"""From the confirming Enter on: by the daemon, by this process, or without a database at all (DESIGN 4)."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from notifier.cli.closure_screen import sheet_screen
from notifier.clock import SystemClock
from notifier.closure.drafting import Draft
from notifier.closure.journal import Journal, left_in, path_of
from notifier.closure.progress import Progress, progress
from notifier.config import Config
from notifier.daemon import School
from notifier.dispatch.witness import Nobody, Witness
from notifier.lock import Locked
from notifier.model.message import Lane
from notifier.model.payload import CALL_ITEM, CallPayload
from notifier.queue import StoreProblem

PATIENCE = 1.0
"""Seconds for which an emergency waits for the database."""
SILENCE = 8.0
"""Seconds without a single text or email handed over, after which people start to ring."""
LOOK = 0.2
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@dataclass(frozen=True)
class Teller:
    """Says what happens on the way; beside the JSON where that is asked for."""

    aside: bool = False

    def say(self, text: str, style: str = "") -> None:
        Console(stderr=self.aside, highlight=False, soft_wrap=True).print(Text(text, style=style))

    def sheet(self, school: School, draft: Draft) -> None:
        """Every family of the plan, to ring; needs nothing but what is in memory."""
        directory = school.families.current
        if directory is None:
            return
        now = school.clock.now()
        made = [school.renderer.render(CALL_ITEM, draft.message, one, directory, now) for one in draft.plan.deliveries]
        sheet = sheet_screen([one for one in made if isinstance(one, CallPayload)], drill=draft.closure.drill)
        Console(stderr=self.aside, highlight=False).print(sheet)


@dataclass
class Place:
    """The school to act in; ``aside``: why its own database is not used, empty where it is."""

    school: School
    aside: str = ""


@asynccontextmanager
async def school_or_aside(config: Config) -> AsyncIterator[Place]:
    """The school with its database, or where that cannot be used within a second, with one in memory."""
    try:
        async with asyncio.timeout(3 * PATIENCE):
            opening = School.opened(config, SystemClock(), patience=PATIENCE)
            school = await opening.__aenter__()
    except (StoreProblem, TimeoutError, OSError) as problem:
        async with aside(config) as school:
            yield Place(school, _why(problem))
        return
    try:
        yield Place(school)
    finally:
        await opening.__aexit__(None, None, None)


def _why(problem: Exception) -> str:
    return problem.sentence if isinstance(problem, StoreProblem) else "The database does not answer."


@asynccontextmanager
async def aside(config: Config) -> AsyncIterator[School]:
    """With an empty database elsewhere, and the families as they were in force, the newest denials on top."""
    with _spare() as folder:
        async with School.opened(config, SystemClock(), aside=folder) as school:
            with suppress(OSError, StoreProblem):
                await school.families.refresh(school.clock.now(), settled=True)
            yield school


@contextmanager
def _spare() -> Iterator[Path]:
    """In memory where that is to be had: the disk may be the trouble."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="closure-", dir=where) as folder:
        yield Path(folder)


async def warm_up(school: School) -> dict[str, float | None]:
    """Whatever is slow to load is loaded before the head presses Enter; the channels' paces."""
    built = school.channels()
    try:
        for channel in built.values():
            check = getattr(channel, "check", None)
            if check is not None:
                await check()
        return {name: channel.per_minute for name, channel in built.items()}
    finally:
        for channel in built.values():
            await channel.close()


async def carry_out(school: School, draft: Draft, tell: Teller) -> Progress:
    """What is in the database goes: by the daemon that runs here, else by this process. Says so where nothing does."""
    sending = asyncio.create_task(_drain(school, tell))
    await _or_silence(school, draft, sending, tell)
    await sending
    return await progress(school.store, draft.closure, school.families.current)


async def _drain(school: School, tell: Teller) -> None:
    try:
        await school.drain(Lane.EMERGENCY)
    except Locked:
        tell.say("The daemon is sending it.")


async def without_database(config: Config, school: School, draft: Draft, why: str, tell: Teller) -> Progress:
    """The same by a database in memory, with a journal that the daemon takes over later. ``school`` is aside."""
    tell.say(f"The database cannot be used ({why}) It is sent without.", "yellow")
    desk = school.desk({})
    entry = desk.entry(draft)
    with Journal(path_of(config.state, draft.closure.id), school.clock) as journal:
        witness: Witness = journal
        try:
            journal.create(draft.closure, entry)
        except OSError as fault:
            witness = Nobody()
            tell.say(
                f"NOTHING CAN BE WRITTEN DOWN ({os.strerror(fault.errno or 0)}). It is sent all the same. "
                "Do not start it again: families would get it twice. Ring from this sheet:",
                "bold red",
            )
            tell.sheet(school, draft)
        await desk.send(draft)
        sending = asyncio.create_task(school.drain(Lane.EMERGENCY, witness))
        await _or_silence(school, draft, sending, tell)
        await sending
        if journal.failed:
            tell.say(f"From some point on nothing could be written down ({journal.failed}).", "bold red")
            tell.sheet(school, draft)
    return await progress(school.store, draft.closure, school.families.current)


async def resume(config: Config) -> int:
    """Closures whose sending broke off, where the database still cannot be used. How many."""
    resumed = 0
    async with aside(config) as school:
        for path in left_in(config.state):
            with Journal(path, school.clock) as journal:
                kept = journal.resume()
                if kept is None:
                    journal.over(".broken")
                    continue
                await school.store.closing.take_in(kept.closure, kept.entry, kept.sends, school.clock.now())
                await school.drain(Lane.EMERGENCY, journal)
                resumed += 1
    return resumed


async def _or_silence(school: School, draft: Draft, sending: "asyncio.Task[None]", tell: Teller) -> None:
    """Until the first is handed over; where that does not come, people are told while it goes on being tried."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SILENCE
    while loop.time() < end:
        found = await progress(school.store, draft.closure, None)
        if found.handed_over or (sending.done() and not found.waiting and not found.in_doubt):
            break
        await asyncio.sleep(LOOK)
    else:
        tell.say(
            f"In {SILENCE:.0f} seconds nothing could be handed over: the internet or the providers are out of reach. "
            "It goes on being tried. Ring from this sheet NOW:",
            "bold red",
        )
        tell.sheet(school, draft)
        return
    if not found.handed_over and not found.to_ring:
        tell.say("Nothing could be handed over. Ring from this sheet NOW:", "bold red")
        tell.sheet(school, draft)
