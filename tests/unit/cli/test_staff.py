"""What will not do as a PIN."""

import pytest

from notifier.cli.staff import guessable


@pytest.mark.parametrize(
    ("pin", "bad"),
    [("0000", True), ("1234", True), ("987654", True), ("8264", False), ("1122", False), ("481516", False)],
)
def test_a_pin_that_anybody_would_try_first_is_known(pin: str, bad: bool) -> None:
    assert guessable(pin) is bad
