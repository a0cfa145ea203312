"""What providers tell: checked to be theirs, stored as it came, and only then answered (DESIGN 3.7)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.base import Callback, Receives
from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.queue import StoreProblem

LARGEST = 64 * 1024
"""Bytes of a body; a provider's have a few hundred."""
LONGEST_ADDRESS = 4096
PATIENCE = 10.0
"""Seconds in which a body must have come."""
TELL_EVERY = timedelta(minutes=1)

Keep = Callable[[str, str, bytes, datetime], Awaitable[None]]
"""Stores channel, path with query, body and moment; durable when it returns."""

log = logger("web")


@dataclass
class Tally:
    """How many came since the start, by what became of them."""

    stored: int = 0
    forged: int = 0
    too_large: int = 0
    unknown: int = 0
    _told_at: dict[str, datetime] = field(default_factory=dict)

    def tells(self, what: str, now: datetime) -> bool:
        """Whether the log should say it again: whoever knocks all night fills no disk."""
        last = self._told_at.get(what)
        if last is not None and timedelta() <= now - last < TELL_EVERY:
            return False
        self._told_at[what] = now
        return True


class _TooLarge(Exception):
    pass


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
            async with asyncio.timeout(PATIENCE):
                body = await _body(request)
        except _TooLarge:
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


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise _TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise _TooLarge
    return bytes(body)
