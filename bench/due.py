"""What falls due, by a calendar of ten thousand events and fifty newsletters: how long a look takes, and its growth.

A look is what the leader does at least every half minute, on the loop that sends: so it is measured whole, with what
it asks of the database, and by the processor's time, which nobody else can lengthen.
"""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.figures import Figure, say
from notifier.clock import FixedClock, SystemClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings

EXAMPLE = Path(__file__).parents[1] / "examples" / "hyde-park"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FIRST = date(2026, 9, 3)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
LOOKS = 9
CHANGES = 5


def school(folder: Path, events: int, newsletters: int) -> Path:
    """The example school with so many events over two school years, and so many newsletters; its config."""
    shutil.copytree(EXAMPLE, folder)
    rows = ["event_id,title,date,start,end,place,on_site,to,category,details,cancelled"]
    for number in range(events):
        day = FIRST + timedelta(days=number * 680 // events)
        to = ("whole school", "Swift", "Year 1", "Year 2")[number % 4]
        rows.append(f"E{number},Event {number},{day},10:00,11:00,Hall,yes,{to},{('trip', 'meeting')[number % 2]},,no")
    (folder / "calendar" / "events.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    config = folder / "config.toml"
    more = "".join(
        f'\n[[newsletter]]\nname = "News {number}"\nfolder = "drop/news-{number}"\nas = "m-clarke"\n'
        f'day = "{DAYS[number % 5]}"\nat = "15:{number:02}"\n'
        for number in range(newsletters - 1)
    )
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    return config


async def look(config: Path) -> tuple[float, float]:
    """Seconds of the processor for one look at which nothing is due, and for the first after somebody has changed an
    event, when every notice is worked out anew; each the best of several."""
    clock = FixedClock(NOW)
    async with School.opened(load(config, channel_settings(), {}), clock, create=True) as opened:
        await opened.families.refresh(NOW, settled=True)
        await opened.rota.look()
        await opened.rota.look()
        spent = []
        for _ in range(LOOKS):
            clock.at += timedelta(seconds=30)
            began = time.process_time()
            await opened.rota.look()
            spent.append(time.process_time() - began)
        anew = []
        events = config.parent / "calendar" / "events.csv"
        for number in range(CHANGES):
            events.write_text(events.read_text("utf-8").replace("Event 0", f"Event 0, changed {number},", 1), "utf-8")
            await opened.leader.begin()
            began = time.process_time()
            await opened.rota.look()
            anew.append(time.process_time() - began)
        return min(spent), min(anew)


async def settle(config: Path) -> None:
    """What has passed by now is no news, as in a folder just made."""
    async with School.opened(load(config, channel_settings(), {}), SystemClock(), create=True) as opened:
        await opened.leader.begin()
        await opened.announcing.begin(opened.clock.now(), sample=True)


def typed_in(config: Path) -> float:
    """Seconds of the processor from the start of a program that finds all these events new, until it has told the
    families of what should have been told by now, and ended."""
    events = config.parent / "calendar" / "events.csv"
    typed = events.read_text("utf-8")
    events.write_text(typed.splitlines()[0] + "\n", "utf-8")
    asyncio.run(settle(config))
    events.write_text(typed, "utf-8")
    return _run(config)


def _run(config: Path) -> float:
    command = [sys.executable, "-m", "notifier", "--config", str(config), "run", "--until-idle"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, capture_output=True, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ready(config: Path) -> float:
    """Seconds of the processor from the start of the program until it has looked and ended, with nothing to send."""
    asyncio.run(settle(config))
    return min(_run(config) for _ in range(3))


def figures(events: int, newsletters: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as spare:
        few, _ = asyncio.run(look(school(Path(spare) / "few", events // 10, newsletters)))
        many, anew = asyncio.run(look(school(Path(spare) / "many", events, newsletters)))
        typed = typed_in(school(Path(spare) / "typed", events, newsletters))
        started = ready(school(Path(spare) / "ready", events, newsletters))
    say(
        f"a look at what is due: {few * 1000:.1f} ms with {events // 10:,} events, {many * 1000:.1f} with {events:,}, "
        f"{anew * 1000:.1f} right after a change; all of them new: told of in {typed:.1f} s; "
        f"start to finish with nothing to send {started:.1f} s of the processor"
    )
    return [
        Figure(
            f"a look at what is due, {events:,} events, {newsletters} newsletters", many * 1000, 50, 25, " ms", "less"
        ),
        Figure("the same right after an event was changed", anew * 1000, 50, 40, " ms", "less"),
        Figure("the same, of a tenth of the events", many / few, 10, 5, " times", "less"),
        Figure("the daemon is ready with that calendar", started, 2, 1, " s", "less"),
        Figure("all those events are new, and families are told what is late", typed, 10, 5, " s", "less"),
    ]
