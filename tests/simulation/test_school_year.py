"""A school year of the example school, as it should come out, and what is done for it afterwards.

After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1 pytest tests/simulation/test_school_year.py``, and read what changed.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.simulation.hyde_park_year import BEGIN, END, prepared
from tests.simulation.school_year import Year

EXPECTED = Path(__file__).parents[1] / "golden" / "school-year.txt"


@dataclass(frozen=True)
class Lived:
    year: Year
    seconds: float


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """One year for all of them; whoever changes anything takes a copy."""
    year = prepared(tmp_path_factory.mktemp("year") / "school")
    began = time.process_time()
    asyncio.run(year.live(BEGIN, END))
    return Lived(year, time.process_time() - began)


def test_the_school_year_comes_out_as_expected(lived: Lived) -> None:
    made = lived.year.text()
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        EXPECTED.write_text(made, encoding="utf-8", newline="\n")
    assert made == EXPECTED.read_text(encoding="utf-8")
    assert lived.seconds < 60, f"{lived.seconds:.1f} s of the processor for {lived.year.looks} looks"
