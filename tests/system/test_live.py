"""A school's first letter in live mode, as the README tells it, with what goes wrong on the way to a family."""

import re
from datetime import UTC, datetime

import pytest

from tests.servers.smtp import PASSWORD, USER, MailServer
from tests.system.post import Post, words
from tests.system.processes import Processes
from tests.system.school import PAPER, PIN, QUICK, SchoolFolder, email

PIN_ASKED = f"{PIN}\n"


@pytest.mark.parametrize("uvloop", ["0", "1"], ids=["python's own loop", "uvloop"])
async def test_the_first_letter_after_following_the_readme(
    uvloop: str, tmp_path: object, processes: Processes, mail: MailServer, post: Post
) -> None:
    where = processes.folder.parent
    made = await processes.cold("init", "our-school", cwd=where)
    assert made.code == 0, made.text
    school = SchoolFolder(where / "our-school", processes)
    assert (await school("check")).code == 0

    school.configure('mode = "trial"', 'mode = "live"')
    school.add(
        "config.toml",
        "[channels.email]",
        'host = "127.0.0.1"',
        f"port = {mail.port}",
        'security = "none"',
        f'username = "{USER}"',
        'password_file = "state/mail-password"',
        'sender = "office@example.net"',
        QUICK,
    )
    refused = await school("check")
    assert refused.code == 2
    assert "notifier staff pin b-malik" in refused.text
    assert "mail-password" in refused.text or "password" in refused.text
    (school.path / "state" / "mail-password").write_text(PASSWORD)
    for person in re.findall(r'^id = "(.+)"', (school.path / "config.toml").read_text("utf-8"), re.MULTILINE):
        set_ = await school("staff", "pin", person, "--pin-stdin", stdin=PIN_ASKED)
        assert set_.code == 0, set_.text
    assert PIN not in "".join(pin.read_text() for pin in (school.path / "pins").iterdir())
    ready = await school("check")
    assert ready.code == 0, ready.text
    assert "live mode" in ready.out

    school.letter("trip.md", to="Oak class")
    said = await school("run", "--until-idle", env={"NOTIFIER_UVLOOP": uvloop})
    assert said.code == 0, said.text
    assert (await school.answer("trip.md")).startswith("ACCEPTED")

    assert len(post.taken) == len(school.legs("email")) == 6
    assert post.ids == dict.fromkeys(school.legs("email"), 1)
    for taken, got in zip(post.taken, post.mails, strict=True):
        (recipient,) = taken.recipients
        assert got["To"].addresses[0].addr_spec == recipient
        assert len(got["To"].addresses) == 1
        assert got["Cc"] is None
        assert got["Bcc"] is None
        assert got["From"].addresses[0].addr_spec == "office@example.net"
        assert got["Subject"] == "trip.md"
        assert re.fullmatch(r"<[0-9a-f]+@example\.net>", str(got["Message-ID"]))
    assert "Maya" in words(post.to("abena.osei@example.org")[0])
    assert "Kofi" not in words(post.to("abena.osei@example.org")[0])  # he is in Beech
    assert not list((school.path / "outbox").rglob("*.eml"))


