"""The C library's heap: one for all threads, and what lies free goes back."""

import gc
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notifier.thrift import be_thrifty, settle_down

STATUS = Path("/proc/self/status")
ROOT = Path(__file__).resolve().parents[2]


def resident() -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", STATUS.read_text("ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux says what a process takes")
def test_what_a_thread_no_longer_uses_goes_back_to_the_system() -> None:
    """In a process of its own: where others were at work, what lies between their blocks stays taken."""
    code = "from tests.unit.test_thrift import measure; measure()"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    grown, left = map(int, found.stdout.split())
    assert grown > 40_000_000
    assert left < 20_000_000


def measure() -> None:
    be_thrifty()
    with ThreadPoolExecutor(1) as thread:
        before = resident()
        blocks = thread.submit(lambda: [bytes(3_000) for _ in range(20_000)]).result()
        grown = resident() - before
        del blocks
        settle_down()
        sys.stdout.write(f"{grown} {resident() - before}")


def test_what_is_alive_is_not_looked_through_again() -> None:
    alive = [[number] for number in range(1_000)]
    settle_down()
    try:
        assert gc.get_freeze_count() >= len(alive)
        assert len(gc.get_objects()) < len(alive)
    finally:
        gc.unfreeze()


def test_asking_for_thrift_twice_does_no_harm() -> None:
    be_thrifty()
    settle_down()
    gc.unfreeze()
