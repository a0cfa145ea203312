"""Whoever answers the telephone knows whom to ask when a family wants a letter explained (W34)."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.model.plan import Task
from notifier.model.staff import Role, Staff
from notifier.routing.by_word import NAMED
from tests.unit.routing.families import WOODGRANGE, at_home, body, child, families, link, message, planned, row

AMINA = Staff("a-warsame", "Amina Warsame", Role.OFFICE, speaks=("so", "ar"))
HODAN = Staff("h-ali", "Hodan Ali", Role.TEACHER, speaks=("so-SO",))
HEAD = Staff("b-malik", "B Malik", Role.HEAD)
HOMES = (
    child("P1"), at_home("MUM", language="so", email="mum@example.org"), link("P1", "MUM", lives="yes"),
    child("P2"), at_home("NAN", language="so", email="nan@example.org", household="H2"), link("P2", "NAN", lives="yes"),
    child("P3"), at_home("DAD", language="pl", email="dad@example.org", household="H3"), link("P3", "DAD", lives="yes"),
    child("P4"), at_home("AUNT", language="en", email="a@example.org", household="H4"), link("P4", "AUNT", lives="yes"),
)  # fmt: skip


def tasks(*staff: Staff, kind: str = "letter", rows: tuple[Any, ...] = (), **more: Any) -> list[Task]:
    found = planned(families(*HOMES, *rows), message(kind, **more), replace(WOODGRANGE, staff=(HEAD, *staff)))
    return [one for one in found.tasks if one.rule == "W34"]


def test_one_task_for_each_language_that_somebody_speaks() -> None:
    (task,) = tasks(AMINA, HODAN)
    assert task.what == (
        "2 copies go to families who read Somali, and this is not written in Somali. If one of them asks what it says: "
        "Amina Warsame or Hodan Ali speaks Somali. Let them know."
    )
    assert task.about == ("MUM", "NAN")
    polish = replace(HODAN, speaks=("pl",))
    assert ["Somali" in one.what for one in tasks(AMINA, polish)] == [False, True]


def test_where_nobody_speaks_it_the_offer_in_the_message_is_all_there_is() -> None:
    assert tasks() == []
    assert tasks(replace(AMINA, speaks=("ur",))) == []


def test_a_translation_leaves_nothing_to_explain() -> None:
    assert tasks(AMINA, bodies=(body(), replace(body(), language="so"))) == []


@pytest.mark.parametrize("kind", ["newsletter", "notice", "emergency"])
def test_what_comes_often_or_must_be_quick_asks_nobody(kind: str) -> None:
    assert tasks(AMINA, kind=kind) == []


def test_what_goes_by_the_clock_asks_nobody() -> None:
    assert tasks(AMINA, occurrence="sequence:welcome") == []


def test_who_asked_for_an_interpreter_has_a_task_of_their_own() -> None:
    first, second = tasks(AMINA, rows=(row("interpreter", "MUM"),))
    assert first.what == "Offer to explain this message by word of mouth (Somali). Ask Amina Warsame."
    assert first.about == ("MUM",)
    assert second.what.startswith("1 copy goes to families who read Somali")
    assert second.about == ("NAN",)


def test_of_many_families_some_are_named_and_all_are_counted() -> None:
    many = [
        one
        for number in range(NAMED + 5)
        for one in (
            child(f"Q{number}"),
            at_home(f"C{number}", language="ar", email=f"c{number}@example.org", household=f"K{number}"),
            link(f"Q{number}", f"C{number}", lives="yes"),
        )
    ]
    arabic = next(one for one in tasks(AMINA, rows=tuple(many)) if "Arabic" in one.what)
    assert arabic.what.startswith(f"{NAMED + 5} copies go")
    assert len(arabic.about) == NAMED
