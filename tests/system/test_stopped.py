"""What the families' files say by the time of sending decides, not what they said when it was queued."""

import pytest

from tests.servers.smtp import MailServer
from tests.system.post import Post, words
from tests.system.processes import Daemon, until
from tests.system.school import SchoolFolder, email, today

CLAIRE = "claire.hartley@example.org"  # C006: Leo, and in these tests Isla too
SIOBHAN = "siobhan.gallagher@example.org"  # C012: Finn
LUCY = "lucy.whitcombe@example.org"  # C016: Ella; Peter, C017, has a home of his own with her
NOEL = "noel.partner@example.org"  # C090: no responsibility, but Orla (C008) agreed that he hears of Ruby
FIRST = "abena.osei@example.org"


@pytest.fixture
async def queued(small: SchoolFolder, mail: MailServer, post: Post) -> Daemon:
    """A letter to everybody, accepted and queued; the mail server keeps the very first email waiting."""
    small.go_live(email(mail.port, "connections = 1"))
    small.add("families/pupils.csv", "P090,Isla,Hartley,Beech,R,,2026-09-02,")
    small.add("families/contacts.csv", f"C090,Mr,Noel,Partner,Mr Partner,{NOEL},,,3 New Road,,,Ashminster,AM9 1AA,,")
    small.add("families/links.csv", "P090,C006,PAM,1,yes,yes,yes,no,yes", "P007,C090,OTH,3,no,no,no,no,no")
    small.add("families/arrangements.csv", "consent,C090,P007,,C008,2026-01-01,,,Letter of 1 January 2026,office")
    post.open.clear()
    small.letter("coats.md")
    daemon = await small.start()
    await until(lambda: post.waiting, "the first email on the wire")
    assert not {CLAIRE, SIOBHAN, LUCY, NOEL} & set(post.waiting)
    due = [leg for leg in small.legs("email").values() if leg["state"] in ("due", "started")]
    assert len(due) > 10
    return daemon


async def in_force(small: SchoolFolder, row: str, replaces: str = "") -> None:
    """Write a row as somebody does in the office, and wait until the daemon has taken it up."""
    before = small.directory_version()
    if replaces:
        file = small.path / "families" / "arrangements.csv"
        changed = file.read_text("utf-8").replace(replaces, row)
        fresh = file.with_name(".new")
        fresh.write_text(changed, "utf-8")
        fresh.rename(file)
    else:
        small.add("families/arrangements.csv", row)
    await until(lambda: small.directory_version() > before, "the new row in force")


async def all_sent(small: SchoolFolder, post: Post, daemon: Daemon) -> None:
    post.open.set()
    await until(lambda: not small.states()["planned"] + small.states()["sending"], "nothing left to send")
    assert await daemon.stop() == 0


async def test_a_court_order_stops_a_copy_that_is_queued_already(
    small: SchoolFolder, post: Post, queued: Daemon
) -> None:
    await in_force(small, f"court-order,C012,P010,,,{today()},,,Order seen today; copy in the safe,b-malik")
    await all_sent(small, post, queued)
    assert SIOBHAN not in post.recipients
    assert post.recipients[CLAIRE] == post.recipients[LUCY] == post.recipients[NOEL] == 1
    assert small.states()["withheld"] == 1
    told = (await small("explain", (await only_message(small)), "--contact", "C012")).out
    assert "withheld" in told or "does not get it" in told


async def test_an_order_about_one_child_takes_only_that_child_out_of_the_words(
    small: SchoolFolder, post: Post, queued: Daemon
) -> None:
    await in_force(small, f"court-order,C006,P090,,,{today()},,,Order seen today; copy in the safe,b-malik")
    await all_sent(small, post, queued)
    (mail,) = post.to(CLAIRE)
    assert "Leo" in words(mail)
    assert "Isla" not in mail.as_string()
    assert post.recipients[SIOBHAN] == 1


async def test_a_consent_that_is_withdrawn_stops_the_copy_it_let_through(
    small: SchoolFolder, post: Post, queued: Daemon
) -> None:
    given = "consent,C090,P007,,C008,2026-01-01,,,Letter of 1 January 2026,office"
    await in_force(small, given.replace("2026-01-01,,,", f"2026-01-01,,{today()},"), replaces=given)
    await all_sent(small, post, queued)
    assert NOEL not in post.recipients
    assert post.recipients[SIOBHAN] == 1


async def test_a_welfare_hold_stops_a_queued_copy_whoever_recorded_it(
    small: SchoolFolder, post: Post, queued: Daemon
) -> None:
    await in_force(small, f"welfare-hold,C016,P012,,,{today()},,,Told to the head,office")
    await all_sent(small, post, queued)
    assert LUCY not in post.recipients
    assert post.recipients[SIOBHAN] == 1
    tasks = (await small("tasks", "--json")).json["tasks"]
    assert any("C016" in task["about"] for task in tasks)


async def test_a_cancelled_message_stops_where_it_is(small: SchoolFolder, post: Post, queued: Daemon) -> None:
    said = await small("cancel", await only_message(small), "--as", "b-malik", "--pin-stdin", stdin="481516\n")
    assert said.code == 1, said.text  # one copy may have gone
    post.open.set()
    assert await queued.stop() == 0
    assert sum(post.recipients.values()) <= 1
    await small("run", "--until-idle")
    assert sum(post.recipients.values()) <= 1


async def test_what_the_server_puts_off_is_asked_about_again_before_the_next_try(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    """Temporarily refused, so everything waits; an order comes; what goes later goes without that adult."""
    small.go_live(email(mail.port))
    post.later = lambda address: True
    small.letter("coats.md")
    said = await small("run", "--until-idle")
    assert said.code == 1, said.text  # one family has no email: they must be rung
    # Whether a copy waits for its own next try or for the account depends on how many were on their way at once.
    assert "to be tried again" in said.out or "held up by the account" in said.out
    assert not post.taken
    small.add("families/arrangements.csv", f"court-order,C012,P010,,,{today()},,,Order seen today,b-malik")
    post.later = lambda address: False
    small.make_due()
    await small("run", "--until-idle")
    assert SIOBHAN not in post.recipients
    assert post.recipients[CLAIRE] == post.recipients[FIRST] == 1


async def only_message(small: SchoolFolder) -> str:
    (row,) = small.rows("SELECT id FROM message")
    return str(row["id"])
