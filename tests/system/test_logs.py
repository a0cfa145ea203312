"""The look at the logs that follows every test here would see what may not stand in them."""

import pytest

from tests.servers.smtp import PASSWORD, MailServer
from tests.servers.twilio import TOKEN, Twilio, refusal
from tests.system.logs import family_addresses, wrong_in
from tests.system.post import Post
from tests.system.school import BODY, PAPER, PIN, SchoolFolder, email, text


@pytest.mark.parametrize(
    "said",
    [
        f"login failed with {PASSWORD}",
        f"twilio answered {TOKEN} 401",
        f"the PIN {PIN} is wrong",
        f"could not render: The word is {BODY}.",
        '{"to": "+447700900101"}',
        "07700 900 101 did not answer",
        "ring 020 7946 0101",
        "550 for Abena.Osei@example.org",
        "Traceback (most recent call last):",
        "RuntimeWarning: coroutine 'x' was never awaited",
    ],
)
def test_each_sort_of_leak_would_be_seen(said: str) -> None:
    assert wrong_in(f"2026-11-22T03:45:12Z an event {said}")


def test_what_is_fit_for_a_log_passes() -> None:
    assert wrong_in('{"room": "acceptance", "message": "letter-wzw8us", "at": "2026-11-22T03:31:53.857180Z"}') == []
    assert "folake.mensah@example.org" in family_addresses()


async def test_everything_that_fails_on_the_way_is_logged_without_saying_to_whom(
    small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    """Every refusal that a provider can word, with the log at its most talkative."""
    small.go_live(email(mail.port), text(twilio.base), PAPER)
    post.refused = {"abena.osei@example.org", "daniel.osei@example.org"}
    post.later = lambda address: address.startswith("k")
    twilio.vices += [refusal(400, 21211), refusal(400, 99999), refusal(429, 20429), refusal(401, 20003)]
    more = "kind: emergency\ntext: Closed today.\n"
    small.letter("closure.md", folder="head", more=more)
    said = await small("--verbose", "run", "--until-idle")
    assert said.code == 1
    assert len(said.err.splitlines()) > 3
    assert wrong_in(said.err) == []
    assert wrong_in(said.out) == []
    (small.path / "secrets" / "email").write_text("not the password\n")
    small.letter("again.md", folder="head")
    wrong = await small("--verbose", "run", "--until-idle")
    assert "password" in wrong.text
    assert "not the password" not in wrong.text
