"""Days off are known by their words, and an event that only speaks of them is not one."""

from datetime import date, time, timedelta

import pytest

from notifier.calendar.importing.feed import Entry
from notifier.calendar.importing.recognise import Sort, recognise

DAY = date(2026, 10, 26)


def entry(title: str, days: int = 1, start: time | None = None) -> Entry:
    return Entry("key", title, DAY, DAY + timedelta(days=days - 1), start)


@pytest.mark.parametrize(
    ("title", "days", "sort"),
    [
        ("Sheffield: Summer holiday", 31, Sort.HOLIDAY),
        ("Sheffield: School holiday", 9, Sort.HOLIDAY),
        ("Christmas Holidays 2026", 14, Sort.HOLIDAY),
        ("Easter break", 14, Sort.HOLIDAY),
        ("School closed", 5, Sort.HOLIDAY),
        ("February half-term", 9, Sort.HALF_TERM),
        ("Half Term Break", 4, Sort.HALF_TERM),
        ("School closed for half term", 5, Sort.HALF_TERM),
        ("Bank holiday", 1, Sort.BANK_HOLIDAY),
        ("Early May Bank Holiday - school closed", 1, Sort.BANK_HOLIDAY),
        ("Good Friday", 1, Sort.BANK_HOLIDAY),
        ("INSET day 3", 1, Sort.INSET),
        ("Staff training day (school closed to pupils)", 1, Sort.INSET),
        ("Non-pupil day", 1, Sort.INSET),
        ("Teacher Training Day – no school", 1, Sort.INSET),
        ("Occasional day", 1, Sort.CLOSED),
        ("Polling day - school closed", 1, Sort.CLOSED),
        ("School holiday", 1, Sort.CLOSED),
        ("First day of term", 1, Sort.TERM_BEGINS),
        ("Children return to school", 1, Sort.TERM_BEGINS),
        ("End of Autumn Term", 1, Sort.TERM_ENDS),
        ("Break up for Easter", 1, Sort.TERM_ENDS),
        ("Autumn term 2026", 54, Sort.TERM),
        ("Half term 1", 50, Sort.TERM),
    ],
)
def test_a_day_off_is_known_by_its_words(title: str, days: int, sort: Sort) -> None:
    assert recognise(entry(title, days)).sort is sort


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("Christmas holiday club", 5),
        ("Half term reports go home", 1),
        ("INSET lunch for governors", 1),
        ("Summer holiday reading challenge", 30),
        ("Tea break with parents", 1),
        ("School closes for Christmas", 1),
    ],
)
def test_other_words_make_it_an_event_with_a_doubt(title: str, days: int) -> None:
    found = recognise(entry(title, days))
    assert (found.sort, found.doubt) == (Sort.EVENT, True)


@pytest.mark.parametrize(
    "title", ["Sports day", "Oak: library visit", "Long-term plans for the garden", "Christmas fair"]
)
def test_an_event_without_such_words_is_no_doubt(title: str) -> None:
    found = recognise(entry(title, start=time(9)))
    assert (found.sort, found.doubt) == (Sort.EVENT, False)


def test_a_holiday_with_an_hour_is_an_event_in_doubt() -> None:
    found = recognise(entry("Christmas holiday", start=time(15, 15)))
    assert (found.sort, found.doubt) == (Sort.EVENT, True)
