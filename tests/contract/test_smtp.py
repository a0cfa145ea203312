"""One contract for every way to a mail server: whatever it does, pipelining, TLS and the loop change nothing."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels._smtp_session import Patience
from channels.base import ChannelError, OutcomeUnknown, Outgoing, PermanentFailure, Surroundings, TemporaryFailure
from channels.email import Email, EmailSettings
from notifier.clock import FixedClock
from notifier.model.payload import MailPayload, Personal
from tests.loops import BOTH_LOOPS
from tests.servers import smtp as known
from tests.servers import smtp_vices as vices
from tests.servers.smtp import PASSWORD, USER, Takes, certificate, mail_server

pytestmark = BOTH_LOOPS

SENT = None
Kind = type[ChannelError] | None

LONG = Patience(connect=20.0, reply=20.0, taken=20.0)
STALLING = Patience(connect=20.0, reply=0.05, taken=20.0)
NEVER_SAID = Patience(connect=20.0, reply=20.0, taken=0.05)

CASES: list[tuple[type[Takes], list[Kind], Patience]] = [
    (Takes, [SENT] * 3, LONG),
    # The recipient, the sender, the message: refused or put off.
    (known.RejectsRecipient, [PermanentFailure] * 3, LONG),
    (known.WillNotRelay, [TemporaryFailure] * 3, LONG),
    (known.Greylists, [TemporaryFailure, SENT, SENT], LONG),
    (known.BusyAtFirst, [TemporaryFailure, SENT, SENT], LONG),
    (known.RefusesSender, [TemporaryFailure] * 3, LONG),
    (vices.BusyAtData, [TemporaryFailure, SENT, SENT], LONG),
    (vices.RefusesAtData, [PermanentFailure] * 3, LONG),
    (known.RefusesContent, [PermanentFailure] * 3, LONG),
    (known.TooBig, [PermanentFailure] * 3, LONG),
    (vices.RefusesInManyLines, [PermanentFailure] * 3, LONG),
    # It contradicts itself.
    (vices.RefusesYetAsks, [PermanentFailure] * 3, LONG),
    (vices.RefusesYetAsksAndRefuses, [PermanentFailure] * 3, LONG),
    (vices.RefusesSenderYetAsks, [TemporaryFailure] * 3, LONG),
    (vices.WillNotReset, [TemporaryFailure, SENT, SENT], LONG),
    (vices.TakesBeforehand, [TemporaryFailure] * 3, LONG),
    (vices.SaysItTwice, [SENT] * 3, LONG),
    # It goes away.
    (vices.DropsAtSender, [TemporaryFailure] * 3, LONG),
    (known.DropsAtRecipient, [TemporaryFailure] * 3, LONG),
    (known.DropsAfterData, [OutcomeUnknown] * 3, LONG),
    (vices.ClosesAtSender, [TemporaryFailure] * 3, LONG),
    (vices.ClosesAtRecipient, [TemporaryFailure] * 3, LONG),
    (vices.ClosesAtData, [TemporaryFailure] * 3, LONG),
    (vices.ClosesAfterData, [TemporaryFailure] * 3, LONG),
    (known.HangsUpWhenIdle, [SENT] * 3, LONG),
    (vices.SaysGoodbyeWhenIdle, [SENT] * 3, LONG),
    (vices.SaysGoodbyeAndStays, [SENT] * 3, LONG),
    # It is silent.
    (vices.StallsAtSender, [TemporaryFailure], STALLING),
    (known.StallsAtRecipient, [TemporaryFailure], STALLING),
    (known.StallsAfterData, [OutcomeUnknown], NEVER_SAID),
    (vices.HangsAfterAsking, [OutcomeUnknown], NEVER_SAID),
    # It cannot be understood.
    (vices.MumblesAtSender, [TemporaryFailure] * 3, LONG),
    (vices.MumblesAtRecipient, [TemporaryFailure] * 3, LONG),
    (known.MumblesAfterData, [OutcomeUnknown] * 3, LONG),
    (vices.AsksTooEarly, [TemporaryFailure] * 3, LONG),
    (vices.RamblesAtRecipient, [TemporaryFailure] * 3, LONG),
    (vices.RamblesAfterData, [OutcomeUnknown] * 3, LONG),
    # No vices, only manners.
    (vices.SpeaksInManyLines, [SENT] * 3, LONG),
    (vices.SpeaksInFragments, [SENT] * 3, LONG),
    (vices.SpeaksAtOnce, [SENT] * 3, LONG),
]


@dataclass(frozen=True)
class Seen:
    """What became of each message, and what families got."""

    outcomes: list[tuple[Kind, str]]
    got: list[tuple[list[str], bytes]]


Papers = tuple[ssl.SSLContext, Path]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return certificate(tmp_path_factory.mktemp("certificate"))


def letter(number: int) -> Outgoing:
    payload = MailPayload("Trip", Personal(("<p>Hello</p>",)), Personal(("Hello\n.\n..\n",)), "en", "Mrs A")
    id = f"{number:016x}"
    return Outgoing(
        f"a{number}", f"p{number}@example.org", "mail", payload, (), "en", None, message_id=id, message="m1", item="i1"
    )


async def seen(
    vice: Takes,
    numbers: int,
    patience: Patience,
    tls: ssl.SSLContext,
    security: str,
    pipelining: bool,
    folder: Path,
) -> Seen:
    surroundings = Surroundings(
        folder / "outbox", "Oak Lane", "", "oaklane.example.org", False, FixedClock(datetime(2026, 9, 7, tzinfo=UTC))
    )
    outcomes: list[tuple[Kind, str]] = []
    protected, implicit = None if security == "none" else tls, security == "tls"
    async with mail_server(vice, tls=protected, implicit=implicit, auth=True, pipelining=True) as server:
        settings = EmailSettings.model_validate(
            {
                "host": "localhost",
                "port": server.port,
                "security": security,
                "username": USER,
                "password": PASSWORD,
                "sender": "office@oaklane.example.org",
                "pipelining": pipelining,
            }
        )
        channel = Email(settings, surroundings, patience)
        for number in range(numbers):
            try:
                await channel.send(letter(number))
                outcomes.append((SENT, ""))
            except ChannelError as failure:
                outcomes.append((type(failure), f"{failure.reason} {getattr(failure, 'retry_after', '')}"))
            await asyncio.sleep(0)
        await channel.close()
    return Seen(outcomes, [(one.recipients, one.content) for one in vice.taken])


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize(("vice", "expected", "patience"), CASES, ids=[vice.__name__ for vice, _, _ in CASES])
async def test_pipelining_changes_nothing_in_what_becomes_of_a_message(
    vice: type[Takes],
    expected: list[Kind],
    patience: Patience,
    security: str,
    papers: Papers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls, trusted = papers
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    plain, piped = vice(), vice()
    without = await seen(plain, len(expected), patience, tls, security, False, tmp_path)
    with_it = await seen(piped, len(expected), patience, tls, security, True, tmp_path)
    assert [kind for kind, _ in without.outcomes] == expected
    assert with_it.outcomes == without.outcomes
    # A server that refused the recipient and asks all the same gets an empty message for nobody (RFC 2920, 3.1).
    assert [one for one in with_it.got if one != ([], b"")] == without.got
    assert plain.together == 0
    assert piped.together >= len(expected)
    for recipients, content in without.got:
        assert len(recipients) == 1
        assert content.count(b"Message-ID") == 1
