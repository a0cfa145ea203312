"""A small web server inside the daemon's own loop: routes are handed in, and the daemon's signals stay its own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from notifier.logs import logger
from notifier.web.problem import ListenProblem

GRACE = 3
"""Seconds in which answers under way are finished when the daemon stops."""
AT_ONCE = 200
"""Requests in hand at once; more are told to come back."""

log = logger("web")


class _Embedded(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the daemon's own


class Listener:
    """Listens at one address while it is entered. ``port`` 0 takes a free one, which ``address`` then tells."""

    def __init__(self, host: str, port: int, routes: Sequence[BaseRoute]) -> None:
        self._wanted = (host, port)
        self._app = Starlette(routes=list(routes))
        self.address: tuple[str, int] = (host, port)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        """Raises ListenProblem where somebody else has the address, or it is not this computer's."""
        door = self._open()
        self.address = door.getsockname()[:2]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="none",
            http="h11",
            ws="none",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE,
            limit_concurrency=AT_ONCE,
            h11_max_incomplete_event_size=16 * 1024,
        )
        server = _Embedded(config)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        log.info("listening", port=self.address[1])
        try:
            yield self
        finally:
            server.should_exit = True
            await asyncio.wait({serving})
            door.close()
            if not serving.cancelled() and (fault := serving.exception()) is not None:
                log.error("the listener failed", fault=type(fault).__name__)

    def _open(self) -> socket.socket:
        host, port = self._wanted
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            door = socket.create_server((host, port), family=family, backlog=200)
        except OSError as fault:
            why = fault.strerror or "it cannot be used"
            raise ListenProblem(
                f"Nothing can listen on {host}:{port} ({why}). Look what else uses it, or change [http] listen."
            ) from None
        door.setblocking(False)
        return door
