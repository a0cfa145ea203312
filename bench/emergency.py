"""Emergency texts while a newsletter goes to tens of thousands: how soon they leave, and how many a second."""

import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from math import ceil
from pathlib import Path

from argon2 import PasswordHasher

from bench.figures import Figure, Skipped, say
from bench.folder import CHOIR, Folder, make
from bench.newsletter import until
from bench.processes import ROOT, Told, module, told
from bench.sink import Sink, sink

HEAD = "b-malik"
PIN = "271828"
CLOSURES = 5
PROBES = 200
PARTS = 2
"""Newsletters during which they are handed over."""
EVERY = 0.05
"""Seconds from one probe to the next."""
PER_SECOND = 50.0
"""What the provider takes a second."""


def arrived(provider: Told) -> list[tuple[float, str]]:
    """Moment and words of each text since this was last asked."""
    return [(float(at), str(body)) for at, body in provider.ask()["arrived"]]


def queued(folder: Folder) -> dict[str, float]:
    """When each probe's text was put into the queue: the moment at which its acceptance began to decide."""
    with closing(sqlite3.connect(f"file:{folder.database}?mode=ro", uri=True, timeout=30)) as database:
        rows = database.execute(
            "SELECT message.subject, message.received_at FROM leg JOIN message ON message.id = leg.message_id"
            " WHERE leg.channel = 'text'"
        ).fetchall()
    return {subject.split()[1]: datetime.fromisoformat(at).timestamp() for subject, at in rows}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


def latencies(folder: Folder, provider: Told, urgent: Told, probes: int, name: str) -> list[float]:
    """Milliseconds from the queue to the provider, of each probe."""
    arrived(provider)
    urgent.ask(count=probes, every=EVERY, to="pupil P000000", name=name)
    found: list[tuple[float, str]] = []

    def all_there() -> bool:
        found.extend(arrived(provider))
        return len(found) >= probes

    until(all_there, "texts wait")
    began = queued(folder)
    at = {match[1]: moment for moment, body in found if (match := re.search(r"Probe (\w+)", body))}
    return [(at[probe] - began[probe]) * 1000 for probe in at if probe.startswith(name)]


def hand_over_rate(provider: Told, urgent: Told, name: str) -> float:
    """Texts a second of one emergency to the choir, from the first that arrives to the last."""
    arrived(provider)
    urgent.ask(count=1, every=0.0, to="group Choir", name=name)
    found: list[tuple[float, str]] = []

    def all_there() -> bool:
        found.extend(arrived(provider))
        return len(found) >= CHOIR

    until(all_there, "texts wait")
    moments = sorted(at for at, _ in found)
    return (CHOIR - 1) / (moments[-1] - moments[0])


def enter_to_first_text(folder: Folder, provider: Told, newsletter: AbstractContextManager[None]) -> float:
    """Milliseconds from the Enter that confirms a closure to the first text at the provider, as the head types it.

    The ``newsletter`` begins while the head reads what would go. A drill, so that the texts are few; it goes the
    same way.
    """
    arrived(provider)
    asked = ("closure", "start", "--state", "closed", "--drill", "--as", HEAD, "--pin-stdin")
    command = [sys.executable, "-m", "notifier", "--config", str(folder.config), *asked]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{PIN}\n")
        process.stdin.flush()
        said = ""
        while not said.endswith("stops it: "):
            letter = process.stdout.read(1)
            assert letter, said
            said += letter
        found: list[tuple[float, str]] = []

        def there() -> bool:
            found.extend(one for one in arrived(provider) if "DRILL" in one[1])
            return bool(found)

        with newsletter:
            pressed = time.time()
            process.stdin.write("DRILL\n")
            process.stdin.flush()
            until(there, "no text comes")
        process.stdout.read()
    return (min(at for at, _ in found) - pressed) * 1000


class During:
    """What is measured while a newsletter to so many homes goes out. ``over``: one of them did not last long enough."""

    def __init__(self, target: Sink, homes: int) -> None:
        self._target, self._homes = target, homes
        self.over = False

    @contextmanager
    def newsletter(self, daemon: Told, letter: Path) -> Iterator[None]:
        self._target.begin()
        answer = daemon.ask(do="submit", file=str(letter))
        assert answer["outcomes"] == ["accepted"], answer["said"]
        until(lambda: self._target.taken > 500, "nothing goes")
        yield
        taken = self._target.taken
        say(f"{taken:,} of {self._homes:,} had gone when it was measured")
        self.over |= taken >= self._homes
        until(lambda: self._target.taken >= self._homes, "the newsletter waits")


def figures(homes: int, probes: int = PROBES) -> list[Figure | Skipped]:
    with (
        tempfile.TemporaryDirectory() as spare,
        sink() as target,
        told(module("bench.provider"), Path(spare) / "provider") as provider,
    ):
        where = Path(spare)
        folder = make(where / "school", homes, mail=target.port, texts=provider.first["base"], per_second=PER_SECOND)
        (folder.path / "pins").mkdir(exist_ok=True)
        (folder.path / "pins" / f"{HEAD}.pin").write_text(PasswordHasher().hash(PIN) + "\n", "ascii")
        during = During(target, homes)
        with (
            told(module("bench.product", str(folder.config)), where / "log") as daemon,
            told(module("bench.urgent", str(folder.config)), where / "log") as urgent,
        ):
            idle = latencies(folder, provider, urgent, probes, "idle")
            idle_rate = hand_over_rate(provider, urgent, "fast")
            closures = [
                enter_to_first_text(folder, provider, during.newsletter(daemon, folder.letter(f"news{number}")))
                for number in range(CLOSURES)
            ]
            busy: list[float] = []
            for number in range(PARTS):  # all of them take longer than one newsletter
                with during.newsletter(daemon, folder.letter(f"part{number}")):
                    busy += latencies(folder, provider, urgent, probes // PARTS, f"busy{number}n")
            with during.newsletter(daemon, folder.letter("last")):
                busy_rate = hand_over_rate(provider, urgent, "full")
            time.sleep(1.0)
    say(f"emergency text, idle: p50 {percentile(idle, 0.5):.0f} ms, p99 {percentile(idle, 0.99):.0f} ms")
    say(f"emergency text, busy: p50 {percentile(busy, 0.5):.0f} ms, p99 {percentile(busy, 0.99):.0f} ms")
    say(f"closure, from the confirming Enter to the first text: {', '.join(f'{one:.0f}' for one in closures)} ms")
    say(f"texts a second: idle {idle_rate:.1f}, busy {busy_rate:.1f}")
    enter = "confirming Enter to the first text, newsletter going, worst"
    if during.over:
        why = "a newsletter was over before what was measured during it"
        return [
            Skipped(enter, why),
            Skipped("emergency text during a newsletter", why),
            Skipped("emergency texts a second", why),
        ]
    return [
        Figure(enter, max(closures), 1000, 500, " ms", "less", 0),
        Figure(
            "emergency text during a newsletter, queue to wire, p99", percentile(busy, 0.99), 250, 100, " ms", "less", 0
        ),
        Figure("emergency texts a second during a newsletter, of those when idle", busy_rate / idle_rate, 0.9, 0.98),
    ]
