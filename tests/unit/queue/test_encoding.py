"""What goes in as JSON comes out equal."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from notifier.model.message import Message
from notifier.model.plan import Address, Delivery, Step, Trace
from notifier.queue.encoding import (
    AT_ONCE,
    delivery_from,
    delivery_text,
    ids_from,
    ids_text,
    message_from,
    message_text,
    steps_bytes,
    steps_from,
)
from notifier.queue.schema import Moment

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@given(st.from_type(Message))
def test_a_message_survives(message: Message) -> None:
    assert message_from(message_text(message)) == message


@given(st.builds(Delivery, routes=st.dictionaries(st.text(), st.lists(st.from_type(Address)).map(tuple))))
def test_a_delivery_survives(delivery: Delivery) -> None:
    assert delivery_from(delivery_text(delivery)) == delivery


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


def test_a_trace_of_any_length_survives() -> None:
    for length in (0, 1, AT_ONCE, AT_ONCE + 1):
        steps = [Step(4, "W3", "may hear (main)", f"C{number}", "") for number in range(length)]
        assert list(steps_from(steps_bytes(Trace(steps)))) == steps
