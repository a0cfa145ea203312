"""A cable that can be pulled: what goes to a server goes through it, until nothing does and nobody is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cable:
    """``whole`` cleared: bytes stay where they are, in both directions, as on a network that is cut."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self.whole = asyncio.Event()
        self.whole.set()
        self._flows: set[asyncio.Task[None]] = set()

    async def connected(self, near: asyncio.StreamReader, near_end: asyncio.StreamWriter) -> None:
        try:
            await self.whole.wait()
            far, far_end = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            near_end.close()
            return
        for source, sink in ((near, far_end), (far, near_end)):
            flow = asyncio.create_task(self._flow(source, sink))
            self._flows.add(flow)
            flow.add_done_callback(self._flows.discard)

    async def _flow(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self.whole.wait()
                sink.write(data)
                await sink.drain()
            await self.whole.wait()
        sink.close()

    async def close(self) -> None:
        for flow in list(self._flows):
            flow.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)


@asynccontextmanager
async def cable(to: int) -> AsyncIterator[Cable]:
    """A way to this port on loopback."""
    made = Cable(to)
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
