"""Weeks in which providers are poor or gone every few days."""

import pytest

from tests.simulation.tempers import expect_nothing_wrong


@pytest.mark.parametrize("seed", range(4))
def test_nothing_goes_wrong(seed: int) -> None:
    expect_nothing_wrong(seed, "rough", 15)
