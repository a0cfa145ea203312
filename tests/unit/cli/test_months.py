"""The months that a person looks over."""

import io
from datetime import date

from rich.console import Console

from notifier.cli import months
from notifier.model.calendar import Nation, SchoolCalendar, SchoolTerm

CALENDAR = SchoolCalendar(
    terms=(
        SchoolTerm("Spring", date(2027, 4, 12), date(2027, 5, 28)),
        SchoolTerm("Autumn", date(2027, 9, 1), date(2027, 10, 22)),
    ),
    inset=frozenset({date(2027, 4, 12)}),
    closed=frozenset({date(2027, 5, 6)}),
    nation=Nation.ENGLAND,
)


def shown(width: int, first: date = date(2026, 8, 1), calendar: SchoolCalendar = CALENDAR) -> str:
    out = Console(file=io.StringIO(), width=width, color_system=None)
    months.show(calendar, first, out)
    assert isinstance(out.file, io.StringIO)
    return "\n".join(line.rstrip() for line in out.file.getvalue().splitlines())


def test_each_day_off_has_its_letter_and_each_month_its_count() -> None:
    assert shown(60).splitlines()[:8] == [
        "April 2027  14 days       May 2027  18 days",
        "Mo  Tu  We  Th  Fr        Mo  Tu  We  Th  Fr",
        "             1-  2-        3b  4   5   6c  7",
        " 5-  6-  7-  8-  9-       10  11  12  13  14",
        "12i 13  14  15  16        17  18  19  20  21",
        "19  20  21  22  23        24  25  26  27  28",
        "26  27  28  29  30        31-",
        "",
    ]


def test_months_stand_below_each_other_where_the_window_is_narrow() -> None:
    assert max(len(line) for line in shown(30).splitlines()) <= 30
    assert [line.split()[0] for line in shown(30).splitlines() if "2027" in line] == [
        "April",
        "May",
        "September",
        "October",
    ]


def test_months_without_a_term_and_before_the_first_day_are_left_out() -> None:
    told = shown(120, date(2027, 8, 1))
    assert "May" not in told
    assert "August" not in told
    assert "September 2027  22 days" in told


def test_without_terms_nothing_is_shown() -> None:
    assert shown(80, calendar=SchoolCalendar()) == ""


def test_each_school_year_has_its_school_days_and_inset_days() -> None:
    assert months.by_year(CALENDAR) == [("2026-27", 32, 1), ("2027-28", 38, 0)]


def test_a_year_at_a_glance_marks_the_days_on_which_something_goes() -> None:
    out = Console(color_system=None, width=120, file=io.StringIO())
    calendar = SchoolCalendar((SchoolTerm("Autumn", date(2026, 9, 1), date(2026, 10, 23)),))
    goes: dict[date, set[str]] = {
        date(2026, 9, 4): {"newsletter"},
        date(2026, 9, 8): {"notice"},
        date(2026, 9, 11): {"newsletter", "letter"},
    }
    months.show(calendar, date(2026, 8, 1), out, last=date(2026, 9, 30), goes=goes)
    assert isinstance(out.file, io.StringIO)
    shown = out.file.getvalue()
    assert "September 2026" in shown
    assert "October 2026" not in shown
    for day in (" 4n", " 8m", "11+", "newsletter", "notice or letter"):
        assert day in shown
