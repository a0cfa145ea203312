"""A plausible English school year, computed by rule: what ``init`` writes for the school to put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONDAY, FRIDAY = 0, 4


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """Six half-terms as (name, first day, last day), five INSET days and the bank holidays inside them."""

    terms: tuple[tuple[str, date, date], ...]
    inset: tuple[date, ...]
    closed: tuple[date, ...]

    def days(self) -> Iterator[date]:
        """The school days, in order."""
        for _, first, last in self.terms:
            for offset in range((last - first).days + 1):
                day = first + offset * DAY
                if day.weekday() <= FRIDAY and day not in self.inset and day not in self.closed:
                    yield day


def beginning(today: date) -> int:
    """The year in which the school year of ``today`` began; it begins with September."""
    return today.year if today.month >= 9 else today.year - 1


def school_year(year: int) -> SchoolYear:
    """The school year that begins in September of ``year``."""
    start = _weekday(date(year, 9, 1))
    october = _last(date(year, 10, 31), MONDAY)
    christmas = _last(date(year, 12, 22), FRIDAY)
    january = _first(date(year + 1, 1, 3), MONDAY)
    february = _first(date(year + 1, 2, 13), MONDAY)
    easter = easter_sunday(year + 1)
    spring_bank = _last(date(year + 1, 5, 31), MONDAY)
    july = _last(date(year + 1, 7, 24), FRIDAY)
    names = f"{year}/{(year + 1) % 100:02d}"
    terms = (
        (f"Autumn 1 {names}", start, october - 3 * DAY),
        (f"Autumn 2 {names}", october + WEEK, christmas),
        (f"Spring 1 {names}", january, february - 3 * DAY),
        (f"Spring 2 {names}", february + WEEK, easter - 9 * DAY),
        (f"Summer 1 {names}", easter + 8 * DAY, spring_bank - 3 * DAY),
        (f"Summer 2 {names}", spring_bank + WEEK, july),
    )
    inset = (start, _weekday(start + DAY), january, february + WEEK, spring_bank + WEEK)
    may_day = _first(date(year + 1, 5, 1), MONDAY)
    return SchoolYear(terms, inset, (may_day,))


def easter_sunday(year: int) -> date:
    """The anonymous Gregorian rule."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day if day.weekday() <= FRIDAY else _first(day, MONDAY)


def _first(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _last(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


@dataclass(frozen=True, slots=True)
class Plan:
    """A sample event, ``ahead`` school days from today."""

    id: str
    ahead: int
    title: str
    start: str
    end: str
    place: str
    on_site: str
    to: str
    category: str
    details: str


EVENTS = (
    Plan("ASSEMBLY", 4, "Celebration assembly", "09:10", "09:40", "School hall", "yes", "whole school",
         "celebration", "Families are welcome to stay for coffee."),
    Plan("PHONICS", 8, "Phonics workshop for families", "14:15", "15:00", "Library", "yes", "Year 1",
         "workshop", "The same workshop is given again at 18:00."),
    Plan("FARM", 13, "Visit to the city farm", "09:30", "14:45", "City farm", "no", "Year 2",
         "trip", "Packed lunch, coat and wellingtons."),
    Plan("EVENING", 17, "Parents' evening", "15:45", "18:30", "Classrooms", "yes", "whole school",
         "parents-evening", "Ten minutes with the class teacher; book at the office."),
    Plan("COFFEE", 22, "Coffee morning with the governors", "09:00", "10:00", "School hall", "yes", "whole school",
         "meeting", ""),
)  # fmt: skip


def terms_toml(today: date) -> str:
    """calendar/terms.toml for the school year of ``today`` and the next."""
    first = beginning(today)
    years = (school_year(first), school_year(first + 1))
    lines = [
        "# The terms of this school year and the next, INSET days, and days on which the school is closed in term.",
        "# They were computed by rule: put your own dates in. 'from' is the first day of a term, 'until' its last.",
        f"inset = [{', '.join(day.isoformat() for year in years for day in year.inset)}]",
        f"closed = [{', '.join(day.isoformat() for year in years for day in year.closed)}]",
    ]
    for year in years:
        for name, start, end in year.terms:
            lines += ["", "[[term]]", f'name = "{name}"', f"from = {start.isoformat()}", f"until = {end.isoformat()}"]
    return "\n".join(lines) + "\n"


def events_csv(today: date) -> str:
    """calendar/events.csv with a few events on school days ahead of ``today``."""
    first = beginning(today)
    days = [day for year in (first, first + 1) for day in school_year(year).days() if day > today]
    rows = ["event_id,title,date,start,end,place,on_site,to,category,details,cancelled"]
    rows += [
        ",".join(
            f'"{cell}"' if "," in cell else cell
            for cell in (
                plan.id, plan.title, days[plan.ahead].isoformat(), plan.start, plan.end, plan.place, plan.on_site,
                plan.to, plan.category, plan.details, "no",
            )
        )
        for plan in EVENTS
    ]  # fmt: skip
    return "\n".join(rows) + "\n"
