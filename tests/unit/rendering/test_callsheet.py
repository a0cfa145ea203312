from dataclasses import replace
from datetime import date, time

import pytest

from notifier.model.calendar import Event
from notifier.model.directory import Arrangement, Contact, Directory, Link, Sort
from notifier.model.message import Body, DiaryDate, Kind, Message
from notifier.model.payload import CALL_ITEM, CallPayload
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, LETTER, NOW, SCHOOL

RENDERER = Renderer(SCHOOL)
CALLED = replace(
    KHANS, routes={"call": (Address("C1", "+447700900001"), Address("C2", "+447700900002"))}, also_ring=("C4",)
)


def item(delivery: Delivery = CALLED, directory: Directory = DIRECTORY, message: Message = CLOSED) -> CallPayload:
    made = RENDERER.render(CALL_ITEM, message, delivery, directory, NOW)
    assert isinstance(made, CallPayload)
    return made


def test_parents_come_in_order_and_then_those_to_check_first() -> None:
    assert [(ring.name, ring.relationship, ring.number, ring.check_first) for ring in item().rings] == [
        ("Ms Sana Khan", "mother", "+447700900001", False),
        ("Mr Imran Khan", "father", "+447700900002", False),
        ("Mrs Joan O'Neill", "relative", "+447700900004", True),
    ]


def test_the_children_and_the_words_to_say_are_there() -> None:
    made = item()
    assert made.pupils == (("Amira Khan", "Oak"), ("Yusuf Khan", "Willow"))
    assert made.words.startswith("School is closed today. The heating has failed.")
    assert made.kind == "emergency"


def test_of_a_notice_of_several_dates_those_of_this_family_are_said() -> None:
    farm = Event("farm", "City farm", date(2026, 11, 20), time(9, 30), to="Oak")
    pool = Event("pool", "Swimming", date(2026, 11, 23), to="Elm")
    dates = (DiaryDate(farm, pupil_ids=frozenset({"P1"})), DiaryDate(pool, pupil_ids=frozenset({"P9"})))
    words = Body("en", "<p>They are listed below.</p>", "They are listed below.", "New dates for your diary")
    made = item(message=replace(CLOSED, kind=Kind.NOTICE, bodies=(words,), diary=dates))
    assert made.words == "New dates for your diary. Friday 20 November 2026, 9:30am: City farm."


def test_a_number_that_routing_left_out_is_not_shown() -> None:
    made = item(replace(CALLED, routes={"call": (Address("C1", "+447700900001"), Address("C2", ""))}))
    assert [ring.number for ring in made.rings[:2]] == ["+447700900001", ""]
    assert "+447700900002" not in str(made)
    assert any("Mr Imran Khan" in note and "nobody else" in note for note in made.notes)


@pytest.mark.parametrize("pupil", ["P1", None])
def test_a_number_to_check_first_is_not_shown_where_a_barred_adult_has_it_too(pupil: str | None) -> None:
    directory = replace(
        DIRECTORY,
        contacts={**DIRECTORY.contacts, "C9": Contact("C9", "Mr", "Al", "Barred", mobile="+447700900004")},
        arrangements=(Arrangement(Sort.COURT_ORDER, "C9", pupil),),
    )
    assert item(CALLED, directory).rings[2].number == ""


def test_an_adult_without_any_number_is_said_to_have_none() -> None:
    directory = replace(DIRECTORY, contacts={**DIRECTORY.contacts, "C1": Contact("C1", "Ms", "Sana", "Khan")})
    made = item(replace(CALLED, routes={}), directory)
    assert made.rings[0].number == ""
    assert "No number is recorded for Ms Sana Khan." in made.notes


def test_nobody_to_ring_is_said_plainly() -> None:
    made = item(replace(CALLED, contact_ids=(), also_ring=()))
    assert made.rings == ()
    assert made.reason == "Nobody to ring is recorded."


def test_with_only_those_to_check_first_the_sheet_says_so() -> None:
    made = item(replace(CALLED, contact_ids=()))
    assert [ring.check_first for ring in made.rings] == [True]
    assert "No parent or carer is recorded who may be told about this." in made.notes


def test_an_interpreter_and_the_language_are_named() -> None:
    made = item(replace(CALLED, language="ur", interpreter=True))
    assert made.notes[:2] == ("Offer an interpreter for Urdu.", "The message is also written in Urdu.")
    assert made.rings[0].language == "Urdu"
    assert made.rings[1].language == ""


@pytest.mark.parametrize("basis", Basis)
def test_h35_a_parent_living_apart_is_told_away_from_the_child(basis: Basis) -> None:
    apart = replace(CALLED, contact_ids=("C2",), pupil_ids=("P1",), basis=basis)
    assert any("not in front of the child" in note for note in item(apart, message=LETTER).notes) is (
        basis is not Basis.MAIN
    )


def test_h35_in_an_emergency_whoever_can_be_told_is_told() -> None:
    assert not [note for note in item(replace(CALLED, basis=Basis.EQUAL)).notes if "in front of the child" in note]


def test_h35_an_authority_is_no_parent_living_apart() -> None:
    social_worker = Link("P1", "C4", "SWR")
    directory = replace(DIRECTORY, links=(*[one for one in DIRECTORY.links if one.contact_id != "C4"], social_worker))
    theirs = replace(CALLED, contact_ids=("C4",), pupil_ids=("P1",), basis=Basis.EQUAL, also_ring=())
    assert not [note for note in item(theirs, directory, LETTER).notes if "in front of the child" in note]
