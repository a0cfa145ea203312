"""A stand-in for the provider of texts, in a process of its own: it takes all, and notes when each arrived.

``python -m bench.provider`` says its port and runs until its input ends. ``GET /times`` gives the arrivals.
"""

import asyncio
import sys
import time

from aiohttp import web

TIMES: list[tuple[float, str]] = []


async def take(request: web.Request) -> web.Response:
    arrived = time.time()
    form = await request.post()
    TIMES.append((arrived, str(form.get("Body", ""))))
    sid = f"SM{len(TIMES):032x}"
    answer = {
        "sid": sid,
        "account_sid": request.match_info["account"],
        "to": str(form.get("To")),
        "from": str(form.get("From")),
        "body": str(form.get("Body")),
        "status": "queued",
        "num_segments": "1",
        "num_media": "0",
        "direction": "outbound-api",
        "api_version": "2010-04-01",
        "uri": "",
        "subresource_uris": {},
    }
    return web.json_response(answer, status=201)


async def times(request: web.Request) -> web.Response:
    found, TIMES[:] = list(TIMES), []
    return web.json_response(found)


async def serve() -> None:
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", take)
    app.router.add_get("/times", times)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
