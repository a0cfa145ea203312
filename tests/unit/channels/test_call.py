"""The call sheet, rebuilt from its items."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from channels.base import Outgoing, Surroundings, TemporaryFailure
from channels.call import Call, CallSettings
from notifier.model.payload import CallPayload, Ring
from tests import pdf

Makes = Callable[..., Outgoing]
MOTHER = Ring("C1", "Mrs Amara Okafor", "mother", "+447700900123")
AUNT = Ring("C2", "Zofia Nowak", "aunt", "+442079460123", "pl", check_first=True)


def family(
    name: str, class_: str, *rings: Ring, words: str = "School is closed today.", notes: tuple[str, ...] = ()
) -> CallPayload:
    return CallPayload("School closed", ((name, class_),), rings, words, "The text did not arrive.", "emergency", notes)


def rows(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))


@pytest.fixture
async def call(live: Surroundings) -> AsyncIterator[Call]:
    made = Call(CallSettings(), live)
    yield made
    await made.close()


async def test_families_stand_by_class_and_those_with_nobody_to_ring_first(call: Call, outgoing: Makes) -> None:
    await call.send(outgoing(family("Zed", "Oak", MOTHER), item="i1"))
    await call.send(outgoing(family("Ben", "Elm", MOTHER, AUNT), item="i2"))
    await call.send(outgoing(family("Ada", "Oak", MOTHER), item="i3"))
    await call.send(outgoing(family("Yan", "Oak"), item="i4"))
    await call.send(outgoing(family("Uma", "Ash", Ring("C9", "Mr Khan", "father", "")), item="i5"))
    page, table, _ = call.collate("m1")
    assert [row["pupils"] for row in rows(table)] == ["Uma", "Yan", "Ben", "Ben", "Ada", "Zed"]
    html = page.read_text(encoding="utf-8")
    places = [html.index(word) for word in ("Nobody to ring", "Uma", "Yan", ">Elm<", "Ben", ">Oak</h2>", "Ada", "Zed")]
    assert places == sorted(places)
    assert html.count("School is closed today.") == 1, "the same words are said once, at the top"
    assert html.count('class="box"') == 2 * 5
    assert "check before ringing" in html
    assert "speaks Polish" in html
    assert "07700 900123" in html
    assert "TRIAL" not in html


async def test_the_table_is_safe_for_a_spreadsheet(call: Call, outgoing: Makes) -> None:
    await call.send(outgoing(family("=cmd()", "Oak", Ring("C1", "+Eve", "", "+33123456789"), words="@now")))
    _, table, _ = call.collate("m1")
    (row,) = rows(table)
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    assert (row["pupils"], row["name"], row["words to say"]) == ("'=cmd()", "'+Eve", "'@now")
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


async def test_words_that_differ_stand_where_they_belong(call: Call, outgoing: Makes) -> None:
    for number in range(3):
        payload = family(
            f"P{number}", "Oak", MOTHER, words=f"Words {'abc'[number % 2]}", notes=("Needs an interpreter.",)
        )
        await call.send(outgoing(payload, item=f"i{number}"))
    html = call.collate("m1")[0].read_text(encoding="utf-8")
    assert html.count("Words a") == html.count("Words b") == 1
    assert html.count("Say words 1.") == 2
    assert html.count("Needs an interpreter.") == 3


async def test_nothing_from_a_family_becomes_markup(call: Call, outgoing: Makes) -> None:
    bad = "<script>alert(1)</script>"
    await call.send(outgoing(family(bad, bad, Ring("C1", bad, bad, '+44"><script>', bad), words=bad, notes=(bad,))))
    assert "<script" not in call.collate("m1")[0].read_text(encoding="utf-8")


async def test_the_sheet_is_made_wholly_from_the_items(call: Call, outgoing: Makes) -> None:
    for number in range(3):
        await call.send(outgoing(family(f"P{number}", "Oak", MOTHER), item=f"i{number}"))
    assert sorted(call.items("m1")) == ["i0", "i1", "i2"]
    call.withdraw("m1", "i1")
    call.withdraw("m1", "i1")
    _, table, _ = call.collate("m1")
    assert [row["pupils"] for row in rows(table)] == ["P0", "P2"]
    for item in call.items("m1"):
        call.withdraw("m1", item)
    assert call.collate("m1") == []
    assert not table.parent.exists()
    assert call.collate("never-heard-of") == []


async def test_an_item_that_cannot_be_read_spoils_no_other(call: Call, outgoing: Makes) -> None:
    await call.send(outgoing(family("Ada", "Oak", MOTHER)))
    _, table, _ = call.collate("m1")
    (table.parent / "items" / "broken.json").write_text("{", encoding="utf-8")
    (table.parent / "items" / ".half.tmp").write_text("{", encoding="utf-8")
    call.collate("m1")
    assert [row["pupils"] for row in rows(table)] == ["Ada"]


async def test_messages_do_not_mix(call: Call, outgoing: Makes) -> None:
    await call.send(outgoing(family("Ada", "Oak", MOTHER), message="m1"))
    await call.send(outgoing(family("Ben", "Oak", MOTHER), message="../m2"))
    assert [row["pupils"] for row in rows(call.collate("m1")[1])] == ["Ada"]
    assert [row["pupils"] for row in rows(call.collate("../m2")[1])] == ["Ben"]


async def test_trial_and_drill_are_marked_everywhere(trial: Surroundings, outgoing: Makes) -> None:
    call = Call(CallSettings(), trial)
    await call.send(outgoing(family("Ada", "Oak", MOTHER), drill=True))
    page, table, _ = call.collate("m1")
    await call.close()
    assert page.is_relative_to(trial.outbox / "trial" / "call-sheets")
    assert "TRIAL" in page.read_text(encoding="utf-8")
    assert "DRILL" in page.read_text(encoding="utf-8")
    assert rows(table)[0]["TRIAL"] == "TRIAL"


async def test_a_disk_that_takes_no_file_is_temporary(tmp_path: Path, trial: Surroundings, outgoing: Makes) -> None:
    trial.outbox.parent.mkdir(exist_ok=True)
    trial.outbox.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(TemporaryFailure, match="could not be written"):
        await Call(CallSettings(), trial).send(outgoing(family("Ada", "Oak", MOTHER)))


async def test_the_sheet_to_print_has_two_boxes_for_each_number_and_the_words_to_say(
    call: Call, outgoing: Makes
) -> None:
    await call.send(outgoing(family("Ben", "Elm", MOTHER, AUNT), item="i1"))
    await call.send(outgoing(family("Yan", "Oak", words="#let x = 1 Closed 🎄"), item="i2"))
    *_, sheet = call.collate("m1")
    words = pdf.words(sheet.read_bytes())
    assert "2 families to ring" in words
    assert "Mrs Amara Okafor mother 07700 900123" in words
    assert "Check before ringing" in words
    assert "#let x = 1 Closed" in words
    assert words.index("Nobody to ring: find another way") < words.index("Elm")
    assert "Ben (Elm)" in words
    again = sheet.read_bytes()
    call.collate("m1")
    assert sheet.read_bytes() == again


async def test_a_sheet_that_cannot_be_printed_is_still_a_page_and_a_table(
    call: Call, outgoing: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call.send(outgoing(family("Ben", "Elm", MOTHER), item="i1"))
    monkeypatch.setattr("channels._press.LONGEST", 0.0)
    page, table = call.collate("m1")
    assert "Ben" in page.read_text(encoding="utf-8")
    assert rows(table)


async def test_in_an_emergency_children_of_whom_nobody_is_reached_come_first_and_the_youngest_of_them(
    call: Call, outgoing: Makes
) -> None:
    for item, name, class_, year in (("i1", "Ada", "Oak", 2), ("i2", "Ben", "Elm", 0), ("i3", "Cy", "Ash", -1)):
        await call.send(outgoing(replace(family(name, class_, MOTHER), youngest=year), item=item))
    page, table, _ = call.collate("m1", {"i1", "i2"})
    assert [row["pupils"] for row in rows(table)] == ["Ben", "Ada", "Cy"]
    assert "Ash: another adult has been reached" in page.read_text(encoding="utf-8")
