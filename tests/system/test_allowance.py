"""What the mail account allows: kept to over restarts, and told by status."""

from datetime import UTC, datetime, timedelta

from tests.servers.smtp import MailServer
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email


async def test_a_days_cap_holds_over_restarts_and_status_says_when_the_rest_goes(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port, "per_day = 4"))
    small.letter("walk.md", to="whole school")
    first = await small("run", "--until-idle")
    assert len(post.taken) == 3  # letters leave one for an emergency
    assert "held up by the account" in first.out
    again = await small("run", "--until-idle")
    assert len(post.taken) == 3, again.out

    status = await small("status")
    assert "takes 4 a day" in status.out
    (message,) = (await small("status", "--json")).json["messages"]
    assert message["eta"]["because"] == "the email account takes 4 a day"
    assert datetime.fromisoformat(message["eta"]["at"]) > datetime.now(UTC) + timedelta(hours=20)

    small.drop("closure.txt", "---\nkind: emergency\nto: whole school\nsubject: Closed\n---\nThe boiler.\n", "head")
    await small("run", "--until-idle")
    urgent = small.rows(
        "SELECT leg.state FROM leg JOIN message ON message.id = leg.message_id"
        " WHERE message.kind = 'emergency' AND leg.channel = 'email'"
    )
    assert {row["state"] for row in urgent} == {"sent"}
    assert len(post.taken) == 3 + len(urgent)


async def test_a_mail_server_that_is_away_is_told_by_status_and_nothing_is_used_up_meanwhile(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(1))  # nobody listens there
    small.letter("walk.md", to="whole school")
    daemon = await small.start()
    await small.answer("walk.md")
    await until(lambda: "channel-gone" in daemon.err, "the account gone")
    (lost,) = (await small("status", "--json")).json["accounts"]
    assert lost["channel"] == "email"
    assert "cannot be reached" in lost["reason"]
    said = await small("status")
    assert "has not served us since" in said.out
    assert "waits, and is tried again by itself" in said.out
    assert await daemon.stop() == 0
    assert {row["tries"] for row in small.rows("SELECT tries FROM leg WHERE channel = 'email'")} == {0}

    small.configure("port = 1\n", f"port = {mail.port}\n")
    daemon = await small.start()
    await until(lambda: len(post.taken) == len(small.legs("email")), "every email")
    assert (await small("status", "--json")).json["accounts"] == []
    assert await daemon.stop() == 0
    assert set(post.ids.values()) == {1}
