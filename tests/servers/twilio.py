"""A stand-in for Twilio that keeps state, checks each request against Twilio's own description, and has vices.

The description (OpenAPI) is not part of this repository: it is looked for in ``$NOTIFIER_SHARED`` or beside the
checkout. Without it requests are taken unchecked, and ``UNCHECKED`` says so.
"""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

SID = "AC" + "0a" * 16
TOKEN = "not-a-real-token-1234"
LONGEST = 1600
LONGEST_TWIML = 4000

_SHARED = Path(os.environ.get("NOTIFIER_SHARED") or Path(__file__).resolve().parents[3] / "shared")
DESCRIPTION = _SHARED / "data" / "twilio_api_v2010.json"
UNCHECKED = "" if DESCRIPTION.exists() else f"requests go unchecked: {DESCRIPTION.name} is not there"

Vice = Callable[["Twilio", web.Request], Awaitable[web.StreamResponse | None]]
"""What goes wrong with one request; None lets it through."""


def refusal(status: int, code: int, **headers: str) -> Vice:
    """An error as Twilio words it."""

    async def refuse(twilio: "Twilio", request: web.Request) -> web.StreamResponse:
        words = {"code": code, "message": "refused", "status": status}
        return web.json_response(words, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return refuse


def gateway(status: int) -> Vice:
    """An error by something in between, which knows nothing of what became of the request."""

    async def fail(twilio: "Twilio", request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="<html>Bad gateway</html>", content_type="text/html")

    return fail


async def stalls(twilio: "Twilio", request: web.Request) -> web.StreamResponse | None:
    """Reads the request, takes it, and never answers."""
    await twilio.take(request)
    await twilio.gate.wait()
    return web.Response(status=500)


async def hangs_up(twilio: "Twilio", request: web.Request) -> web.StreamResponse | None:
    """Takes the request and closes without an answer."""
    await twilio.take(request)
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=500)


async def mumbles(twilio: "Twilio", request: web.Request) -> web.StreamResponse | None:
    await twilio.take(request)
    return web.Response(status=201, text="created, I think")


async def moved(twilio: "Twilio", request: web.Request) -> web.StreamResponse | None:
    return web.Response(status=302, headers={"Location": "https://elsewhere.example.org/"})


@dataclass
class Twilio:
    base: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[Mapping[str, str]] = field(default_factory=list)
    seen: list["Seen"] = field(default_factory=list)
    vices: list[Vice] = field(default_factory=list)
    """Used up one a request."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The ids of what was asked for one by one."""
    reached_at: Callable[[str], str] = lambda url: url
    """From the public address to where it is really listened on, as a proxy knows it."""

    @property
    def faults(self) -> list[str]:
        """What was not as Twilio describes it; a test asserts that there is nothing. Slow, so not while answering."""
        return [fault for seen in self.seen for fault in _faults(seen)]

    async def take(self, request: web.Request) -> web.StreamResponse:
        posted = await request.post()
        form = {key: str(value) for key, value in posted.items()}
        if request.path.endswith("/Calls.json"):
            return await self._take_call(request, form)
        self.requests.append(form)
        self.seen.append(await _seen(request, form))
        if len(form.get("Body", "")) > LONGEST:
            return web.json_response({"code": 21617, "message": "too long", "status": 400}, status=400)
        now = format_datetime(datetime.now(UTC))
        message: dict[str, Any] = {
            "sid": f"SM{len(self.messages):032x}",
            "account_sid": request.match_info["account"],
            "to": form.get("To"),
            "from": form.get("From"),
            "body": form.get("Body"),
            "status": "queued",
            "date_created": now,
            "date_updated": now,
            "date_sent": None,
            "num_segments": "1",
            "num_media": "0",
            "direction": "outbound-api",
            "api_version": "2010-04-01",
            "error_code": None,
            "error_message": None,
            "uri": "",
            "subresource_uris": {},
        }
        self.messages.append(message)
        return web.json_response(message, status=201)

    async def _take_call(self, request: web.Request, form: Mapping[str, str]) -> web.StreamResponse:
        self.requests.append(form)
        self.seen.append(await _seen(request, form))
        if len(form.get("Twiml", "")) > LONGEST_TWIML:
            return web.json_response({"code": 21222, "message": "too long", "status": 400}, status=400)
        now = format_datetime(datetime.now(UTC))
        call: dict[str, Any] = {
            "sid": f"CA{len(self.calls):032x}",
            "account_sid": request.match_info["account"],
            "to": form.get("To"),
            "from": form.get("From"),
            "status": "queued",
            "answered_by": None,
            "date_created": now,
            "date_updated": now,
            "direction": "outbound-api",
            "api_version": "2010-04-01",
            "uri": "",
            "subresource_uris": {},
        }
        self.calls.append(call)
        return web.json_response(call, status=201)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """One message or call by its id."""
        if (wrong := self._stranger(request)) is not None:
            return wrong
        if self.vices:
            answer = await self.vices.pop(0)(self, request)
            if answer is not None:
                return answer
        self.seen.append(await _seen(request, None))
        self.asked.append(request.match_info["sid"])
        for one in (*self.messages, *self.calls):
            if one["sid"] == request.match_info["sid"]:
                return web.json_response(one)
        return web.json_response({"code": 20404, "message": "not found", "status": 404}, status=404)

    async def tell(self, url: str, form: Mapping[str, str], *, token: str = TOKEN) -> tuple[int, str]:
        """Call back as Twilio does: signed over the address that it was given, and the answer."""
        from twilio.request_validator import RequestValidator

        signature = RequestValidator(token).compute_signature(url, dict(form))
        headers = {"X-Twilio-Signature": signature}
        where = self.reached_at(url)
        async with ClientSession() as session, session.post(where, data=dict(form), headers=headers) as response:
            return response.status, await response.text()

    async def create(self, request: web.Request) -> web.StreamResponse:
        if (wrong := self._stranger(request)) is not None:
            return wrong
        if self.vices:
            answer = await self.vices.pop(0)(self, request)
            if answer is not None:
                return answer
        return await self.take(request)

    async def list(self, request: web.Request) -> web.StreamResponse:
        if (wrong := self._stranger(request)) is not None:
            return wrong
        if self.vices:
            answer = await self.vices.pop(0)(self, request)
            if answer is not None:
                return answer
        self.seen.append(await _seen(request, None))
        name, kept = ("calls", self.calls) if request.path.endswith("/Calls.json") else ("messages", self.messages)
        found = [one for one in reversed(kept) if one["to"] == request.query.get("To", one["to"])]
        return web.json_response({name: found, "next_page_uri": None, "page": 0, "page_size": 50, "uri": ""})

    def _stranger(self, request: web.Request) -> web.Response | None:
        expected = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {expected}" and request.match_info["account"] == SID:
            return None
        return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)


