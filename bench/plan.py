"""How long it takes to plan a message for a whole school, and what that keeps in memory: ``python -m bench.plan``.

Times are of the processor, not of the clock on the wall, so that a busy machine does not falsify them, and the
best of several. *New* is the first message after the families' files changed: the directory's indexes are built
too. *Again* is every further one.
"""

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable

from bench.school import MESSAGE, NOW, POLICY, directory
from notifier.model.directory import Directory
from notifier.routing import plan

SIZES = (300, 1_000, 10_000, 100_000)
SMALL_MUST = 0.1
"""Seconds for the school of 300."""
LARGE_MUST, LARGE_AIM = 5_000, 15_000
"""Pupils a second at 100,000."""
MESSAGES = (1, 10, 100)
GROWTH_MUST = 64.0
"""KiB that a hundred messages may leave behind beyond what the first one left."""


def seconds(done: Callable[[], object]) -> float:
    """Of the processor, once; the garbage of before is not counted to it."""
    gc.collect()
    begun = time.process_time()
    kept = done()
    taken = time.process_time() - begun
    del kept
    return taken


def timed(size: int, rounds: int) -> tuple[float, float]:
    """The best times for a new directory and for one that was planned upon before."""
    new, again = [], []
    for _ in range(rounds):
        school = directory(size)
        new.append(seconds(lambda school=school: plan(MESSAGE, school, POLICY, NOW)))  # type: ignore[misc]
        again.append(seconds(lambda school=school: plan(MESSAGE, school, POLICY, NOW)))  # type: ignore[misc]
    return min(new), min(again)


def left_behind(school: Directory, messages: int) -> float:
    """KiB still traced after so many messages were planned and forgotten, beyond what the first one left."""
    plan(MESSAGE, school, POLICY, NOW)  # the indexes stay with the directory
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(messages):
            plan(MESSAGE, school, POLICY, NOW)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / 1024
    finally:
        tracemalloc.stop()


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def verdict(good: bool) -> str:
    return "met" if good else "MISSED"


def main() -> int:
    met = True
    say("| pupils | new directory | pupils/s | again | pupils/s | ratio to 1,000 (per pupil) |")
    say("|---:|---:|---:|---:|---:|---:|")
    found: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        found[size] = new, again = timed(size, rounds=5 if size <= 10_000 else 2)
        ratio = "" if size < 1_000 else f"{(new / size) / (found[1_000][0] / 1_000):.2f}"
        say(
            f"| {size:,} | {new * 1000:,.0f} ms | {size / new:,.0f} | {again * 1000:,.0f} ms "
            f"| {size / again:,.0f} | {ratio} |"
        )
    say()
    small, large = found[SIZES[0]][0], SIZES[-1] / found[SIZES[-1]][0]
    say(
        f"300 pupils in {small * 1000:.0f} ms; must be under {SMALL_MUST * 1000:.0f} ms: {verdict(small < SMALL_MUST)}."
    )
    say(
        f"{large:,.0f} pupils a second at 100,000; must be {LARGE_MUST:,}: {verdict(large >= LARGE_MUST)}; "
        f"aim {LARGE_AIM:,}: {verdict(large >= LARGE_AIM)}."
    )
    met &= small < SMALL_MUST and large >= LARGE_MUST
    say()
    say("| messages, 300 pupils each | left in memory |")
    say("|---:|---:|")
    school, flat = directory(300), True
    for messages in MESSAGES:
        left = left_behind(school, messages)
        flat &= left < GROWTH_MUST
        say(f"| {messages} | {left:,.1f} KiB |")
    say()
    say(f"Memory does not grow with the number of messages: {verdict(flat)}.")
    return 0 if met and flat else 1


if __name__ == "__main__":
    sys.exit(main())
