"""calendar/events.csv: what happens at the school and elsewhere (DESIGN 3.8)."""

import csv
import difflib
import io
from collections.abc import Callable
from datetime import date, time
from typing import TypeVar

from notifier.calendar.values import read_date, read_time, read_yes
from notifier.model.calendar import Event
from notifier.model.problem import Problem, advice, error

FILE = "calendar/events.csv"
COLUMNS = (
    "event_id", "title", "date", "start", "end", "place", "on_site", "to", "category", "details", "cancelled",
)  # fmt: skip
UID = "uid"
"""What an event is called in the feed it came from; ``calendar import`` writes it and knows the row again by it."""
REQUIRED = ("event_id", "title", "date")
T = TypeVar("T")


class Row:
    """One row: its cells by column, and where they stand. Columns and lines count from 1, as a spreadsheet does."""

    def __init__(self, line: int, cells: list[str], columns: dict[str, int], problems: list[Problem]) -> None:
        self.line = line
        self.cells = cells
        self.columns = columns
        self.problems = problems
        self.sound = True

    def text(self, name: str) -> str:
        at = self.columns.get(name)
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    def where(self, name: str) -> str:
        return f"{FILE}:{self.line}:{self.columns.get(name, 0) + 1}"

    def read(self, name: str, reader: Callable[[str], T]) -> T | None:
        """The cell as ``reader`` understands it; None when it is blank or cannot be read."""
        text = self.text(name)
        if not text:
            return None
        try:
            return reader(text)
        except ValueError as fault:
            self.problem(name, f"bad-{name.replace('_', '-')}", str(fault))
            return None

    def problem(self, name: str, id: str, sentence: str) -> None:
        self.sound = False
        self.problems.append(error(id, sentence, self.where(name)))


def read_events(text: str) -> tuple[list[Event], dict[str, str], list[Problem]]:
    """The events that can be read, by date; where each stands, by id; a problem for every cell that cannot be read."""
    problems: list[Problem] = []
    text = text.removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    columns: dict[str, int] | None = None
    events: dict[str, Event] = {}
    places: dict[str, str] = {}
    ended = 0
    try:
        for cells in rows:
            line, ended = ended + 1, rows.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, line, problems)
                if any(name not in columns for name in REQUIRED):
                    return [], {}, problems
                continue
            row = Row(line, cells, columns, problems)
            event = _event(row)
            if event is None:
                continue
            if event.id in events:
                row.problem(
                    "event_id", "duplicate-event", f"The id {event.id} stands in the file twice; give each its own."
                )
                continue
            events[event.id] = event
            places[event.id] = row.where("date")
    except csv.Error as fault:
        problems.append(
            error("events-unreadable", f"The file cannot be read as a table: {fault}.", f"{FILE}:{rows.line_num}:1")
        )
    if columns is None:
        problems.append(error("events-empty", f"The file has no header row; begin it with {','.join(COLUMNS)}.", FILE))
    ordered = sorted(events.values(), key=lambda event: (event.date, event.start or time.min, event.id))
    return ordered, places, problems


def delimiter(text: str) -> str:
    """Excel writes semicolons where the computer's region says so."""
    header = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=header.count)


def _columns(cells: list[str], line: int, problems: list[Problem]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = cell.strip().casefold().replace(" ", "_")
        where = f"{FILE}:{line}:{at + 1}"
        if name in columns:
            problems.append(error("duplicate-column", f"The column '{name}' stands in the file twice.", where))
        elif name in COLUMNS or name == UID:
            columns[name] = at
        elif name:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            problems.append(advice("unknown-column", f"The column '{cell.strip()}' is not used.{hint}", where))
    for name in REQUIRED:
        if name not in columns:
            problems.append(error("missing-column", f"The column '{name}' is missing; add it.", f"{FILE}:{line}:1"))
    return columns


def _event(row: Row) -> Event | None:
    for name in REQUIRED:
        if not row.text(name):
            row.problem(name, f"missing-{name.replace('_', '-')}", f"'{name}' is blank; fill it in.")
    day = row.read("date", read_date)
    start = row.read("start", read_time)
    end = row.read("end", read_time)
    on_site = row.read("on_site", read_yes)
    cancelled = row.read("cancelled", read_yes)
    if start is not None and end is not None and end <= start:
        row.problem("end", "event-backwards", "The event ends before it starts; put the times right.")
    if not row.sound or not isinstance(day, date):
        return None
    return Event(
        id=row.text("event_id"),
        title=row.text("title"),
        date=day,
        start=start,
        end=end,
        place=row.text("place"),
        on_site=on_site,
        to=row.text("to"),
        category=row.text("category"),
        details=row.text("details"),
        cancelled=bool(cancelled),
    )
