"""A job is answered, or it costs its own process and nothing else."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.aside import Aside

WORKER = """
import json, sys, time
for line in sys.stdin.buffer:
    job = json.loads(line)
    if job == "hang":
        time.sleep(600)
    if job == "break":
        sys.exit(3)
    if job == "home":
        sys.exit(0)
    if job == "half":
        sys.stdout.buffer.write(b'{"sizes": [9]}\\nabc')
        sys.stdout.buffer.flush()
        sys.exit(4)
    sys.stdout.buffer.write(json.dumps({"said": job, "sizes": [len(job), 1]}).encode() + b"\\n" + job.encode() + b"!")
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def aside(tmp_path: Path) -> Iterator[Aside]:
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER, "utf-8")
    made = Aside(worker)
    yield made
    made.end()


def test_a_job_is_answered_with_its_parts(aside: Aside) -> None:
    for words in ("one", "another"):
        assert aside.ask(f'"{words}"\n'.encode(), 20) == (
            {"said": words, "sizes": [len(words), 1]},
            [words.encode(), b"!"],
        )


@pytest.mark.parametrize(("job", "code"), [("break", 3), ("home", 0), ("half", 4)])
def test_a_process_that_ends_over_a_job_gives_no_answer_and_the_next_has_another(
    aside: Aside, job: str, code: int
) -> None:
    assert aside.ask(f'"{job}"\n'.encode(), 20) is None
    assert aside.code == code
    assert aside.ask(b'"go on"\n', 20) is not None


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER, "utf-8")
    aside = Aside(worker)
    assert aside.ask(b'"hang"\n', 0.2) is None
    assert aside.code is not None
    assert aside.code != 0


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted by /proc")
def test_nothing_runs_before_the_first_job_or_after_the_end(aside: Aside) -> None:
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    before = children.read_text("ascii")
    aside.ask(b'"one"\n', 20)
    assert children.read_text("ascii") != before
    aside.end()
    assert children.read_text("ascii") == before
