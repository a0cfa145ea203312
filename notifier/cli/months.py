"""The school days of each month, to look over before a draft becomes the calendar."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from notifier.calendar import Day, is_school_day, school_year, sort_of
from notifier.model.calendar import SchoolCalendar
from notifier.model.message import Kind

DAY = timedelta(days=1)
MARKS = {
    Day.SCHOOL: (" ", "bold green"),
    Day.INSET: ("i", "bold magenta"),
    Day.CLOSED: ("c", "bold red"),
    Day.BANK_HOLIDAY: ("b", "bold yellow"),
    Day.HALF_TERM: ("-", "dim"),
    Day.HOLIDAY: ("-", "dim"),
    Day.NO_TERM: ("-", "dim"),
    Day.WEEKEND: (" ", "dim"),
}
"""A letter as well as a colour: not everyone sees colours, and paper has none."""
NEWS, OTHER, BOTH = "n", "m", "+"
GOES = "bold black on cyan"
"""A day on which something goes out."""
WIDTH = 26
LEGEND = (("12", Day.SCHOOL, "school day"), ("12i", Day.INSET, "INSET"), ("12c", Day.CLOSED, "closed"),
          ("12b", Day.BANK_HOLIDAY, "bank holiday"), ("12-", Day.HOLIDAY, "holiday or no term"))  # fmt: skip


def show(
    calendar: SchoolCalendar,
    first: date,
    out: Console,
    *,
    last: date | None = None,
    goes: Mapping[date, Collection[str]] | None = None,
) -> None:
    """Every month from ``first`` until the last term ends, as many beside each other as fit; Monday to Friday.

    ``last``: not beyond that day. ``goes``: the kinds of what goes out, by day; these days are marked.
    """
    if not calendar.terms:
        return
    begin = max(first, min(term.from_ for term in calendar.terms))
    end = max(term.until for term in calendar.terms)
    months = _months(begin, end if last is None else min(end, last))
    shown = [_month(month, calendar, goes or {}) for month in months if _in_term(month, calendar)]
    beside = max(1, min(4, out.width // WIDTH))
    for at in range(0, len(shown), beside):
        grid = Table.grid(padding=(0, 2))
        for _ in range(beside):
            grid.add_column(min_width=WIDTH - 2)
        grid.add_row(*shown[at : at + beside])
        out.print(grid)
        out.print()
    legend = Text()
    for sample, sort, words in LEGEND:
        legend.append(sample, MARKS[sort][1]).append(f" {words}   ")
    out.print(legend)
    if goes is not None:
        legend = Text("Goes out: ")
        for mark, words in ((NEWS, "newsletter"), (OTHER, "notice or letter"), (BOTH, "both")):
            legend.append(f"12{mark}", GOES).append(f" {words}   ")
        out.print(legend)


def by_year(calendar: SchoolCalendar) -> list[tuple[str, int, int]]:
    """Each school year with its school days and its INSET days."""
    found: dict[int, list[int]] = {}
    for term in calendar.terms:
        day = term.from_
        while day <= term.until:
            counts = found.setdefault(school_year(day), [0, 0])
            counts[0] += is_school_day(day, calendar)
            counts[1] += sort_of(day, calendar) is Day.INSET
            day += DAY
    return [(f"{year}-{(year + 1) % 100:02}", school, inset) for year, (school, inset) in sorted(found.items())]


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + 32 * DAY).replace(day=1)


def _in_term(month: date, calendar: SchoolCalendar) -> bool:
    last = (month + 32 * DAY).replace(day=1) - DAY
    return any(term.from_ <= last and term.until >= month for term in calendar.terms)


def _mark(kinds: Collection[str]) -> str:
    news = Kind.NEWSLETTER.value in kinds
    return BOTH if news and len(set(kinds)) > 1 else NEWS if news else OTHER


def _month(month: date, calendar: SchoolCalendar, goes: Mapping[date, Collection[str]]) -> Group:
    table = Table(*("Mo", "Tu", "We", "Th", "Fr"), box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    row = [Text("") for _ in range(month.weekday())] if month.weekday() < 5 else []
    day, count = month, 0
    while day.month == month.month:
        if day.weekday() < 5:
            mark, style = MARKS[sort_of(day, calendar)]
            count += is_school_day(day, calendar)
            if day in goes:
                mark, style = _mark(goes[day]), GOES
            row.append(Text(f"{day.day:2}{mark}", style=style))
        if len(row) == 5:
            table.add_row(*row)
            row = []
        day += DAY
    if row:
        table.add_row(*row)
    title = Text(f"{month:%B %Y}", style="bold").append(f"  {count} days", style="dim")
    return Group(title, table)
