"""What begins with a date of the child: once for each child and step, as a letter, a task or both."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.directory import Directory
from notifier.model.message import Kind
from notifier.model.sequence import Begins, Sequence, Step, when
from tests.stores import new_store
from tests.unit.acceptance.notice_desk import MONDAY, Desk, at
from tests.unit.acceptance.school import DIRECTORY

NEW = Sequence(
    "New to the school",
    Begins.ADMISSION,
    (
        Step("induction", when("at once"), words="induction"),
        Step("home visit", when("5 school days after"), words="home-visit", task="Ring the family and find a day."),
        Step("agreement", when("10 school days after"), task="See that the agreement is signed."),
    ),
)
MOVING = Sequence("Moving on", Begins.NEXT_YEAR, (Step("assembly", when("in December"), words="moving-on"),), ("2",))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = FixedClock(MONDAY)
    store = await new_store(tmp_path, clock)
    yield Desk(store, clock)
    await store.close()


def admitted(day: date) -> Directory:
    return replace(DIRECTORY, pupils={**DIRECTORY.pupils, "P1": replace(DIRECTORY.pupils["P1"], admitted_on=day)})


def begin(desk: Desk, sequence: Sequence, directory: Directory = DIRECTORY) -> None:
    desk.events()
    desk.world = replace(desk.world, sequences=(sequence,), directory=directory)


async def test_a_child_who_comes_in_the_middle_of_the_year_is_welcomed_step_by_step(desk: Desk) -> None:
    begin(desk, NEW, admitted(date(2026, 11, 9)))
    sent = await desk.run(at(30))
    assert [(one.kind, one.subject, one.accepted_at) for one in sent] == [
        (Kind.LETTER, "Welcome to our school", at(9, 9)),
        (Kind.LETTER, "We would like to visit you at home", at(16, 9)),
    ]
    assert await desk.whom(sent[0]) == ["C1"]
    assert sorted(await desk.tasks()) == ["Ring the family and find a day.", "See that the agreement is signed."]


async def test_each_step_comes_once_for_each_child(desk: Desk) -> None:
    begin(desk, NEW, admitted(date(2026, 11, 9)))
    await desk.run(at(10))
    desk.clock.at = at(9, 8)
    assert await desk.run(at(10)) == []


async def test_who_came_long_ago_gets_nothing(desk: Desk) -> None:
    begin(desk, NEW, admitted(date(2025, 9, 1)))
    assert await desk.run(at(30)) == []
    assert await desk.tasks() == []


async def test_before_the_child_is_at_the_school_the_office_is_asked_and_nothing_goes(desk: Desk) -> None:
    early = replace(NEW, steps=(Step("induction", when("10 school days before"), words="induction"),))
    begin(desk, early, admitted(date(2026, 11, 30)))
    assert await desk.run(at(17)) == []
    (task,) = await desk.tasks()
    assert "not at the school yet" in task


async def test_a_whole_class_that_comes_in_september_is_one_task_and_each_child_is_settled(desk: Desk) -> None:
    early = replace(NEW, steps=(Step("induction", when("10 school days before"), words="induction"),))
    first = replace(DIRECTORY.pupils["P1"], admitted_on=date(2026, 11, 30))
    coming = {f"N{number}": replace(first, id=f"N{number}") for number in range(30)}
    begin(desk, early, replace(DIRECTORY, pupils={**DIRECTORY.pupils, **coming}))
    assert await desk.run(at(17)) == []
    (task,) = await desk.store.tasks()
    assert "is due for 30 children who are not at the school yet" in task.what
    assert set(task.about) == set(coming)
    desk.clock.at = at(16, 8)
    await desk.run(at(17))
    assert len(await desk.tasks()) == 1


async def test_in_one_year_group_only_who_is_new_is_visited(desk: Desk) -> None:
    """W16: the team of Reception visits only children who are new to the school."""
    visits = replace(NEW, steps=NEW.steps[1:2], years=(DIRECTORY.pupils["P1"].year,))
    new = replace(DIRECTORY.pupils["P1"], admitted_on=date(2026, 11, 9))
    known = replace(new, id="P8", admitted_on=date(2025, 9, 1))
    elder = replace(new, id="P9", year="6")
    links = [replace(DIRECTORY.links[0], pupil_id=id) for id in ("P8", "P9")]
    begin(
        desk, visits, replace(DIRECTORY, pupils={"P1": new, "P8": known, "P9": elder}, links=(*DIRECTORY.links, *links))
    )
    (letter,) = await desk.run(at(30))
    assert [one.delivery.pupil_ids for one in await desk.store.deliveries(letter.id)] == [("P1",)]
    assert await desk.tasks() == ["Ring the family and find a day."]


async def test_who_moves_on_is_written_to_in_the_month_before(desk: Desk) -> None:
    begin(desk, MOVING)
    (letter,) = await desk.run(at(3, month=12))
    assert letter.subject == "Moving on to the next stage"
    assert await desk.whom(letter) == ["C2"]
    assert letter.accepted_at == at(1, 9, month=12)


@pytest.mark.parametrize("written", ["soon", "in spring", "10 school days", "after"])
def test_a_time_that_says_nothing_is_told_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="Write “at once”"):
        when(written)
