"""terms.toml as a person would write it."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from notifier.model.calendar import SchoolCalendar

DAY = timedelta(days=1)


def terms_toml(calendar: SchoolCalendar) -> str:
    """The terms, INSET days and days closed of ``calendar``; days in a row as one span."""
    lines = [
        "# The school's terms. 'from' is the first day of a term, 'until' its last; half-terms lie between them.",
        "# Bank holidays need no entry.",
        f"inset = [{_days(calendar.inset)}]",
        f"closed = [{_days(calendar.closed)}]",
    ]
    if calendar.open:
        lines.append(f"open = [{_days(calendar.open)}]")
    for term in calendar.terms:
        name = _quoted(term.name)
        lines += [
            "",
            "[[term]]",
            f"name = {name}",
            f"from = {term.from_.isoformat()}",
            f"until = {term.until.isoformat()}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = "".join(one for one in text if one.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def _days(days: Collection[date]) -> str:
    spans = (
        first.isoformat() if first == last else f"{{ from = {first.isoformat()}, until = {last.isoformat()} }}"
        for first, last in _rows(days)
    )
    return ", ".join(spans)


def _rows(days: Collection[date]) -> Iterator[tuple[date, date]]:
    """First and last of each unbroken row of days."""
    ordered = sorted(days)
    begun = 0
    for at, day in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1] - day > DAY:
            yield ordered[begun], day
            begun = at + 1
