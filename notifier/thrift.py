"""Memory that is no longer used goes back to the system (glibc), and what stays is not looked through for ever.

The C library keeps a heap of its own for each thread, and learns from one large block that it
should keep the next ones. A daemon that takes up the families of a large school once a day, and plans a message for
them now and then, would stand for ever at the most that it ever needed.
"""

import ctypes
import gc
from contextlib import suppress
from functools import cache

MMAP_THRESHOLD, ARENA_MAX = -3, -8
"""From glibc's malloc.h."""
LARGE = 1 << 20
"""Bytes from which a block is taken from the system and given back to it by itself."""

YOUNG = 10_000
"""New values after which the collector of cycles looks through them; Python's own 700 are a few emails."""


@cache
def be_thrifty() -> None:
    """Once for the process: one heap for all threads, of which one runs at a time, and large blocks outside it."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(ARENA_MAX, 1)
        libc.mallopt(MMAP_THRESHOLD, LARGE)


def settle_down() -> None:
    """After something large that stays: what lies free in the heap goes back, and Python's collector of cycles need
    not look again through what is alive now: with the families of a school that took a twentieth of all time.

    What is no longer referred to goes all the same; only a cycle made of it would stay, and it was just swept.
    """
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
