"""How many events of a sort a school year holds."""

from datetime import date

from notifier.calendar.yearly import too_few
from notifier.model.calendar import Event, SchoolCalendar, SchoolTerm

TERMS = (SchoolTerm("Autumn", date(2026, 9, 1), date(2026, 12, 18)),)
TODAY = date(2026, 11, 2)


def evening(id: str, day: date, *, cancelled: bool = False) -> Event:
    return Event(id, "Parents' evening", day, category="Parents evening", cancelled=cancelled)


def test_a_year_with_too_few_consultations_is_advised_on() -> None:
    calendar = SchoolCalendar(TERMS, events=(evening("a", date(2026, 11, 9)), evening("b", date(2027, 9, 9))))
    (problem,) = too_few(calendar, {"parents-evening": 2}, TODAY)
    assert "has 1 “parents-evening” of the 2" in problem.sentence
    assert "2026-27" in problem.sentence


def test_a_cancelled_one_does_not_count_and_enough_are_enough() -> None:
    two = (evening("a", date(2026, 11, 9)), evening("b", date(2027, 3, 9)))
    assert too_few(SchoolCalendar(TERMS, events=two), {"parents-evening": 2}, TODAY) == []
    off = (two[0], evening("b", date(2027, 3, 9), cancelled=True))
    assert len(too_few(SchoolCalendar(TERMS, events=off), {"parents-evening": 2}, TODAY)) == 1


def test_an_empty_calendar_is_not_nagged_about() -> None:
    assert too_few(SchoolCalendar(TERMS), {"parents-evening": 2}, TODAY) == []
