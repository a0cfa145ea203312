"""A real bounce from a real Postfix takes a delivery to its next rung; three give the address up."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from channels._mailbox import Imap, MailboxSettings, Unreachable
from tests.servers.postfix import MailHub, dovecot, postfix
from tests.servers.smtp import MailServer, mail_server
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import PAPER, SchoolFolder

GONE = "gone.parent@families.example"


@pytest.fixture
async def refusing(post: Post) -> Iterator[MailServer]:  # type: ignore[misc]
    """Where Postfix hands mail on to: it takes everything but one family's."""
    post.refused.add(GONE)
    async with mail_server(post) as server:
        yield server


@pytest.fixture
def hub(tmp_path: Path, refusing: MailServer) -> Iterator[MailHub]:
    with postfix(tmp_path / "hub", refusing.port) as made:
        yield made


def live(school: SchoolFolder, hub: MailHub, mailbox: str) -> str:
    """A school whose first family has an address that is gone. The adult's id."""
    contacts = school.path / "families" / "contacts.csv"
    text = contacts.read_text("utf-8-sig")
    address = text.splitlines()[1].split(",")[5]
    assert "@" in address
    contacts.write_text(text.replace(address, GONE), "utf-8")
    lines = ["[channels.email]", 'host = "127.0.0.1"', f"port = {hub.port}", 'security = "none"']
    lines += ['sender = "office@school.example"', 'bounce_address = "bounces+{id}@school.example"', mailbox]
    school.go_live("\n".join(lines), PAPER)
    return text.splitlines()[1].split(",")[0]


def legs_of(school: SchoolFolder, contact: str) -> list[tuple[str, str]]:
    rows = school.rows("SELECT channel, state FROM leg WHERE contact_id = ? ORDER BY message_id, rung", contact)
    return [(row["channel"], row["state"]) for row in rows]


def went_on(school: SchoolFolder, contact: str, times: int) -> bool:
    """So many deliveries of this adult went on: to the other adult's address, as the same rung has one."""
    query = (
        "SELECT count(*) AS number FROM leg WHERE state = 'sent' AND contact_id != ? AND delivery_id IN"
        " (SELECT delivery_id FROM leg WHERE contact_id = ?)"
    )
    return int(school.rows(query, contact, contact)[0]["number"]) == times


async def test_a_bounce_takes_the_next_rung_and_the_third_gives_the_address_up(
    small: SchoolFolder, hub: MailHub, post: Post
) -> None:
    contact = live(small, hub, f'[channels.email.mailbox]\nmaildir = "{hub.maildir}"\nevery_seconds = 5\n')
    daemon = await small.start()
    for number in (1, 2, 3):
        small.letter(f"letter{number}.md")
        await small.answer(f"letter{number}.md")
        await until(partial(went_on, small, contact, number), f"letter {number} another way")
    states = legs_of(small, contact)
    assert [state for channel, state in states if channel == "email"] == ["permanent_failure"] * 3
    reason = small.rows("SELECT reason FROM leg WHERE state = 'permanent_failure'")[0]["reason"]
    assert reason == "There is no such mailbox."
    await until(lambda: small.rows("SELECT 1 FROM refusal"), "the address given up")
    (task,) = small.rows("SELECT what, about FROM task WHERE what LIKE 'Three times%'")
    assert contact in task["about"]
    small.letter("letter4.md")
    await until(partial(went_on, small, contact, 4), "the fourth another way")
    assert GONE not in [one for taken in post.taken for one in taken.recipients]
    assert hub.log.read_text().count(f"to=<{GONE}>") == 3  # nothing was tried a fourth time
    text = (small.path / "families" / "contacts.csv").read_text("utf-8")
    (small.path / "families" / "contacts.csv").write_text(text.replace(GONE, "found.parent@families.example"), "utf-8")
    await until(lambda: small.directory_version() == 2, "the corrected address in force")
    small.letter("letter5.md")
    await small.answer("letter5.md")
    await until(lambda: ("email", "sent") in legs_of(small, contact), "an email to the corrected address")
    assert await daemon.stop() == 0


async def test_the_same_over_imap_each_mail_once(hub: MailHub) -> None:
    with dovecot(hub) as port:
        settings = MailboxSettings(host="127.0.0.1", port=port, security="none", username="bounces")
        box = Imap(settings, "right")
        await _say(hub, "bounces@school.example")
        await until(lambda: list((hub.maildir / "new").glob("*")), "the mail in the mailbox")
        found = await asyncio.to_thread(box.new)
        assert len(found) == 1
        assert b"Subject: One" in found[0][1]
        assert await asyncio.to_thread(box.new) == found  # not yet kept: it comes again
        await asyncio.to_thread(box.read, [found[0][0]])
        assert await asyncio.to_thread(box.new) == []
        with pytest.raises(Unreachable, match="refused us"):
            await asyncio.to_thread(Imap(settings, "wrong").new)
    with pytest.raises(Unreachable, match="cannot be reached"):
        await asyncio.to_thread(box.new)


async def _say(hub: MailHub, to: str) -> None:
    import aiosmtplib

    mail = b"From: a@families.example\r\nTo: x@school.example\r\nSubject: One\r\n\r\nHello\r\n"
    await aiosmtplib.send(mail, sender="a@families.example", recipients=[to], hostname="127.0.0.1", port=hub.port)
