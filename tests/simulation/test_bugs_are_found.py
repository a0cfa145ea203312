"""Every invariant finds the bug that it is there for: planted into the program, and lived through."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation import bugs
from tests.simulation.tempers import TEMPERS
from tests.simulation.weather import ROUGH
from tests.simulation.year import Temper, Year

STORMY = Temper(climate=ROUGH, restless=0.1, hasty=0.9, families=14, days=25)
PLANTED = [
    (bugs.nothing_is_looked_at_before_it_goes, {"denied", "entitled"}),
    (bugs.email_is_told_twice, {"twice"}),
    (bugs.what_was_sent_is_not_written_down, {"twice"}),
    (bugs.who_failed_counts_as_reached, {"forgotten"}),
    (bugs.nobody_asks_whether_it_is_still_wanted, {"stopped", "expired"}),
    (bugs.one_file_is_two_messages, {"twice"}),
    (bugs.what_is_accepted_is_not_kept, {"lost"}),
    (bugs.everything_goes_as_a_text_at_any_hour, {"text", "quiet"}),
    (bugs.sheets_are_never_made_anew, {"denied", "entitled", "stopped", "register"}),
]


@pytest.mark.parametrize(("plant", "rules"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_a_planted_bug_is_found(plant: Callable[[Year], None], rules: set[str], tmp_path: Path) -> None:
    """In one of a few seeds; that each seed would find it is not asked of a simulation."""
    for seed in range(12):
        root = tmp_path / str(seed)
        root.mkdir()
        found = {one.partition(":")[0] for one in Year(seed, STORMY, root, plant=plant).run().found}
        if found & rules:
            return
    pytest.fail(f"{plant.__name__} was not found")


def test_the_same_seed_is_the_same_year(tmp_path: Path) -> None:
    digests = set()
    for name in ("one", "other"):
        root = tmp_path / name
        root.mkdir()
        digests.add(Year(5, Temper(TEMPERS["restless"].policy, ROUGH, 0.3, days=5), root).run().digest)
    assert len(digests) == 1
