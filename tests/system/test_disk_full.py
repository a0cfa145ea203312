"""No room on the disk of the database: said, refused with a sentence, nothing lost; with room it goes on."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers.smtp import MailServer
from tests.system.ledger import AT_FIRST, CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email, letter


@pytest.fixture
def little_disk(small: SchoolFolder) -> Iterator[Path]:
    """A disk of eight megabytes under ``state/``."""
    state = small.path / "state"
    state.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(state)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=30)
        why = done.stderr.strip() if done.returncode else ""
    except FileNotFoundError:
        why = "there is no mount here"
    if why:
        pytest.skip(f"a small disk cannot be mounted: {why}")
    try:
        yield state
    finally:
        subprocess.run(["umount", "--lazy", str(state)], check=True, timeout=30)


def fill(disk: Path) -> Path:
    """Not a byte is left, and the log of the database has no room in hand either."""
    connection = sqlite3.connect(disk / "notifier.db", timeout=10)
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    assert not busy
    filler = disk / "holiday-pictures"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    assert os.statvfs(disk).f_bavail == 0
    return filler


async def test_a_full_disk_is_said_and_loses_nothing(
    small: SchoolFolder, little_disk: Path, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    ledger = Ledger(small, post)
    await ledger.drop("coats.md", letter("coats.md"))
    await ledger.know(letter("shoes.md"), "shoes.md")
    post.open.clear()
    daemon = await small.start()
    await until(lambda: len(post.waiting) >= AT_FIRST, "emails on the wire")

    filler = fill(little_disk)
    await ledger.drop("shoes.md", letter("shoes.md"))
    said = await small.answer("shoes.md")
    assert said.startswith("The disk is full, so nothing can be recorded. Make room"), said
    assert not small.rows("SELECT id FROM message WHERE subject = 'shoes.md'")
    post.open.set()
    await until(lambda: "the database is gone" in daemon.err, "the daemon says that it cannot write down what it did")
    assert daemon.alive

    filler.unlink()
    await until(lambda: not small.states("leg")["started"], "what was sent is written down")
    assert await daemon.stop() == 0
    assert "shoes.md" in {path.name for path in (small.path / "drop" / "office" / "processing").glob("*/*")}
    again = await small("run", "--until-idle")
    assert again.code in (0, 1), again.text
    ledger.check("disk full")
