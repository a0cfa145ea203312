"""From what a feed names to the terms of a school year."""

from datetime import date

from notifier.calendar.importing.feed import Entry
from notifier.calendar.importing.recognise import Sort
from notifier.calendar.importing.school_year import Year, terms_of

NONE = frozenset[date]()


def mark(sort: Sort, first: str, last: str = "", title: str = "") -> tuple[Sort, Entry]:
    return sort, Entry(first, title or sort.value, date.fromisoformat(first), date.fromisoformat(last or first))


def shape(year: Year) -> list[tuple[str, str, str]]:
    return [(term.name, term.from_.isoformat(), term.until.isoformat()) for term in year.terms]


HOLIDAYS = [
    mark(Sort.HOLIDAY, "2026-07-22", "2026-08-31"),
    mark(Sort.HALF_TERM, "2026-10-24", "2026-11-01"),
    mark(Sort.HOLIDAY, "2026-12-19", "2027-01-03"),
]


def test_between_holidays_lie_terms_named_by_season_and_year() -> None:
    year = terms_of(HOLIDAYS, NONE)
    assert shape(year) == [
        ("Autumn 1 2026/27", "2026-09-01", "2026-10-23"),
        ("Autumn 2 2026/27", "2026-11-02", "2026-12-18"),
    ]
    assert year.from_gaps
    assert year.doubts == []


def test_two_holidays_that_touch_are_one() -> None:
    split = [mark(Sort.HOLIDAY, "2026-07-22", "2026-07-31"), mark(Sort.HOLIDAY, "2026-08-03", "2026-08-31")]
    assert shape(terms_of([*split, *HOLIDAYS[1:]], NONE)) == shape(terms_of(HOLIDAYS, NONE))


def test_named_terms_win_and_lose_the_half_term_in_them() -> None:
    named = [
        mark(Sort.TERM, "2026-09-01", "2026-12-18", "Autumn term"),
        mark(Sort.TERM, "2027-01-04", "2027-03-25", "Spring term"),
    ]
    assert shape(terms_of([*named, *HOLIDAYS], NONE)) == [
        ("Autumn term 1", "2026-09-01", "2026-10-23"),
        ("Autumn term 2", "2026-11-02", "2026-12-18"),
        ("Spring term", "2027-01-04", "2027-03-25"),
    ]


def test_first_and_last_days_make_terms() -> None:
    marks = [
        mark(Sort.TERM_BEGINS, "2026-09-01"),
        mark(Sort.TERM_ENDS, "2026-12-18"),
        mark(Sort.TERM_BEGINS, "2027-01-04", title="Back to school"),
    ]
    year = terms_of(marks, NONE)
    assert shape(year) == [("Autumn", "2026-09-01", "2026-12-18")]
    assert year.doubts == ["“Back to school” on 4 January 2027 has no last day of term after it."]


def test_a_half_term_that_begins_on_a_tuesday_is_a_doubt() -> None:
    begins = mark(Sort.HALF_TERM, "2026-10-27", "2026-10-30", "Half Term Break")
    year = terms_of([HOLIDAYS[0], begins, HOLIDAYS[2]], NONE)
    assert year.doubts == [
        "“Half Term Break” begins on Tuesday 27 October 2026, so Monday 26 October counts as a school day. "
        "Is that right?"
    ]
    assert terms_of([HOLIDAYS[0], begins, HOLIDAYS[2]], frozenset({date(2026, 10, 26)})).doubts == []


def test_terms_that_overlap_stay_as_they_are_told_and_are_a_doubt() -> None:
    twice = [
        mark(Sort.TERM, "2026-09-01", "2026-12-18", "Autumn"),
        mark(Sort.TERM, "2026-12-14", "2027-03-25", "Spring"),
    ]
    (doubt,) = terms_of(twice, NONE).doubts
    assert "overlap" in doubt


def test_the_same_term_named_twice_is_one() -> None:
    twice = [mark(Sort.TERM, "2026-09-01", "2026-12-18", name) for name in ("Autumn 2026", "Autumn 2026-27")]
    assert len(terms_of(twice, NONE).terms) == 1


def test_a_gap_without_a_half_term_is_a_doubt_and_one_of_a_year_no_term() -> None:
    year = terms_of([HOLIDAYS[0], HOLIDAYS[2], mark(Sort.HOLIDAY, "2028-04-01", "2028-04-14")], NONE)
    assert [term[1:] for term in shape(year)] == [("2026-09-01", "2026-12-18")]
    assert "is a half-term missing" in year.doubts[0]
    assert "no term is drafted there" in year.doubts[1]


def test_a_feed_without_holidays_and_terms_tells_no_year() -> None:
    year = terms_of([mark(Sort.INSET, "2026-09-01")], NONE)
    assert (year.terms, year.told, year.from_gaps) == ([], set(), False)
