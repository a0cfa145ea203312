"""The computer's clock is set back by an hour, or the process sleeps past its leases: nobody waits or is lost."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.servers.smtp import MailServer
from tests.system.ledger import AT_FIRST, CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email, letter


class SetClock:
    """The clock that a process sees, by Debian's faketime."""

    def __init__(self, file: Path, library: Path) -> None:
        self._file = file
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.off_by(0)

    def off_by(self, seconds: int) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n", "ascii")
        fresh.rename(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> SetClock:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("faketime is not installed here")
    return SetClock(tmp_path / "clock", found[0])


async def test_a_clock_that_is_set_back_an_hour_makes_nobody_wait_an_hour(
    small: SchoolFolder, mail: MailServer, post: Post, clock: SetClock
) -> None:
    """An emergency that the server puts off for some seconds is still to be sent when the hour is lost."""
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    ledger = Ledger(small, post)
    await ledger.drop("coats.md", letter("coats.md", more="kind: emergency\n"), "head")
    post.later = lambda address: True
    daemon = await small.start(clock.environment, cold=True)
    put_off = "SELECT id FROM leg WHERE channel = 'email' AND tries >= 1"
    await until(lambda: len(small.rows(put_off)) >= 10, "everything put off")

    clock.off_by(-3600)
    await until(lambda: "the clock was set back" in daemon.err, "that the clock was set back")
    post.later = lambda address: False
    await ledger.drop("shoes.md", letter("shoes.md"))
    await until(ledger.done, "everything sent", 120)
    assert await daemon.stop() == 0
    ledger.check("clock set back an hour")


@pytest.mark.parametrize(
    "faked", [pytest.param(True, id="by the clock"), pytest.param(False, id="in truth", marks=pytest.mark.soak)]
)
async def test_a_process_that_slept_past_its_leases_doubles_at_most_what_was_on_the_wire(
    small: SchoolFolder, mail: MailServer, post: Post, clock: SetClock, faked: bool
) -> None:
    """It cannot know any more what became of that: as after a death, it goes again under the same Message-ID."""
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    ledger = Ledger(small, post)
    await ledger.drop("coats.md", letter("coats.md"))
    post.open.clear()
    daemon = await small.start(clock.environment, cold=True)
    await until(lambda: len(post.waiting) >= AT_FIRST, "emails on the wire")

    os.kill(daemon.pid, signal.SIGSTOP)
    post.open.set()
    await until(lambda: len(post.taken) >= AT_FIRST, "what was on the wire taken while it slept")
    on_the_wire = set(post.ids)
    if faked:
        clock.off_by(600)
    else:
        await asyncio.sleep(150)
    os.kill(daemon.pid, signal.SIGCONT)
    await until(ledger.done, "everything sent", 120)
    assert await daemon.stop() == 0
    # Time that passed only by the clock cuts nothing off: each answer is still waited for.
    ledger.check("asleep past the lease", in_doubt=() if faked else on_the_wire)
    assert set(post.ids.values()) <= {1, 2}
