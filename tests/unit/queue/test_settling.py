"""What is settled and moved on together ends as it would have ended one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event, select, update
from sqlalchemy.pool import StaticPool

from notifier.model.message import Kind, Lane
from notifier.model.states import DeliveryState, LegState
from notifier.queue import claims, legs, looks, messages, schema, settling
from notifier.queue.looks import looked_at
from notifier.queue.prepared import Prepared, _compiled
from notifier.queue.rows import ClaimedLeg, Settlement
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, plan

LADDERS = st.sampled_from(
    [
        (("email",), ("call",)),
        (("email", "text"), ("call",)),
        (("text",), ("email", "letter"), ("call",)),
        (("email",),),
    ]
)
SAID = st.sampled_from([*LegState] + [LegState.SENT] * 6)
"""Mostly what is usual."""
LATER = NOW + timedelta(seconds=5)


@contextmanager
def school(kind: Kind, ladders: list[Any], tries: list[bool]) -> Iterator[tuple[Connection, list[ClaimedLeg]]]:
    """Every leg of the first rungs is claimed; where ``tries`` says so, for the second time."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as conn:
        schema.metadata.create_all(conn)
        homes = plan(*(delivery(f"home{number}", ladder, adults=2) for number, ladder in enumerate(ladders)))
        messages.enqueue(conn, entry(homes, kind=kind), NOW)
        again = [leg for leg, twice in zip(claim(conn), tries, strict=False) if twice]
        back = [
            Settlement(leg.leg_id, leg.attempt_id, "oak", LegState.TEMPORARY_FAILURE, retry_at=NOW) for leg in again
        ]
        settling.settle(conn, back, NOW)
        claim(conn)
        yield conn, _started(conn)
    engine.dispose()


def claim(conn: Connection) -> list[ClaimedLeg]:
    found: list[ClaimedLeg] = []
    for channel in ("email", "text"):
        found += claims.claim(conn, "oak", channel, tuple(Lane), 100, LEASE, NOW, False, None).legs
    return found


def _started(conn: Connection) -> list[ClaimedLeg]:
    rows = conn.execute(claims.whole(claims.is_in(LegState.STARTED)).order_by(schema.leg.c.id)).all()
    return [claims.claimed(row, row.tries, NOW, NOW + LEASE) for row in rows]


def tables(conn: Connection) -> dict[str, Any]:
    of = (schema.leg, schema.attempt, schema.delivery, schema.message, schema.task)
    return {table.name: [tuple(row) for row in conn.execute(select(table).order_by(table.c.id))] for table in of}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([Kind.NEWSLETTER, Kind.LETTER, Kind.EMERGENCY]),
    st.lists(LADDERS, min_size=1, max_size=4),
    st.lists(st.booleans(), max_size=8),
    st.data(),
)
def test_a_batch_ends_as_if_each_had_been_settled_by_itself(
    kind: Kind, ladders: list[Any], tries: list[bool], data: st.DataObject
) -> None:
    ends = []
    said: list[Settlement] = []
    for together in (True, False):
        with school(kind, ladders, tries) as (conn, started):
            if together:
                said = [_said(leg, data) for leg in started]
            done = settling.settle if together else settling._settle_each
            counted = done(conn, said, LATER)
            ends.append((counted, tables(conn)))
    assert ends[0] == ends[1]


def _said(leg: ClaimedLeg, data: st.DataObject) -> Settlement:
    one = Settlement(leg.leg_id, leg.attempt_id, "oak", data.draw(SAID), reference=data.draw(st.sampled_from("ab")))
    change = data.draw(st.sampled_from(["", "", "", "owner", "attempt", "person", "reason", "nul", "retry"]))
    changed: dict[str, dict[str, Any]] = {
        "": {},
        "owner": {"owner": "ash"},
        "attempt": {"attempt_id": f"{leg.leg_id}.9"},
        "person": {"by_person": True},
        "reason": {"reason": "said so"},
        "nul": {"reference": "a\0b"},
        "retry": {"retry_at": LATER},
    }
    return replace(one, **changed[change])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([Kind.NEWSLETTER, Kind.EMERGENCY]),
    st.lists(LADDERS, min_size=1, max_size=4),
    st.lists(st.sampled_from([*LegState]), min_size=8, max_size=8),
    st.lists(st.sampled_from([*DeliveryState]), min_size=4, max_size=4),
    st.booleans(),
)
def test_deliveries_that_look_alike_go_where_each_would_go(
    kind: Kind, ladders: list[Any], states: list[LegState], stood: list[DeliveryState], expired: bool
) -> None:
    with school(kind, ladders, []) as (conn, started):
        for leg, state in zip(started, states, strict=False):
            conn.execute(update(schema.leg).where(schema.leg.c.id == leg.leg_id).values(state=state.value))
        ids = [f"m1.{number}" for number in range(len(ladders))]
        for id, state_ in zip(ids, stood, strict=False):
            conn.execute(update(schema.delivery).where(schema.delivery.c.id == id).values(state=state_.value))
        conn.execute(update(schema.message).values(expired=expired))
        steps, others = looked_at(conn, ids)
        together = {id: to for (_, _, to), those in steps.items() for id in those}
        before = conn.execute(select(schema.leg.c.id, schema.leg.c.state)).all()
        alone = [id for id in ids if id not in others]
        moved, _ = legs._each(conn, alone, LATER, {}, False)
        assert moved == together
        assert conn.execute(select(schema.leg.c.id, schema.leg.c.state)).all() == before
        if kind is Kind.EMERGENCY:
            assert sorted(others) == ids


def test_an_ordinary_newsletter_is_settled_together() -> None:
    with school(Kind.NEWSLETTER, [(("email",), ("call",))] * 3, []) as (conn, started):
        said = [Settlement(leg.leg_id, leg.attempt_id, "oak", LegState.SENT) for leg in started]
        together, others = settling._sorted(said)
        assert (len(together), others) == (1, [])
        assert settling.settle(conn, said, LATER) == [True] * 3
        steps, others_ = looked_at(conn, [leg.delivery_id for leg in started])
        assert (steps, others_) == ({}, [])


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (settling._OURS, "sqlite_autoindex_leg_1 (id=?)"),
        (settling._ARRIVE, "sqlite_autoindex_leg_1 (id=?)"),
        (settling._ARRIVED, "attempt_leg_id (leg_id=?)"),
        (looks._LOOKS, "sqlite_autoindex_delivery_1 (id=?)"),
        (looks._LOOKS, "sqlite_autoindex_leg_2 (delivery_id=?)"),
    ],
)
def test_no_table_is_read_through(statement: Prepared, index: str) -> None:
    with school(Kind.LETTER, [(("email",),)], []) as (conn, _):
        made = _compiled(statement._statement, conn.dialect, None)
        values = tuple("[]" for _ in made.positiontup or ())
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}", values).all()
        lines = [row[3] for row in rows]
        assert any(index in line for line in lines), lines
        assert not [line for line in lines if "SCAN leg" in line or "SCAN delivery" in line or "SCAN attempt" in line]
