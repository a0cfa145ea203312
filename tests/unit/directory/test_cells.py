from datetime import date

import pytest

from notifier.directory.cells import Unreadable, read_date, read_list, read_yes_no


@pytest.mark.parametrize("cell", ["2026-02-03", "03/02/2026", "3/2/2026"])
def test_a_date_is_iso_or_day_first(cell: str) -> None:
    assert read_date(cell) == date(2026, 2, 3)


def test_a_blank_date_is_none() -> None:
    assert read_date("") is None


@pytest.mark.parametrize(
    "cell", ["31/02/2026", "2026-02-30", "02/13/2026", "1/2/26", "2026/02/03", "1.2.2026", "tomorrow", "٠٣/٠٢/٢٠٢٦x"]
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable, match="31/12/2026"):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("yes", True), ("Y", True), ("TRUE", True), ("1", True), ("No", False), ("n", False), ("0", False), ("", None)],
)
def test_yes_and_no_have_several_words(cell: str, answer: bool | None) -> None:
    assert read_yes_no(cell) is answer


@pytest.mark.parametrize("cell", ["maybe", "2", "yes?", "ja"])
def test_another_word_is_neither_yes_nor_no(cell: str) -> None:
    with pytest.raises(Unreadable):
        read_yes_no(cell)


def test_a_list_has_each_part_once() -> None:
    assert read_list(" Choir ; Art;;Choir") == ("Choir", "Art")
