"""Weeks of a school that writes to each parent, and to those who live apart if they signed."""

import pytest

from tests.simulation.tempers import expect_nothing_wrong


@pytest.mark.parametrize("seed", range(4))
def test_nothing_goes_wrong(seed: int) -> None:
    expect_nothing_wrong(seed, "copies", 15)
