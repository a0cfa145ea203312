"""calendar/events.csv: what happens at the school and elsewhere (DESIGN 3.8)."""

import csv
import difflib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import TypeVar

from notifier.calendar.values import read_date, read_time, read_yes
from notifier.model.calendar import Event, Session
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
    rows_of: dict[str, list[Event]] = {}
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
            before = rows_of.setdefault(event.id, [])
            if reason := _no_session(event, before):
                row.problem("event_id", "duplicate-event", reason)
                continue
            before.append(event)
            places.setdefault(event.id, row.where("date"))
    except csv.Error as fault:
        problems.append(
            error("events-unreadable", f"The file cannot be read as a table: {fault}.", f"{FILE}:{rows.line_num}:1")
        )
    if columns is None:
        problems.append(error("events-empty", f"The file has no header row; begin it with {','.join(COLUMNS)}.", FILE))
    events = (_together(found) for found in rows_of.values())
    ordered = sorted(events, key=lambda event: (event.date, event.start or time.min, event.id))
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


def _no_session(event: Event, before: list[Event]) -> str:
    """Why this row is no further session of the event that has its id already; empty where it is one (W36)."""
    if not before:
        return ""
    if event.title.casefold() != before[0].title.casefold():
        return (
            f"The id {event.id} stands for “{before[0].title}” already; give this event an id of its own. "
            "Only sessions of one event share an id, and they have the same title."
        )
    if any(event.held == one.held and event.to == one.to for one in before):
        return f"The id {event.id} stands in the file twice with the same date and time; take one row out."
    return ""


def _together(rows: list[Event]) -> Event:
    """The rows of one id as one event: those that are not cancelled are its sessions."""
    if len(rows) == 1:
        return rows[0]
    on = [one for one in rows if not one.cancelled] or rows
    on.sort(key=lambda one: (one.date, one.start or time.min, one.to))
    names = [name.strip() for one in on for name in re.split(r"[,;]", one.to) if name.strip()]
    own = len({one.to.casefold() for one in on}) > 1
    sessions = tuple(Session(one.date, one.start, one.end, one.place, one.to if own else "") for one in on)
    return replace(
        on[0],
        to="; ".join(dict.fromkeys(names)),
        category=next((one.category for one in on if one.category), ""),
        details=next((one.details for one in on if one.details), ""),
        on_site=on[0].on_site if len({one.on_site for one in on}) == 1 else None,
        sessions=sessions if len(on) > 1 else (),
    )


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
