"""One letter at both example schools: the page says what the engine does, and the two differ visibly."""

import pytest

from notifier.model.plan import Basis
from tools.compare_schools import PAGE, ROWS, At, at, page


@pytest.fixture(scope="module")
def schools() -> tuple[At, At, At]:
    return at("woodgrange"), at("woodgrange", like="hyde-park"), at("hyde-park")


def test_the_page_is_what_the_tool_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.compare_schools"


def test_the_same_families_are_told_otherwise_under_the_other_policy(schools: tuple[At, At, At]) -> None:
    here, there, _ = schools
    assert here.plain.pupil_ids == there.plain.pupil_ids
    differing = [row for row, count in ROWS.items() if count(here) != count(there)]
    assert len(differing) >= 6
    assert {d.basis for d in here.plain.deliveries} == {Basis.MAIN, Basis.COPY}
    assert Basis.EQUAL in {d.basis for d in there.plain.deliveries}
    assert Basis.COPY not in {d.basis for d in there.plain.deliveries}


def test_one_goes_to_homes_and_one_to_adults(schools: tuple[At, At, At]) -> None:
    here, *others = schools
    assert max(len(d.contact_ids) for d in here.plain.deliveries) == 2
    assert all(len(d.contact_ids) == 1 for other in others for d in other.plain.deliveries)


def test_only_one_sends_a_text_for_what_is_essential_and_only_the_other_publishes_every_letter(
    schools: tuple[At, At, At],
) -> None:
    here, *others = schools
    assert all("text" in d.ladder[0] for d in here.essential.deliveries if d.routes.get("text"))
    assert any(d.routes.get("text") for d in here.essential.deliveries)
    assert not here.everyday.public
    for other in others:
        assert not any("text" in rung for d in other.essential.deliveries for rung in d.ladder)
        assert other.everyday.public


def test_whom_an_order_stops_it_stops_under_both(schools: tuple[At, At, At]) -> None:
    here, there, _ = schools
    stopped = [{one.contact_id for one in school.plain.withheld if one.rule == "H25"} for school in (here, there)]
    assert stopped[0]
    assert stopped[0] == stopped[1]
