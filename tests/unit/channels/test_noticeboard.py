"""Posters and the list of what hangs."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.base import Outgoing, Surroundings
from channels.noticeboard import Noticeboard, NoticeboardSettings
from notifier.clock import FixedClock
from notifier.model.payload import PagePayload
from tests import pdf
from tests.unit.channels.test_letter import PNG, enclosure

Makes = Callable[..., Outgoing]
FETE = PagePayload(
    "2026-09-07-summer-fete-abc123",
    "Summer fête",
    '<section lang="en" dir="ltr"><p class="event"><strong>Saturday 19 September</strong></p><p>Come!</p></section>'
    '<section lang="ur" dir="rtl" class="translation"><h2>میلہ</h2><p>ضرور آئیں</p></section>',
    "Come!",
    "en",
    datetime(2026, 9, 7, 8, tzinfo=UTC),
    date(2026, 9, 19),
    "letter",
)


@asynccontextmanager
async def made(surroundings: Surroundings, **settings: Any) -> AsyncIterator[Noticeboard]:
    board = Noticeboard(NoticeboardSettings.model_validate(settings), surroundings)
    try:
        yield board
    finally:
        await board.close()


async def poster(board: Noticeboard, outgoing: Outgoing) -> bytes:
    return (board.surroundings.outbox / (await board.send(outgoing)).reference).read_bytes()


def listed(live: Surroundings) -> list[dict[str, str]]:
    table = (live.outbox / "noticeboard/posters.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(table)))


@pytest.mark.parametrize(("paper", "width", "height"), [("a4", 210, 297), ("a3", 297, 420)])
async def test_a_poster_is_one_sheet_that_says_what_who_and_until_when(
    paper: str, width: int, height: int, live: Surroundings, outgoing: Makes
) -> None:
    async with made(live, paper=paper) as board:
        content = await poster(board, outgoing(FETE))
    (sheet,) = pdf.reader(content).pages
    assert (round(float(sheet.mediabox.width) / pdf.MM), round(float(sheet.mediabox.height) / pdf.MM)) == (
        width,
        height,
    )
    words = pdf.words(content)
    assert "Summer fête" in words
    assert "Up from 7 September 2026. Take down after 19 September 2026." in words
    assert "020 7946 0000" in words


async def test_few_words_are_large_and_many_still_fit_one_sheet(live: Surroundings, outgoing: Makes) -> None:
    sizes = []
    async with made(live) as board:
        for item, count in (("i1", 1), ("i2", 14)):
            long = PagePayload("x", "Fair", "<p>Bring a coat and a packed lunch.</p>" * count, "", "en", FETE.published)
            content = await poster(board, outgoing(long, item=item))
            assert len(pdf.reader(content).pages) == 1
            sizes.append(max(run.size for run in pdf.runs(content) if run.text.startswith("Bring")))
    assert sizes[0] >= 30
    assert 12 <= sizes[1] < sizes[0]


async def test_a_poster_with_a_public_copy_has_a_code_to_it(live: Surroundings, outgoing: Makes) -> None:
    online = replace(FETE, online="https://oaklane.example.org/news/fete.html", online_words="Read it online")
    async with made(live) as board:
        assert "Read it online" in pdf.words(await poster(board, outgoing(online)))
    assert (live.outbox / "noticeboard/codes/fete.svg").is_file()


async def test_a_picture_that_cannot_be_printed_costs_no_poster(live: Surroundings, outgoing: Makes) -> None:
    for content, count in ((PNG, 1), (PNG[:-30] + b"x" * 30, 0)):
        picture = enclosure("a.png", content, "image/png")
        payload = replace(FETE, html=f'<p><img alt="A tent" src="cid:{picture.attachment.digest}"></p>')
        async with made(live) as board:
            sheet = await poster(board, outgoing(payload, attachments=(picture,)))
        assert len(pdf.reader(sheet).pages[0].images) == count


async def test_two_messages_of_one_name_have_two_posters(live: Surroundings, outgoing: Makes) -> None:
    async with made(live) as board:
        first = await board.send(outgoing(FETE))
        assert (await board.send(outgoing(FETE, item="i2"))).reference != first.reference
        assert (await board.send(outgoing(FETE))).reference == first.reference


async def test_the_list_says_what_goes_up_and_what_comes_down(
    live: Surroundings, outgoing: Makes, clock: FixedClock
) -> None:
    later = replace(FETE, slug="later", published=FETE.published + timedelta(days=7), take_down=None)
    async with made(live) as board:
        await board.send(outgoing(FETE))
        await board.send(outgoing(later, item="i2", message="m2"))
        assert [row["what to do"] for row in listed(live)] == ["put up on 14 September 2026", "put up"]
        clock.at += timedelta(days=20)
        await board.send(outgoing(later, item="i2", message="m2"))
    rows = listed(live)
    assert [row["what to do"] for row in rows] == ["put up", "take down"]
    assert rows[1]["take down after"] == "2026-09-19"
    assert all((live.outbox / "noticeboard" / Path(row["poster"])).is_file() for row in rows)


async def test_a_trial_poster_is_not_to_be_put_up(trial: Surroundings, outgoing: Makes) -> None:
    async with made(trial) as board:
        assert "TRIAL: not to be put up" in pdf.words(await poster(board, outgoing(FETE)))


async def test_a_closures_poster_is_to_be_taken_down_when_something_newer_is_said(
    live: Surroundings, outgoing: Makes
) -> None:
    closed = replace(FETE, slug="closed", title="School is closed", place="closure")
    clear = replace(closed, slug="open", title="School is open", published=FETE.published + timedelta(hours=1))
    async with made(live) as board:
        for item, one in (("i0", FETE), ("i1", closed), ("i2", clear), ("i1", closed)):  # one is done again
            await board.send(outgoing(one, item=item))
    assert {row["title"]: row["what to do"] for row in listed(live)} == {
        "School is open": "put up",
        "School is closed": "take down",
        "Summer fête": "put up",
    }


async def test_the_poster_of_a_stopped_message_is_to_be_taken_down(live: Surroundings, outgoing: Makes) -> None:
    closed = replace(FETE, slug="closed", title="School is closed", place="closure")
    async with made(live) as board:
        await board.send(outgoing(FETE, item="i1"))
        await board.send(outgoing(closed, item="i2"))
        for item in ("i1", "i2", "nothing"):
            await board.take_down(item)
    what = {row["title"]: row["what to do"] for row in listed(live)}
    assert what == {"Summer fête": "take down", "School is closed": "put up"}  # its update takes its place by itself


OUTSIDE = replace(FETE, outside='<section lang="en" dir="ltr"><p>Everybody is welcome.</p></section>')


async def test_a_board_outside_gets_a_sheet_of_its_own_that_says_less(live: Surroundings, outgoing: Makes) -> None:
    picture = enclosure("a.png", PNG, "image/png")
    shown = f'<p><img alt="Ada with her painting" src="cid:{picture.attachment.digest}"></p>'
    payload = replace(OUTSIDE, html=OUTSIDE.html + shown, outside=OUTSIDE.outside + shown)
    async with made(live) as board:
        inside = await poster(board, outgoing(payload, attachments=(picture,)))
    rows = listed(live)
    assert [row["board"] for row in rows] == ["inside", "outside"]
    assert {row["what to do"] for row in rows} == {"put up"}
    assert {row["take down after"] for row in rows} == {"2026-09-19"}
    outside = (live.outbox / "noticeboard" / rows[1]["poster"]).read_bytes()
    words = pdf.words(outside)
    assert "Everybody is welcome." in words
    assert "Summer fête" in words
    assert "Saturday 19 September" not in words
    assert "For boards outside." in words
    assert "For boards outside." not in pdf.words(inside)
    assert (len(pdf.reader(inside).pages[0].images), len(pdf.reader(outside).pages[0].images)) == (1, 0)


@pytest.mark.parametrize(
    ("payload", "settings"),
    [
        pytest.param(FETE, {}, id="not for everybody"),
        pytest.param(OUTSIDE, {"outside": False}, id="no board outside"),
    ],
)
async def test_nothing_is_made_for_outside_where_nothing_hangs_there(
    payload: PagePayload, settings: dict[str, Any], live: Surroundings, outgoing: Makes
) -> None:
    async with made(live, **settings) as board:
        await board.send(outgoing(payload))
    assert [row["board"] for row in listed(live)] == ["inside"]
    assert not list((live.outbox / "noticeboard").glob("*-outside.pdf"))


async def test_both_sheets_of_a_stopped_message_are_to_be_taken_down(live: Surroundings, outgoing: Makes) -> None:
    async with made(live) as board:
        await board.send(outgoing(OUTSIDE))
        await board.take_down("i1")
    assert [(row["board"], row["what to do"]) for row in listed(live)] == [
        ("inside", "take down"),
        ("outside", "take down"),
    ]
