"""Step 1: the school's words become pupils present that day."""

from datetime import date

import pytest

from notifier.model.message import Reach, Term
from notifier.routing import resolve
from notifier.routing.audience import audience, present, spoken, wide
from tests.unit.routing.families import OAK, SCHOOL, TODAY, TOMORROW, YESTERDAY, child, families

DIRECTORY = families(
    child("P0001", "Oak", year="2", groups=("Choir",)),
    child("P0002", "Elm", year="Year 2"),
    child("P0003", "Ash Class", year="R"),
    child("P0012", "Oak", year="Reception", groups=("Recorder group",)),
)


@pytest.mark.parametrize(
    ("name", "pupils"),
    [
        ("whole school", "P0001 P0002 P0003 P0012"),
        ("Whole  School", "P0001 P0002 P0003 P0012"),
        ("everyone", "P0001 P0002 P0003 P0012"),
        ("Oak", "P0001 P0012"),
        ("oak CLASS", "P0001 P0012"),
        ("class Oak", "P0001 P0012"),
        ("Ash", None),
        ("Ash class", "P0003"),
        ("Year 2", "P0001 P0002"),
        ("Y2", "P0001 P0002"),
        ("Year R", "P0003"),
        ("Reception", "P0012"),
        ("group Choir", "P0001"),
        ("choir", "P0001"),
        ("group Recorder group", "P0012"),
        ("pupil P0012", "P0012"),
        ("p0012", "P0012"),
    ],
)
def test_a_name_means_what_the_school_means(name: str, pupils: str | None) -> None:
    terms, problems = resolve([name], DIRECTORY)
    if pupils is None:
        assert [problem.id for problem in problems] == ["audience-unknown"]
    else:
        assert not problems
        assert audience(terms, (), DIRECTORY, TODAY) == tuple(pupils.split())


def test_a_name_that_matches_nobody_is_an_error_with_the_nearest_name() -> None:
    terms, problems = resolve(["Oka", "Elm"], DIRECTORY, "trip.md:2")
    assert terms == (Term(Reach.CLASS, "Elm"),)
    assert [(one.id, one.severity.value, one.where) for one in problems] == [("audience-unknown", "error", "trip.md:2")]
    assert "“Oak”" in problems[0].sentence


@pytest.mark.parametrize("name", ["class Oka", "Oka class", "Class oka"])
def test_the_word_class_makes_no_two_classes_alike(name: str) -> None:
    assert "Did you mean “Oak”?" in resolve([name], DIRECTORY)[1][0].sentence
    others = families(child("P0001", "Rowan"), child("P0002", "Hazel"))
    said = resolve([name], others)[1][0].sentence
    assert "Did you mean" not in said
    assert "a class (Hazel, Rowan)" in said


def test_a_name_unlike_any_other_is_answered_with_what_there_is() -> None:
    _, problems = resolve(["qqqqqqq"], families())
    assert "none is recorded" in problems[0].sentence


def test_the_same_name_twice_is_one_term() -> None:
    assert resolve(["Oak", "oak class"], DIRECTORY)[0] == (OAK,)


@pytest.mark.parametrize(
    ("admitted", "left", "there"),
    [
        pytest.param(None, None, True, id="no dates"),
        pytest.param(TODAY, None, True, id="admitted today: the first day"),
        pytest.param(TOMORROW, None, False, id="admitted tomorrow"),
        pytest.param(None, TODAY, True, id="leaves today: the last day"),
        pytest.param(None, YESTERDAY, False, id="left yesterday"),
    ],
)
def test_a_pupil_is_present_from_the_first_day_to_the_last(
    admitted: date | None, left: date | None, there: bool
) -> None:
    assert present(child("P1", admitted_on=admitted, left_on=left), TODAY) is there


def test_an_exception_takes_its_pupils_out() -> None:
    assert audience((OAK,), (Term(Reach.PUPIL, "P0012"),), DIRECTORY, TODAY) == ("P0001",)


def test_a_pupil_named_twice_is_in_the_audience_once() -> None:
    assert audience((OAK, SCHOOL), (), DIRECTORY, TODAY).count("P0001") == 1


def test_a_recheck_looks_among_its_own_pupils_only() -> None:
    assert audience((SCHOOL,), (), DIRECTORY, TODAY, among=("P0002", "gone")) == ("P0002",)


@pytest.mark.parametrize(
    ("terms", "answer"),
    [
        ((SCHOOL,), True),
        ((Term(Reach.YEAR, "2"), OAK), True),
        ((Term(Reach.GROUP, "Choir"),), False),
        ((OAK, Term(Reach.PUPIL, "P0002")), False),
        ((), False),
    ],
)
def test_only_a_class_or_more_is_wide(terms: tuple[Term, ...], answer: bool) -> None:
    assert wide(terms) is answer


def test_every_term_can_be_said_and_understood_again() -> None:
    for name in ("whole school", "Oak", "Year 2", "Reception", "Choir", "pupil P0001"):
        terms, _ = resolve([name], DIRECTORY)
        assert resolve([spoken(terms[0])], DIRECTORY)[0] == terms


@pytest.mark.parametrize(
    "name", ["separated", "living apart", "second homes", "court-order", "consent", "copy", "P1's"]
)
def test_h33_nobody_is_written_to_for_how_their_family_lives(name: str) -> None:
    """Such a list would itself give away what it is about; whoever asks for a leaflet can be put into a group."""
    _, problems = resolve([name], DIRECTORY)
    assert [problem.id for problem in problems] == ["audience-unknown"]
    assert {reach.value for reach in Reach} == {"school", "year", "class", "group", "pupil"}


@pytest.mark.parametrize(
    ("name", "pupils"),
    [
        ("Class 1/2", "A"),
        ("1 / 2", "A"),
        ("class 12", "B"),
        ("7.1", "C"),
        ("7-1", "C"),
        ("71", "D"),
        ("pupil P-1", "P-1"),
        ("Pupil P1", "P1"),
    ],
)
def test_a_sign_between_digits_makes_another_name_and_an_id_written_exactly_is_that_child(
    name: str, pupils: str
) -> None:
    directory = families(
        child("A", "1/2"), child("B", "12"), child("C", "7.1"), child("D", "71"), child("P-1"), child("P1")
    )
    terms, problems = resolve([name], directory)
    assert not problems
    assert audience(terms, (), directory, TODAY) == (pupils,)
