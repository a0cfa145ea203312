"""Telling systemd how it goes (sd_notify): ready, still turning, stopping. Nothing happens where nobody listens."""

import asyncio
import os
import socket
from collections.abc import Mapping


class Supervisor:
    """``environ`` has NOTIFY_SOCKET and WATCHDOG_USEC where a service manager watches over this process."""

    def __init__(self, environ: Mapping[str, str], *, pid: int | None = None) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watched = environ.get("WATCHDOG_PID", "")
        mine = not watched or watched == str(os.getpid() if pid is None else pid)
        span = environ.get("WATCHDOG_USEC", "")
        self.every = int(span) / 2_000_000 if self._address and mine and span.isdecimal() and int(span) else None
        """Seconds between two signs of life; None where none is wanted."""

    def ready(self) -> None:
        self._say("READY=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    async def live(self) -> None:
        """Signs of life as long as this loop turns; for ever, where they are wanted."""
        while self.every is not None:
            self._say("WATCHDOG=1")
            await asyncio.sleep(self.every)

    def _say(self, what: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)
            try:
                line.sendto(what.encode(), self._address)
            except OSError:
                return  # whoever watched is gone, or does not read: sending goes on
