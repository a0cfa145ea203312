"""The listener on a real socket: what is not the provider's is refused, what is theirs is stored before the answer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import structlog

from channels.base import Receives, Surroundings
from channels.text import Account, Text, TextSettings
from channels.voice import Voice, VoiceSettings
from notifier.clock import FixedClock
from notifier.queue import StoreProblem
from notifier.web.incoming import LARGEST, Tally
from notifier.web.listener import Listener
from notifier.web.problem import ListenProblem
from notifier.web.receipts import receipt_routes
from tests.servers.twilio import SID, TOKEN, Twilio

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
PUBLIC = "https://notify.oaklane.example.org"
STATUS = f"{PUBLIC}/receipts/text/status?attempt=m1.0.0.text.0.1"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+447700900123", "ErrorCode": ""}
NUMBER, WORDS = "+447700900123", "The goat is well."


@dataclass
class Kept:
    rows: list[tuple[str, str, bytes]] = field(default_factory=list)
    fails: bool = False

    async def keep(self, channel: str, url: str, body: bytes, now: datetime) -> None:
        if self.fails:
            raise StoreProblem("The database is gone.")
        self.rows.append((channel, url, body))


@dataclass
class Open:
    twilio: Twilio
    kept: Kept
    tally: Tally
    base: str

    async def post(self, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.base + path, data=body, headers=headers) as response,
        ):
            return response.status


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Open]:
    settings = TextSettings(
        accounts=(Account.model_validate({"account_sid": SID, "auth_token": TOKEN, "sender": "OakLane"}),)
    )
    around = Surroundings(
        folder / "outbox",
        "Oak Lane Primary",
        "020 7946 0000",
        "",
        False,
        FixedClock(NOW),
        PUBLIC,
        {"text": settings},
    )
    text, voice = Text(settings, around), Voice(VoiceSettings(caller="+442079460100"), around)
    doors: dict[str, Receives] = {"text": text, "voice": voice}
    kept, tally = Kept(), Tally()
    routes = receipt_routes(doors, kept.keep, FixedClock(NOW), PUBLIC, tally)
    async with Listener("127.0.0.1", 0, routes).listening() as listener:
        base = f"http://127.0.0.1:{listener.address[1]}"
        twilio = Twilio(reached_at=lambda url: url.replace(PUBLIC, base))
        yield Open(twilio, kept, tally, base)


async def test_what_twilio_signed_is_stored_as_it_came(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        assert await web.twilio.tell(STATUS, DELIVERED) == (204, "")
    ((channel, url, body),) = web.kept.rows
    assert (channel, url) == ("text", "/receipts/text/status?attempt=m1.0.0.text.0.1")
    assert body == b"MessageSid=SM1&MessageStatus=delivered&To=%2B447700900123&ErrorCode="
    assert web.tally.stored == 1


@pytest.mark.parametrize("forgery", ["wrong token", "no signature", "other attempt", "other words", "other host"])
async def test_what_is_forged_is_refused_counted_and_never_stored(forgery: str, tmp_path: Path) -> None:
    from twilio.request_validator import RequestValidator

    async with opened(tmp_path) as web:
        genuine = RequestValidator(TOKEN).compute_signature(STATUS, DELIVERED)
        path = STATUS.removeprefix(PUBLIC)
        body = b"MessageSid=SM1&MessageStatus=delivered&To=%2B447700900123&ErrorCode="
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": genuine}
        with structlog.testing.capture_logs() as logged:
            if forgery == "wrong token":
                status, _ = await web.twilio.tell(STATUS, DELIVERED, token="another-token")
            elif forgery == "no signature":
                status = await web.post(path, body, {"Content-Type": form["Content-Type"]})
            elif forgery == "other attempt":
                status = await web.post(path.replace("m1", "m2"), body, form)
            elif forgery == "other words":
                status = await web.post(path, body.replace(b"delivered", b"failed"), form)
            else:  # signed for where it arrived, and not for where families' provider is told to call
                elsewhere = RequestValidator(TOKEN).compute_signature(web.base + path, DELIVERED)
                status = await web.post(path, body, {**form, "X-Twilio-Signature": elsewhere})
        assert await web.post(path, body, form) == 204, "the same, genuine, is taken"
    assert status == 403
    assert len(web.kept.rows) == 1
    assert web.tally.forged == 1
    assert [one["event"] for one in logged] == ["forged"]
    assert NUMBER not in str(logged)


async def test_a_flood_of_forgeries_is_counted_and_logged_once_a_minute(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        with structlog.testing.capture_logs() as logged:
            for _ in range(30):
                assert (await web.twilio.tell(STATUS, DELIVERED, token="x"))[0] == 403
    assert web.tally.forged == 30
    assert len(logged) == 1


async def test_a_body_that_no_provider_would_send_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        assert await web.post("/receipts/text/status", b"x" * (LARGEST + 1)) == 413

        async def dripping() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * (LARGEST // 10)

        async with aiohttp.ClientSession() as session:
            try:
                async with session.post(web.base + "/receipts/text/status", data=dripping()) as response:
                    assert response.status == 413
            except aiohttp.ClientError:
                pass  # it closed on us while we were still sending
    assert web.kept.rows == []
    assert web.tally.too_large == 2


async def test_other_addresses_and_methods_lead_nowhere(tmp_path: Path) -> None:
    async with opened(tmp_path) as web, aiohttp.ClientSession() as session:
        assert await web.post("/receipts/pigeon/status") == 404
        assert await web.post("/") == 404
        async with session.get(web.base + "/receipts/text/status") as response:
            assert response.status == 405
    assert web.kept.rows == []


async def test_while_the_database_is_gone_the_provider_is_asked_to_come_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        web.kept.fails = True
        assert (await web.twilio.tell(STATUS, DELIVERED))[0] == 503
        web.kept.fails = False
        assert (await web.twilio.tell(STATUS, DELIVERED))[0] == 204
    assert len(web.kept.rows) == 1


async def test_who_asks_for_help_is_told_whom_to_ring_and_other_words_get_no_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        url = f"{PUBLIC}/receipts/text/reply"
        _, helped = await web.twilio.tell(url, {"From": NUMBER, "Body": " help "})
        _, silent = await web.twilio.tell(url, {"From": NUMBER, "Body": WORDS})
        _, answered = await web.twilio.tell(url, {"From": NUMBER, "Body": "HELP", "OptOutType": "HELP"})
    assert "020 7946 0000" in helped
    assert "<Message>" in helped
    assert "<Message>" not in silent + answered
    assert len(web.kept.rows) == 3


async def test_a_key_is_thanked_for_in_the_language_of_the_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        url = f"{PUBLIC}/receipts/voice/key?attempt=m1.0.1.voice.0.1&language=pl&thanks=Dzi%C4%99kujemy."
        status, said = await web.twilio.tell(url, {"CallSid": "CA1", "Digits": "1"})
        _, other = await web.twilio.tell(url, {"CallSid": "CA1", "Digits": "5"})
    assert status == 200
    assert 'language="pl-PL"' in said
    assert "Dziękujemy." in said
    assert "Say" not in other


async def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as web:
        port = int(web.base.rpartition(":")[2])
        with pytest.raises(ListenProblem) as problem:
            async with Listener("127.0.0.1", port, ()).listening():
                pass
    assert "[http] listen" in problem.value.sentence