async def test_a_refused_address_is_followed_by_the_next_adult_then_paper_then_a_call(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port), PAPER)
    # Both of one home, one alone in hers, and one whom neither email nor paper can reach.
    post.refused = {
        "abena.osei@example.org",
        "nasreen.rahman@example.org",
        "jamal.rahman@example.org",
        "hodan.yusuf@example.org",
    }
    contacts = small.path / "families" / "contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("5 Quarry Road,,,Ashminster,AM4 2TY", ",,,,"), "utf-8")
    small.letter("coats.md")
    said = await small("run", "--until-idle")
    assert said.code == 1, said.text
    assert "not reached: ring them, see notifier unreached" in said.out
    assert post.recipients["daniel.osei@example.org"] == 1
    assert not post.refused & set(post.recipients)

    letters = small.legs("letter").values()
    assert "C005" in " ".join(leg["delivery_value"] for leg in letters)
    assert (await small("status")).code == 0
    unreached = await small("unreached", "--json")
    assert unreached.code == 1
    assert [one["contact_ids"] for one in unreached.json["unreached"]] == [["C009"]]
    assert "does not exist" in unreached.json["unreached"][0]["reason"]
    said = await small("unreached")
    assert "Mrs Hodan" in said.out
    assert "P008" in said.out
    sheets = "".join(file.read_text("utf-8") for file in (small.path / "outbox").rglob("*.csv"))
    assert "Amir" in sheets
    assert "Hodan Yusuf" in sheets

    tasks = await small("tasks", "--json")
    assert tasks.code == 1
    (ring,) = [task for task in tasks.json["tasks"] if "P008" in task["about"] and "ing" in task["what"]]
    nobody = await small("tasks", "done", "9999", "--as", "j-ellis")
    assert nobody.code == 2
    assert "No open task has the number 9999" in nobody.text
    slip = await small("tasks", "done", str(ring["id"]), "9999", "--as", "j-ellis")
    assert slip.code == 2
    assert small.states()["unreached"] == 1  # a slip in one number leaves nothing half done
    done = await small("tasks", "done", str(ring["id"]), "--as", "j-ellis")
    assert done.code == 0, done.text
    assert (await small("unreached")).code == 0
    assert small.states()["unreached"] == 0
    assert small.states()["confirmed"] == 1
    message = small.rows("SELECT id FROM message")[0]["id"]
    assert (await small("status", message, "--json")).json["deliveries"]["confirmed"] == 1


async def test_in_trial_nothing_arrives_anywhere_and_what_was_accepted_then_never_goes(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port), PAPER)
    small.configure('mode = "live"', 'mode = "trial"')
    small.letter("coats.md", to="Oak class")
    assert (await small("run", "--until-idle")).code == 0
    tomorrow = "send: 2099-01-05 09:00\n"
    small.letter("later.md", to="Oak class", more=tomorrow)
    assert (await small("run", "--until-idle")).code == 0
    assert (post.connections, post.taken) == (0, [])
    assert len(list((small.path / "outbox" / "trial").rglob("*.eml"))) == 5

    # A copy that trial mode had not got round to, and a switch to live mode.
    small.change("UPDATE delivery SET state = 'planned'", "UPDATE leg SET state = 'due', tries = 0, owner = ''")
    small.change("UPDATE message SET state = 'accepted' WHERE state = 'done'")
    passed = datetime.now(UTC).strftime("'%Y-%m-%dT%H:%M:%S.000000Z'")
    small.change(
        f"UPDATE message SET send_at = {passed}, value = json_set(value, '$.send_at', {passed}) WHERE state = 'waiting'"
    )
    small.configure('mode = "trial"', 'mode = "live"')
    await small("run", "--until-idle")
    assert (post.connections, post.taken) == (0, [])

    small.letter("coats.md", to="Oak class")  # the same file is a new message now: trial is part of its key
    await small("run", "--until-idle")
    assert sum(post.recipients.values()) == 5
    assert set(post.ids) <= set(small.legs("email"))


async def test_a_live_school_is_asked_to_ring_nobody_about_what_was_practice(
    small: SchoolFolder, mail: MailServer
) -> None:
    contacts = small.path / "families" / "contacts.csv"
    text = contacts.read_text("utf-8").replace("5 Quarry Road,,,Ashminster,AM4 2TY", ",,,,")
    contacts.write_text(text.replace("hodan.yusuf@example.org", ""), "utf-8")
    small.letter("coats.md")
    assert (await small("run", "--until-idle")).code == 1
    assert (await small("unreached", "--json")).json["unreached"]
    assert (await small("tasks", "--json")).json["tasks"]

    small.go_live(email(mail.port), PAPER)
    assert (await small("unreached", "--json")).json["unreached"] == []
    assert (await small("tasks", "--json")).json["tasks"] == []
    assert "(trial)" in (await small("status")).out
