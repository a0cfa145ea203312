"""Writes docs/reports: the governors' report of the example school's simulated year: python -m tools.write_report"""

import asyncio
import logging
import tempfile
from pathlib import Path

from notifier.care.governors import page
from notifier.care.governors_files import as_html, as_pdf
from notifier.care.term import Span
from notifier.cli.report import called, of_term
from notifier.clock import FixedClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.logs import configure
from tests.simulation.hyde_park_year import BEGIN, END, prepared

TARGET = Path(__file__).resolve().parent.parent / "docs" / "reports"
YEAR = Span("the school year 2026/27", BEGIN.date(), END.date())


async def write(folder: Path) -> None:
    """The year takes about half a minute: what stands in the report was counted from what it sent."""
    await prepared(folder).live(BEGIN, END)
    config = load(folder / "config.toml", channel_settings(), {})
    async with School.opened(config, FixedClock(END)) as school:
        made = await of_term(school, YEAR)
        shown = page(made, lambda name: called(school, name), config.school.timezone)
    TARGET.mkdir(exist_ok=True)
    (TARGET / "school-year.html").write_text(as_html(shown), encoding="utf-8", newline="\n")
    (TARGET / "school-year.pdf").write_bytes(as_pdf(shown))


def main() -> None:
    configure(logging.WARNING, json=False)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(write(Path(folder) / "school"))


if __name__ == "__main__":
    main()
