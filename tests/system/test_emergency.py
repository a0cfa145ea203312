"""The head closes the school while a newsletter is on its way to everybody."""

import csv
from pathlib import Path

from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio, stalls
from tests.system.post import Post, words
from tests.system.processes import until
from tests.system.school import BODY, PAPER, WEBSITE, SchoolFolder, email, text

CLOSURE = f"""---
kind: emergency
to: whole school
subject: School closed today
text: School is closed today. {BODY.upper()}
---
The school is closed today: the boiler has failed. The word is {BODY}.
"""


async def test_an_emergency_overtakes_a_newsletter_on_every_channel(
    large: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    large.go_live(email(mail.port, "connections = 3"), text(twilio.base), PAPER, WEBSITE)
    (large.path / "site").mkdir()
    post.waits = lambda content: b"Subject: news.md" in content
    post.after = lambda number: post.open.clear() if number == 20 else None
    large.letter("news.md", more="kind: newsletter\n", folder="head")
    daemon = await large.start()
    await until(lambda: len(post.waiting) == 3, "every connection of the newsletter busy, and getting nowhere")
    before = len(post.taken)

    large.drop("closure.txt", CLOSURE, "head")
    answer = await large.answer("closure.txt", "head")
    assert answer.startswith("ACCEPTED"), answer

    def legs(channel: str) -> dict[str, str]:
        found = large.rows(
            "SELECT leg.contact_id, leg.state FROM leg JOIN message ON message.id = leg.message_id"
            " WHERE message.kind = 'emergency' AND leg.channel = ?",
            channel,
        )
        return {row["contact_id"]: row["state"] for row in found}

    await until(lambda: set(legs("email").values()) == set(legs("text").values()) == {"sent"}, "the emergency sent")
    closures = [one for one in post.mails if one["Subject"] == "School closed today"]
    assert len(post.taken) == before + len(closures)  # the newsletter stood still meanwhile
    assert len(closures) == len(legs("email")) > 300
    assert len(twilio.messages) == len(legs("text")) > 300
    assert len({one["to"] for one in twilio.messages}) == len(twilio.messages)
    assert {one["from"] for one in twilio.messages} == {"MinsterGrn"}
    assert all(BODY.upper() in str(one["body"]) for one in twilio.messages)
    assert BODY in words(closures[0])

    rows = await until(lambda: sheet(large.path / "outbox"), "a call sheet")
    assert len(rows) > 1  # a heading, and those who have neither an email nor a mobile
    await until(lambda: any("boiler" in page.read_text("utf-8") for page in pages(large)), "the page on the website")
    assert any("School closed today" in feed.read_text("utf-8") for feed in (large.path / "site").rglob("*.xml"))

    post.open.set()
    await until(lambda: not large.rows(UNSENT), "the newsletter after it")
    assert await daemon.stop() == 0
    assert set(post.ids.values()) == {1}
    assert set(post.ids) == set(large.legs("email"))


UNSENT = "SELECT id FROM leg WHERE channel = 'email' AND state IN ('due', 'started')"


def pages(school: SchoolFolder) -> list[Path]:
    return list((school.path / "site").rglob("*.html"))


def sheet(outbox: Path) -> list[list[str]]:
    found: list[list[str]] = []
    for path in outbox.glob("call-sheets/emergency-*/*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += csv.reader(file)
    return found


async def test_a_text_whose_fate_is_known_to_twilio_is_not_sent_twice(small: SchoolFolder, twilio: Twilio) -> None:
    """Killed while Twilio has the request but has not answered: the next start asks, and only what is missing goes."""
    small.go_live(text(twilio.base))

    twilio.vices += [stalls] * 8
    small.drop("closure.txt", CLOSURE, "head")
    daemon = await small.start()
    await until(lambda: len(twilio.messages) >= 3, "texts at Twilio")
    daemon.kill()
    await daemon.ended()
    taken = len(twilio.messages)
    twilio.vices.clear()
    twilio.gate.set()
    await small("run", "--until-idle")
    numbers = [one["to"] for one in twilio.messages]
    assert len(numbers) == len(set(numbers)) == len(small.legs("text")) > taken
