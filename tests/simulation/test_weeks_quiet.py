"""Weeks of a school that tells one copy per household, with providers that mostly work."""

import pytest

from tests.simulation.tempers import expect_nothing_wrong


@pytest.mark.parametrize("seed", range(4))
def test_nothing_goes_wrong(seed: int) -> None:
    expect_nothing_wrong(seed, "quiet", 15)
