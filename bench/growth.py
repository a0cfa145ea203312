"""Fifty thousand at once: how long planning takes and what it needs, and how much more sending needs than for few.

The daemon that sends finds the newsletter accepted at its start, and has the same families loaded for the small
newsletter as for the large one: what differs is what sending keeps.
"""

import tempfile
from pathlib import Path

from bench.figures import Figure, say
from bench.folder import Folder, make
from bench.newsletter import Short, handed_over, until
from bench.processes import module, told
from bench.sink import sink


def _planned(folder: Folder, letter: Path, log: Path) -> dict[str, float]:
    """Accepted and durably queued, by a process that sends nothing."""
    with told(module("bench.product", str(folder.config), "plans-only"), log) as planner:
        found = planner.ask(do="submit", file=str(letter))
        if found["outcomes"] != ["accepted"]:
            raise Short(found["said"])
        return {"seconds": found["seconds"], "cpu": found["cpu"], "peak": planner.ask(do="usage")["peak"]}


def _sent(folder: Folder, count: int, log: Path) -> float:
    """The peak of a daemon that sends what lies in the queue."""
    with told(module("bench.product", str(folder.config)), log) as daemon:
        until(lambda: handed_over(folder) >= count, "the newsletter waits")
        return float(daemon.ask(do="usage")["peak"])


def figures(homes: int, few: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as spare, sink() as target:
        log = Path(spare) / "log"
        folder = make(Path(spare) / "school", homes, mail=target.port, band=few)
        _planned(folder, folder.letter("few", to="group Band"), log)
        small = _sent(folder, few, log)
        planned = _planned(folder, folder.letter("all"), log)
        large = _sent(folder, homes, log)
    say(
        f"planned {homes:,}: {planned['seconds']:.1f} s on the clock, {planned['cpu']:.1f} s of the processor; "
        f"the daemon's peak {small:.0f} MB sending to {few:,}, {large:.0f} MB to {homes:,}"
    )
    return [
        Figure(f"planning and enqueueing {homes:,} deliveries", planned["seconds"], 15, 5, " s", "less", 1),
        Figure("the same, peak memory", planned["peak"], 250, 150, " MB", "less", 0),
        Figure(f"memory of sending to {homes:,} beyond that to {few:,}", large - small, 10, 5, " MB", "less", 0),
    ]
