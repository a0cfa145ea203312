"""Which event loop `run` turns: uvloop where it is installed, else Python's own."""

import asyncio
import os
from collections.abc import Callable

Loop = Callable[[], asyncio.AbstractEventLoop]


def fast() -> Loop | None:
    """uvloop's, unless it is missing or ``NOTIFIER_UVLOOP=0``; None means Python's own."""
    if os.environ.get("NOTIFIER_UVLOOP") == "0":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
