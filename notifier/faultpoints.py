"""Named places at which a test has the power go: the process kills itself there, as nothing else could so exactly.

Each stands where something has just become durable, or is about to. The tests find them by reading the code, so a
new one is tested by being written down. Outside tests this is one call that compares with None: only a process
started with ``NOTIFIER_FAULT=NAME`` or ``NAME:PASSAGE`` acts, and it says so when it starts.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "NOTIFIER_FAULT"


@dataclass(slots=True)
class Fault:
    """Where this process ends: at the point ``name``, when it comes there for the ``left``-th time from now."""

    name: str
    left: int


_fault: Fault | None = None


def arm(environment: Mapping[str, str]) -> Fault | None:
    """Called once, when the command starts. Raises ValueError on what is neither NAME nor NAME:PASSAGE."""
    global _fault
    wanted = environment.get(VARIABLE, "")
    name, colon, passage = wanted.partition(":")
    if wanted and not (name and (not colon or (passage.isdecimal() and int(passage)))):
        raise ValueError(f"{wanted!r} is neither NAME nor NAME:PASSAGE")
    _fault = Fault(name, int(passage or 1)) if wanted else None
    return _fault


def reached(name: str) -> None:
    """A point of this name. Never returns where a test wanted the power to go here."""
    if _fault is None or _fault.name != name:
        return
    _fault.left -= 1
    if _fault.left == 0:
        os.write(2, f"killed at the fault point {name!r}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
