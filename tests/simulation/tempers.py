"""The sorts of year that are simulated, and how one is run and run again."""

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.simulation.weather import MILD, ROUGH
from tests.simulation.year import Report, Temper, Year
from tests.unit.routing.families import HYDE_PARK, WOODGRANGE

TEMPERS = {
    "quiet": Temper(WOODGRANGE, MILD, restless=0.03),
    "copies": Temper(HYDE_PARK, MILD, restless=0.03),
    "rough": Temper(WOODGRANGE, ROUGH, restless=0.03),
    "restless": Temper(HYDE_PARK, ROUGH, restless=0.25, voice=True),
}


def simulate(seed: int, temper: str, days: int) -> Report:
    """In a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return Year(seed, replace(TEMPERS[temper], days=days), Path(folder)).run()


def replay(seed: int, temper: str, days: int) -> str:
    """The one command by which to see it happen again."""
    return f"again: python -m tests.simulation --seed {seed} --temper {temper} --days {days}"


def expect_nothing_wrong(seed: int, temper: str, days: int) -> Report:
    report = simulate(seed, temper, days)
    assert not report.found, "\n".join([*report.diary[-40:], *report.found, replay(seed, temper, days)])
    return report
