"""A process ends at the point it was told to, and at no other; untold, nothing happens."""

import signal
import subprocess
import sys

import pytest

from notifier.faultpoints import VARIABLE, arm

PROGRAM = """
import os
from notifier.faultpoints import arm, reached
arm(os.environ)
for name in ("one", "two", "two", "three"):
    reached(name)
    print(name, flush=True)
"""


@pytest.mark.parametrize(
    ("fault", "came_by"),
    [
        pytest.param("", ["one", "two", "two", "three"], id="none"),
        pytest.param("two", ["one"], id="first passage"),
        pytest.param("two:2", ["one", "two"], id="second passage"),
        pytest.param("two:3", ["one", "two", "two", "three"], id="never so often"),
        pytest.param("four", ["one", "two", "two", "three"], id="no such point"),
    ],
)
def test_a_process_ends_at_the_point_and_passage_it_was_told(fault: str, came_by: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={VARIABLE: fault}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == came_by
    ended = len(came_by) < 4
    assert done.returncode == (-signal.SIGKILL if ended else 0), done.stderr
    assert done.stderr == ("killed at the fault point 'two'\n" if ended else "")


@pytest.mark.parametrize("wanted", ["claimed:", "claimed:0", "claimed:x", ":2"])
def test_what_names_no_point_and_passage_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match="neither NAME nor NAME:PASSAGE"):
        arm({VARIABLE: wanted})
    assert arm({}) is None
