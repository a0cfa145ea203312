"""What this process takes of the memory, as the kernel counts it (Linux), in MB of a million bytes."""

import re
from pathlib import Path

_STATUS = Path("/proc/self/status")


def high_water() -> float:
    """The most that was ever resident."""
    return _kept("VmHWM")


def _kept(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text("ascii"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0
