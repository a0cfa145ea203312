"""Being told that something changed in a folder: only ever a reason to look (LIBRARIES R13)."""

import asyncio
from pathlib import Path

from watchfiles import Change, awatch

from notifier.clock import Clock
from notifier.intake.names import never_taken
from notifier.logs import logger

_log = logger("intake")
RETRY = 30.0


async def watch(
    folder: Path, wake: asyncio.Event, stop: asyncio.Event, clock: Clock, *, polling: bool, inside: bool
) -> None:
    """Set ``wake`` whenever something happens in the folder, until ``stop``. A folder that is not there is tried again.

    A network share (``polling``) is looked at every two seconds; anything else tells by itself. ``inside``: also of
    what happens in its folders.
    """

    def matters(change: Change, path: str) -> bool:
        try:
            parts = Path(path).relative_to(folder).parts
        except ValueError:
            return True
        return not parts or not never_taken(parts[0])

    while not stop.is_set():
        try:
            async for _ in awatch(
                folder,
                watch_filter=matters,
                stop_event=stop,
                debounce=400,
                step=50,
                force_polling=polling or None,
                poll_delay_ms=2000,
                rust_timeout=5000,
                recursive=inside,
            ):
                wake.set()
        except FileNotFoundError:
            pass  # the look itself warns, once
        except Exception:
            _log.exception("a folder cannot be watched; it is still looked at every minute", folder=folder.name)
        if not stop.is_set():
            await clock.sleep(RETRY)
            wake.set()
