"""Keeps Python's collector of cycles still while many small values are made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Planning makes no cycles, so there is nothing to collect: a large school's plan took nearly half its time in
    looking through what it had just made. Memory is given back as ever, when nobody holds a value any more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
