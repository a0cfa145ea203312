"""Memory that is no longer used goes back to the system (glibc; elsewhere nothing is done).

The C library keeps a heap of its own for each thread, and learns from one large block that it
should keep the next ones. A daemon that takes up the families of a large school once a day, and plans a message for
them now and then, would stand for ever at the most that it ever needed.
"""

import ctypes
from contextlib import suppress
from functools import cache

MMAP_THRESHOLD, ARENA_MAX = -3, -8
"""From glibc's malloc.h."""
LARGE = 1 << 20
"""Bytes from which a block is taken from the system and given back to it by itself."""


@cache
def be_thrifty() -> None:
    """Once for the process: one heap for all threads, of which one runs at a time, and large blocks outside it."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(ARENA_MAX, 1)
        libc.mallopt(MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """After something large: what lies free in the heap."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
