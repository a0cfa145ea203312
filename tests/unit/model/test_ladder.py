"""The ladder as a table, and what holds for every ladder there can be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model.ladder import FINAL, Leg, Move, advance, attempt_id, delivery_id, delivery_of_leg, leg_id, next_rung
from notifier.model.plan import Address, Basis, Delivery, LegPlan
from notifier.model.states import DeliveryState, LegState, may_follow

A, B, C = "C-Asante", "C-Begum", "C-Costa"
LADDER = (("email", "text"), ("letter",), ("call",))


def home(**changes: object) -> Delivery:
    """Two adults who share an email address, and a third with an own one."""
    made = Delivery(
        key="home",
        contact_ids=(A, B, C),
        pupil_ids=("P1",),
        household="H1",
        basis=Basis.MAIN,
        ladder=LADDER,
        routes={
            "email": (Address(A, "home@example.org"), Address(B, "home@example.org"), Address(C, "c@example.org")),
            "text": (Address(A, "+447700900001"),),
            "letter": (Address(A, "1 Elm Road"), Address(B, "1 Elm Road"), Address(C, "1 Elm Road")),
            "call": (Address(A, ""), Address(B, ""), Address(C, "")),
        },
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def leg(text: str) -> Leg:
    """``email A sent`` in words; the rung is the one the channel stands on."""
    channel, contact, state = text.split()
    rung = next(number for number, rung in enumerate(LADDER) if channel in rung)
    return Leg(rung, channel, {"A": A, "B": B, "C": C}[contact], LegState(state), by_person=channel == "call")


ROWS = [
    # state, rung, legs -> state, rung, legs to begin
    ("planned", 0, "email A due, text A due", "planned", 0, ""),
    ("planned", 0, "email A started, text A due", "sending", 0, ""),
    ("sending", 0, "email A due, text A due", "planned", 0, ""),
    ("sending", 0, "email A unknown, text A permanent_failure", "sending", 0, ""),
    ("sending", 0, "email A technical_failure, text A permanent_failure", "sending", 0, ""),
    ("sending", 0, "email A sent, text A due", "handed_over", 0, ""),
    ("sending", 0, "email A sent, text A permanent_failure", "handed_over", 0, ""),
    ("handed_over", 0, "email A sent, text A delivered", "confirmed", 0, ""),
    ("sending", 0, "email A permanent_failure, text A due", "planned", 0, "email C"),
    ("sending", 0, "email A permanent_failure, text A sent", "handed_over", 0, "email C"),
    ("handed_over", 0, "email A permanent_failure, text A permanent_failure", "planned", 0, "email C"),
    ("sending", 0, "email A withdrawn, text A withdrawn", "planned", 0, "email C"),
    (
        "sending", 0, "email A permanent_failure, email C permanent_failure, text A permanent_failure",
        "planned", 1, "letter A",
    ),
    ("sending", 1, "letter A permanent_failure", "planned", 2, "call A"),
    ("sending", 1, "letter A sent", "handed_over", 1, ""),
    ("sending", 1, "text A delivered, letter A due", "confirmed", 1, ""),
    ("sending", 2, "call A sent", "unreached", 2, ""),
    ("sending", 2, "call A permanent_failure", "unreached", 2, ""),
    ("unreached", 2, "call A sent, email A delivered", "confirmed", 2, ""),
    ("unreached", 2, "call A sent, email A permanent_failure", "unreached", 2, ""),
    ("withheld", 0, "email A delivered", "withheld", 0, ""),
    ("cancelled", 0, "email A permanent_failure", "cancelled", 0, ""),
    ("held", 0, "email A permanent_failure", "held", 0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("state", "rung", "legs", "to", "to_rung", "start"), ROWS, ids=lambda value: str(value))
def test_the_ladder_table(state: str, rung: int, legs: str, to: str, to_rung: int, start: str) -> None:
    move = advance(home(), DeliveryState(state), rung, [leg(text) for text in legs.split(", ")])
    begun = ", ".join(
        f"{plan.channel} {dict(zip((A, B, C), 'ABC', strict=True))[plan.contact_id]}" for plan in move.start
    )
    assert (move.state, move.rung, begun) == (DeliveryState(to), to_rung, start)


def test_dispatch_may_prefer_an_adult_who_was_not_tried() -> None:
    apart = home(routes={"email": tuple(Address(one, f"{one}@example.org") for one in (A, B, C))}, ladder=(("email",),))
    failed = [leg("email A permanent_failure")]
    sending = DeliveryState.SENDING
    assert advance(apart, sending, 0, failed, prefer=C).start == (LegPlan(0, "email", C),)
    assert advance(apart, sending, 0, failed, prefer=A).start == (LegPlan(0, "email", B),)


@pytest.mark.parametrize(
    ("legs", "to"),
    [
        ("email A permanent_failure", "expired"),
        ("email A withdrawn", "expired"),
        ("email A due", "expired"),
        ("email A started", "sending"),
        ("email A unknown", "sending"),
        ("email A sent", "handed_over"),
        ("email A delivered", "confirmed"),
    ],
)
def test_nothing_begins_once_the_message_is_over(legs: str, to: str) -> None:
    assert advance(None, DeliveryState.SENDING, 0, [leg(legs)], over=True) == Move(DeliveryState(to), 0)


def test_a_rung_without_any_address_is_passed_over() -> None:
    bare = home(routes={"call": (Address(A, ""),)})
    assert next_rung(bare, -1) == (2, (LegPlan(2, "call", A),))
    assert next_rung(bare, 2) is None


def test_ids_name_nobody_and_are_the_same_wherever_they_are_made() -> None:
    assert attempt_id(leg_id(delivery_id("m1", 3), 0, "email", 1), 2) == "m1.3.0.email.1.2"
    assert delivery_of_leg(leg_id(delivery_id("m1", 3), 0, "email", 1)) == "m1.3"


LEGS = st.lists(
    st.builds(
        Leg,
        rung=st.integers(0, 2),
        channel=st.sampled_from(["email", "text", "letter", "call"]),
        contact_id=st.sampled_from([A, B, C]),
        state=st.sampled_from(LegState),
        by_person=st.booleans(),
    ),
    max_size=6,
)


@given(st.sampled_from(DeliveryState), st.integers(0, 2), LEGS, st.booleans())
def test_every_move_stands_in_the_table_and_only_ever_goes_up(
    state: DeliveryState, rung: int, legs: list[Leg], over: bool
) -> None:
    move = advance(home(), state, rung, legs, over=over)
    assert move.state is state or may_follow(state, move.state)
    assert move.rung >= rung
    assert all(plan.rung == move.rung for plan in move.start)
    if over or state in FINAL:
        assert (move.rung, move.start) == (rung, ())


@given(st.sampled_from([DeliveryState.PLANNED, DeliveryState.SENDING]), st.integers(0, 2), LEGS)
def test_no_leg_begins_twice(state: DeliveryState, rung: int, legs: list[Leg]) -> None:
    was = {(one.rung, one.channel, one.contact_id) for one in legs if one.rung <= rung}
    below = [one for one in legs if one.rung <= rung]
    move = advance(home(), state, rung, below)
    assert not was & {(plan.rung, plan.channel, plan.contact_id) for plan in move.start}


@given(st.permutations([A, B, C]))
def test_when_everything_fails_a_person_is_asked_and_each_address_was_tried_once(order: list[str]) -> None:
    family = home(contact_ids=tuple(order))
    state, rung, legs = DeliveryState.SENDING, 0, [leg("email A started"), leg("text A started")]
    for _ in range(20):
        legs = [replace(one, state=LegState.PERMANENT_FAILURE) for one in legs]
        move = advance(family, state, rung, legs)
        state, rung = move.state, move.rung
        legs += [Leg(plan.rung, plan.channel, plan.contact_id, LegState.STARTED) for plan in move.start]
        if state is DeliveryState.UNREACHED:
            break
    assert state is DeliveryState.UNREACHED
    assert [(one.channel, one.contact_id) for one in legs] == [
        ("email", A), ("text", A), ("email", C), ("letter", A), ("call", A),
    ]  # fmt: skip
