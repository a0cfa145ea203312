"""Every place in the code at which the power may go, and a school that lives through it (DESIGN 5.2)."""

import ast
import asyncio
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from aiohttp import ClientError

from notifier.faultpoints import VARIABLE
from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio, stalls
from tests.system.ledger import CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.processes import ROOT, Daemon, until
from tests.system.school import BODY, PAPER, PUBLIC, WEBSITE, SchoolFolder, email, free_port, http, letter, text

NAMED = frozenset({"accepted", "claimed", "started", "handed over", "settled", "next rung", "answered"})
"""What issue and design call by name; the list of all is read from the code."""
SOON = 30.0
"""Seconds within which a run comes to every point it will ever come to."""
CLOSURE = f"""---
kind: emergency
to: whole school
subject: School closed today
text: School is closed today. {BODY.upper()}
---
The school is closed today: the boiler has failed. The word is {BODY}.
"""


CLOSING = ("notifier/closure/", "notifier/queue/closures.py")
"""Where the points lie that only a closure passes; test_closure_power_cuts.py has a story of its own for them."""


def fault_points(*, of_closures: bool = False) -> dict[str, list[str]]:
    """Every name that ``reached`` is called with, and where; those of closures apart from the others."""
    found: dict[str, list[str]] = {}
    for room in ("notifier", "channels"):
        for path in sorted((ROOT / room).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if place.startswith(CLOSING) is of_closures:
                for name, line in _calls(path):
                    found.setdefault(name, []).append(f"{place}:{line}")
    return found


@cache
def _calls(path: Path) -> list[tuple[str, int]]:
    calls: list[tuple[str, int]] = []
    source = path.read_text("utf-8")
    if "reached" not in source:
        return calls  # to take a file apart takes a hundred times as long as to look
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="reached"), args=[ast.Constant(value=str(name))], keywords=[]):
                calls.append((name, node.lineno))
            case ast.Call(func=ast.Name(id="reached") | ast.Attribute(attr="reached")):
                raise AssertionError(f"{path}:{node.lineno}: the name of a fault point stands in the code as it is")
    return calls


async def live_through(
    point: str, passage: int, small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    """A school that a power cut left in the middle of an emergency gets more to do, and is cut off at this point."""
    ledger = await _in_the_middle(small, mail, post, twilio)
    await ledger.drop("shoes.md", letter("shoes.md"))
    await ledger.drop("news.md", letter("news.md", more="kind: newsletter\n"), "head")

    # A receipt would settle what is in doubt before anybody has to look it up.
    telling = asyncio.create_task(_tells(twilio if "receipt" in point else None))
    try:
        struck = await _cut_off_at(point, passage, small, post)
    finally:
        telling.cancel()
    sys.stdout.write(f"{point}, passage {passage}: {struck}\n")
    ledger.died()
    post.after = lambda number: None

    if passage == 1:
        daemon = await small.start()
        await until(ledger.done, "everything done after the restart", SOON)
        assert await daemon.stop() == 0
    else:
        said = await small("run", "--until-idle")
        assert said.code in (0, 1), said.text
    ledger.check(f"{point}, passage {passage}")


async def _in_the_middle(small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio) -> Ledger:
    """An emergency of which some has gone, unrecorded; a letter; two messages that fall due, and two that are over."""
    port = free_port()
    twilio.reached_at = lambda url: url.replace(PUBLIC, f"http://127.0.0.1:{port}")
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"), text(twilio.base), PAPER, WEBSITE, http(port))
    (small.path / "site").mkdir()
    contacts = small.path / "families" / "contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("5 Quarry Road,,,Ashminster,AM4 2TY", ",,,,"), "utf-8")
    # Both adults of one home, one alone in hers, and one who then can only be rung.
    names = ("abena.osei", "nasreen.rahman", "jamal.rahman", "hodan.yusuf")
    post.refused = {f"{name}@example.org" for name in names}
    ledger = Ledger(small, post, twilio)
    for number in (1, 2):
        await ledger.drop(f"due-{number}.md", letter(f"due-{number}.md", more="send: 2099-01-05 09:00\n"))
        small.drop(f"over-{number}.md", letter(f"over-{number}.md", more="send: 2099-01-05 09:00\n"))
    said = await small("run", "--until-idle")
    assert said.code in (0, 1), said.text
    await ledger.drop("closure.txt", CLOSURE, "head")
    await ledger.drop("coats.md", letter("coats.md"))
    post.open.clear()
    twilio.vices += [stalls] * 20
    daemon = await _start(small, "handed over:5")
    await until(lambda: len(twilio.messages) >= 3, "texts that Twilio took and never confirms")
    post.open.set()
    assert await daemon.ended(SOON) == -signal.SIGKILL, daemon.err
    twilio.vices.clear()
    ledger.died()
    long_ago = "'2026-01-01T00:00:00.000000Z'"
    just_now = (datetime.now(UTC) - timedelta(minutes=1)).strftime("'%Y-%m-%dT%H:%M:%S.000000Z'")
    small.change(
        f"UPDATE message SET send_at = {just_now}, value = json_set(value, '$.send_at', {just_now}) "
        "WHERE subject LIKE 'due-%'",
        f"UPDATE message SET expires_at = {long_ago} WHERE subject LIKE 'over-%'",
    )
    return ledger


async def _tells(twilio: Twilio | None) -> None:
    """Twilio says again and again that it has the texts, whoever listens; None: it says nothing."""
    while twilio is not None:
        for request, message in list(zip(twilio.requests, twilio.messages, strict=False)):
            with suppress(ClientError):
                form = {"MessageSid": str(message["sid"]), "MessageStatus": "sent"}
                await twilio.tell(request["StatusCallback"], form)
        await asyncio.sleep(0.1)


async def _cut_off_at(point: str, passage: int, small: SchoolFolder, post: Post) -> str:
    """In a run that is told to stop early, or, if that does not come there, in one that does all there is."""
    begun = len(post.taken)
    first = await _start(small, f"{point}:{passage}")
    post.after = lambda number: first.signal(signal.SIGTERM) if number == begun + 2 else None
    code = await first.ended(SOON)
    if code == -signal.SIGKILL:
        return first.err.splitlines()[-1]
    assert code == 0, first.err
    wants_large_print(small, "C003")
    begun = len(post.taken)
    second = await _start(small, f"{point}:{passage}")
    post.after = lambda number: wants_large_print(small, "C005") if number == begun + 3 else None
    try:
        code = await second.ended(SOON)
    except TimeoutError:
        raise AssertionError(f"No run came to the fault point {point!r} for the {passage}. time") from None
    assert code == -signal.SIGKILL, second.err
    return second.err.splitlines()[-1]


def wants_large_print(small: SchoolFolder, contact: str) -> None:
    """A change in the families' files that changes nothing about who gets what."""
    small.add("families/arrangements.csv", f"large-print,{contact},,,,,,,Asked at the gate,office")


async def _start(small: SchoolFolder, fault: str) -> Daemon:
    return await small.processes.start("run", cwd=small.path, env={VARIABLE: fault})
