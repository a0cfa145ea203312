"""Email against a real server that misbehaves in known ways."""

import asyncio
import email
import inspect
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from pydantic import ValidationError

from channels._smtp_answers import CODES, judged, understood
from channels._smtp_session import Patience, Progress, Stage
from channels.base import ChannelError, OutcomeUnknown, Outgoing, PermanentFailure, Surroundings, TemporaryFailure
from channels.email import Email, EmailSettings
from notifier.model.payload import MailPayload, Personal
from tests.servers import smtp as servers
from tests.servers.smtp import mail_server

Makes = Callable[..., Outgoing]

QUICK = Patience(connect=2.0, reply=0.3, taken=0.3)
"""Long enough for loopback; a stalling server is given up after 0.3 s."""


def channel(port: int, live: Surroundings, **settings: Any) -> Email:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "office@oaklane.example.org"} | settings
    return Email(EmailSettings(**given), live, QUICK)


def letter(outgoing: Makes, **parts: Any) -> Any:
    payload = MailPayload(
        "Trip", Personal(("<p>Hello ", "</p>"), ("Ada",)), Personal(("Hello ", "\n.\n"), ("Ada",)), "en", "Mrs A"
    )
    return outgoing(payload, **({"address": "a@example.org"} | parts))


async def test_a_message_arrives_whole_for_its_one_recipient(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        one = channel(server.port, live)
        sent = await one.send(letter(outgoing))
        await one.close()
    (taken,) = server.handler.taken
    assert taken.recipients == ["a@example.org"]
    assert taken.sender == "office@oaklane.example.org"
    message = email.message_from_bytes(taken.content)
    assert message["Message-ID"] == sent.reference == "<0123456789abcdef@oaklane.example.org>"
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    assert plain.get_payload(decode=True) == b"Hello Ada\r\n.\r\n"


async def test_connections_are_kept_and_used_again(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        one = channel(server.port, live)
        for number in range(5):
            await one.send(letter(outgoing, message_id=f"id{number}"))
        await one.close()
    assert server.handler.connections == 1
    assert len(server.handler.taken) == 5


async def test_many_at_once_each_arrive_once(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        one = channel(server.port, live, connections=4)
        await asyncio.gather(*(one.send(letter(outgoing, address=f"p{n}@example.org")) for n in range(40)))
        await one.close()
    assert sorted(t.recipients[0] for t in server.handler.taken) == sorted(f"p{n}@example.org" for n in range(40))


async def test_a_kept_connection_that_went_away_is_replaced_without_a_failure(
    live: Surroundings, outgoing: Makes
) -> None:
    async with mail_server(servers.HangsUpWhenIdle()) as server:
        one = channel(server.port, live)
        for _ in range(3):
            await one.send(letter(outgoing))
        await one.close()
    assert len(server.handler.taken) == 3


PERMANENT: list[tuple[type[servers.Takes], type[ChannelError]]] = [
    (servers.RejectsRecipient, PermanentFailure),
    (servers.RefusesContent, PermanentFailure),
    (servers.TooBig, PermanentFailure),
    (servers.WillNotRelay, TemporaryFailure),
    (servers.RefusesSender, TemporaryFailure),
    (servers.Greylists, TemporaryFailure),
    (servers.BusyAtFirst, TemporaryFailure),
    (servers.DropsAtRecipient, TemporaryFailure),
    (servers.StallsAtRecipient, TemporaryFailure),
    (servers.DropsAfterData, OutcomeUnknown),
    (servers.StallsAfterData, OutcomeUnknown),
    (servers.MumblesAfterData, OutcomeUnknown),
]


@pytest.mark.parametrize(("vice", "expected"), PERMANENT, ids=[vice.__name__ for vice, _ in PERMANENT])
async def test_each_vice_has_its_own_failure(
    vice: type[servers.Takes], expected: type[ChannelError], live: Surroundings, outgoing: Makes
) -> None:
    async with mail_server(vice()) as server:
        one = channel(server.port, live)
        with pytest.raises(ChannelError) as failure:
            await one.send(letter(outgoing))
        await one.close()
    assert type(failure.value) is expected
    assert "example.org" not in failure.value.reason


async def test_what_is_refused_for_now_goes_later_on_the_same_connection(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server(servers.Greylists()) as server:
        one = channel(server.port, live)
        with pytest.raises(TemporaryFailure) as failure:
            await one.send(letter(outgoing))
        assert failure.value.retry_after == timedelta(seconds=300)
        await one.send(letter(outgoing))
        await one.close()
    assert server.handler.connections == 1
    assert len(server.handler.taken) == 1


async def test_a_message_bigger_than_the_server_says_it_takes_is_not_even_begun(
    live: Surroundings, outgoing: Makes
) -> None:
    async with mail_server(size=200) as server:
        one = channel(server.port, live)
        with pytest.raises(PermanentFailure, match="too big"):
            await one.send(letter(outgoing))
        await one.close()
    assert not server.handler.taken


async def test_nobody_listening_is_temporary(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        port = server.port
    one = channel(port, live)
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        await one.send(letter(outgoing))
    await one.close()


async def test_after_a_deadline_the_connection_is_not_used_again(live: Surroundings, outgoing: Makes) -> None:
    handler = servers.StallsAfterData()
    async with mail_server(handler) as server:
        one = Email(channel(server.port, live).settings, live, Patience(2.0, 5.0, 5.0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await one.send(letter(outgoing))
        handler.gate.set()
        await one.send(letter(outgoing))
        await one.close()
    assert server.handler.connections == 2


async def test_the_right_password_opens_the_account(
    live: Surroundings, outgoing: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", servers.PASSWORD)
    async with mail_server(auth=True) as server:
        one = channel(server.port, live, username=servers.USER, password_env="MAIL_PASSWORD")
        await one.send(letter(outgoing))
        await one.close()
    assert len(server.handler.taken) == 1


async def test_a_wrong_password_is_the_accounts_trouble_and_not_the_familys(
    live: Surroundings, outgoing: Makes, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("wrong-password\n", encoding="utf-8")
    async with mail_server(auth=True) as server:
        one = channel(server.port, live, username=servers.USER, password_file=tmp_path / "secret")
        with pytest.raises(TemporaryFailure, match="password") as failure:
            await one.send(letter(outgoing))
        await one.close()
    assert "wrong-password" not in failure.value.reason
    assert "wrong-password" not in repr(one.settings)


async def test_a_server_that_wants_a_login_says_so_in_words(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server(auth=True) as server:
        one = channel(server.port, live)
        with pytest.raises(TemporaryFailure, match="log in"):
            await one.send(letter(outgoing))
        await one.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_is_spoken_and_the_certificate_is_checked(
    security: str, live: Surroundings, outgoing: Makes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = servers.certificate(tmp_path)
    async with mail_server(tls=context, implicit=security == "tls") as server:
        one = channel(server.port, live, host="localhost", security=security)
        with pytest.raises(TemporaryFailure, match="certificate"):
            await one.send(letter(outgoing))
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await one.send(letter(outgoing))
        await one.send(letter(outgoing))
        await one.close()
    assert len(server.handler.taken) == 2


async def test_a_stripped_starttls_is_not_accepted(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        one = channel(server.port, live, security="starttls")
        with pytest.raises(TemporaryFailure):
            await one.send(letter(outgoing))
        await one.close()
    assert not server.handler.taken


async def test_an_address_with_foreign_letters_goes_where_the_server_can(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server(utf8=True) as server:
        one = channel(server.port, live)
        await one.send(letter(outgoing, address="żaneta@example.org"))
        await one.close()
    assert server.handler.taken[0].recipients == ["żaneta@example.org"]
    async with mail_server() as server:
        one = channel(server.port, live)
        with pytest.raises(PermanentFailure, match="letters"):
            await one.send(letter(outgoing, address="żaneta@example.org"))
        await one.close()


@pytest.mark.parametrize("wrong", ["", "a@example.org, b@example.org", "a@example.org\r\nDATA", "a b@example.org"])
async def test_what_is_not_an_address_never_reaches_the_server(wrong: str, live: Surroundings, outgoing: Makes) -> None:
    one = channel(9, live)
    with pytest.raises(PermanentFailure):
        await one.send(letter(outgoing, address=wrong))
    await one.close()


async def test_the_bounce_address_is_where_failures_are_reported(live: Surroundings, outgoing: Makes) -> None:
    async with mail_server() as server:
        one = channel(server.port, live, bounce_address="bounces@oaklane.example.org")
        await one.send(letter(outgoing))
        await one.close()
    assert server.handler.taken[0].sender == "bounces@oaklane.example.org"


def _every_exception() -> list[BaseException]:
    made: list[BaseException] = []
    for name, kind in inspect.getmembers(aiosmtplib.errors, inspect.isclass):
        if not issubclass(kind, aiosmtplib.SMTPException):
            continue
        if kind is aiosmtplib.SMTPRecipientsRefused:
            made.append(kind([aiosmtplib.SMTPRecipientRefused(550, "no", "a@example.org")]))
        elif issubclass(kind, (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused)):
            made.append(kind(550, name, "a@example.org"))
        elif issubclass(kind, aiosmtplib.SMTPResponseException):
            made.append(kind(550, name))
        else:
            made.append(kind(name))
    return made


@pytest.mark.parametrize("stage", list(Stage))
def test_every_exception_of_the_library_is_mapped(stage: Stage) -> None:
    every = _every_exception()
    assert len(every) >= 14
    for one in every:
        with pytest.raises(ChannelError) as failure, understood(Progress(stage)):
            raise one
        assert "a@example.org" not in failure.value.reason


@pytest.mark.parametrize("stage", list(Stage))
def test_a_broken_connection_is_a_doubt_only_after_the_words_were_sent(stage: Stage) -> None:
    for one in (
        aiosmtplib.SMTPServerDisconnected("x"),
        aiosmtplib.SMTPReadTimeoutError("x"),
        OSError(),
        TimeoutError(),
    ):
        with pytest.raises(ChannelError) as failure, understood(Progress(stage)):
            raise one
        assert type(failure.value) is (OutcomeUnknown if stage is Stage.BODY else TemporaryFailure)


@pytest.mark.parametrize(
    ("code", "text", "stage", "expected"),
    [
        (550, "5.1.1 unknown", Stage.RECIPIENT, PermanentFailure),
        (550, "5.7.1 relaying denied", Stage.RECIPIENT, TemporaryFailure),
        (550, "5.7.30 Basic authentication is not supported", Stage.LOGIN, TemporaryFailure),
        (550, "5.7.30 Basic authentication is not supported", Stage.RECIPIENT, TemporaryFailure),
        (535, "5.7.8 bad credentials", Stage.LOGIN, TemporaryFailure),
        (530, "Authentication required", Stage.SENDER, TemporaryFailure),
        (552, "too big", Stage.SENDER, PermanentFailure),
        (554, "refused", Stage.CONNECT, TemporaryFailure),
        (554, "spam", Stage.BODY, PermanentFailure),
        (421, "later", Stage.BODY, TemporaryFailure),
        (499, "odd", Stage.RECIPIENT, TemporaryFailure),
        (599, "odd", Stage.RECIPIENT, PermanentFailure),
    ],
)
def test_an_answer_means_what_the_table_says(code: int, text: str, stage: Stage, expected: type[ChannelError]) -> None:
    assert type(judged(code, text, stage)) is expected


@pytest.mark.parametrize(
    ("code", "text", "stage", "account"),
    [
        (421, "4.7.0 Try again later, closing connection", Stage.RECIPIENT, True),
        (421, "Too many concurrent SMTP connections", Stage.CONNECT, True),
        (450, "4.7.0 too many messages, try again in 60 seconds", Stage.RECIPIENT, True),
        (451, "4.7.1 Please slow down", Stage.BODY, True),
        (451, "4.3.0 Try again later", Stage.SENDER, True),
        (452, "4.3.1 Insufficient system storage", Stage.BODY, True),
        (450, "4.2.0 Greylisted, please try again in 300 seconds", Stage.RECIPIENT, False),
        (451, "4.7.1 Greylisting in action, please come back later", Stage.RECIPIENT, False),
        (450, "4.2.1 receiving mail at a rate that prevents delivery, too many", Stage.RECIPIENT, False),
        (452, "4.2.2 mailbox full", Stage.RECIPIENT, False),
        (450, "Mailbox busy", Stage.RECIPIENT, False),
        (450, "Too many recipients today", Stage.RECIPIENT, True),
        (535, "5.7.8 bad credentials", Stage.LOGIN, True),
        (550, "5.4.5 Daily sending quota exceeded", Stage.RECIPIENT, True),
        (554, "5.7.1 Relay access denied", Stage.RECIPIENT, True),
    ],
)
def test_a_not_now_is_the_accounts_trouble_or_one_mailboxs(code: int, text: str, stage: Stage, account: bool) -> None:
    failure = judged(code, text, stage)
    assert isinstance(failure, TemporaryFailure)
    assert failure.account is account


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage < Stage.BODY])
def test_a_lost_connection_is_the_accounts_trouble(stage: Stage) -> None:
    with pytest.raises(TemporaryFailure) as failure, understood(Progress(stage)):
        raise aiosmtplib.SMTPServerDisconnected("x")
    assert failure.value.account


def test_every_code_has_a_sentence() -> None:
    assert all(reason.endswith(".") for _, reason in CODES.values())


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"sender": "no address"}, id="sender"),
        pytest.param({"sender": "a@example.org, b@example.org"}, id="two-senders"),
        pytest.param({"sender": "a@example.org", "bcc": "x"}, id="unknown"),
        pytest.param({"sender": "a@example.org", "security": "ssl"}, id="security"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EmailSettings(host="mail.example.org", **settings)


async def test_check_says_what_is_missing_without_connecting(live: Surroundings) -> None:
    one = channel(9, live, host="mail.example.org", username="office", password_file=Path("/nowhere/secret"))
    assert [problem.id for problem in await one.check()] == ["secret-missing", "email-unprotected"]
    assert [p.id for p in await channel(9, live, username="office").check()] == ["email-password-missing"]
    assert await channel(9, live).check() == []
    await one.close()


def test_as_a_file_it_is_the_same_message_with_a_mark(trial: Surroundings, outgoing: Makes) -> None:
    made = channel(9, trial).as_file(letter(outgoing))
    message = email.message_from_bytes(made.content)
    assert made.suffix == ".eml"
    assert message["X-Notifier-Trial"] == "yes"
    assert message["To"] == "Mrs A <a@example.org>"
