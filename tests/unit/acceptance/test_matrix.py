"""The page on which a school sets out how it tells families (W8)."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.acceptance.matrix import as_html, as_text, few_adults, matrix_json, parts
from notifier.model.message import Kind
from notifier.model.policy import Policy
from tests.unit.routing.families import HYDE_PARK, NOW, WOODGRANGE, adult, child, families, link, row

LEADS = {"school-trip": 10, "workshop": 1, "*": 5}


def page(policy: Policy, *, staff: bool = False) -> str:
    return "\n".join(as_text("How we tell families", parts(policy), staff=staff))


def of(policy: Policy, title: str) -> str:
    (found,) = [part for part in parts(policy) if part.title.startswith(title)]
    return " ".join(found.sentences)


def test_every_kind_of_message_has_its_part() -> None:
    assert len([part for part in parts(WOODGRANGE) if part.sentences[0].startswith("First by")]) == len(Kind)


def test_the_ways_stand_in_order_and_end_with_a_person() -> None:
    assert of(WOODGRANGE, "Letters").startswith(
        "First by email; where that does not work, by letter; where that does not work, by a call from somebody"
    )
    assert "First by text and email; " in of(WOODGRANGE, "Emergencies")
    assert "after 10 minutes" in of(WOODGRANGE, "Emergencies")


def test_a_way_that_is_not_set_up_is_left_out() -> None:
    off = {name: replace(facts, configured=name in ("email", "call")) for name, facts in WOODGRANGE.channels.items()}
    bare = replace(WOODGRANGE, channels=off)
    assert "by letter" not in page(bare)
    assert "website" not in page(bare)
    assert matrix_json(bare)["not_set_up"] == ["letter", "noticeboard", "text", "voice", "website"]


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (WOODGRANGE, ("One for each home.", "when they ask the office", "only if the school marks it as essential")),
        (HYDE_PARK, ("One for each adult.", "if they signed the contract", "It does not come as a text.")),
    ],
)
def test_the_two_schools_differ(policy: Policy, says: tuple[str, ...]) -> None:
    assert all(one in of(policy, "Letters") for one in says)
    assert "without asking" in of(policy, "Emergencies")


def test_w47_the_page_has_the_mark_by_which_the_record_names_it() -> None:
    marked = replace(WOODGRANGE, mark="3f2a-9c1b-07de")
    assert "The mark of these rules is 3f2a-9c1b-07de." in page(marked)
    assert matrix_json(marked)["mark"] == "3f2a-9c1b-07de"


def test_what_holds_for_all_is_there() -> None:
    said = page(replace(WOODGRANGE, lead_time=LEADS))
    assert "between 08:00 and 20:00" in said
    assert "behaviour, head injury, safeguarding" in said
    assert "School trip: 10 school days or more." in said
    assert "Workshop: 1 school day or more." in said
    assert "Any other event: 5 school days or more." in said


def test_rules_and_advice_are_for_the_staff_alone() -> None:
    policy = replace(WOODGRANGE, kinds={k: replace(own, rules=("W39",)) for k, own in WOODGRANGE.kinds.items()})
    few = few_adults(families(child("P1"), adult("MUM"), link("P1", "MUM", lives="yes")), policy, NOW)
    for staff in (False, True):
        html = as_html("How <we> tell", parts(policy), few, staff=staff)
        assert ("W39" in html, "P1" in html, "fewer than two" in html) == (staff, staff, staff)
        assert "<h1>How &lt;we&gt; tell</h1>" in html
        assert bool(re.search(r"\b[WH]\d+\b", page(policy, staff=staff))) is staff


def test_children_with_fewer_than_two_adults_to_reach_are_counted() -> None:
    directory = families(
        *[child(f"P{number}") for number in range(1, 6)],
        child("GONE", left_on=NOW.date() - timedelta(days=1)),
        adult("MUM"),
        adult("DAD"),
        adult("AUNT", email=""),
        *[link(f"P{number}", "MUM", lives="yes") for number in (1, 2, 3, 4)],
        link("P1", "DAD", 2, lives="no"),
        link("P2", "DAD", 2, lives="no"),
        link("P3", "AUNT", 2, lives="no"),
        row("court-order", "DAD", "P2"),
    )
    (found,) = few_adults(directory, WOODGRANGE, NOW)
    assert (found.id, found.severity.value) == ("few-adults", "advice")
    assert found.sentence.startswith("4 of 5 children")
    assert "(P2, P3, P4, P5)" in found.sentence


def test_a_school_where_each_child_has_two_is_not_bothered() -> None:
    directory = families(
        child("P1"), adult("MUM"), adult("DAD"), link("P1", "MUM", lives="yes"), link("P1", "DAD", 2, lives="no")
    )
    assert few_adults(directory, WOODGRANGE, NOW) == []


def test_the_json_is_plain() -> None:
    made = json.loads(json.dumps(matrix_json(HYDE_PARK)))
    assert made["kinds"]["letter"]["ladder"] == ["email", "letter", "call"]
    assert made["kinds"]["emergency"]["ladder"][0] == ["text", "email"]
    assert made["kinds"]["emergency"]["escalate_after_minutes"] == 10
    assert made["quiet_hours"] == {
        "opens": "08:00",
        "closes": "20:00",
        "weekends": False,
        "holidays": False,
        "everything": False,
    }
