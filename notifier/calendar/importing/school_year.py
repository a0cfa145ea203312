"""From what a feed names, terms or holidays, to the terms of a school year; with every doubt. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from notifier.calendar.days import AUGUST, school_year
from notifier.calendar.importing.feed import Entry
from notifier.calendar.importing.recognise import Sort
from notifier.model.calendar import SchoolTerm

DAY = timedelta(days=1)
FRIDAY = 4
LONG = timedelta(weeks=11)
"""Longer without a holiday than any half of a term."""
TOO_LONG = timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Span:
    title: str
    first: date
    last: date


@dataclass
class Year:
    """``told`` are the school years for which the feed names terms or holidays."""

    terms: list[SchoolTerm] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    from_gaps: bool = False
    doubts: list[str] = field(default_factory=list)


def terms_of(marked: Sequence[tuple[Sort, Entry]], off: frozenset[date]) -> Year:
    """The terms that the feed names, less the holidays in them; else the days between its holidays.

    ``off`` are single days off (INSET, closed, bank holidays), for which no doubt is raised.
    """
    year = Year()
    holidays = [
        Span(entry.title, entry.first, entry.last) for sort, entry in marked if sort in (Sort.HOLIDAY, Sort.HALF_TERM)
    ]
    named = [Span(entry.title, entry.first, entry.last) for sort, entry in marked if sort is Sort.TERM]
    named += _pairs(marked, year.doubts)
    named = sorted({(span.first, span.last): span for span in named}.values(), key=lambda span: span.first)
    merged = _merged(holidays)
    for term in named:
        year.told.add(school_year(term.first))
        year.terms += _less(term, merged)
    told = frozenset(year.told)
    year.terms += [term for term in _between(merged, year) if school_year(term.from_) not in told]
    year.told |= {school_year(term.from_) for term in year.terms}
    year.terms.sort(key=lambda term: (term.from_, term.until))
    for sort, entry in marked:
        if sort is Sort.HALF_TERM:
            _half_weeks(entry, off, year.doubts)
    for before, after in pairwise(year.terms):
        if after.from_ <= before.until:
            year.doubts.append(
                f"{before.name} (until {_day(before.until)}) and {after.name} (from {_day(after.from_)}) overlap. "
                "Put the dates right in terms.toml."
            )
    return year


def _pairs(marked: Iterable[tuple[Sort, Entry]], doubts: list[str]) -> list[Span]:
    """A first and the next last day of term make a term; one without the other is a doubt."""
    both = (Sort.TERM_BEGINS, Sort.TERM_ENDS)
    marks = sorted((entry.first, sort is Sort.TERM_ENDS, entry.title) for sort, entry in marked if sort in both)
    found: list[Span] = []
    begun: tuple[date, str] | None = None
    for day, ends, title in marks:
        if not ends:
            if begun is not None and begun[0] != day:
                doubts.append(f"“{begun[1]}” on {_day(begun[0])} has no last day of term after it.")
            begun = (day, title)
        elif begun is not None and day - begun[0] <= TOO_LONG:
            found.append(Span(_named(begun[1]) or _season(begun[0]), begun[0], day))
            begun = None
        elif not (found and found[-1].last == day):
            doubts.append(f"“{title}” on {_day(day)} has no first day of term before it.")
    if begun is not None:
        doubts.append(f"“{begun[1]}” on {_day(begun[0])} has no last day of term after it.")
    return found


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Holidays that touch or overlap, or have only a weekend between them, as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.first, span.last)):
        if merged and not _weekdays(merged[-1].last + DAY, span.first - DAY):
            before = merged[-1]
            merged[-1] = Span(before.title, before.first, max(before.last, span.last))
        else:
            merged.append(span)
    return merged


def _weekdays(first: date, last: date) -> tuple[date, date] | None:
    """First and last weekday of a span; None where it has none."""
    while first <= last and first.weekday() > FRIDAY:
        first += DAY
    while last >= first and last.weekday() > FRIDAY:
        last -= DAY
    return (first, last) if first <= last else None


def _less(term: Span, holidays: Sequence[Span]) -> list[SchoolTerm]:
    """What holidays leave of a term, in pieces."""
    pieces, first = [], term.first
    for holiday in holidays:
        if holiday.last < first or holiday.first > term.last:
            continue
        pieces.append(_weekdays(first, holiday.first - DAY))
        first = holiday.last + DAY
    pieces.append(_weekdays(first, term.last))
    kept = [piece for piece in pieces if piece is not None]
    if len(kept) == 1:
        return [SchoolTerm(term.title, *kept[0])]
    return [SchoolTerm(f"{term.title} {number}", *piece) for number, piece in enumerate(kept, 1)]


def _between(holidays: Sequence[Span], year: Year) -> list[SchoolTerm]:
    """The days between one holiday and the next, named after the season."""
    gaps: list[tuple[date, date]] = []
    for before, after in pairwise(holidays):
        gap = _weekdays(before.last + DAY, after.first - DAY)
        if gap is None or school_year(gap[0]) in year.told:
            continue
        if gap[1] - gap[0] > TOO_LONG:
            year.doubts.append(
                f"From {_day(gap[0])} to {_day(gap[1])} the feed names no holiday, for more than half a year, so no "
                "term is drafted there. Enter it by hand."
            )
            continue
        if gap[1] - gap[0] > LONG:
            year.doubts.append(
                f"From {_day(gap[0])} to {_day(gap[1])} there is no holiday; is a half-term missing in the feed?"
            )
        gaps.append(gap)
    year.from_gaps = bool(gaps)
    names = [(school_year(first), _season(first)) for first, _ in gaps]
    terms = []
    for number, (first, last) in enumerate(gaps):
        same = names.count(names[number])
        season = names[number][1]
        name = f"{season} {names[:number].count(names[number]) + 1}" if same > 1 else season
        name += f" {names[number][0]}/{(names[number][0] + 1) % 100:02}"
        terms.append(SchoolTerm(name, first, last))
    return terms


def _named(title: str) -> str:
    """“Autumn 1: first day of term” names its term."""
    before, colon, _ = title.partition(":")
    return before.strip() if colon and re.search(r"autumn|spring|summer|term", before, re.IGNORECASE) else ""


def _season(day: date) -> str:
    """The term that begins on this day, as schools call it."""
    if day.month >= AUGUST:
        return "Autumn"
    return "Spring" if day.month <= 3 else "Summer"


def _half_weeks(entry: Entry, off: frozenset[date], doubts: list[str]) -> None:
    """A half-term that begins or ends in the middle of a week is most often a slip in the feed."""
    monday = entry.first - DAY * entry.first.weekday()
    before = [monday + DAY * at for at in range(entry.first.weekday())] if entry.first.weekday() <= FRIDAY else []
    after = [entry.last + DAY * at for at in range(1, FRIDAY - entry.last.weekday() + 1)]
    for days, does, end in ((before, "begins", entry.first), (after, "ends", entry.last)):
        school = [day for day in days if day not in off]
        if school:
            doubts.append(
                f"“{entry.title}” {does} on {_day(end, '%A %-d %B %Y')}, so "
                f"{' and '.join(_day(day, '%A %-d %B') for day in school)} "
                f"{'counts as a school day' if len(school) == 1 else 'count as school days'}. Is that right?"
            )


def _day(day: date, how: str = "%-d %B %Y") -> str:
    return f"{day:{how}}"
