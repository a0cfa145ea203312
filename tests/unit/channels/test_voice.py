"""Calls through Twilio: what is said, what is asked of Twilio, and what a key, a machine or nobody means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from channels import _twilio_callbacks as callbacks
from channels.base import (
    Callback,
    CannotTell,
    ChannelError,
    News,
    NotFound,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    Receipt,
    Sent,
    Surroundings,
    TemporaryFailure,
)
from channels.text import Account, TextSettings
from channels.voice import VOICES, Voice, VoiceSettings
from notifier.clock import FixedClock
from notifier.model.payload import SPOKEN, VoicePayload
from tests.servers import twilio as servers
from tests.servers.twilio import SID, TOKEN, Twilio, Vice, gateway, refusal, twilio_server
from tests.unit.channels.conftest import Makes

NUMBER, CALLER = "+442079460123", "+442079460100"
PUBLIC = "https://notify.oaklane.example.org"
SAID = VoicePayload("School is closed <today> & tomorrow.", "Press 1 now.", "Thank you. Goodbye.", "en")


def channel(around: Surroundings, *bases: str, public_url: str = "") -> Voice:
    accounts = tuple(
        Account.model_validate({"account_sid": SID, "auth_token": TOKEN, "sender": "OakLane", "api_base": base})
        for base in bases
    )
    others = {"text": TextSettings(accounts=accounts)} if accounts else {}
    return Voice(VoiceSettings(caller=CALLER), replace(around, public_url=public_url, others=others))


def call(outgoing: Makes, payload: Any = SAID, **parts: Any) -> Outgoing:
    return outgoing(payload, **({"address": NUMBER, "medium": "voice", "attempt_id": "m1.0.1.voice.0.1"} | parts))


def as_described(twilio: Twilio) -> None:
    if servers.UNCHECKED:
        pytest.skip(servers.UNCHECKED)
    assert twilio.seen
    assert twilio.faults == []


async def test_a_call_brings_its_words_along_and_says_them_twice(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base)
        sent = await one.send(call(outgoing))
        await one.close()
    (request,) = twilio.requests
    assert sent == Sent(reference=twilio.calls[0]["sid"])
    assert (request["To"], request["From"]) == (NUMBER, CALLER)
    assert "StatusCallback" not in request
    said = ElementTree.fromstring(request["Twiml"])
    words = [one.text for one in said.iter("Say")]
    assert words == [SAID.words, SAID.words]
    assert {(one.get("language"), one.get("voice")) for one in said.iter("Say")} == {VOICES["en"]}
    assert list(said.iter("Gather")) == [], "without a public address nobody is asked for a key"
    assert "Press 1" not in request["Twiml"]
    as_described(twilio)


async def test_with_a_public_address_a_key_confirms(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base, public_url=PUBLIC)
        await one.send(call(outgoing))
        await one.close()
    (request,) = twilio.requests
    assert request["StatusCallback"] == f"{PUBLIC}/receipts/voice/status?attempt=m1.0.1.voice.0.1"
    (gather,) = ElementTree.fromstring(request["Twiml"]).iter("Gather")
    assert gather.get("numDigits") == "1"
    assert str(gather.get("action")).startswith(f"{PUBLIC}/receipts/voice/key?attempt=m1.0.1.voice.0.1&")
    assert [say.text for say in gather.iter("Say")] == [f"{SAID.words} {SAID.press}"] * 2
    as_described(twilio)


def heard(one: Voice, what: str, form: str) -> Receipt:
    (receipt,) = one.receive(Callback(f"/receipts/voice/{what}?attempt=m1.0.1.voice.0.1", form.encode()))
    assert receipt.attempt_id == "m1.0.1.voice.0.1"
    assert receipt.reference == "CA1"
    return receipt


@pytest.mark.parametrize(
    ("what", "form", "news"),
    [
        ("key", "CallSid=CA1&Digits=1", News.DELIVERED),
        ("key", "CallSid=CA1&Digits=7", News.TAKEN),
        ("key", "CallSid=CA1&Digits=", News.TAKEN),
        ("status", "CallSid=CA1&CallStatus=ringing", News.TAKEN),
        ("status", "CallSid=CA1&CallStatus=completed", News.TAKEN),
        ("status", "CallSid=CA1&CallStatus=completed&AnsweredBy=human", News.TAKEN),
        ("status", "CallSid=CA1&CallStatus=completed&AnsweredBy=machine_start", News.FAILED),
        ("status", "CallSid=CA1&CallStatus=busy", News.FAILED),
        ("status", "CallSid=CA1&CallStatus=no-answer", News.FAILED),
        ("status", "CallSid=CA1&CallStatus=failed", News.FAILED),
        ("status", "CallSid=CA1&CallStatus=canceled", News.FAILED),
    ],
)
def test_only_the_key_confirms(what: str, form: str, news: News, live: Surroundings) -> None:
    receipt = heard(channel(live, "https://api.twilio.com"), what, form)
    assert receipt.news is news
    assert bool(receipt.reason) is (news is News.FAILED)


@pytest.mark.parametrize("path", ["/receipts/voice/status", "/receipts/voice/other"])
def test_what_twilio_does_not_say_is_not_understood(path: str, live: Surroundings) -> None:
    with pytest.raises(ValueError, match=r"Twilio|told"):
        channel(live, "https://api.twilio.com").receive(Callback(path, b"CallStatus=dancing"))


def test_every_spoken_language_has_a_voice_of_its_own_and_no_other_is_spoken() -> None:
    assert set(VOICES) == SPOKEN
    assert len({voice for _, voice in VOICES.values()}) == len(VOICES)
    assert {"ur", "bn", "so"}.isdisjoint(VOICES)


async def test_words_in_a_language_without_a_voice_are_not_read_by_another(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base)
        with pytest.raises(PermanentFailure):
            await one.send(call(outgoing, VoicePayload("سکول بند ہے", "1", "", "ur")))
        await one.send(call(outgoing, VoicePayload("Szkoła jest zamknięta.", "1", "", "pl-PL")))
        await one.close()
    assert [request["Twiml"].count('language="pl-PL"') for request in twilio.requests] == [2]


async def test_what_is_too_long_to_be_read_out_is_refused_before_it_leaves(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base)
        with pytest.raises(PermanentFailure, match="too long"):
            await one.send(call(outgoing, VoicePayload("x" * 2000, "", "", "en")))
        await one.close()
    assert twilio.requests == []


VICES: list[tuple[str, Vice, type[ChannelError]]] = [
    ("bad-number", refusal(400, 21217), PermanentFailure),
    ("slow-down", refusal(429, 20429), TemporaryFailure),
    ("bad-token", refusal(401, 20003), TemporaryFailure),
    ("its-own-500", refusal(500, 20500), TemporaryFailure),
    ("gateway-502", gateway(502), OutcomeUnknown),
    ("stalls", servers.stalls, OutcomeUnknown),
    ("hangs-up", servers.hangs_up, OutcomeUnknown),
    ("mumbles", servers.mumbles, OutcomeUnknown),
]


@pytest.mark.parametrize(("vice", "expected"), [(v, e) for _, v, e in VICES], ids=[name for name, _, _ in VICES])
async def test_each_vice_has_its_own_failure_and_one_post(
    vice: Vice, expected: type[ChannelError], live: Surroundings, outgoing: Makes
) -> None:
    from channels._twilio_answers import Limits

    async with twilio_server(vice) as twilio:
        one = channel(live, twilio.base)
        one._limits = Limits(connect=1.0, read=0.3, total=0.5)
        with pytest.raises(ChannelError) as failure:
            await one.send(call(outgoing))
        await one.close()
    assert type(failure.value) is expected
    assert NUMBER not in failure.value.reason
    assert len(twilio.requests) <= 1


async def test_each_account_calls_by_a_line_of_its_own(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server(refusal(429, 20429)) as first, twilio_server() as second:
        one = channel(live, first.base, second.base)
        by_first, by_second = one.lines()
        with pytest.raises(TemporaryFailure) as failure:
            await by_first.send(call(outgoing))
        await by_second.send(call(outgoing))
        await one.close()
    assert failure.value.account
    assert (len(first.calls), len(second.calls)) == (0, 1)


async def test_a_lookup_finds_the_call_unless_it_reached_nobody(live: Surroundings, outgoing: Makes) -> None:
    began = datetime.now(UTC)
    async with twilio_server(servers.hangs_up) as twilio:
        one = channel(live, twilio.base)
        with pytest.raises(OutcomeUnknown):
            await one.send(call(outgoing))
        found = await one.lookup(call(outgoing), began)
        long_ago = await one.lookup(call(outgoing), began + timedelta(hours=1))
        twilio.calls[0]["status"] = "no-answer"
        unanswered = await one.lookup(call(outgoing), began)
        twilio.vices.append(gateway(502))
        silent = await one.lookup(call(outgoing), began)
        await one.close()
    assert found == Sent(reference=twilio.calls[0]["sid"])
    assert long_ago == unanswered == NotFound()
    assert isinstance(silent, CannotTell)
    as_described(twilio)


async def test_what_became_of_a_call_is_asked_by_its_id(live: Surroundings, outgoing: Makes) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base)
        sent = await one.send(call(outgoing))
        twilio.calls[0]["status"] = "busy"
        told = await one.poll([sent.reference, "CA" + "f" * 32])
        twilio.vices.append(gateway(502))
        with pytest.raises(ChannelError):
            await one.poll([sent.reference])
        await one.close()
    assert told == [Receipt(News.FAILED, "", sent.reference, callbacks.NOT_REACHED["busy"])]
    as_described(twilio)


async def test_what_has_run_out_rings_nobody(live: Surroundings, outgoing: Makes, clock: FixedClock) -> None:
    async with twilio_server() as twilio:
        one = channel(live, twilio.base)
        with pytest.raises(TemporaryFailure):
            await one.send(call(outgoing, expires=clock.now()))
        await one.close()
    assert twilio.requests == []


async def test_without_an_account_nothing_is_tried(live: Surroundings, outgoing: Makes) -> None:
    one = channel(live)
    with pytest.raises(TemporaryFailure, match="account"):
        await one.send(call(outgoing))
    assert isinstance(await one.lookup(call(outgoing), datetime.now(UTC)), CannotTell)


def test_trial_writes_what_would_have_been_said(trial: Surroundings, outgoing: Makes) -> None:
    made = channel(trial).as_file(call(outgoing))
    assert made.suffix == ".txt"
    shown = made.content.decode()
    assert all(one in shown for one in ("TRIAL", NUMBER, SAID.words, SAID.press))


@pytest.mark.parametrize("caller", ["020 7946 0100", "", "OakLane", "+44"])
def test_a_caller_that_is_no_whole_number_is_refused(caller: str) -> None:
    with pytest.raises(ValidationError):
        VoiceSettings(caller=caller)
