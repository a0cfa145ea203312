"""kill -9 again and again at moments that a seed decides, until everything has gone out nevertheless (DESIGN 5.2)."""

import asyncio
import random
import sys
from dataclasses import dataclass

from notifier.faultpoints import VARIABLE
from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio
from tests.system.crowd import fill
from tests.system.ledger import CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.power_cuts import CLOSURE, fault_points
from tests.system.processes import Daemon, until
from tests.system.school import PAPER, SchoolFolder, email, letter, text

FAMILIES = 2000
MOBILES = 300
MAILS = 110
"""A life ends within so many emails."""
LONG = 600.0
"""Seconds for all that is left to go out, on a computer that has much else to do."""
INSTANTS = 1.0
"""Or, where its end is a matter of time, within so many seconds: also while it still begins."""


@dataclass(frozen=True)
class End:
    """How a life ends: at a fault point, after some time, or at the latest when so many emails were taken."""

    mails: int
    before: bool
    after_seconds: float | None
    fault: str

    @classmethod
    def drawn(cls, chance: random.Random, points: list[str]) -> "End":
        way = chance.choice(("mail", "mail", "time", "point"))
        return cls(
            mails=chance.randint(1, MAILS),
            before=chance.random() < 0.5,
            after_seconds=chance.random() * INSTANTS if way == "time" else None,
            fault=f"{chance.choice(points)}:{chance.randint(1, 12)}" if way == "point" else "",
        )


async def live_and_die(
    small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio, *, seed: int, kills: int, test: str
) -> None:
    """A newsletter to 2,000 families and an emergency, with so many deaths on the way."""
    sys.stdout.write(f"Once more: SEED={seed} KILLS={kills} .venv/bin/python -m pytest -q -s {test}\n")
    chance = random.Random(seed)
    points = sorted(fault_points())
    fill(small, FAMILIES, mobiles=MOBILES)
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"), text(twilio.base), PAPER)
    ledger = Ledger(small, post, twilio)
    await ledger.drop("news-0.md", letter("news-0.md", more="kind: newsletter\n"), "head")
    closes_at = chance.randint(1, max(1, kills // 2))
    while ledger.deaths < kills:
        if ledger.deaths == closes_at and "closure.txt" not in {one.file.name for one in ledger.dropped}:
            await ledger.drop("closure.txt", CLOSURE, "head")
        if not await _life(small, post, End.drawn(chance, points)):
            name = f"news-{ledger.deaths}.md"  # all had gone: more to do
            await ledger.drop(name, letter(name, more="kind: newsletter\n"), "head")
            continue
        ledger.died()
    last = await small.processes.start("run", "--until-idle", cwd=small.path)
    assert await last.ended(LONG) in (0, 1), last.out + last.err
    ledger.check(f"seed {seed}")
    arrived = len(post.taken), len(twilio.messages)
    await small("run", "--until-idle")
    assert (len(post.taken), len(twilio.messages)) == arrived


async def _life(small: SchoolFolder, post: Post, end: End) -> bool:
    """One run to its violent end; False where it had nothing left to do before that, and was stopped."""
    begun = len(post.taken)
    env = {VARIABLE: end.fault} if end.fault else {}
    daemon = await small.processes.start("run", cwd=small.path, env=env)

    def strike(number: int) -> None:
        if number >= begun + end.mails:
            daemon.kill()

    if end.before:
        post.before = strike
    else:
        post.after = strike
    try:
        if end.after_seconds is not None:
            await asyncio.sleep(end.after_seconds)
            daemon.kill()
        await until(lambda: not daemon.alive or _idle(small, daemon), "an end or nothing left to do", LONG)
        if daemon.alive:
            assert await daemon.stop() in (0, -9)
        return await daemon.ended() == -9
    finally:
        post.before = post.after = lambda number: None


def _idle(small: SchoolFolder, daemon: Daemon) -> bool:
    """It has taken what was dropped, and nothing is left to send."""
    lying = [
        *small.path.glob("drop/*/*.md"),
        *small.path.glob("drop/*/closure.txt"),
        *small.path.glob("drop/*/processing/*"),
    ]
    if lying or "running" not in daemon.out:
        return False
    return not small.rows("SELECT id FROM leg WHERE state IN ('due', 'started', 'unknown') LIMIT 1")
