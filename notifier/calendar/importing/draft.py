"""From a feed to ``calendar/draft/``, with all that is doubtful and would change; then, looked at, to the calendar."""

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.calendar.bank import bank_holiday
from notifier.calendar.days import AUGUST, is_school_day, school_year
from notifier.calendar.files import read
from notifier.calendar.importing.blocks import BadFeed
from notifier.calendar.importing.feed import Entry, Years, read_feed
from notifier.calendar.importing.recognise import Recognised, Sort, recognise
from notifier.calendar.importing.rows import Rows
from notifier.calendar.importing.school_year import Year, terms_of
from notifier.calendar.importing.writing import terms_toml
from notifier.model.calendar import Nation, SchoolCalendar
from notifier.model.problem import Problem, Severity

DRAFT = "draft"
DOUBTS = "doubts.txt"
BASED_ON = "based-on.txt"
OLD = "old"
FILES = ("terms.toml", "events.csv")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class School:
    """What the feed is read with.

    ``made_up``: the terms in the folder are those of ``init``, not the school's own. ``names_a_child``: whether a
    text holds a pupil's full name.
    """

    zone: ZoneInfo
    nation: Nation
    classes: Collection[str]
    today: date
    made_up: bool = False
    names_a_child: Callable[[str], bool] = lambda _: False


@dataclass
class Drafted:
    """``calendar`` is what the draft says, ``problems`` its faults; ``added``: an older draft was kept."""

    folder: Path
    calendar: SchoolCalendar
    problems: list[Problem]
    doubts: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    added: bool = False

    @property
    def good(self) -> bool:
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def draft(source: Path, folder: Path, years: Years, school: School) -> Drafted:
    """Read ``source`` and write ``calendar/draft/``; raises BadFeed. A draft that is there already is added to."""
    feed = read_feed(source, years, school.zone)
    kept = folder / DRAFT
    added = _fresh(folder)
    base = kept if added else folder
    before, problems = read(base, nation=school.nation)
    if wrong := [p for p in problems if p.severity is Severity.ERROR]:
        where = f"{wrong[0].where}: {wrong[0].sentence}"
        raise BadFeed(
            f"The {'draft' if added else 'calendar'} as it stands has errors, so nothing can be added to it. {where} "
            f"{'Or delete the folder ' + str(kept) + ' and begin anew.' if added else ''}".strip()
        )
    marked = [(recognise(entry), entry) for entry in feed.entries]
    doubts = [*feed.doubts]
    after = _school_year(marked, before, school, doubts)
    rows = _rows(base)
    first = date(school_year(school.today), AUGUST, 1)
    rows.take(_events(marked, after, doubts), school.classes, max(first, years.first))
    doubts += rows.doubts
    doubts += [
        f"“{entry.title}” on {entry.first:%-d %B %Y} names a child in full. Take the name or the row out of events.csv."
        for entry in _events(marked, after, [])
        if entry.last >= first and school.names_a_child(f"{entry.title}\n{entry.place}\n{entry.details}")
    ]
    if kept.exists() and not added:
        doubts.append(
            "A draft was there that was made before the calendar changed. This one begins anew; the older lies in "
            f"{_put_by(kept, folder / OLD / DRAFT)}."
        )
    _write(kept, terms_toml(after), rows.text(), _digest(folder))
    calendar, problems = read(kept, school.classes, school.nation)
    changes = [*_changes(before, after), *rows.changes]
    told = [f"- {line}" for line in doubts] or ["Nothing is doubtful. Look at the days all the same."]
    (kept / DOUBTS).write_text("\n".join(told) + "\n", encoding="utf-8")
    return Drafted(kept, calendar, problems, doubts, changes, added)


def accept(folder: Path, stamp: str, nation: Nation) -> tuple[Path, list[Problem]]:
    """The draft becomes the calendar; the files it replaces are kept under ``calendar/old``.

    Raises BadFeed where there is none, where it has errors, and where the calendar has been changed since.
    """
    kept = folder / DRAFT
    if not any((kept / name).is_file() for name in FILES):
        raise BadFeed("There is no draft to accept. Make one with: notifier calendar import FILE.ics")
    _, problems = read(kept, nation=nation)
    if wrong := [problem for problem in problems if problem.severity is Severity.ERROR]:
        raise BadFeed(
            f"The draft has errors, so the calendar stays as it is. {wrong[0].where}: {wrong[0].sentence} "
            f"The file is in {kept}."
        )
    if not _fresh(folder):
        raise BadFeed(
            f"The calendar has been changed since the draft was made. Delete the folder {kept}, import again, and look "
            "at the new draft."
        )
    old = _unused(folder / OLD / stamp)
    old.mkdir(parents=True)
    for name in FILES:
        if (folder / name).exists():
            shutil.copy2(folder / name, old / name)
    for name in FILES:
        if (kept / name).is_file():
            (kept / name).replace(folder / name)
    shutil.rmtree(kept)
    return old, problems


def _unused(path: Path) -> Path:
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _put_by(folder: Path, to: Path) -> Path:
    to = _unused(to)
    to.parent.mkdir(parents=True, exist_ok=True)
    return folder.rename(to)


def _fresh(folder: Path) -> bool:
    """Whether a draft lies there that was made from the calendar as it stands."""
    try:
        told = (folder / DRAFT / BASED_ON).read_text(encoding="utf-8")
    except OSError:
        return False
    return told.strip().endswith(_digest(folder))


