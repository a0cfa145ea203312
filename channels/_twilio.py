"""Twilio's own client over our own connections: a time limit that holds, no repeats, nothing logged.

The only place that talks to Twilio. Its stock client waits for ever, repeats POSTs when asked to,
loses Retry-After and logs account ids (PERFORMANCE 5), so requests go through ``Http``.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels._twilio_answers import Answered, Limits, Unreadable

CONNECTIONS = 20
RINGS_FOR = 30
"""Seconds: shorter than most answering machines wait."""
_SILENT = logging.Logger("channels.twilio.silent", logging.CRITICAL + 1)


class Http(AsyncHttpClient):  # type: ignore[misc]
    """What twilio's client sends its requests through; must be built inside the running loop."""

    def __init__(self, base: str, limits: Limits) -> None:
        super().__init__(_SILENT, True, None)
        self._base = urlsplit(base)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=limits.total, sock_connect=limits.connect, sock_read=limits.read),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=15),
        )

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is twilio's; ours are the session's limits
        allow_redirects: bool = False,
    ) -> Any:
        """Raises Answered for anything outside 2xx, and aiohttp's own exceptions."""
        path = urlsplit(uri)
        url = urlunsplit(
            (self._base.scheme, self._base.netloc, self._base.path.rstrip("/") + path.path, path.query, "")
        )
        headers = dict(headers or {})
        if auth:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        async with self._session.request(
            method.upper(), url, params=_present(params), data=_present(data), headers=headers, allow_redirects=False
        ) as response:
            text = await response.text(errors="replace")
            if not 200 <= response.status < 300:
                raise Answered(response.status, _code(text), _retry_after(response.headers.get("Retry-After", "")))
            return Response(response.status, text, response.headers)

    async def close(self) -> None:
        await self._session.close()


@dataclass(frozen=True, slots=True)
class Found:
    """A message that Twilio has."""

    sid: str
    body: str
    status: str
    created: datetime | None


class Texts:
    """One account's messages."""

    def __init__(self, account_sid: str, token: str, base: str, limits: Limits) -> None:
        self._http = Http(base, limits)
        self._client = Client(account_sid, token, http_client=self._http)

    async def create(
        self, to: str, body: str, sender: Mapping[str, str], validity: int | None, told_at: str | None = None
    ) -> str:
        """Twilio's id of the new message; ``told_at`` is where Twilio tells what becomes of it."""
        wanted: dict[str, Any] = {"to": to, "body": body, **sender}
        if validity is not None:
            wanted["validity_period"] = validity
        if told_at is not None:
            wanted["status_callback"] = told_at
        try:
            made = await self._client.messages.create_async(**wanted)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            # Not a refusal, those are Answered: the answer to a request that went through could not be read.
            raise Unreadable from trouble
        if not made.sid:
            raise Unreadable
        return str(made.sid)

    async def sent_to(self, number: str, limit: int = 100) -> list[Found]:
        """The latest messages to a number. Not filtered by date: a text still queued has no date_sent."""
        try:
            listed = await self._client.messages.list_async(to=number, limit=limit, page_size=limit)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            raise Unreadable from trouble
        return [Found(str(one.sid), one.body or "", str(one.status or ""), one.date_created) for one in listed]

    async def state(self, sid: str) -> tuple[str, int]:
        """What became of a message, and Twilio's code for why; 0 where it gives none."""
        try:
            found = await self._client.messages(sid).fetch_async()
            return str(found.status or ""), int(found.error_code or 0)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            raise Unreadable from trouble

    async def close(self) -> None:
        await self._http.close()


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that Twilio has."""

    sid: str
    status: str
    created: datetime | None


class Calls:
    """One account's calls."""

    def __init__(self, account_sid: str, token: str, base: str, limits: Limits) -> None:
        self._http = Http(base, limits)
        self._client = Client(account_sid, token, http_client=self._http)

    async def create(self, to: str, caller: str, twiml: str, told_at: str | None = None) -> str:
        """Twilio's id of the new call."""
        wanted: dict[str, Any] = {"to": to, "from_": caller, "twiml": twiml, "timeout": RINGS_FOR}
        if told_at is not None:
            wanted |= {"status_callback": told_at, "status_callback_method": "POST"}
            wanted["status_callback_event"] = ["initiated", "answered", "completed"]
        try:
            made = await self._client.calls.create_async(**wanted)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            raise Unreadable from trouble
        if not made.sid:
            raise Unreadable
        return str(made.sid)

    async def made_to(self, number: str, limit: int = 50) -> list[FoundCall]:
        """The latest calls to a number."""
        try:
            listed = await self._client.calls.list_async(to=number, limit=limit, page_size=limit)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            raise Unreadable from trouble
        return [FoundCall(str(one.sid), str(one.status or ""), one.date_created) for one in listed]

    async def state(self, sid: str) -> tuple[str, str]:
        """What became of a call, and who or what took it."""
        try:
            found = await self._client.calls(sid).fetch_async()
            return str(found.status or ""), str(found.answered_by or "")
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:
            raise Unreadable from trouble

    async def close(self) -> None:
        await self._http.close()


def _present(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {key: value for key, value in values.items() if value is not None}


def _code(text: str) -> int:
    """Twilio's own error code; 0 where the words are not an error as Twilio writes it."""
    try:
        answer = json.loads(text)
        if not isinstance(answer, dict) or not ("code" in answer or "message" in answer):
            return 0
        return int(answer.get("code") or answer.get("status") or 0)
    except (ValueError, TypeError):
        return 0


def _retry_after(value: str) -> timedelta | None:
    return timedelta(seconds=min(int(value), 12 * 3600)) if value.isascii() and value.isdigit() else None
