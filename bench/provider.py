"""The stand-in for Twilio of the tests in a process of its own: it takes all, and notes when each text arrived.

``python -m bench.provider`` says its ``base`` as JSON. To each line it answers with the arrivals since the last one.
"""

import asyncio
import json
import sys
import time

from aiohttp import web

from tests.servers.twilio import Twilio, twilio_server


async def serve() -> None:
    came: list[tuple[float, str]] = []

    async def note(twilio: Twilio, request: web.Request) -> None:
        twilio.vices.append(note)  # one is used up by each request
        now = time.time()
        if request.method == "POST" and request.path.endswith("/Messages.json"):
            came.append((now, str((await request.post()).get("Body", ""))))

    async with twilio_server(note) as twilio:
        _say(base=twilio.base)
        while await asyncio.to_thread(sys.stdin.readline):
            found, came[:] = [*came], []
            twilio.seen.clear()
            _say(arrived=found)


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
