"""The policies these tests use are the two that ship, as far as routing can tell."""

from typing import Any

import pytest

from notifier.config.policy import profile
from notifier.model.policy import Policy
from tests.unit.routing.families import HYDE_PARK, WOODGRANGE


def rungs(written: list[Any]) -> tuple[tuple[str, ...], ...]:
    return tuple((rung,) if isinstance(rung, str) else tuple(rung) for rung in written)


@pytest.mark.parametrize(("name", "policy"), [("woodgrange", WOODGRANGE), ("hyde-park", HYDE_PARK)])
def test_a_shipped_profile_routes_as_the_policy_of_these_tests(name: str, policy: Policy) -> None:
    shipped = profile(name)
    assert {kind.value for kind in policy.kinds} == set(shipped["kinds"])
    for kind, mine in policy.kinds.items():
        theirs = shipped["kinds"][kind.value]
        assert mine.ladder == rungs(theirs["ladder"])
        assert (mine.per.value, mine.copies.value) == (theirs["per"], theirs["copies"])
        assert (mine.also, mine.public_if_important) == (
            tuple(theirs.get("also", ())),
            tuple(theirs.get("also_if_important", ())),
        )
    assert policy.text.allowed == set(shipped["text"]["allowed"])
    assert policy.in_person_only == set(shipped["in_person_only"])
    assert set(policy.watch_words) <= set(shipped["watch_words"])
