"""As many years as there is time for: ``make soak``, or ``SOAK_YEARS=200 make soak``."""

import os

import pytest

from tests.simulation.agenda import WHOLE_YEAR
from tests.simulation.tempers import TEMPERS, expect_nothing_wrong

FIRST = 1000
"""Seeds of their own, none of which the gate has run."""
YEARS = int(os.environ.get("SOAK_YEARS", "10"))


@pytest.mark.soak
@pytest.mark.parametrize("temper", [*TEMPERS])
@pytest.mark.parametrize("seed", range(FIRST, FIRST + YEARS))
def test_nothing_goes_wrong_all_year(seed: int, temper: str) -> None:
    expect_nothing_wrong(seed, temper, WHOLE_YEAR)
