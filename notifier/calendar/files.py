"""The calendar folder: terms.toml and events.csv become one SchoolCalendar, with every problem (DESIGN 3.8)."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from notifier.calendar import events as events_csv
from notifier.calendar import terms as terms_toml
from notifier.calendar.days import Day, sort_of
from notifier.calendar.events import read_events
from notifier.calendar.terms import Terms, read_terms
from notifier.model.calendar import Event, Nation, SchoolCalendar
from notifier.model.problem import Problem, advice, error


def read(
    folder: Path, classes: Collection[str] | None = None, nation: Nation = Nation.NONE
) -> tuple[SchoolCalendar, list[Problem]]:
    """What the folder says, and what is wrong with it; never raises.

    What cannot be read is left out: without terms no day is a school day. ``classes``
    are the school's, to notice an event for one that it does not have. ``nation`` says
    whose bank holidays are days off.
    """
    calendar, places, problems = _read(folder, nation)
    problems += _odd_days(calendar, places)
    if classes:
        problems += _unknown_classes(calendar.events, places, classes)
    return calendar, problems


def load(folder: Path, nation: Nation) -> SchoolCalendar:
    """What the folder says, for whoever cannot wait for advice on it."""
    return _read(folder, nation)[0]


def _read(folder: Path, nation: Nation) -> tuple[SchoolCalendar, dict[str, str], list[Problem]]:
    problems: list[Problem] = []
    text = _text(folder / "terms.toml", terms_toml.FILE, "no day is a school day", problems)
    terms = read_terms(text) if text is not None else Terms()
    problems += terms.problems
    text = _text(folder / "events.csv", events_csv.FILE, "there are no events", problems)
    events: list[Event] = []
    places: dict[str, str] = {}
    if text is not None:
        events, places, found = read_events(text)
        problems += found
    calendar = SchoolCalendar(
        terms=tuple(terms.terms),
        inset=frozenset(terms.inset),
        closed=frozenset(terms.closed),
        events=tuple(events),
        nation=nation,
        open=frozenset(terms.open),
    )
    return calendar, places, problems


def _text(path: Path, shown: str, meanwhile: str, problems: list[Problem]) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(advice("calendar-missing", f"There is no {shown}; until there is, {meanwhile}.", shown))
    except UnicodeDecodeError:
        problems.append(
            error("not-utf8", "The file is not saved as UTF-8; in Excel choose 'CSV UTF-8' when saving.", shown)
        )
    except OSError as fault:
        problems.append(
            error(
                "calendar-unreadable", f"The file cannot be read: {fault.strerror or fault}. Close it elsewhere.", shown
            )
        )
    return None


def _odd_days(calendar: SchoolCalendar, places: Mapping[str, str]) -> list[Problem]:
    """An event on a day when nobody is at school may be meant, but most often is a slip."""
    if not calendar.terms:
        return []
    days = (
        (event, one.date, sort_of(one.date, calendar))
        for event in calendar.events
        if not event.cancelled
        for one in event.held
    )
    return [
        advice(
            "event-on-day-off",
            f"'{event.title}' is on {day:%A %-d %B %Y}, which is {sort.value} and not a school day; is its date right?",
            places[event.id],
            "W35",
        )
        for event, day, sort in days
        if sort is not Day.SCHOOL
    ]


def _unknown_classes(events: Collection[Event], places: Mapping[str, str], classes: Collection[str]) -> list[Problem]:
    known = {_folded(name) for name in classes}
    return [
        advice(
            "event-for-unknown-class",
            f"'{event.title}' is for '{name.strip()}', which is none of the school's classes.",
            places[event.id],
        )
        for event in events
        for name in re.split(r"[,;]", event.to)
        if name.strip()
        and _folded(name) not in known
        and not re.match(r"(whole school|year|group|pupil|nursery|reception)\b", name.strip().casefold())
    ]


def _folded(name: str) -> str:
    return name.strip().casefold().removesuffix("class").strip()
