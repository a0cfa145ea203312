"""A school year of the example school, with restarts, an outage and both changes of the clocks, as it should come out.

After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1 pytest tests/simulation/test_school_year.py``, and read what changed.
"""

import os
import time as clock
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tests.simulation.school_year import LONDON, Act, Year

EXPECTED = Path(__file__).parents[1] / "golden" / "school-year.txt"
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
GALA = "gala,2027-03-10,13:00,15:00,Pool,no,Swift,trip,,"
ACTS = (
    Act(at(10, 5, 8), "MOVED: the farm visit, by a week", change("events.csv", "2026-10-14", "2026-10-21")),
    Act(at(10, 8, 16), "RESTART at the very minute of a newsletter", restarts=True),
    Act(at(11, 3, 9), "DROPPED: a letter about the parents' evening", drop("office", "evening.md", LETTER)),
    Act(OFF[0], "OFF for a week", off_until=OFF[1]),
    Act(at(1, 21, 3), "RESTART in the night", restarts=True),
    Act(at(2, 1, 9), "CALENDAR: 11 March becomes an INSET day", change("terms.toml", "2027-02-22", "2027-03-11")),
    Act(at(3, 4, 10), "CANCELLED: the swimming gala", change("events.csv", f"{GALA}no", f"{GALA}yes")),
    Act(at(5, 13, 16, 1), "RESTART just after a newsletter", restarts=True),
)


async def test_the_school_year_comes_out_as_expected(tmp_path: Path) -> None:
    year = Year(tmp_path / "school", [*issues(), *ACTS])
    year.prepare()
    (year.folder / "calendar" / "events.csv").write_text(EVENTS, encoding="utf-8")
    config = year.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'day_off = "before"\n', encoding="utf-8")
    began = clock.process_time()
    await year.live(BEGIN, END)
    worked = clock.process_time() - began
    made = year.text()
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        EXPECTED.write_text(made, encoding="utf-8", newline="\n")
    assert made == EXPECTED.read_text(encoding="utf-8")
    assert worked < 60, f"{worked:.1f} s of the processor for {year.looks} looks"
