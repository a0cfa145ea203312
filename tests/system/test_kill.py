"""kill -9 in the middle of a letter to 240 families: nothing is lost, nothing settled goes again (DESIGN 5.2)."""

import random
import signal
import sys
from collections import Counter

import pytest

from tests.servers.smtp import MailServer
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import LEGS, SchoolFolder, email

CONNECTIONS = 4
WINDOW = 60
"""Messages that may arrive within a commit window and while it is being written."""


def moments() -> list[tuple[int, str]]:
    """At which message the power goes, and whether the server has taken it by then; the same ones every time."""
    chance = random.Random(240)
    return [
        (chance.randint(1, 5), "before"),
        (chance.randint(40, 90), "after"),
        (chance.randint(91, 215), "before"),
    ]


@pytest.mark.parametrize(("number", "when"), moments())
async def test_a_kill_in_the_middle_of_a_send_loses_nothing_and_doubles_nothing_settled(
    large: SchoolFolder, mail: MailServer, post: Post, number: int, when: str
) -> None:
    large.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    large.letter("coats.md")
    daemon = await large.start()

    def strike(count: int) -> None:
        if count == number and daemon.alive:
            daemon.kill()

    setattr(post, when, strike)
    assert await daemon.ended() == -9

    left = large.left_behind(f"{LEGS} WHERE leg.channel = 'email'")
    planned = {large.id_of(row) for row in left}
    settled = {large.id_of(row) for row in left if row["delivery_state"] == "handed_over"}
    arrived = set(post.ids)
    assert len(planned) > 200
    assert settled <= arrived
    at_risk = arrived - settled

    said = await large("run", "--until-idle")
    await until(lambda: set(post.ids) == planned, "every planned email")
    doubled = {id: times for id, times in post.ids.items() if times > 1}
    sys.stdout.write(
        f"killed at {number} ({when} it was taken): planned {len(planned)}, arrived {len(arrived)}, "
        f"settled {len(settled)}; lost {len(planned - set(post.ids))}, doubled {len(doubled)}, "
        f"of these settled {len(settled & set(doubled))}\n"
    )
    assert set(post.ids) == planned
    assert not settled & set(doubled)
    assert set(doubled) <= at_risk
    assert set(doubled.values()) <= {2}
    assert len(doubled) <= CONNECTIONS + WINDOW
    assert said.code in (0, 1), said.text
    assert large.states()["planned"] == large.states()["sending"] == 0
    assert large.states("leg")["started"] == large.states("leg")["unknown"] == 0


async def test_sigterm_finishes_what_is_in_flight_and_the_rest_goes_after_the_restart(
    large: SchoolFolder, mail: MailServer, post: Post
) -> None:
    large.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
    large.letter("coats.md")
    daemon = await large.start()

    def stop(count: int) -> None:
        if count == 50:
            daemon.signal(signal.SIGTERM)

    post.after = stop
    assert await daemon.ended() == 0
    planned = large.legs("email")
    first = post.ids
    assert 50 <= sum(first.values()) < len(planned)
    assert {id for id, leg in planned.items() if leg["delivery_state"] == "handed_over"} == set(first)
    assert Counter(leg["state"] for leg in planned.values())["started"] == 0

    await large("run", "--until-idle")
    assert post.ids == dict.fromkeys(planned, 1)
    sys.stdout.write(f"stopped at {sum(first.values())} of {len(planned)}: lost 0, doubled 0\n")


async def test_a_kill_between_taking_and_answering_a_file_takes_it_once(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    """Struck as soon as the database holds the message, and again and again: one message, each family once."""
    small.go_live(email(mail.port))
    small.letter("coats.md")
    daemon = await small.start()
    await until(lambda: small.rows("SELECT id FROM message"), "the message in the database")
    daemon.kill()
    await daemon.ended()
    post.open.clear()
    for _ in range(2):
        daemon = await small.start()
        await until(lambda: post.waiting, "a message on the wire")
        daemon.kill()
        await daemon.ended()
        post.waiting.clear()
    post.open.set()
    await small("run", "--until-idle")
    assert len(small.rows("SELECT id FROM message")) == 1
    planned = small.legs("email")
    assert set(post.ids) == set(planned)
    assert (small.path / "drop" / "office" / "accepted" / "coats.md").exists()
    assert "ACCEPTED" in await small.answer("coats.md")
