"""When the steps of a sequence fall due for each child. Pure (W15, W16, H9, H10)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from notifier.calendar.counting import SchoolDays
from notifier.calendar.days import school_year
from notifier.calendar.notices import Planner
from notifier.model.directory import Pupil
from notifier.model.notice import Offset, Unit
from notifier.model.sequence import Begins, Begun, Sequence, Step

DAY = timedelta(days=1)


def begun(sequence: Sequence, pupils: Iterable[Pupil], today: date) -> Iterator[Begun]:
    """For whom the sequence runs about this day."""
    years = {_year(name) for name in sequence.years}
    next_year = date(school_year(today) + 1, 8, 1)
    for pupil in pupils:
        if (years and _year(pupil.year) not in years) or (pupil.left_on is not None and pupil.left_on < today):
            continue
        if sequence.begins is Begins.NEXT_YEAR:
            if years:
                yield Begun(sequence, pupil.id, next_year)
        elif pupil.admitted_on is not None:
            yield Begun(sequence, pupil.id, pupil.admitted_on)


def moment(step: Step, begins: date, planner: Planner) -> datetime:
    """The time at which notices leave, on the school day that the step means."""
    days, offset = planner.days, step.when.offset
    start = _school_day(begins, days)
    if step.when.month:
        year = start.year if step.when.month < start.month else start.year - 1
        return planner.on(_school_day(date(year, step.when.month, 1), days))
    if offset.unit is not Unit.SCHOOL_DAY:
        moved = DAY * offset.count * (7 if offset.unit is Unit.WEEK else 1)
        return planner.on(_school_day(start - moved if step.when.before else start + moved, days))
    count = days.before if step.when.before else days.after
    found = count(start, offset.count) if days.covers(start) else None
    return planner.on(found or _weekdays(start, offset, before=step.when.before))


def _school_day(day: date, days: SchoolDays) -> date:
    """The day itself or the first school day after it; where no terms are entered the day as it is."""
    return (days.after(day, 0) if days.covers(day) else None) or day


def _weekdays(day: date, far: Offset, *, before: bool) -> date:
    """Where the terms entered do not reach."""
    left = far.count
    while left:
        day += -DAY if before else DAY
        left -= day.weekday() < 5
    return day


def _year(written: str) -> str:
    folded = written.casefold().strip()
    return re.sub(r"^(?:year|yr|y)\s*(?=\d|r$)", "", folded)
