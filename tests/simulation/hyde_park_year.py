"""The year that the example school of Hyde Park lives through: what its people do, and what its providers tell.

With restarts, an outage, both changes of the clocks, and one morning of snow.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from notifier.care.term import COMPLAINT
from notifier.daemon import School
from tests.simulation.school_year import LONDON, Act, Year

BEGIN = datetime(2026, 8, 31, 12, tzinfo=LONDON)
END = datetime(2027, 7, 31, 12, tzinfo=LONDON)
LATE = {date(2026, 9, 17), date(2027, 6, 24)}
"""Thursdays for which nobody has written an issue."""
OFF = datetime(2026, 11, 18, 12, tzinfo=LONDON), datetime(2026, 11, 25, 12, tzinfo=LONDON)
TERMS = [(date(2026, 9, 1), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)),
         (date(2027, 1, 4), date(2027, 2, 12)), (date(2027, 2, 22), date(2027, 3, 19)),
         (date(2027, 4, 5), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 23))]  # fmt: skip
EVENTS = """\
event_id,title,date,start,end,place,on_site,to,category,details,cancelled
FARM,Visit to the city farm,2026-10-14,09:30,14:45,City farm,no,whole school,trip,,no
EVENING,Parents' evening,2026-11-26,15:45,18:30,Classrooms,yes,whole school,parents-evening,,no
SWIM,Swimming gala,2027-03-10,13:00,15:00,Pool,no,Swift,trip,,no
PICNIC,Summer picnic,2027-07-14,12:00,14:00,Field,yes,whole school,celebration,,no
"""


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026 if month > 8 else 2027, month, day, hour, minute, tzinfo=LONDON)


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Somebody edits a file of the calendar."""

    def do(folder: Path) -> None:
        file = folder / "calendar" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return do


def drop(to: str, name: str, text: str) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        target = folder / "drop" / to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    return do


def issues() -> Iterator[Act]:
    """Each dropped on the Tuesday before its Thursday, whatever those days are."""
    for first, last in TERMS:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() == 3 and day not in LATE:
                when = datetime.combine(day - timedelta(days=2), time(10), LONDON)
                text = f"# News of {day:%-d %B}\n\nWe had a busy week.\n"
                yield Act(when, "", drop("newsletter", f"news-{day.isoformat()}.md", text))


LETTER = """---
event: EVENING
to: whole school
---
# Parents' evening

Please book a time.
"""
WELCOME = """---
to: whole school
---
# Welcome back

We look forward to the new year.
"""
WITAMY = "# Witamy ponownie\n\nCieszymy się na nowy rok.\n"
SNOW = """---
kind: emergency
to: whole school
expires: 2027-01-13 15:00
text: Abbey Fields School is closed today because of snow. We write again at 3 pm.
---
# School is closed today

There is too much snow. We write again at 3 pm.
"""
GALA = "gala,2027-03-10,13:00,15:00,Pool,no,Swift,trip,,"


def welcome(folder: Path) -> None:
    drop("office", "welcome.md", WELCOME)(folder)
    drop("office", "welcome.pl.md", WITAMY)(folder)


def lost_touch(folder: Path) -> None:
    """The office learns that three adults have new telephones and addresses, and does not know them yet."""
    file = folder / "families" / "contacts.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        if row["contact_id"] in {"C0031", "C0051", "C0071"}:
            row.update(dict.fromkeys(("email", "mobile", "phone"), ""))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=[*rows[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8")


async def ring(school: School) -> None:
    """The office rings everybody on its call sheets and reaches all but one."""
    for task in [one for one in await school.store.tasks() if one.what.startswith("Ring this family")][:-1]:
        await school.store.task_done(task.id, "office", school.clock.now())


def complained(about: str) -> Callable[[School], Awaitable[object]]:
    return lambda school: school.store.audit(COMPLAINT, "office", about, school.clock.now())


ACTS = (
    Act(at(9, 8, 9), "DROPPED: a letter in English and Polish", welcome),
    Act(at(10, 5, 8), "MOVED: the farm visit, by a week", change("events.csv", "2026-10-14", "2026-10-21")),
    Act(at(10, 8, 16), "RESTART at the very minute of a newsletter", restarts=True),
    Act(at(11, 3, 9), "DROPPED: a letter about the parents' evening", drop("office", "evening.md", LETTER)),
    Act(OFF[0], "OFF for a week", off_until=OFF[1]),
    Act(at(12, 2, 10), "COMPLAINT: late", then=complained("late")),
    Act(at(1, 11, 9), "FAMILIES: three adults whose numbers are not known any more", lost_touch),
    Act(at(1, 13, 6, 45), "DROPPED by the head: closed for snow", drop("head", "snow.md", SNOW)),
    Act(at(1, 13, 7, 40), "RUNG: all but one family", then=ring),
    Act(at(1, 14, 9), "COMPLAINT: missing", then=complained("missing")),
    Act(at(1, 21, 3), "RESTART in the night", restarts=True),
    Act(at(2, 1, 9), "CALENDAR: 11 March becomes an INSET day", change("terms.toml", "2027-02-22", "2027-03-11")),
    Act(at(3, 4, 10), "CANCELLED: the swimming gala", change("events.csv", f"{GALA}no", f"{GALA}yes")),
    Act(at(5, 13, 16, 1), "RESTART just after a newsletter", restarts=True),
)


def prepared(folder: Path) -> Year:
    """A school of its own in that folder, with the year's events in its calendar."""
    year = Year(folder, [*issues(), *ACTS])
    year.prepare()
    (year.folder / "calendar" / "events.csv").write_text(EVENTS, encoding="utf-8")
    config = year.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'day_off = "before"\n', encoding="utf-8")
    return year
