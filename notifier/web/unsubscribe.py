"""The link in a newsletter by which an adult gets no more of them (RFC 8058).

Only POST acts: mail programs and virus scanners follow links by themselves, so GET shows one button and changes
nothing. No page says whose link it is, and no log tells the word in it.
"""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from html import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from notifier.clock import Clock
from notifier.logs import logger
from notifier.model.directory import Directory
from notifier.model.oneclick import PATH, Tokens
from notifier.queue import StoreProblem
from notifier.web import incoming
from notifier.web.incoming import Tally

Newest = Callable[[], Awaitable[Directory | None]]
Leave = Callable[[str], Awaitable[None]]
"""Ends an adult's newsletters, by their id; durable when it returns, and once is enough."""

STYLE = (
    "body{font:1.125rem/1.5 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "button{font:inherit;font-weight:bold;padding:.75rem 1.5rem;border:2px solid #123c69;border-radius:.4rem;"
    "color:#fff;background:#123c69}button:focus-visible{outline:3px solid #d9660a;outline-offset:3px}"
)
_ALLOWED = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
}
STILL = "Letters, notices and urgent messages still come."
STOP = "Please answer the newsletter with the word STOP, or tell the school office."

log = logger("web")


def unsubscribe_routes(
    secret: str, newest: Newest, leave: Leave, clock: Clock, school: str, tally: Tally
) -> Sequence[BaseRoute]:
    """``newest`` gives the directory in force; ``school`` is the name families know it by."""
    desk = _Desk(secret.encode(), newest, leave, clock, school, tally)
    path = PATH + "{word}"
    return [Route(path, desk.ask, methods=["GET"]), Route(path, desk.act, methods=["POST"])]


class _Desk:
    def __init__(self, secret: bytes, newest: Newest, leave: Leave, clock: Clock, school: str, tally: Tally) -> None:
        self._secret = secret
        self._newest = newest
        self._leave = leave
        self._clock = clock
        self._school = school
        self._tally = tally
        self._known: tuple[int, Tokens] = (-1, Tokens(secret, ()))

    async def ask(self, request: Request) -> Response:
        """The page with the button; whoever presses it sends the same address back by POST."""
        try:
            if not await self._whose(request):
                return self._refused()
        except StoreProblem:
            return self._later()
        button = (
            '<form method="post"><button name="List-Unsubscribe" value="One-Click">Stop newsletters</button></form>'
        )
        said = f"Press the button, and {self._school} sends you no more newsletters. {STILL}"
        return self._page("Stop newsletters?", said, button)

    async def act(self, request: Request) -> Response:
        """200 once it is in force, also the second time. What the body says does not matter: the word says it all."""
        try:
            async with asyncio.timeout(incoming.PATIENCE):
                await incoming.body(request)
        except incoming.TooLarge:
            self._tally.too_large += 1
            return Response(status_code=413, headers={"connection": "close"})
        except TimeoutError:
            return Response(status_code=408, headers={"connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            contact_id = await self._whose(request)
            if not contact_id:
                return self._refused()
            await self._leave(contact_id)
        except StoreProblem:
            return self._later()
        self._tally.stored += 1
        return self._page(
            "No more newsletters", f"You get no more newsletters. {STILL} To get them again, tell the school office."
        )

    async def _whose(self, request: Request) -> str:
        """Whose link it is; empty for one that was not made here, or is about somebody whom the school has no more."""
        directory = await self._newest()
        if directory is None:
            raise StoreProblem("No directory is in force.")
        if self._known[0] != directory.version:
            tokens = await asyncio.to_thread(Tokens, self._secret, directory.contacts)
            self._known = (directory.version, tokens)
        return self._known[1].whose(request.path_params["word"])

    def _refused(self) -> Response:
        self._tally.forged += 1
        if self._tally.tells("unsubscribe", self._clock.now()):
            log.warning("unsubscribe-refused", count=self._tally.forged)
        return self._page("This link does not work", STOP, status=403)

    def _later(self) -> Response:
        said = f"Nothing was changed. Please try again in a few minutes. {STOP}"
        return self._page("That did not work just now", said, status=503)

    def _page(self, title: str, said: str, below: str = "", *, status: int = 200) -> Response:
        page = (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title} - '
            f'{escape(self._school)}</title>\n<meta name="viewport" content="width=device-width">\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{escape(said)}</p>\n{below}\n"
            "</main>\n</body>\n</html>\n"
        )
        more = {"retry-after": "300"} if status == 503 else {}
        return HTMLResponse(page, status_code=status, headers={**HEADERS, **more})
