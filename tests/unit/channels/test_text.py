"""Texts against a stand-in for Twilio that checks each request and misbehaves when told to."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from pydantic import ValidationError

from channels._twilio_answers import CODES, Answered, Limits, NotMade, Unreadable, judged, understood
from channels.base import (
    Callback,
    CannotTell,
    ChannelError,
    News,
    NotFound,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    Sent,
    Surroundings,
    TemporaryFailure,
)
from channels.text import Account, Text, TextSettings
from notifier.clock import FixedClock
from notifier.model.payload import ShortPayload
from tests.servers import twilio as servers
from tests.servers.twilio import SID, TOKEN, Twilio, Vice, gateway, refusal, twilio_server

Makes = Callable[..., Outgoing]
QUICK = Limits(connect=0.5, read=0.5, total=2.0)
NUMBER = "+447700900123"


def account(base: str, **settings: Any) -> Account:
    return Account(**({"account_sid": SID, "auth_token": TOKEN, "sender": "OakLane", "api_base": base} | settings))


def channel(live: Surroundings, *accounts: Account) -> Text:
    return Text(TextSettings(accounts=accounts), live, QUICK)


def note(outgoing: Makes, words: str = "School is closed today.", **parts: Any) -> Outgoing:
    return outgoing(ShortPayload(words, "en", "GSM-7", 1), **({"address": NUMBER} | parts))


def as_described(twilio: Twilio) -> None:
    if servers.UNCHECKED:
        pytest.skip(servers.UNCHECKED)
    assert twilio.faults == []


async def test_a_text_arrives_as_twilio_wants_it(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        sent = await one.send(note(outgoing, "ł — Szkoła zamknięta\nDziś."))
        await one.close()
    assert twilio.requests == [{"To": NUMBER, "From": "OakLane", "Body": "ł — Szkoła zamknięta\nDziś."}]
    assert sent == Sent(reference=twilio.messages[0]["sid"])
    as_described(twilio)


async def test_a_messaging_service_goes_in_the_place_of_a_sender(live: Surroundings, outgoing: Makes) -> None:
    service = "MG" + "1b" * 16
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base, sender="", messaging_service_sid=service))
        await one.send(note(outgoing))
        await one.close()
    assert twilio.requests[0]["MessagingServiceSid"] == service
    assert "From" not in twilio.requests[0]
    as_described(twilio)


@pytest.mark.parametrize(
    ("left", "validity"), [(timedelta(minutes=10), "600"), (timedelta(hours=10), None), (timedelta(days=3), None)]
)
async def test_what_runs_out_is_not_tried_for_longer(
    left: timedelta, validity: str | None, live: Surroundings, outgoing: Makes, clock: FixedClock
) -> None:
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        await one.send(note(outgoing, expires=clock.now() + left))
        await one.close()
    assert twilio.requests[0].get("ValidityPeriod") == validity
    as_described(twilio)


async def test_what_has_run_out_is_not_sent(live: Surroundings, outgoing: Makes, clock: FixedClock) -> None:
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        with pytest.raises(TemporaryFailure):
            await one.send(note(outgoing, expires=clock.now()))
        await one.close()
    assert twilio.requests == []


VICES: list[tuple[str, Vice, type[ChannelError]]] = [
    ("opted-out", refusal(400, 21610), PermanentFailure),
    ("bad-number", refusal(400, 21211), PermanentFailure),
    ("landline", refusal(400, 21614), PermanentFailure),
    ("unknown-400", refusal(400, 29999), PermanentFailure),
    ("slow-down", refusal(429, 20429), TemporaryFailure),
    ("bad-token", refusal(401, 20003), TemporaryFailure),
    ("bad-sender", refusal(400, 21606), TemporaryFailure),
    ("its-own-500", refusal(500, 20500), TemporaryFailure),
    ("its-own-503", refusal(503, 20503), TemporaryFailure),
    ("gateway-500", gateway(500), OutcomeUnknown),
    ("gateway-502", gateway(502), OutcomeUnknown),
    ("gateway-429", gateway(429), TemporaryFailure),
    ("moved", servers.moved, TemporaryFailure),
    ("stalls", servers.stalls, OutcomeUnknown),
    ("hangs-up", servers.hangs_up, OutcomeUnknown),
    ("mumbles", servers.mumbles, OutcomeUnknown),
]


@pytest.mark.parametrize(("vice", "expected"), [(v, e) for _, v, e in VICES], ids=[name for name, _, _ in VICES])
async def test_each_vice_has_its_own_failure_and_one_post(
    vice: Vice, expected: type[ChannelError], live: Surroundings, outgoing: Makes
) -> None:
    async with twilio_server(vice) as twilio:
        one = channel(live, account(twilio.base))
        with pytest.raises(ChannelError) as failure:
            await one.send(note(outgoing))
        await one.close()
    assert type(failure.value) is expected
    assert NUMBER not in failure.value.reason
    assert len(twilio.requests) <= 1
    assert not twilio.vices


async def test_how_long_to_wait_is_read_from_the_answer(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server(refusal(429, 20429, Retry_After="17")) as twilio:
        one = channel(live, account(twilio.base))
        with pytest.raises(TemporaryFailure) as failure:
            await one.send(note(outgoing))
        await one.close()
    assert failure.value.retry_after == timedelta(seconds=17)


async def test_nobody_listening_is_temporary(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        base = twilio.base
    one = channel(live, account(base))
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        await one.send(note(outgoing))
    await one.close()


@pytest.mark.parametrize("vice", [refusal(429, 20429), refusal(401, 20003), refusal(500, 20500), refusal(400, 21606)])
async def test_where_an_account_surely_did_not_take_it_that_is_said_of_the_account(
    vice: Vice, live: Surroundings, outgoing: Makes
) -> None:
    async with twilio_server(vice) as first, twilio_server() as second:
        one = channel(live, account(first.base), account(second.base, sender="+447700900999"))
        by_first, by_second = one.lines()
        with pytest.raises(TemporaryFailure) as failure:
            await by_first.send(note(outgoing))
        await by_second.send(note(outgoing))
        await one.close()
    assert failure.value.account
    assert (len(first.messages), len(second.messages)) == (0, 1)
    assert second.requests[0]["From"] == "+447700900999"


async def test_each_account_is_a_line_with_its_own_pace(live: Surroundings) -> None:
    one = channel(live, account("https://a.example.org", per_second=1), account("https://b.example.org", per_second=5))
    assert [line.per_minute for line in one.lines()] == [60, 300]
    assert one.per_minute == 300
    await one.close()


async def test_a_lookup_finds_what_was_taken_without_an_answer(live: Surroundings, outgoing: Makes) -> None:
    began = datetime.now(UTC)
    async with twilio_server(servers.hangs_up) as twilio:
        one = channel(live, account(twilio.base))
        with pytest.raises(OutcomeUnknown):
            await one.send(note(outgoing))
        found = await one.lookup(note(outgoing), began)
        other = await one.lookup(note(outgoing, "Something else"), began)
        elsewhere = await one.lookup(note(outgoing, address="+447700900124"), began)
        long_ago = await one.lookup(note(outgoing), began + timedelta(hours=1))
        twilio.messages[0]["status"] = "failed"
        failed = await one.lookup(note(outgoing), began)
        await one.close()
    assert found == Sent(reference=twilio.messages[0]["sid"])
    assert other == elsewhere == long_ago == failed == NotFound()
    as_described(twilio)


async def test_a_lookup_that_gets_no_answer_cannot_tell(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server(gateway(502)) as twilio:
        one = channel(live, account(twilio.base))
        found = await one.lookup(note(outgoing), datetime.now(UTC))
        await one.close()
    assert isinstance(found, CannotTell)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("x" * 1601, NUMBER),
        ("😀" * 801, NUMBER),
        ("  ", NUMBER),
        ("Hello", "07700900123"),
        ("Hello", "+44 7700"),
        ("Hello", ""),
    ],
    ids=["too-long", "too-long-in-pictures", "empty", "national", "spaces", "none"],
)
async def test_what_cannot_be_a_text_never_leaves(words: str, number: str, live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        with pytest.raises(PermanentFailure):
            await one.send(note(outgoing, words, address=number))
        await one.send(note(outgoing, "x" * 1600))
        await one.close()
    assert [len(form["Body"]) for form in twilio.requests] == [1600]


async def test_many_at_once_each_arrive_once(live: Surroundings, outgoing: Makes) -> None:
    numbers = [f"+4477009001{n:02d}" for n in range(40)]
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        await asyncio.gather(*(one.send(note(outgoing, address=number)) for number in numbers))
        await one.close()
    assert sorted(form["To"] for form in twilio.requests) == numbers


async def test_a_missing_token_is_temporary_and_check_tells(
    live: Surroundings, outgoing: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEXT_TOKEN", raising=False)
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base, auth_token="", auth_token_env="TEXT_TOKEN"))
        assert [problem.id for problem in await one.check()] == ["secret-missing"]
        with pytest.raises(TemporaryFailure, match="TEXT_TOKEN"):
            await one.send(note(outgoing))
        monkeypatch.setenv("TEXT_TOKEN", TOKEN)
        await one.send(note(outgoing))
        await one.close()
    assert len(twilio.messages) == 1


def _kinds(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(_kinds(one) for one in kind.__subclasses__()))


def test_every_exception_of_the_library_is_mapped() -> None:
    every = _kinds(aiohttp.ClientError)
    assert len(every) >= 20
    surely_not_taken = {
        aiohttp.ClientConnectorError,
        aiohttp.ClientConnectorDNSError,
        aiohttp.ClientConnectorSSLError,
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
    }
    for kind in every:
        with pytest.raises((OutcomeUnknown, NotMade)) as failure, understood():
            raise kind.__new__(kind)
        if kind in surely_not_taken:
            assert failure.type is NotMade
    for other in (TimeoutError(), OSError(), Unreadable()):
        with pytest.raises(OutcomeUnknown), understood():
            raise other


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_gives_a_failure_with_a_sentence(code: int) -> None:
    failure = judged(Answered(400, code, None))
    assert isinstance(failure, PermanentFailure if CODES[code][0] == "permanent" else TemporaryFailure)
    assert getattr(failure, "account", False) is (CODES[code][0] == "account")
    assert failure.reason.endswith(".")


@pytest.mark.parametrize("sender", ["Info", "verify", "ALERT", "Ok", "TwelveLetter", "Oak Lane", "12345678901234567"])
def test_a_sender_that_networks_block_is_refused(sender: str) -> None:
    with pytest.raises(ValidationError):
        account("https://api.twilio.com", sender=sender)


@pytest.mark.parametrize("sender", ["OakLane", "Year2", "+447700900123", "60123"])
def test_a_sender_that_families_know_is_fine(sender: str) -> None:
    assert account("https://api.twilio.com", sender=sender).comes_from == {"from_": sender}


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": ""},
        {"messaging_service_sid": "MG" + "1b" * 16},
        {"account_sid": "AC123"},
        {"sender": "", "messaging_service_sid": "MG1"},
        {"api_base": "http://twilio.example.org"},
        {"per_second": 0},
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        account(**({"base": settings.pop("api_base", "https://api.twilio.com")} | settings))


def test_no_settings_without_an_account() -> None:
    with pytest.raises(ValidationError):
        TextSettings(accounts=())


PUBLIC = "https://notify.oaklane.example.org"


def told(what: str, form: str, attempt: str = "m1.0.0.text.0.1") -> Callback:
    return Callback(f"/receipts/text/{what}?attempt={attempt}", form.encode())


async def test_with_a_public_address_twilio_is_asked_to_tell_there(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(replace(live, public_url=PUBLIC), account(twilio.base))
        await one.send(note(outgoing, attempt_id="m1.0.0.text.0.1"))
        await one.close()
    assert twilio.requests[0]["StatusCallback"] == f"{PUBLIC}/receipts/text/status?attempt=m1.0.0.text.0.1"
    as_described(twilio)


async def test_without_one_it_is_not(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, account(twilio.base))
        await one.send(note(outgoing))
        await one.close()
    assert "StatusCallback" not in twilio.requests[0]


@pytest.mark.parametrize(
    ("state", "news"),
    [
        *((state, News.TAKEN) for state in ("accepted", "scheduled", "queued", "sending", "sent")),
        *((state, News.DELIVERED) for state in ("delivered", "read")),
        *((state, News.FAILED) for state in ("undelivered", "failed", "canceled")),
    ],
)
def test_every_state_of_a_text_is_read(state: str, news: News, live: Surroundings) -> None:
    one = channel(live, account("https://api.twilio.com"))
    (receipt,) = one.receive(told("status", f"MessageSid=SM1&MessageStatus={state}&ErrorCode=30005"))
    assert (receipt.news, receipt.attempt_id, receipt.reference) == (news, "m1.0.0.text.0.1", "SM1")
    assert receipt.reason == (CODES[30005][1] if news is News.FAILED else "")


@pytest.mark.parametrize(
    ("words", "news"),
    [
        ("STOP", News.STOP),
        (" stop. ", News.STOP),
        ("Unsubscribe", News.STOP),
        ("START", News.START),
        ("Yes", News.START),
        ("Stop sending her home early", News.ANSWER),
        ("Is school open?", News.ANSWER),
        ("", News.ANSWER),
    ],
)
def test_answers_are_told_apart(words: str, news: News, live: Surroundings) -> None:
    one = channel(live, account("https://api.twilio.com"))
    (receipt,) = one.receive(told("reply", f"From=%2B447700900123&Body={quote(words)}"))
    assert (receipt.news, receipt.address) == (news, NUMBER)
    assert receipt.words == (words.strip() if news is not News.STOP else "")


def test_a_call_for_help_is_answered_and_is_no_task(live: Surroundings) -> None:
    one = channel(live, account("https://api.twilio.com"))
    assert one.receive(told("reply", "From=%2B447700900123&Body=help")) == []


@pytest.mark.parametrize(
    "callback",
    [told("status", "MessageStatus=dancing"), told("reply", "Body=hello"), told("other", ""), told("status", "%ff")],
)
def test_what_twilio_does_not_say_is_not_understood(callback: Callback, live: Surroundings) -> None:
    with pytest.raises(ValueError, match=r".+"):
        channel(live, account("https://api.twilio.com")).receive(callback)


async def test_what_became_of_a_text_is_asked_by_its_id_of_whoever_has_it(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as first, twilio_server() as second:
        two = channel(live, account(second.base))
        sent = await two.send(note(outgoing))
        await two.close()
        second.messages[0] |= {"status": "undelivered", "error_code": 30003}
        one = channel(live, account(first.base), account(second.base))
        (receipt,) = await one.poll([sent.reference, "SM" + "f" * 32])
        first.vices.append(gateway(502))
        with pytest.raises(ChannelError):
            await one.poll([sent.reference])
        await one.close()
    assert (receipt.news, receipt.reference, receipt.reason) == (News.FAILED, sent.reference, CODES[30003][1])
    as_described(second)
