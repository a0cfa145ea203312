"""`demo`: an example school of about 240 families gets a newsletter, a letter and a closure text."""

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from notifier.calendar import next_slot
from notifier.cli import output
from notifier.clock import FixedClock, SystemClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.leading import Idle
from notifier.model.calendar import Newsletter
from notifier.model.policy import Policy
from notifier.model.staff import Role
from notifier.model.states import DeliveryState, LegState
from notifier.queue import Store

EXAMPLE = "woodgrange"
EARLY = timedelta(minutes=10)
"""The files are dropped this long before the newsletter goes."""


def new_folder() -> Path:
    """``demo``, ``demo-2``, ...: the first that is not there yet."""
    target, number = Path("demo"), 1
    while target.exists():
        number += 1
        target = Path(f"demo-{number}")
    return target


async def show(folder: Path) -> None:
    """Set the example's clock to the newsletter's day, drop the files, send, and print what became of them."""
    config = load(folder / "config.toml", channel_settings(), os.environ)
    async with School.opened(config, SystemClock(), create=True) as opened:
        newsletter = config.newsletters[0]
        occurrence = next_slot(newsletter, opened.calendar, opened.clock.now(), config.school.timezone)
    if occurrence is None:
        output.stop("The example's calendar is over. Install a newer version.")
    clock = FixedClock(occurrence.at - EARLY)
    output.say(f"{config.school.name}: an invented school. Nothing is sent to anybody.", "bold")
    output.say(f"Its clock is set to {_spoken(occurrence.at)}, when the newsletter “{newsletter.name}” goes.")
    async with School.opened(config, clock, create=True) as school:
        output.say(f"{len(_drop(folder, school, newsletter))} files dropped.\n")
        await _working(school, occurrence.at, clock)
        await _table(school.store, school.policy)
    output.say(f"\nWhom to ring:              {_command()} --config {folder} unreached")
    output.say(f"See what each family got:  {(folder / 'outbox' / 'index.html').resolve()}", "bold")
    output.say(f"Look around:               {_command()} --config {folder} status")


def _command() -> str:
    """How to call this program again from where the person is."""
    typed = Path(sys.argv[0])
    return "notifier" if shutil.which("notifier") else os.path.relpath(typed) if typed.exists() else "notifier"


def _drop(folder: Path, school: School, newsletter: Newsletter) -> list[Path]:
    """Each folder under the example's ``messages/`` is named after whom it is from."""
    targets = {"newsletter": next(one.path for one in school.folders if one.newsletter == newsletter.name)}
    for role in Role:
        targets[role.value] = next(
            (one.path for one in school.folders if one.authority.role is role and not one.newsletter),
            targets["newsletter"],
        )
    dropped = []
    for source in sorted((folder / "messages").iterdir()):
        for file in sorted(source.iterdir()):
            target = targets[source.name] / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.is_dir():
                shutil.copytree(file, target)
            else:
                shutil.copyfile(file, target)
            dropped.append(target)
    return dropped


async def _working(school: School, at: datetime, clock: FixedClock) -> Idle:
    """Take the files, then let the clock strike and send; a bar shows how far it is."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description:<14}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
    ) as progress:
        bar = progress.add_task("Reading", total=None)
        await school.take()
        clock.at = max(clock.at, at)
        work = asyncio.create_task(school.until_idle())
        while not work.done():
            done, total = await _progress(school.store)
            progress.update(bar, description="Sending", completed=done, total=total or None)
            await asyncio.wait({work}, timeout=0.2)
        done, total = await _progress(school.store)
        progress.update(bar, description="Done", completed=done, total=total)
        return work.result()


async def _progress(store: Store) -> tuple[int, int]:
    counted = (await store.status()).deliveries
    open_ = {DeliveryState.PLANNED, DeliveryState.SENDING}
    return sum(number for state, number in counted.items() if state not in open_), sum(counted.values())


async def _table(store: Store, policy: Policy) -> None:
    rows = []
    for stored in reversed(await store.messages()):
        legs = await store.legs(stored.id)
        ways: Counter[str] = Counter(
            leg.channel
            for leg in legs
            if leg.state in (LegState.SENT, LegState.DELIVERED) and not policy.channels[leg.channel].by_person
        )
        counts = await store.counts(stored.id)
        rows.append(
            (
                stored.message.subject,
                stored.message.kind.value,
                _joined(f"{number} {way}" for way, number in ways.most_common()),
                str(counts.withheld),
                str(counts.deliveries.get(DeliveryState.UNREACHED, 0)),
            )
        )
    output.table("Message", "Kind", "Reached by", "Withheld", "To ring", rows=rows)
    why: Counter[str] = Counter()
    for stored in await store.messages():
        why.update(one.reason for one in await store.withheld(stored.id))
    if why:
        output.say("\nWhy adults were left out:")
        for reason, number in why.most_common():
            output.say(f"  {number:>4}  {reason}")


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "nobody"


def _spoken(moment: datetime) -> str:
    return f"{moment:%A %d %B %Y, %H:%M}"
