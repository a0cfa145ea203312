"""What is worked out beforehand changes no plan, and leaves a message nothing of it to work out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.policy import Policy
from notifier.routing import plan, work_out
from notifier.routing.standing import Standing
from tests.unit.routing.families import NOW, WOODGRANGE, at_home, child, families, link, message
from tests.unit.routing.generated import cases, directories, quiet


@given(cases(st.one_of(directories(), quiet())))
def test_a_plan_is_the_same(case: tuple[Directory, Message, Policy]) -> None:
    directory, about, policy = case
    expected = plan(about, replace(directory), policy, NOW)
    work_out(directory, policy, NOW)
    assert plan(about, directory, policy, NOW) == expected


def test_the_next_message_finds_every_pupil_answered_for() -> None:
    directory = families(child("P1"), child("P2"), at_home("C1"), link("P1", "C1"), link("P2", "C1"))
    work_out(directory, WOODGRANGE, NOW)
    standing = Standing(message(), directory, WOODGRANGE, NOW)
    assert standing.known.keys() == {"P1", "P2"}
    assert "home_of" in vars(directory)
