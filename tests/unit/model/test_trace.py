"""A trace is a sequence of steps, however it keeps them."""

from notifier.model.plan import SAYINGS, Step, Trace

STEPS = [
    Step(3, "H34", "withheld", "C1", "P1"),
    Step(4, "W3", "may hear (main)", "C2", "P1"),
    Step(4, "W3", "may hear (main)", "C3", "P2"),
    Step(1, "W1", "2 pupils"),
]


def test_steps_come_back_in_order_as_they_were() -> None:
    trace = Trace(STEPS)
    assert [*trace] == STEPS
    assert len(trace) == 4
    assert trace[1] == STEPS[1]
    assert trace[-1] == STEPS[-1]
    assert [*trace[1:3]] == STEPS[1:3]
    assert STEPS[2] in trace


def test_two_traces_are_equal_when_their_steps_are() -> None:
    assert Trace(STEPS) == Trace(STEPS)
    assert hash(Trace(STEPS)) == hash(Trace(STEPS))
    assert Trace(STEPS) != Trace(reversed(STEPS))
    assert Trace() != STEPS
    assert repr(STEPS[0]) in repr(Trace(STEPS))


def test_a_step_about_several_says_at_its_end_whom() -> None:
    trace, plain = Trace(), Trace([Step(6, "W3", "one copy about P1, P2", "C1")])
    trace.say((6, "W3", "one copy about"), "C1", ("P1", "P2"))
    assert [*trace] == [*plain]
    assert trace[0] == plain[0]
    assert trace == plain
    assert hash(trace) == hash(plain)


def test_no_saying_is_lost_where_there_are_very_many() -> None:
    steps = [Step(6, "W3", f"one copy about P{number}", f"C{number}") for number in range(SAYINGS + 10)]
    assert [*Trace([*steps, *steps])] == [*steps, *steps]
