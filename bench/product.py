"""The product in a process of its own, told what to do by lines of JSON.

``python -m bench.product CONFIG [uvloop] [plans-only]``

It is the daemon as ``notifier run`` builds it; only the letter is handed over by this process itself, so that the
clock starts when the letter is there and not when a folder is next looked at.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.memory import high_water
from notifier.clock import SystemClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.logs import configure


async def serve(config: Path, *, plans_only: bool) -> None:
    loaded = load(config, channel_settings(), os.environ, pins_required=False)
    async with School.opened(loaded, SystemClock(), create=True) as school:
        if plans_only:
            await school.families.refresh(school.clock.now(), settled=True)
            return await obey(school)
        stop = asyncio.Event()
        running = asyncio.create_task(school.run(stop))
        try:
            await ready(school, running)
            await obey(school)
        finally:
            stop.set()
            await running


async def obey(school: School) -> None:
    say(ready=True)
    while order := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(order)
        say(**await DOES[asked.pop("do")](school, **asked))


async def ready(school: School, running: "asyncio.Task[None]") -> None:
    """The families are taken up, and nothing goes on any more."""
    while school.families.current is None:
        await asyncio.sleep(0.05)
        if running.done():
            await running
    await asyncio.sleep(0.5)


async def submit(school: School, file: str) -> dict[str, Any]:
    """Until the letter is accepted: planned, and durably in the queue."""
    began, cpu = time.perf_counter(), time.process_time()
    answers = await school.submit([Path(file)], "drop/office")
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "outcomes": [one.outcome.value for one in answers],
        "said": "\n".join(one.text for one in answers)[:2000],
    }


async def usage(school: School) -> dict[str, Any]:
    return {"cpu": time.process_time(), "peak": high_water()}


DOES: dict[str, Callable[..., Any]] = {"submit": submit, "usage": usage}


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    configure()
    config = Path(sys.argv[1])
    factory = None
    if "uvloop" in sys.argv[2:]:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(config, plans_only="plans-only" in sys.argv[2:]))


if __name__ == "__main__":
    main()
