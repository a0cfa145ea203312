"""What providers tell: checked to be theirs, stored as it came, and only then answered (DESIGN 3.7)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.base import Callback, Receives
from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.queue import StoreProblem
from notifier.web import incoming
from notifier.web.incoming import Tally

LONGEST_ADDRESS = 4096

Keep = Callable[[str, str, bytes, datetime], Awaitable[None]]
"""Stores channel, path with query, body and moment; durable when it returns."""

log = logger("web")


def receipt_routes(
    doors: Mapping[str, Receives], keep: Keep, clock: Clock, public_url: str, tally: Tally
) -> Sequence[BaseRoute]:
    """``doors``: the channels whose providers tell; ``public_url``: where those call, which is what they sign."""
    desk = _Desk(doors, keep, clock, public_url.rstrip("/"), tally)
    return [Route("/receipts/{channel}/{what}", desk.take, methods=["POST"])]


class _Desk:
    def __init__(self, doors: Mapping[str, Receives], keep: Keep, clock: Clock, public_url: str, tally: Tally) -> None:
        self._doors = doors
        self._keep = keep
        self._clock = clock
        self._public_url = public_url
        self._tally = tally

    async def take(self, request: Request) -> Response:
        """204 or the channel's own answer once it is stored; 503 where it cannot be: the provider comes again."""
        name = request.path_params["channel"]
        door = self._doors.get(name)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if door is None or len(asked) > LONGEST_ADDRESS:
            self._tally.unknown += 1
            return Response(status_code=404)
        try:
            async with asyncio.timeout(incoming.PATIENCE):
                body = await incoming.body(request)
        except incoming.TooLarge:
            self._tally.too_large += 1
            self._tell("too-large", name, self._tally.too_large)
            return Response(status_code=413, headers={"connection": "close"})
        except TimeoutError:
            return Response(status_code=408, headers={"connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        headers = {key.lower(): value for key, value in request.headers.items()}
        callback = Callback(self._public_url + asked, body, headers)
        if not door.verify(callback):
            self._tally.forged += 1
            self._tell("forged", name, self._tally.forged)
            return Response(status_code=403)
        try:
            await self._keep(name, asked, body, self._clock.now())
        except StoreProblem:
            return Response(status_code=503, headers={"retry-after": "5"})
        reached("receipt stored")
        self._tally.stored += 1
        return _answered(door, callback)

    def _tell(self, what: str, channel: str, count: int) -> None:
        if self._tally.tells(what, self._clock.now()):
            log.warning(what, channel=channel, count=count)


def _answered(door: Receives, callback: Callback) -> Response:
    """It is stored, so whatever goes wrong with the answer must not bring it a second time."""
    try:
        reply = door.reply(callback)
    except ValueError:
        return Response(status_code=204)
    if not reply.content:
        return Response(status_code=204)
    return Response(reply.content, media_type=reply.media_type)
