"""The press: another process makes the sheets, and what goes wrong there stays there."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels import _press
from channels._press import Press, PressFault
from channels._tree import tree
from tests import pdf


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press()
    yield made
    made.close()


def data(html: str = "<p>Hello</p>", **more: Any) -> dict[str, Any]:
    sheet = {
        "sort": "letter",
        "lang": "en",
        "large": False,
        "address": ["A", "E7 8AA"],
        "post": False,
        "papers": [],
        "size": 11.5,
    }
    sheet |= {"words": tree(html, {})}
    own = {"envelope": "dl_uk", "title": "Trip", "school": "Oak", "contact": [], "trial": False}
    return {**own, "sheet": sheet | more}


def process_of(press: Press) -> int:
    assert press._aside._process is not None
    return press._aside._process.pid


def test_the_same_sheet_gives_the_same_bytes_in_every_process(press: Press, tmp_path: Path) -> None:
    first = press.pdf("letters", tmp_path, data())
    one = process_of(press)
    press.close()
    assert press.pdf("letters", tmp_path, data()) == first
    assert process_of(press) != one


def test_one_process_makes_many_sheets_and_then_makes_room(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_press, "MOST_SHEETS", 3)
    press.pdf("letters", tmp_path, data())
    one = process_of(press)
    press.pdf("letters", tmp_path, data())
    assert process_of(press) == one
    press.pdf("letters", tmp_path, data())
    assert press._aside._process is None


def test_after_a_small_run_the_process_waits_for_the_next_and_after_a_large_one_it_makes_room(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.pdf("letters", tmp_path, data())
    one = process_of(press)
    press.rest()
    press.pdf("letters", tmp_path, data())
    assert process_of(press) == one
    monkeypatch.setattr(_press, "FEW", 1)
    press.rest()
    assert press._aside._process is None


def test_a_process_that_died_between_two_sheets_is_replaced(press: Press, tmp_path: Path) -> None:
    press.pdf("letters", tmp_path, data())
    process = press._aside._process
    assert process is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert press.pdf("letters", tmp_path, data()).startswith(b"%PDF")


def test_a_process_that_had_gone_home_is_fetched_again(press: Press, tmp_path: Path) -> None:
    press.pdf("letters", tmp_path, data())
    process = press._aside._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()  # it ends by itself, as after a while without work
    process.wait()
    assert press.pdf("letters", tmp_path, data()).startswith(b"%PDF")


def test_a_sheet_that_takes_too_long_is_given_up(press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_press, "LONGEST", 0.0)
    with pytest.raises(PressFault, match="broken"):
        press.pdf("letters", tmp_path, data("<p>long</p>" * 2000))
    monkeypatch.undo()
    assert press.pdf("letters", tmp_path, data()).startswith(b"%PDF"), "it takes one sheet with it and no more"


def test_a_letter_shape_that_no_font_has_is_a_fault_and_no_empty_box(press: Press, tmp_path: Path) -> None:
    with pytest.raises(PressFault) as fault:
        press.pdf("letters", tmp_path, data("<p>\U0001e800\U0001e801</p>"), rare=True)
    assert fault.value.sort == "glyph"


def test_a_fault_says_nothing_of_the_words(press: Press, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"secret words")
    words = [{"t": "p", "c": [{"t": "img", "c": [], "alt": "secret", "file": "bad.png"}]}]
    with pytest.raises(PressFault) as fault:
        press.pdf("letters", tmp_path, data(words=words))
    assert fault.value.sort == "picture"
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("file", ["../outside.png", "/etc/passwd", "pictures/../../outside.png"])
def test_nothing_is_read_from_outside_the_messages_folder(press: Press, tmp_path: Path, file: str) -> None:
    (tmp_path / "outside.png").write_bytes(b"x")
    inside = tmp_path / "message"
    inside.mkdir()
    words = [{"t": "img", "c": [], "alt": "x", "file": file}]
    with pytest.raises(PressFault):
        press.pdf("letters", inside, data(words=words))


@pytest.mark.parametrize("words", ['"))) #panic("out") ((("', '\\")\\\\"', "a\nb\r\u2028\t", "{{'}}\\u{22}", "\ud83d"])
def test_no_words_end_the_string_in_which_they_come(press: Press, tmp_path: Path, words: str) -> None:
    own = [{"t": "p", "c": [f"Begin {words} end"]}]
    said = pdf.words(press.pdf("letters", tmp_path, data(words=own, address=[words, "E7 8AA"])))
    assert said.index("Begin") < said.index("end")
    assert said.count(words.split("\n")[0].replace("\ud83d", "?")) >= 2


def test_a_run_bears_its_title_and_no_empty_sheet(press: Press, tmp_path: Path) -> None:
    (tmp_path / "letter-a.pdf").write_bytes(press.pdf("letters", tmp_path, data("<p>One</p>")))
    run = [{"sheet": {"sort": "separator", "title": "Oak", "way": "Post", "count": "1 letter"}}]
    for both_sides, sheets in ((False, 2), (True, 4)):
        made = press.gather("letters", tmp_path, data(), [*run, {"file": "letter-a.pdf"}], both_sides=both_sides)
        reader = pdf.reader(made)
        assert len(reader.pages) == sheets
        assert reader.metadata is not None
        assert reader.metadata.title == "Trip"
        assert "Oak" in reader.pages[0].extract_text()


def test_what_is_made_of_the_very_same_is_not_made_again(press: Press, tmp_path: Path) -> None:
    fete, fair = data("<p>Come to the fete</p>"), data("<p>Come to the fair</p>")
    target = tmp_path / "letters.pdf"
    assert press.into(target, "letters", tmp_path, fete)
    before = target.read_bytes()
    press.close()
    assert not press.into(target, "letters", tmp_path, fete)
    assert press._aside._process is None  # nothing was started for it
    assert target.read_bytes() == before
    assert press.into(target, "letters", tmp_path, fair)
    assert press.into(target, "letters", tmp_path, fete)
    assert target.read_bytes() == before
    target.write_bytes(before[:-20])
    assert press.into(target, "letters", tmp_path, fete)


def test_a_run_is_made_again_when_one_of_its_letters_is_another(press: Press, tmp_path: Path) -> None:
    (tmp_path / "letter-a.pdf").write_bytes(press.pdf("letters", tmp_path, data("<p>One</p>")))
    target, run = tmp_path / "letters.pdf", [{"file": "letter-a.pdf"}]
    assert press.into(target, "letters", tmp_path, data(), run=run)
    assert not press.into(target, "letters", tmp_path, data(), run=run)
    (tmp_path / "letter-a.pdf").write_bytes(press.pdf("letters", tmp_path, data("<p>Another</p>")))
    assert press.into(target, "letters", tmp_path, data(), run=run)