@asynccontextmanager
async def twilio_server(*vices: Vice) -> AsyncIterator[Twilio]:
    twilio = Twilio(vices=list(vices))
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", twilio.create)
    app.router.add_get("/2010-04-01/Accounts/{account}/Messages.json", twilio.list)
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", twilio.create)
    app.router.add_get("/2010-04-01/Accounts/{account}/Calls.json", twilio.list)
    app.router.add_get("/2010-04-01/Accounts/{account}/Messages/{sid}.json", twilio.fetch)
    app.router.add_get("/2010-04-01/Accounts/{account}/Calls/{sid}.json", twilio.fetch)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    twilio.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
    try:
        yield twilio
    finally:
        twilio.gate.set()
        await runner.cleanup()


@cache
def _description() -> Any:
    from openapi_core import Config, OpenAPI

    with DESCRIPTION.open(encoding="utf-8") as file:
        return OpenAPI.from_dict(json.load(file), config=Config(spec_validator_cls=None))


@cache
def _parameters(what: str) -> frozenset[str]:
    with DESCRIPTION.open(encoding="utf-8") as file:
        post = json.load(file)["paths"][f"/2010-04-01/Accounts/{{AccountSid}}/{what}"]["post"]
    return frozenset(post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"])


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes | None
    names: frozenset[str]


async def _seen(request: web.Request, form: Mapping[str, str] | None) -> Seen:
    return Seen(
        request.method.lower(),
        request.path,
        dict(request.query),
        request.headers.get("Authorization", ""),
        await request.read() if form is not None else None,
        frozenset(form or ()),
    )


def _faults(seen: Seen) -> list[str]:
    """A value that is not as described, or a parameter that Twilio does not know."""
    if UNCHECKED:
        return []
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.testing import MockRequest

    form, what = "application/x-www-form-urlencoded", seen.path.rpartition("/")[2]
    request = MockRequest(
        "https://api.twilio.com",
        seen.method,
        seen.path,
        args=dict(seen.query),
        headers={"Authorization": seen.authorization},
        data=seen.body,
        content_type=form if seen.body is not None else "application/json",
    )
    found = [
        f"unknown parameter {name}" for name in sorted(seen.names - (_parameters(what) if seen.names else frozenset()))
    ]

    try:
        _description().validate_request(request)
    except OpenAPIError as error:
        found.append(f"{type(error).__name__}: {error.__cause__ or error}")
    return found
