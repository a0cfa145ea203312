"""Emergency texts as a command hands them over while the daemon is at work: ``python -m bench.urgent CONFIG``.

A process of its own opens the school as ``notifier submit`` does, and submits one emergency after another.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from notifier.clock import SystemClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.logs import configure

EMERGENCY = """---
kind: emergency
to: {to}
subject: Probe {name}
text: Probe {name}: the school closes at noon.
---
Probe {name}: the school closes at noon.
"""


async def texts(school: School, count: int, every: float, to: str, name: str) -> dict[str, Any]:
    """One emergency after the other, ``every`` so many seconds. The moment just before each was handed over."""
    begun: dict[str, float] = {}
    spare = school.config.root / "probes"
    spare.mkdir(exist_ok=True)
    start = asyncio.get_running_loop().time()
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number * every - asyncio.get_running_loop().time()))
        probe = f"{name}{number:04}"
        file = spare / f"{probe}.md"
        file.write_text(EMERGENCY.format(to=to, name=probe), "utf-8")
        begun[probe] = time.time()
        answers = await school.submit([file], "drop/head")
        assert all(one.outcome.value == "accepted" for one in answers), [one.text for one in answers]
    return {"begun": begun}


async def main(config: Path) -> None:
    loaded = load(config, channel_settings(), os.environ, pins_required=False)
    async with School.opened(loaded, SystemClock()) as school:
        _say(ready=True)
        while order := await asyncio.to_thread(sys.stdin.readline):
            _say(**await texts(school, **json.loads(order)))


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    configure()
    asyncio.run(main(Path(sys.argv[1])))
