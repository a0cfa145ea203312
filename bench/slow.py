"""A road to the mail server on which everything takes its time, as to a relay elsewhere."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ROUND_TRIP = 0.02
"""Seconds there and back."""


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """In order, each piece half a round trip late."""
    loop = asyncio.get_running_loop()
    while piece := await reader.read(65_536):
        loop.call_later(ROUND_TRIP / 2, writer.write, piece)
    loop.call_later(ROUND_TRIP / 2, writer.close)


@contextmanager
def slow_road(port: int) -> Iterator[int]:
    """The port from which it leads to that one. It runs in a thread of its own."""
    found: list[int] = []
    begun = threading.Event()
    loop = asyncio.new_event_loop()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_carry(reader, back), _carry(there, writer))

    async def open_it() -> None:
        server = await asyncio.start_server(met, "127.0.0.1", 0)
        found.append(server.sockets[0].getsockname()[1])
        begun.set()

    def run() -> None:
        loop.run_until_complete(open_it())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait()
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
