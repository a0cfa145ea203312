"""Transactions on one connection: what leaves together, how far each came, and what is never sent."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._smtp import Account, Pool
from channels._smtp_session import Patience, Progress, Session, Stage, TooBig, stuffed
from channels._smtp_wire import Wire
from tests.loops import BOTH_LOOPS
from tests.servers import smtp as known
from tests.servers import smtp_vices as vices
from tests.servers.smtp import MailServer, Takes, certificate, mail_server
from tests.unit.channels.test_smtp_wire import Taped

SENDER, FAMILY = "office@oaklane.example.org", "amara@example.org"
WORDS = b"Subject: Trip\r\n\r\nHello\r\n"
PATIENT = Patience(20.0, 20.0, 20.0)
MODES = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
PROTECTIONS = pytest.mark.parametrize("security", ["none", "starttls", "tls"])


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


def pool(server: MailServer, patience: Patience = PATIENT, security: str = "none", **parts: Any) -> Pool:
    account = Account("localhost", server.port, security, "", str, "oaklane.example.org")
    return Pool(account, 4, patience, **parts)


async def deliver(to: Pool, content: bytes = WORDS, recipient: str = FAMILY, progress: Progress | None = None) -> None:
    await to.deliver(SENDER, recipient, content, "0123456789abcdef", progress or Progress())


@PROTECTIONS
async def test_an_envelope_leaves_in_one_piece_where_the_server_offers_that(
    security: str, papers: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers[1]))
    tls = None if security == "none" else papers[0]
    for offered, wanted in ((True, True), (True, False), (False, True)):
        async with mail_server(tls=tls, implicit=security == "tls", pipelining=offered) as server:
            one = pool(server, security=security, pipelining=wanted)
            for _ in range(3):
                await deliver(one)
            await one.close()
        assert server.handler.together == (3 if offered and wanted else 0)
        assert len(server.handler.taken) == 3
        assert server.handler.connections == 1


@pytest.mark.parametrize("vice", [vices.OffersBeforeTls, vices.SlipsInReplies])
async def test_what_is_offered_before_tls_is_not_believed(
    vice: type[Takes], papers: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers[1]))
    async with mail_server(vice(), tls=papers[0]) as server:
        one = pool(server, security="starttls")
        await deliver(one)
        await deliver(one)
        await one.close()
    assert len(server.handler.taken) == 2
    assert server.handler.together == 0


STAGES: list[tuple[type[Takes], Stage, Patience]] = [
    (known.RefusesSender, Stage.SENDER, PATIENT),
    (vices.DropsAtSender, Stage.SENDER, PATIENT),
    (vices.StallsAtSender, Stage.SENDER, Patience(20.0, 0.05, 20.0)),
    (known.RejectsRecipient, Stage.RECIPIENT, PATIENT),
    (known.DropsAtRecipient, Stage.RECIPIENT, PATIENT),
    (known.StallsAtRecipient, Stage.RECIPIENT, Patience(20.0, 0.5, 20.0)),
    (vices.RefusesYetAsks, Stage.RECIPIENT, PATIENT),
    (vices.RefusesAtData, Stage.DATA, PATIENT),
    (vices.TakesBeforehand, Stage.DATA, PATIENT),
    (known.RefusesContent, Stage.BODY, PATIENT),
    (known.DropsAfterData, Stage.BODY, PATIENT),
    (known.StallsAfterData, Stage.BODY, Patience(20.0, 20.0, 0.05)),
]


@MODES
@pytest.mark.parametrize(("vice", "stage", "patience"), STAGES, ids=[vice.__name__ for vice, _, _ in STAGES])
async def test_the_stage_says_how_far_it_came(
    vice: type[Takes], stage: Stage, patience: Patience, pipelining: bool
) -> None:
    progress = Progress()
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server, patience, pipelining=pipelining)
        with pytest.raises(aiosmtplib.SMTPException):
            await deliver(one, progress=progress)
        await one.close()
    assert progress.stage is stage


@pytest.mark.parametrize("vice", [vices.RefusesYetAsks, vices.RefusesYetAsksAndRefuses])
async def test_who_refuses_and_asks_all_the_same_gets_an_empty_message_for_nobody(vice: type[Takes]) -> None:
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server)
        for _ in range(2):
            with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
                await deliver(one)
            assert refusal.value.code == 550
        await one.close()
    assert [taken.content for taken in server.handler.taken] == [b"", b""]
    assert server.handler.connections == 1  # all was read: it may be used again
    assert server.handler.resets == 1


async def test_not_even_an_empty_message_is_ended_where_a_recipient_stands() -> None:
    async with mail_server(vices.RefusesSenderYetAsks(), pipelining=True) as server:
        one = pool(server)
        with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
            await deliver(one)
        await one.close()
    assert refusal.value.code == 553
    assert server.handler.taken == []


@MODES
async def test_a_connection_that_will_not_begin_anew_is_replaced(pipelining: bool) -> None:
    async with mail_server(vices.WillNotReset(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        with pytest.raises(aiosmtplib.SMTPResponseException):
            await deliver(one)
        await deliver(one)
        await one.close()
    assert server.handler.connections == 2
    assert len(server.handler.taken) == 1


@MODES
async def test_after_a_refusal_the_next_message_goes_on_the_same_connection_from_a_clean_start(
    pipelining: bool,
) -> None:
    async with mail_server(vices.BusyAtData(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        with pytest.raises(aiosmtplib.SMTPResponseException):
            await deliver(one, recipient="first@example.org")
        await deliver(one, recipient="second@example.org")
        await deliver(one, recipient="third@example.org")
        await one.close()
    assert [taken.recipients for taken in server.handler.taken] == [["second@example.org"], ["third@example.org"]]
    assert server.handler.connections == 1
    assert server.handler.resets == 1


@MODES
@pytest.mark.parametrize("vice", [vices.SaysGoodbyeWhenIdle, vices.SaysGoodbyeAndStays, vices.SaysItTwice])
async def test_who_spoke_unasked_is_left(vice: type[Takes], pipelining: bool) -> None:
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        for _ in range(3):
            await deliver(one)
            await asyncio.sleep(0)
        await one.close()
    assert len(server.handler.taken) == 3
    assert server.handler.connections <= 3


@MODES
@pytest.mark.parametrize(
    "vice",
    [
        *(vices.ClosesAtSender, vices.ClosesAtRecipient, vices.ClosesAtData, vices.ClosesAfterData),
        *(vices.MumblesAtSender, vices.MumblesAtRecipient, known.MumblesAfterData, vices.AsksTooEarly),
    ],
)
async def test_who_said_goodbye_or_nonsense_is_not_spoken_to_again(vice: type[Takes], pipelining: bool) -> None:
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        for _ in range(3):
            with pytest.raises(aiosmtplib.SMTPResponseException):
                await deliver(one)
        await one.close()
    assert server.handler.connections == 3


@BOTH_LOOPS
@MODES
async def test_every_refusal_stays_with_its_own_message(pipelining: bool) -> None:
    async with mail_server(vices.RefusesATenth(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        found = await asyncio.gather(
            *(deliver(one, recipient=f"p{number}@example.org") for number in range(80)), return_exceptions=True
        )
        await one.close()
    for number, outcome in enumerate(found):
        assert (outcome is not None) == (number % 10 == 7)
    got = sorted(taken.recipients[0] for taken in server.handler.taken)
    assert got == sorted(f"p{number}@example.org" for number in range(80) if number % 10 != 7)


STALLS: list[tuple[type[Takes], bool]] = [
    (vices.StallsAtSender, False),
    (known.StallsAtRecipient, False),
    (known.StallsAfterData, True),
]


@BOTH_LOOPS
@MODES
@pytest.mark.parametrize(("vice", "doubt"), STALLS, ids=[vice.__name__ for vice, _ in STALLS])
async def test_a_cancelled_delivery_takes_its_connection_with_it(
    vice: type[Takes], doubt: bool, pipelining: bool
) -> None:
    progress = Progress()
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server, pipelining=pipelining)
        going = asyncio.create_task(deliver(one, progress=progress))
        await server.handler.stalling.wait()
        assert (progress.stage is Stage.BODY) == doubt
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        async with asyncio.timeout(30):
            await server.handler.left.wait()
        assert server.handler.taken == []
        server.handler.gate.set()
        await deliver(one)
        await one.close()
    assert server.handler.connections == 2


def big(megabytes: int) -> bytes:
    """Lines that begin with dots, as long as a line may be."""
    return b"Subject: Photographs\r\n\r\n" + (b"." + b"x" * 900 + b"\r\n") * (megabytes * 1_000_000 // 903)


@BOTH_LOOPS
@PROTECTIONS
async def test_a_big_message_arrives_unchanged(
    security: str, papers: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers[1]))
    tls = None if security == "none" else papers[0]
    content = big(7)  # an attachment of 5 MB, in base64
    async with mail_server(tls=tls, implicit=security == "tls", pipelining=True) as server:
        one = pool(server, security=security)
        await deliver(one, content)
        await deliver(one)
        await one.close()
    assert server.handler.taken[0].content == content
    assert server.handler.taken[1].content == WORDS
    assert server.handler.connections == 1


@BOTH_LOOPS
@PROTECTIONS
async def test_a_big_message_whose_end_never_left_was_surely_not_taken(
    security: str, papers: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers[1]))
    tls = None if security == "none" else papers[0]
    progress = Progress()
    async with mail_server(vices.HangsAfterAsking(), tls=tls, implicit=security == "tls", pipelining=True) as server:
        one = pool(server, Patience(20.0, 20.0, 0.2), security=security)
        with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
            await deliver(one, big(30), progress=progress)
        await one.close()
    assert progress.stage is Stage.DATA


@BOTH_LOOPS
@pytest.mark.parametrize(("vice", "code"), [(vices.AnswersInTheMiddle, 552), (vices.TakesInTheMiddle, -1)])
async def test_an_answer_in_the_middle_of_a_message_may_refuse_it_but_not_take_it(vice: type[Takes], code: int) -> None:
    progress = Progress()
    async with mail_server(vice(), pipelining=True) as server:
        one = pool(server)
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await deliver(one, big(30), progress=progress)
        await one.close()
    assert refusal.value.code == code
    assert progress.stage is Stage.DATA
    assert server.handler.taken == []


async def test_what_can_be_told_beforehand_costs_no_connection() -> None:
    async with mail_server(size=100, pipelining=True) as server:
        one = pool(server)
        await deliver(one)
        with pytest.raises(TooBig):
            await deliver(one, WORDS * 10)
        with pytest.raises(aiosmtplib.SMTPNotSupported):
            await deliver(one, recipient="żaneta@example.org")
        await deliver(one)
        await one.close()
    assert server.handler.connections == 1
    assert len(server.handler.taken) == 2


@pytest.mark.parametrize("wrong", ["a@example.org>\r\nDATA", "a@example.org> SIZE=1", "a b@example.org", "a@b\x00"])
async def test_no_address_becomes_a_command(wrong: str) -> None:
    async with mail_server(pipelining=True) as server:
        one = pool(server)
        with pytest.raises(ValueError, match="address"):
            await deliver(one, recipient=wrong)
        await one.close()
    assert server.handler.taken == []


@pytest.mark.parametrize(
    ("offers", "recipient", "mail"),
    [
        ({}, FAMILY, "MAIL FROM:<office@oaklane.example.org>"),
        ({"size": ""}, FAMILY, "MAIL FROM:<office@oaklane.example.org> SIZE=24"),
        ({"size": "0", "8bitmime": ""}, FAMILY, "MAIL FROM:<office@oaklane.example.org> SIZE=24"),
        ({"dsn": ""}, FAMILY, "MAIL FROM:<office@oaklane.example.org> RET=HDRS ENVID=id1"),
        ({"smtputf8": ""}, "żaneta@example.org", "MAIL FROM:<office@oaklane.example.org> SMTPUTF8"),
        ({"smtputf8": ""}, FAMILY, "MAIL FROM:<office@oaklane.example.org>"),
    ],
)
async def test_a_sender_is_told_with_what_the_server_offers(offers: dict[str, str], recipient: str, mail: str) -> None:
    tape = Taped()
    wire = Wire(tape)
    session = Session(wire, {"pipelining": "", **offers}, PATIENT, True)
    going = asyncio.create_task(session.transact(SENDER, recipient, WORDS, "id1", Progress()))
    await asyncio.sleep(0)
    assert tape.written.decode() == f"{mail}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
    going.cancel()


LINES = st.lists(st.text("." * 3 + "a é\0").map(str.encode), max_size=8)


@MODES
def test_lines_that_begin_with_dots_arrive_unchanged(pipelining: bool) -> None:
    with asyncio.Runner() as runner:
        doors = AsyncExitStack()
        server = runner.run(doors.enter_async_context(mail_server(pipelining=True)))
        one = pool(server, pipelining=pipelining)

        @settings(max_examples=150, deadline=None)
        @given(LINES, st.booleans())
        def arrives(lines: list[bytes], ended: bool) -> None:
            content = b"\r\n".join(lines) + (b"\r\n" if ended else b"")
            runner.run(deliver(one, content))
            taken = server.handler.taken.pop().content
            assert taken == (content if content.endswith(b"\r\n") else content + b"\r\n")

        arrives()
        runner.run(one.close())
        runner.run(doors.aclose())


@given(LINES)
def test_nothing_in_a_message_can_be_taken_for_its_end(lines: list[bytes]) -> None:
    over = b"\r\n" + stuffed(b"\r\n".join(lines))
    assert over.endswith(b"\r\n.\r\n")
    assert over.count(b"\r\n.\r\n") == 1
