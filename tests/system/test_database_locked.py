"""Another program holds the database for a while, as a backup or a curious person's tool does."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from notifier.queue.engine import BUSY_SECONDS
from tests.servers.smtp import MailServer
from tests.system.ledger import AT_FIRST, CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email, letter

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.rollback()
"""


@asynccontextmanager
async def held(database: Path) -> AsyncIterator[None]:
    """A process of its own that has begun to write into the database, and goes no further."""
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(database), stdin=pipe, stdout=pipe)
    assert holder.stdout is not None
    assert (await holder.stdout.readline()).strip() == b"held"
    try:
        yield
    finally:
        assert holder.stdin is not None
        holder.stdin.close()
        await holder.wait()


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(3, id="a moment"),
        pytest.param(20, id="twenty seconds", marks=pytest.mark.soak),
        pytest.param(BUSY_SECONDS + 10, id="longer than we wait", marks=pytest.mark.soak),
    ],
)
async def test_while_somebody_else_holds_the_database_nothing_is_lost_and_then_all_goes_on(
    small: SchoolFolder, mail: MailServer, post: Post, seconds: float
) -> None:
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    ledger = Ledger(small, post)
    await ledger.drop("coats.md", letter("coats.md"))
    await ledger.drop("shoes.md", letter("shoes.md"))
    post.open.clear()
    daemon = await small.start()
    await until(lambda: len(post.waiting) >= AT_FIRST, "emails on the wire")
    async with held(small.path / "state" / "notifier.db"):
        post.open.set()
        await until(lambda: len(post.taken) >= AT_FIRST, "what was on the wire taken")
        await ledger.drop("hats.md", letter("hats.md"))
        await asyncio.sleep(seconds)
        assert daemon.alive, daemon.err
        arrived = post.ids
        settled = {id for id, leg in small.legs("email").items() if leg["state"] == "sent"}
        assert settled < set(arrived)
    await until(ledger.done, "everything sent")
    assert await daemon.stop() == 0
    ledger.check(f"held for {seconds} s")
