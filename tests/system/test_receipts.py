"""What Twilio tells, over real HTTP to a real daemon: who is reached, who is not, and nothing of it is lost."""

import signal
import socket
from contextlib import suppress

from aiohttp import ClientError

from notifier.faultpoints import VARIABLE
from tests.servers.twilio import Twilio
from tests.system.processes import until
from tests.system.school import PUBLIC, SchoolFolder, free_port, http, text
from tests.system.test_emergency import CLOSURE, sheet


async def closed(school: SchoolFolder, twilio: Twilio) -> int:
    """Texts to everybody, by a daemon that is told where it is reached."""
    port = free_port()
    twilio.reached_at = lambda url: url.replace(PUBLIC, f"http://127.0.0.1:{port}")
    school.go_live(text(twilio.base), http(port))
    school.drop("closure.txt", CLOSURE, "head")
    return port


async def tell(twilio: Twilio, number: int, state: str, *, code: str = "", token: str = "") -> int:
    url = twilio.requests[number]["StatusCallback"]
    form = {"MessageSid": str(twilio.messages[number]["sid"]), "MessageStatus": state, "ErrorCode": code}
    status, _ = await (twilio.tell(url, form, token=token) if token else twilio.tell(url, form))
    return status


STATES = "SELECT delivery.state FROM delivery JOIN leg ON leg.delivery_id = delivery.id WHERE leg.channel = 'text'"


async def test_who_got_the_text_is_confirmed_and_who_did_not_stands_on_the_call_sheet(
    small: SchoolFolder, twilio: Twilio
) -> None:
    await closed(small, twilio)
    daemon = await small.start()
    await until(lambda: {leg["state"] for leg in small.legs("text").values()} == {"sent"}, "the texts handed over")
    assert len(twilio.messages) == len(small.legs("text")) > 3
    before = len(sheet(small.path / "outbox"))

    for number in range(1, len(twilio.messages)):
        for state in ("delivered", "sent", "delivered"):  # late and repeated ones too
            assert await tell(twilio, number, state) == 204
    assert await tell(twilio, 0, "delivered", token="forged") == 403
    assert await tell(twilio, 0, "undelivered", code="30005") == 204

    def settled() -> bool:
        states = [str(row["state"]) for row in small.rows(STATES)]
        return states.count("confirmed") == len(states) - 1 and "unreached" in states

    await until(settled, "everybody confirmed but one, and that one unreached")
    await until(lambda: len(sheet(small.path / "outbox")) > before, "that one on the call sheet")
    assert await daemon.stop() == 0
    assert "forged" in daemon.err
    said = await small("unreached")
    assert said.code in (0, 1), said.text


async def test_a_receipt_that_was_stored_survives_a_kill_before_it_is_consumed(
    small: SchoolFolder, twilio: Twilio
) -> None:
    await closed(small, twilio)
    daemon = await small.start({VARIABLE: "receipt stored"})
    await until(lambda: {leg["state"] for leg in small.legs("text").values()} == {"sent"}, "the texts handed over")
    with suppress(ClientError):  # it dies with the answer on its lips
        await tell(twilio, 0, "delivered")
    assert await daemon.ended(10) == -signal.SIGKILL
    assert [row["due_at"] is None for row in small.left_behind("SELECT due_at FROM receipt")] == [False]

    again = await small.start()
    await until(lambda: "confirmed" in {row["state"] for row in small.rows(STATES)}, "the receipt consumed")
    assert await again.stop() == 0
    assert [row["outcome"] for row in small.rows("SELECT outcome FROM receipt")] == ["counted"]


async def test_an_address_that_is_taken_is_said_in_one_sentence(small: SchoolFolder, twilio: Twilio) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        small.go_live(text(twilio.base), http(int(door.getsockname()[1])))
        said = await small("run")
    assert said.code == 3
    assert "[http] listen" in said.text
