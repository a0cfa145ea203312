"""The school year that ``init`` writes is one that a school could have."""

from datetime import date, timedelta

import pytest

from notifier.config.school_year import beginning, easter_sunday, school_year


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_is_where_the_church_has_it(year: int, expected: date) -> None:
    assert easter_sunday(year) == expected


@pytest.mark.parametrize("year", range(2024, 2045))
def test_terms_follow_one_another_and_hold_about_190_days(year: int) -> None:
    found = school_year(year)
    for (_, first, last), (_, following, _) in zip(found.terms, found.terms[1:], strict=False):
        assert first < last < following
    assert 185 <= len(list(found.days())) <= 196
    assert len(found.inset) == 5
    good_friday = easter_sunday(year + 1) - timedelta(days=2)
    days = set(found.days())
    assert not days & {good_friday, good_friday + timedelta(days=3), date(year, 12, 25), date(year + 1, 1, 1)}
    assert {first.weekday() for _, first, _ in found.terms[1:]} == {0}


def test_the_school_year_begins_with_september() -> None:
    assert (beginning(date(2027, 8, 31)), beginning(date(2027, 9, 1))) == (2026, 2027)
