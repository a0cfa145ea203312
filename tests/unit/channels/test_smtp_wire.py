"""Replies as they come off the wire, however they are cut up, and the one timer that waits for them."""

import asyncio
from itertools import pairwise
from typing import Any

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._smtp_wire import LONGEST_REPLY, Reply, Wire
from tests.loops import BOTH_LOOPS


class Taped(asyncio.Transport):
    """Keeps what is written; nothing is at the other end."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


def soon() -> float:
    return asyncio.get_running_loop().time() + 60


async def replies(owed: int, *packets: bytes) -> tuple[list[Reply], Wire]:
    """What is read of these packets, and the wire after that."""
    wire = Wire(Taped())
    wire.owe(owed)
    for packet in packets:
        wire.data_received(packet)
    return [await wire.reply(soon()) for _ in range(owed)], wire


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"250 2.1.0 Ok\r\n", (250, "2.1.0 Ok")),
        (b"250 2.1.0 Ok\n", (250, "2.1.0 Ok")),
        (b"250\r\n", (250, "")),
        (b"250 \r\n", (250, "")),
        (b"250\tOk\r\n", (250, "Ok")),
        (b"550-5.1.1 There is\r\n550-\r\n550 nobody\r\n", (550, "5.1.1 There is\n\nnobody")),
        (b"550-no\r\n250 yes\r\n", (250, "yes")),  # RFC 5321, 4.2.1: the last line's counts
        (b"250 \xc5\xbbaneta \xff\r\n", (250, "Żaneta �")),
    ],
)
async def test_a_reply_is_a_code_and_its_text(said: bytes, expected: tuple[int, str]) -> None:
    (reply,), wire = await replies(1, said)
    assert reply.code == expected[0]
    assert reply.text.endswith(expected[1])
    assert wire.usable


@pytest.mark.parametrize(
    "said",
    [b"hello there\r\n", b"\r\n", b"25 Ok\r\n", b"2500 Ok\r\n", b"-50 Ok\r\n", b"250_Ok\r\n", b" 250 Ok\r\n"],
)
async def test_what_is_no_reply_ends_the_connection(said: bytes) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException) as failure:
        await replies(1, said)
    assert failure.value.code == aiosmtplib.SMTPStatus.invalid_response


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([b"x" * (LONGEST_REPLY + 1)], id="no-end-of-line"),
        pytest.param([b"250 " + b"x" * LONGEST_REPLY + b"\r\n"], id="one-long-line"),
        pytest.param([b"250-x\r\n"] * LONGEST_REPLY, id="no-last-line"),
        pytest.param([b"250-x\r\n" * LONGEST_REPLY + b"250 x\r\n"], id="too-many-lines"),
    ],
)
async def test_a_reply_without_end_is_not_kept(said: list[bytes]) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException):
        await replies(1, *said)


@pytest.mark.parametrize("unasked", [b"250 Ok\r\n", b"4", b"421 Bye\r\n"])
async def test_what_was_not_asked_ends_the_connection_but_not_the_replies_before_it(unasked: bytes) -> None:
    (reply,), wire = await replies(1, b"250 Taken\r\n" + unasked)
    assert (reply.code, reply.text) == (250, "Taken")
    assert not wire.usable
    with pytest.raises(aiosmtplib.SMTPResponseException):
        wire.say(b"MAIL FROM:<a@example.org>\r\n")


async def test_a_reply_nobody_read_keeps_the_connection_from_being_lent() -> None:
    wire = Wire(Taped())
    wire.owe()
    assert not wire.usable
    wire.data_received(b"250 Ok\r\n")
    assert not wire.usable
    await wire.reply(soon())
    assert wire.usable


LINES = st.binary(max_size=20).map(lambda words: words.translate(None, b"\r\n"))
CODES = st.integers(200, 599)
SAID = st.lists(st.tuples(CODES, st.lists(LINES, min_size=1, max_size=4)), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(SAID, st.lists(st.integers(0, 500), max_size=20))
def test_replies_are_the_same_however_they_are_cut_up(said: list[tuple[int, list[bytes]]], cuts: list[int]) -> None:
    whole = b""
    for code, lines in said:
        for line in lines[:-1]:
            whole += b"%d-%s\r\n" % (code, line)
        whole += b"%d %s\r\n" % (code, lines[-1])
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:end] for start, end in pairwise(edges)]
    at_once, _ = asyncio.run(replies(len(said), whole))
    cut_up, wire = asyncio.run(replies(len(said), *pieces))
    assert cut_up == at_once
    assert [reply.code for reply in cut_up] == [code for code, _ in said]
    assert wire.usable


@BOTH_LOOPS
async def test_a_wait_ends_at_its_deadline_also_where_an_earlier_one_had_longer() -> None:
    tape = Taped()
    wire = Wire(tape)
    loop = asyncio.get_running_loop()
    wire.say(b"DATA\r\n")
    loop.call_soon(wire.data_received, b"354 Go on\r\n")
    assert (await wire.reply(soon())).code == 354
    wire.owe()
    async with asyncio.timeout(30):
        with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
            await wire.reply(loop.time() + 0.01)
    assert tape.closed


@BOTH_LOOPS
async def test_a_timer_of_an_earlier_wait_does_not_end_a_later_one() -> None:
    wire = Wire(Taped())
    loop = asyncio.get_running_loop()
    wire.owe(2)
    loop.call_soon(wire.data_received, b"250 Ok\r\n")
    await wire.reply(loop.time() + 0.01)
    rung = asyncio.Event()
    loop.call_at(loop.time() + 0.03, rung.set)
    waiting = asyncio.create_task(wire.reply(soon()))
    await rung.wait()
    assert not waiting.done()
    wire.data_received(b"250 Ok\r\n")
    assert (await waiting).code == 250


async def test_one_writes_on_only_where_there_is_room() -> None:
    wire = Wire(Taped())
    assert await wire.room(soon())
    wire.pause_writing()
    waiting = asyncio.create_task(wire.room(soon()))
    await asyncio.sleep(0)
    assert not waiting.done()
    wire.resume_writing()
    assert await waiting
    wire.pause_writing()
    waiting = asyncio.create_task(wire.room(soon()))
    await asyncio.sleep(0)
    wire.connection_lost(OSError())
    assert not await waiting


@pytest.mark.parametrize("lost", [True, False])
async def test_a_lost_connection_wakes_who_waits(lost: bool) -> None:
    wire = Wire(Taped())
    wire.owe()
    waiting = asyncio.create_task(wire.reply(soon()))
    await asyncio.sleep(0)
    if lost:
        wire.connection_lost(ConnectionResetError("reset"))
    else:
        wire.eof_received()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await waiting
