"""One newsletter to many families, ours and others', into the same sink, one after the other in every round.

The clock starts when the job is handed to a system that stands ready, and ends when the sink has counted all of it
and, where there is a queue, its own record says that all is done.
"""

import asyncio
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import others
from bench.composing import compose
from bench.figures import Figure, Skipped, say
from bench.folder import Folder, make
from bench.postfix import missing, postfix
from bench.processes import Told, module, told
from bench.sink import Sink, sink

PATIENCE = 120.0
OURS, OURS_UVLOOP = "notifier", "notifier with uvloop"
SOURCE, BARE = "smtp-source, 20 sessions", "bare aiosmtplib loop"
DJANGO, HUEY, POSTFIX = "django-post_office", "Huey", "Postfix as the queue"
DURABLE = frozenset({OURS, OURS_UVLOOP, DJANGO, HUEY, POSTFIX})


@dataclass(frozen=True, slots=True)
class Run:
    """Messages a second; microseconds of the processor a message; MB at the peak. 0: not known."""

    rate: float
    cpu: float = 0.0
    peak: float = 0.0


Rounds = dict[str, list[Run]]


class Short(Exception):
    """Not all arrived."""


def until(fact: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            raise Short(what)
        time.sleep(0.005)


def handed_over(folder: Folder) -> int:
    """Legs of email that the database says were sent, of the newest message: to count old ones as well takes long."""
    with closing(sqlite3.connect(f"file:{folder.database}?mode=ro", uri=True, timeout=30)) as database:
        newest = "SELECT id FROM message ORDER BY received_at DESC LIMIT 1"
        query = f"SELECT count(*) FROM leg WHERE state = 'sent' AND channel = 'email' AND message_id = ({newest})"  # noqa: S608
        return int(database.execute(query).fetchone()[0])


def ours(folder: Folder, target: Sink, letter: Path, daemon: Told) -> Run:
    """The letter is handed to the daemon: accepted, planned, queued, sent, recorded."""
    before = daemon.ask(do="usage")
    target.begin()
    began = time.perf_counter()
    accepted = daemon.ask(do="submit", file=str(letter))
    if accepted["outcomes"] != ["accepted"]:
        raise Short(accepted["said"])
    until(lambda: target.taken >= folder.homes, "the sink waits")
    until(lambda: handed_over(folder) >= folder.homes, "the record waits")
    seconds = time.perf_counter() - began
    after = daemon.ask(do="usage")
    if target.taken != folder.homes:
        raise Short(f"{target.taken} arrived of {folder.homes}")
    return Run(folder.homes / seconds, (after["cpu"] - before["cpu"]) / folder.homes * 1e6, after["peak"])


def fresh(where: Path, count: int, target: Sink, loop: str = "") -> Run:
    """A new school and a new daemon."""
    folder = make(where / "school", count, mail=target.port)
    letter = folder.letter("one")
    try:
        with told(module("bench.product", str(folder.config), *filter(None, [loop])), where / "log") as daemon:
            return ours(folder, target, letter, daemon)
    finally:
        shutil.rmtree(folder.path)


def source(port: int, count: int, size: int, sessions: int) -> None:
    mail = ["-f", "office@school.example.org", "-t", "c000001@example.org"]
    command = ["smtp-source", "-d", "-s", str(sessions), "-l", str(size), "-m", str(count), *mail, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, timeout=PATIENCE)


def timed(target: Sink, count: int, job: Callable[[], object]) -> float:
    target.begin()
    began = time.perf_counter()
    job()
    until(lambda: target.taken >= count, "the sink waits")
    return count / (time.perf_counter() - began)


def other(command: list[str], target: Sink, count: int, log: Path) -> Run:
    """A script that is ready, is told to begin, and says what it took."""
    cpu = 0.0
    with told(command, log) as one:

        def job() -> None:
            nonlocal cpu
            cpu = float(one.ask()["cpu"])

        return Run(timed(target, count, job), cpu / count * 1e6)


def measure(count: int, rounds: int, *, peers: bool = True) -> Rounds:
    """Every contestant in every round."""
    found: Rounds = {}
    with tempfile.TemporaryDirectory() as spare, sink() as target:
        where = Path(spare)
        small = make(where / "sample", 20, mail=target.port)
        composed = asyncio.run(compose(small, small.letter("one"), rounds=1))
        job = others.hand_out(composed, where / "job")
        size, log = len(composed.first), where / "log"
        theirs = others.python() if peers else None
        for number in range(rounds):
            turn: dict[str, Callable[[], Run]] = {
                SOURCE: lambda: Run(timed(target, count, lambda: source(target.port, count, size, 20))),
                BARE: lambda: other(others.command("bare", job, target.port, count), target, count, log),
                OURS: lambda: fresh(where, count, target),
                OURS_UVLOOP: lambda: fresh(where, count, target, "uvloop"),
            }
            if theirs is not None:
                turn[DJANGO] = lambda: _peer("django_queue", where, job, target, count, theirs)
                turn[HUEY] = lambda: _peer("huey_queue", where, job, target, count, theirs)
                if not missing():
                    turn[POSTFIX] = lambda: _postfix(target, count, size)
            for name, run in turn.items():
                found.setdefault(name, []).append(run())
                say(f"round {number + 1}: {name}: {found[name][-1].rate:,.0f} a second")
        return found


def _peer(name: str, where: Path, job: Path, target: Sink, count: int, theirs: Path) -> Run:
    own = where / name
    shutil.copytree(job, own)
    try:
        return other(others.command(name, own, target.port, count, theirs), target, count, where / "log")
    finally:
        shutil.rmtree(own)


def _postfix(target: Sink, count: int, size: int) -> Run:
    with postfix(target.port) as port:
        return Run(timed(target, count, lambda: source(port, count, size, 10)))


def ratio(found: Rounds, one: str, of: str) -> float:
    """The median over the rounds: what moves from minute to minute moves both."""
    return median(a.rate / b.rate for a, b in zip(found[one], found[of], strict=True))


def figures(found: Rounds) -> list[Figure | Skipped]:
    made: list[Figure | Skipped] = []
    goals = (
        (OURS, SOURCE, 0.25, 0.5, "against smtp-source"),
        (OURS_UVLOOP, SOURCE, 0.4, 0.8, "with uvloop, against smtp-source"),
        (OURS, BARE, 1.2, 2.0, "against the bare aiosmtplib loop"),
        (OURS, DJANGO, 5.0, 10.0, "against django-post_office"),
        (OURS, POSTFIX, 6.0, 12.0, "against Postfix as the queue"),
        (OURS, HUEY, 10.0, 20.0, "against Huey"),
    )
    for one, of, must, aim, name in goals:
        name = f"newsletter {name}"
        if of in found:
            made.append(Figure(name, ratio(found, one, of), must, aim, " times"))
        else:
            made.append(Skipped(name, (missing() if of == POSTFIX else "") or "left out"))
    cpu = median(run.cpu for run in found[OURS])
    made.append(Figure("processor a message, the whole daemon", cpu, 350, 200, " µs", "less", 0))
    peak = median(run.peak for run in found[OURS])
    made.append(Figure("peak memory of the daemon", peak, 160, 110, " MB", "less", 0))
    return made
