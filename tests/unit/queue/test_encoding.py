"""What goes in as JSON comes out equal."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from notifier.model.message import Message
from notifier.model.plan import Address, Basis, Delivery, Step, Trace
from notifier.queue.encoding import (
    AT_HAND,
    AT_ONCE,
    delivery_from,
    delivery_text,
    ids_from,
    ids_text,
    message_from,
    message_text,
    new_delivery_text,
    steps_bytes,
    steps_from,
)
from notifier.queue.schema import Moment

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@given(st.from_type(Message))
def test_a_message_survives(message: Message) -> None:
    assert message_from(message_text(message)) == message


ADAS = Delivery("C1/P1", ("C1",), ("P1",), "home-C1", Basis.MAIN, (("email",),))
DELIVERIES = st.builds(Delivery, routes=st.dictionaries(st.text(), st.lists(st.from_type(Address)).map(tuple)))


@given(DELIVERIES)
def test_a_delivery_survives(delivery: Delivery) -> None:
    assert delivery_from(delivery_text(delivery)) == delivery


@given(DELIVERIES)
def test_what_was_just_written_is_at_hand_once(delivery: Delivery) -> None:
    text = new_delivery_text(delivery)
    assert text == delivery_text(delivery)
    assert delivery_from(text) is delivery
    read = delivery_from(text)
    assert read == delivery
    assert read is not delivery


@given(st.lists(st.builds(replace, DELIVERIES, key=st.sampled_from(["C1/P1", "C2/P2"])), max_size=4), st.data())
def test_what_is_at_hand_is_never_what_another_message_says_to_the_same_family(
    written: list[Delivery], data: st.DataObject
) -> None:
    texts = [new_delivery_text(one) for one in written]
    for place in data.draw(st.permutations(range(len(texts)))):
        assert delivery_from(texts[place]) == written[place]


def test_only_so_many_are_kept_at_hand_and_the_newest_are() -> None:
    made = [replace(ADAS, key=f"C{number}/P1") for number in range(AT_HAND + 1)]
    texts = [new_delivery_text(one) for one in made]
    assert delivery_from(texts[0]) is not made[0]
    assert all(delivery_from(text) is one for text, one in zip(texts[1:], made[1:], strict=True))


@given(st.lists(st.from_type(Step)).map(tuple), st.lists(st.text()).map(tuple))
def test_traces_and_ids_survive(steps: tuple[Step, ...], ids: tuple[str, ...]) -> None:
    assert steps_from(steps_bytes(steps)) == steps
    assert ids_from(ids_text(ids)) == ids


YEARS: dict[str, Any] = {"min_value": datetime(2, 1, 1), "max_value": datetime(9998, 1, 1)}  # noqa: DTZ001


@given(
    st.datetimes(timezones=st.just(ZoneInfo("Europe/London")), allow_imaginary=False, **YEARS),
    st.datetimes(timezones=st.timezones(), allow_imaginary=False, **YEARS),
)
def test_moments_are_kept_in_utc_and_sort_as_text(local: datetime, other: datetime) -> None:
    kept, dialect = Moment(), sqlite.dialect()
    first, second = (kept.process_bind_param(moment, dialect) for moment in (local, other))
    assert kept.process_result_value(first, dialect) == local.astimezone(UTC)
    assert len(first) == len(second) == 27
    assert (first < second) == (local.astimezone(UTC) < other.astimezone(UTC))


def test_a_summer_evening_is_kept_an_hour_earlier() -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=ZoneInfo("Europe/London"))
    assert Moment().process_bind_param(summer, sqlite.dialect()) == "2026-07-01T08:30:00.000000Z"


def test_a_trace_that_was_kept_step_by_step_is_still_read() -> None:
    kept = b'[[1,"W1","2 pupils","",""],[4,"W3","may hear (main)","C1","P1"]]'
    steps = (Step(1, "W1", "2 pupils"), Step(4, "W3", "may hear (main)", "C1", "P1"))
    assert steps_from(zlib.compress(kept)) == steps


def test_a_trace_is_kept_with_each_saying_once() -> None:
    trace = Trace()
    for number in range(9):
        trace.say((4, "W3", "may hear (main)"), f"C{number}", f"P{number}")
        trace.say((6, "W40", "one copy (main) about"), f"C{number}", (f"P{number}", "P10"))
    assert zlib.decompress(steps_bytes(trace)).count(b"may hear") == 1
    assert steps_from(steps_bytes(trace)) == tuple(trace)


def test_a_trace_of_any_length_survives() -> None:
    for length in (0, 1, AT_ONCE, AT_ONCE + 1):
        steps = [Step(4, "W3", "may hear (main)", f"C{number}", "") for number in range(length)]
        assert list(steps_from(steps_bytes(Trace(steps)))) == steps
