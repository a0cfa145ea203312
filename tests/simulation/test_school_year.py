"""A school year of the example school, with restarts, an outage and both changes of the clocks, as it should come out.

After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1 pytest tests/simulation/test_school_year.py``, and read what changed.
"""

import os
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.simulation.school_year import LONDON, Act, Year

EXPECTED = Path(__file__).parents[1] / "golden" / "school-year.txt"
BEGIN = datetime(2026, 8, 31, 12, tzinfo=LONDON)
END = datetime(2027, 7, 31, 12, tzinfo=LONDON)
LATE = {date(2026, 9, 18), date(2027, 6, 25)}
"""Fridays for which nobody has written an issue."""
OUTAGE = datetime(2026, 11, 18, 12, tzinfo=LONDON), datetime(2026, 11, 25, 12, tzinfo=LONDON)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026 if month > 8 else 2027, month, day, hour, minute, tzinfo=LONDON)


def issue(day: date) -> Act:
    """Dropped on the Wednesday before, whatever that day is."""
    wednesday = day - timedelta(days=2)
    when = datetime(wednesday.year, wednesday.month, wednesday.day, 10, tzinfo=LONDON)
    name = f"news-{day.isoformat()}.md"

    def drop(folder: Path) -> None:
        target = folder / "drop" / "newsletter" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"# News of {day:%-d %B}\n\nWe had a busy week.\n", encoding="utf-8")

    return Act(when, "", drop)


def acts() -> Iterator[Act]:
    terms = [(date(2026, 9, 1), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)),
             (date(2027, 1, 4), date(2027, 2, 12)), (date(2027, 2, 22), date(2027, 3, 19)),
             (date(2027, 4, 5), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 23))]  # fmt: skip
    for first, last in terms:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() == 4 and day not in LATE:
                yield issue(day)
    yield Act(at(10, 9, 15, 30), "the computer restarts at the very minute of a newsletter", restarts=True)
    yield Act(at(1, 22, 3), "the computer restarts in the night", restarts=True)
    yield Act(at(5, 14, 15, 31), "the computer restarts just after a newsletter", restarts=True)
    yield Act(OUTAGE[0], "the computer is off for a week", off_until=OUTAGE[1])


async def test_the_school_year_comes_out_as_expected(tmp_path: Path) -> None:
    year = Year(tmp_path / "school", list(acts()))
    year.prepare()
    began = time.process_time()
    await year.live(BEGIN, END)
    print(f"{time.process_time() - began:.1f} s of work, {year.looks} looks")
    made = year.text()
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        EXPECTED.write_text(made, encoding="utf-8", newline="\n")
    assert made == EXPECTED.read_text(encoding="utf-8")
