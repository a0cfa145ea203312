"""How a command gets at its school: the config, the clock, the store."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from notifier.cli.looping import Loop
from notifier.cli.output import caution, problems, stop
from notifier.cli.pins import Tries
from notifier.clock import SystemClock
from notifier.config import Config, ConfigProblems, last_good, load
from notifier.config.lines import placed
from notifier.daemon import School
from notifier.directory import DamagedDirectory
from notifier.fittings import channel_settings
from notifier.model.answer import Exit
from notifier.queue import StoreProblem

CONFIG: ContextVar[Path | None] = ContextVar("CONFIG", default=None)

Result = TypeVar("Result")


def config_path() -> Path:
    """``--config``, else ``$NOTIFIER_CONFIG``, else ``./config.toml``; a folder means the config.toml in it."""
    named = CONFIG.get() or (Path(os.environ["NOTIFIER_CONFIG"]) if os.environ.get("NOTIFIER_CONFIG") else None)
    path = named or Path("config.toml")
    if path.is_dir():
        path = path / "config.toml"
    if not path.is_file():
        stop(
            f"There is no {path}. Go into the school's folder, or say where it is with --config, "
            "or start one with: notifier init FOLDER"
        )
    return path


def open_config(*, pins_required: bool = True, cannot_wait: bool = False) -> Config:
    """The config, or every problem in it and exit code 2.

    ``cannot_wait``: a closure goes by the settings with which the program last worked, where there are such.
    """
    try:
        return load(config_path(), channel_settings(), os.environ, pins_required=pins_required)
    except ConfigProblems as found:
        if cannot_wait and (kept := _last_good(len(found.problems))) is not None:
            return kept
        problems(placed(found.problems, config_path()))
        one = "problem" if len(found.problems) == 1 else f"{len(found.problems)} problems"
        stop(f"Nothing was done. Mend the {one} above in config.toml and try again.")


def _last_good(wrong: int) -> Config | None:
    root = config_path().absolute().parent
    since = last_good.kept_at(root)
    if since is None:
        return None
    try:
        config = load(last_good.place(root), channel_settings(), os.environ, pins_required=False, root=root)
    except ConfigProblems:
        return None
    mistakes = "is a mistake" if wrong == 1 else f"are {wrong} mistakes"
    _tell_once(
        f"There {mistakes} in config.toml. This goes all the same, by the last good settings, of "
        f"{since.astimezone(config.school.timezone):%-d %B, %H:%M}. When there is time: notifier check"
    )
    return config


@cache
def _tell_once(sentence: str) -> None:
    caution(sentence)


def with_folder(config: Config) -> Config:
    """For a command that reads or writes the school's own files: refused where there are none."""
    if config.node.sends_only:
        stop(
            "This computer only sends ([node] sends_only in config.toml): the school's files are elsewhere. "
            "Do this on the computer that has them."
        )
    return config


@asynccontextmanager
async def school(*, create: bool = False, folder: bool = False, cannot_wait: bool = False) -> AsyncIterator[School]:
    """The school with its store; ``create`` makes or upgrades the database, which only run and init do.

    ``folder``: the command needs the school's own files. ``cannot_wait``: as ``open_config``.

    Only what starts the school asks that all have a PIN: a new colleague without one must not hide how an
    emergency goes. Who acts still shows their own PIN.
    """
    config = open_config(pins_required=create, cannot_wait=cannot_wait)
    if folder:
        with_folder(config)
    async with School.opened(config, SystemClock(), create=create) as opened:
        with suppress(StoreProblem, OSError):  # what cannot be written down now is by the next command
            await Tries(config.state).tell(partial(_wrong_pin, opened))
        yield opened


async def _wrong_pin(school: School, person: str, at: datetime) -> None:
    await school.store.audit("a wrong PIN", person, "", at)


@asynccontextmanager
async def reading(config: Config) -> AsyncIterator[School]:
    """The school for a command that records nothing: where there is no database yet, an empty one elsewhere."""
    if fresh(config):
        with tempfile.TemporaryDirectory() as spare:
            async with School.opened(config, SystemClock(), aside=Path(spare)) as opened:
                yield opened
    else:
        async with School.opened(config, SystemClock()) as opened:
            yield opened


def fresh(config: Config | None = None) -> bool:
    """Whether the school's own database file has not been made yet."""
    url = (config or open_config()).store_url
    return url.startswith("sqlite") and not Path(url.split("///", 1)[-1]).exists()


def within(work: Callable[[], Awaitable[Result]], *, loop: Loop | None = None) -> Result:
    """Run a command's asynchronous part; what the store cannot do is one sentence and exit code 3."""

    async def whole() -> Result:
        return await work()

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(whole())
    except StoreProblem as problem:
        stop(problem.sentence, Exit.FAULT)
    except DamagedDirectory as problem:  # it may hold an order that stands nowhere else: never go on without it
        stop(str(problem), Exit.FAULT)
