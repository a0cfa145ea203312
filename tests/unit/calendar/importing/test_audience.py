"""Whom a title names beyond doubt."""

import pytest

from notifier.calendar.importing.audience import audience, category

CLASSES = ["Ash", "Oak", "Willow", "Year 2"]


@pytest.mark.parametrize(
    ("title", "to", "mentioned"),
    [
        ("Oak class trip to the farm", "Oak", []),
        ("Oak and Ash classes: library", "Ash; Oak", []),
        ("Oak: library", "Oak", []),
        ("Swimming (Willow)", "Willow", []),
        ("Walk to the old oak", "", ["Oak"]),
        ("Ash Wednesday service", "", ["Ash"]),
        ("Year 1 phonics", "Year 1", []),
        ("Years 1 and 2 trip", "Year 1; Year 2", []),
        ("Y2 SATs", "Year 2", []),
        ("Reception class picnic", "Reception", []),
        ("Sports day - whole school", "whole school", []),
        ("Governors' meeting", "", []),
        ("2 year plan", "", []),
    ],
)
def test_classes_and_years_are_read_from_the_title(title: str, to: str, mentioned: list[str]) -> None:
    found, only = audience(title, CLASSES)
    assert "; ".join(sorted(found.split("; "))) == to
    assert only == mentioned


def test_a_sort_of_event_is_told_only_where_the_title_says_it() -> None:
    assert category("Oak class trip to the farm") == "trip"
    assert category("Parents' Evening") == "parents-evening"
    assert category("Sports day") == ""
