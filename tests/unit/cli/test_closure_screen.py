"""What the head reads before saying yes to a closure."""

from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console

from notifier.cli.closure_screen import confirm_screen
from notifier.closure.drafting import Draft
from notifier.model.plan import Withheld
from tests.unit.closure.asking import NOW, WORLD, draft
from tests.unit.routing.families import LONDON

FETCH = "If children are at school and must be fetched, stop here and take: --state early --from"


def shown(made: Draft) -> str:
    out = Console(width=300, force_terminal=False)
    with out.capture() as captured:
        out.print(confirm_screen(made, [], WORLD.policy, LONDON))
    return captured.get()


def screen(opening: str, at: datetime) -> str:
    made = draft(opening)
    said = replace(made.closure.latest, made_at=at)
    return shown(replace(made, closure=replace(made.closure, announcements=(said,))))


@pytest.mark.parametrize(
    ("opening", "hour", "told"),
    [("closed", 5, False), ("closed", 9, True), ("closed", 14, True), ("closed", 16, False), ("early", 14, False)],
)
def test_closing_while_children_are_at_school_is_asked_about(opening: str, hour: int, told: bool) -> None:
    assert (FETCH in screen(opening, NOW.replace(hour=hour))) is told


def test_closing_from_a_later_day_or_at_a_weekend_is_not() -> None:
    assert FETCH not in screen("closed", NOW.replace(day=8, hour=14)), "a Friday, for the Monday"
    assert FETCH not in screen("closed", NOW.replace(day=16, hour=14)), "a Saturday"


def test_one_adult_is_one_adult() -> None:
    made = draft()
    out = [Withheld(id, ("P1",), "H25", "An order.") for id in ("C8", "C9")]
    one, two = (shown(replace(made, plan=replace(made.plan, withheld=tuple(out[:count])))) for count in (1, 2))
    assert "1 adult left out" in one
    assert "2 adults left out" in two