def _digest(folder: Path) -> str:
    made = hashlib.sha256()
    for name in FILES:
        path = folder / name
        made.update(path.read_bytes() if path.is_file() else b"-")
        made.update(b"\0")
    return made.hexdigest()


def _rows(folder: Path) -> Rows:
    path = folder / "events.csv"
    return Rows.read(path.read_bytes().decode("utf-8-sig")) if path.is_file() else Rows()


def _write(folder: Path, terms: str, events: str, digest: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terms.toml").write_text(terms, encoding="utf-8")
    # With its mark Excel reads it as UTF-8.
    (folder / "events.csv").write_text("\ufeff" + events, encoding="utf-8")
    told = f"The calendar's files from which this draft was made, as one number: {digest}\n"
    (folder / BASED_ON).write_text(told, encoding="utf-8")


Marked = list[tuple[Recognised, Entry]]


def _days(marked: Marked, *sorts: Sort) -> set[date]:
    return {
        entry.first + DAY * at
        for recognised, entry in marked
        if recognised.sort in sorts and not entry.cancelled
        for at in range(entry.days)
    }


def _school_year(marked: Marked, before: SchoolCalendar, school: School, doubts: list[str]) -> SchoolCalendar:
    inset = _days(marked, Sort.INSET)
    closed = _days(marked, Sort.CLOSED)
    bank = _days(marked, Sort.BANK_HOLIDAY)
    year = terms_of([(r.sort, entry) for r, entry in marked if not entry.cancelled], frozenset(inset | closed | bank))
    doubts += year.doubts
    if year.from_gaps:
        doubts.append(
            "The feed names holidays and no terms: the terms of this draft are the days between them. Compare their "
            "first and last days with the school's own list."
        )
    # A bank holiday that is none of the nation's is one that the council or the school gives.
    closed |= {day for day in bank if not bank_holiday(day, school.nation) and day.weekday() < 5}
    kept_inset, kept_closed = _kept(before, year, school, doubts)
    if year.told and not inset:
        doubts.append("The feed names no INSET day. Add the school's own under “inset” in terms.toml.")
    if kept_inset - inset and inset:
        doubts.append(
            f"These INSET days stand in your terms.toml and not in the feed; they stay: {_listed(kept_inset - inset)}."
        )
    terms = [term for term in before.terms if school_year(term.from_) not in year.told] + year.terms
    inside = [(term.from_, term.until) for term in terms]
    return SchoolCalendar(
        terms=tuple(sorted(terms, key=lambda term: (term.from_, term.until))),
        inset=frozenset(kept_inset | inset),
        closed=frozenset(kept_closed | {day for day in closed if any(a <= day <= b for a, b in inside)}),
        nation=school.nation,
        open=before.open,
    )


def _kept(before: SchoolCalendar, year: Year, school: School, doubts: list[str]) -> tuple[set[date], set[date]]:
    """The days off that stay: all of the school's own; of those that ``init`` made up none in a year the feed tells."""
    if not (school.made_up and year.told):
        return set(before.inset), set(before.closed)
    doubts.append(
        "The terms and INSET days that the program made up at the start are replaced for the years in the feed."
    )
    others = [{day for day in days if school_year(day) not in year.told} for days in (before.inset, before.closed)]
    return others[0], others[1]


def _events(marked: Marked, calendar: SchoolCalendar, doubts: list[str]) -> list[Entry]:
    """The entries that are events; of what repeats only what falls on school days."""
    events, skipped = [], dict[str, int]()
    for recognised, entry in marked:
        if recognised.sort is not Sort.EVENT:
            continue
        if entry.repeats and calendar.terms and not is_school_day(entry.first, calendar):
            skipped[entry.title] = skipped.get(entry.title, 0) + 1
            continue
        if recognised.doubt:
            doubts.append(
                f"“{entry.title}” on {entry.first:%-d %B %Y} is entered as an event. If it is a day off, delete its "
                "row in events.csv and name the day in terms.toml."
            )
        events.append(entry)
    for title, number in skipped.items():
        doubts.append(
            f"“{title}” repeats also on days that are no school days; "
            f"{'that day was' if number == 1 else f'those {number} were'} left out."
        )
    return events


def _changes(before: SchoolCalendar, after: SchoolCalendar) -> list[str]:
    found = [
        f"New term: {term.name}, {term.from_:%-d %B %Y} to {term.until:%-d %B %Y}."
        for term in after.terms
        if (term.from_, term.until) not in {(old.from_, old.until) for old in before.terms}
    ]
    found += [
        f"Term gone: {term.name}, {term.from_:%-d %B %Y} to {term.until:%-d %B %Y}."
        for term in before.terms
        if (term.from_, term.until) not in {(new.from_, new.until) for new in after.terms}
    ]
    for what, was, now in (("INSET", before.inset, after.inset), ("Closed", before.closed, after.closed)):
        if now - was:
            found.append(f"{what}, new: {_listed(now - was)}.")
        if was - now:
            found.append(f"{what}, gone: {_listed(was - now)}.")
    return found


def _listed(days: Iterable[date]) -> str:
    return ", ".join(f"{day:%-d %B %Y}" for day in sorted(days))
