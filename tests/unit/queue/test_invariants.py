"""Whatever happens in whatever order: nothing accepted is lost, and nothing settled goes again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.pool import StaticPool

from notifier.model.message import Kind, Lane
from notifier.model.states import OPEN_DELIVERY, SETTLED_LEG, DeliveryState, LegState, MessageState
from notifier.queue import claims, leases, messages, moments, schema, settling, tasks
from notifier.queue.rows import ClaimedLeg, Settlement, Wanted
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, plan

CHANNELS = ("text", "email", "letter", "call", "website")
OWNERS = ("oak", "ash")
ALIVE = {LegState.DUE, LegState.STARTED, LegState.UNKNOWN, LegState.TECHNICAL_FAILURE}
STOPPED = {DeliveryState.CANCELLED, DeliveryState.EXPIRED, DeliveryState.WITHHELD, DeliveryState.HELD}
OUTCOMES = [
    LegState.SENT,
    LegState.DELIVERED,
    LegState.PERMANENT_FAILURE,
    LegState.TEMPORARY_FAILURE,
    LegState.UNKNOWN,
    LegState.TECHNICAL_FAILURE,
    LegState.WITHDRAWN,
]


class School(RuleBasedStateMachine):
    """Two nodes work on one database; either may die at any moment."""

    @initialize()
    def start(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        with self.engine.begin() as connection:
            schema.metadata.create_all(connection)
        self.now: datetime = NOW
        self.held: dict[str, dict[str, ClaimedLeg]] = {owner: {} for owner in OWNERS}
        self.ended: set[str] = set()
        self.number = 0

    def teardown(self) -> None:
        self.engine.dispose()

    def take(self, owner: str, legs: tuple[ClaimedLeg, ...]) -> None:
        for leg in legs:
            assert leg.leg_id not in self.ended, "a leg that was settled goes again"
            assert not any(leg.leg_id in held for held in self.held.values()), "two have the same leg"
            self.held[owner][leg.leg_id] = leg

    @rule(
        kind=st.sampled_from([Kind.EMERGENCY, Kind.LETTER, Kind.NEWSLETTER]),
        ladders=st.lists(
            st.sampled_from(
                [
                    (("email",), ("letter",), ("call",)),
                    (("text", "email"), ("call",)),
                    (("letter",),),
                ]
            ),
            min_size=1,
            max_size=3,
        ),
        adults=st.integers(1, 2),
        held=st.booleans(),
        public=st.booleans(),
        lasts=st.sampled_from([None, 5, 60]),
    )
    def enqueue(
        self,
        kind: Kind,
        ladders: list[tuple[tuple[str, ...], ...]],
        adults: int,
        held: bool,
        public: bool,
        lasts: int | None,
    ) -> None:
        self.number += 1
        homes = [delivery(f"H{one}", ladder, adults) for one, ladder in enumerate(ladders)]
        homes[0] = replace(homes[0], held="DESIGN 3.5" if held else "")
        expires = None if lasts is None else self.now + timedelta(minutes=lasts)
        made = plan(*homes, public=("website",) if public else ())
        with self.engine.begin() as connection:
            messages.enqueue(connection, entry(made, f"m{self.number}", kind=kind, expires_at=expires), self.now)

    @rule(owner=st.sampled_from(OWNERS), channel=st.sampled_from(CHANNELS), limit=st.integers(1, 3))
    def claim(self, owner: str, channel: str, limit: int) -> None:
        with self.engine.begin() as connection:
            found = claims.claim(connection, owner, channel, list(Lane), limit, LEASE, self.now, True, None)
        assert len(found.legs) <= limit
        self.take(owner, found.legs)

    @rule(owner=st.sampled_from(OWNERS))
    def claim_in_doubt(self, owner: str) -> None:
        with self.engine.begin() as connection:
            leg = claims.claim_unknown(connection, owner, LEASE, self.now, None, None)
        self.take(owner, () if leg is None else (leg,))

    @precondition(lambda self: any(self.held.values()))
    @rule(
        data=st.data(),
        outcome=st.sampled_from(OUTCOMES),
        wait=st.sampled_from([None, 0, 5]),
        stop=st.sampled_from([None, None, None, DeliveryState.HELD, DeliveryState.WITHHELD]),
    )
    def settle(self, data: st.DataObject, outcome: LegState, wait: int | None, stop: DeliveryState | None) -> None:
        owner = data.draw(st.sampled_from([name for name in OWNERS if self.held[name]]))
        leg = self.held[owner].pop(data.draw(st.sampled_from(sorted(self.held[owner]))))
        with self.engine.begin() as connection:
            wanted = leases.still_wanted(connection, [leg.leg_id], self.now)[leg.leg_id]
            if wanted is not Wanted.SEND or stop is not None:
                outcome = LegState.WITHDRAWN
            at = None if wait is None else self.now + timedelta(minutes=wait)
            done = Settlement(
                leg.leg_id, leg.attempt_id, owner, outcome, "why", "", at, by_person=leg.channel == "call"
            )
            if outcome is LegState.WITHDRAWN:
                done = replace(done, delivery_state=DeliveryState.HELD if wanted is Wanted.HELD else stop)
            assert settling.settle(connection, [done], self.now) == [True]
            assert settling.settle(connection, [done], self.now) == [False]

    @precondition(lambda self: any(self.held.values()))
    @rule(owner=st.sampled_from(OWNERS))
    def give_back(self, owner: str) -> None:
        with self.engine.begin() as connection:
            leases.give_back(connection, list(self.held[owner]), owner, self.now, None)
        self.held[owner].clear()

    @rule(dead=st.sampled_from(OWNERS))
    def crash(self, dead: str) -> None:
        """It dies, its leases run out, and the other takes its legs over; its own were settled before."""
        (other,) = (name for name in OWNERS if name != dead)
        with self.engine.begin() as connection:
            leases.give_back(connection, list(self.held[other]), other, self.now, None)
            self.held[other].clear()
            taken = leases.take_over(connection, other, self.now, True)
        assert {leg.leg_id for leg in taken} == set(self.held[dead])
        late = [Settlement(leg.leg_id, leg.attempt_id, dead, LegState.SENT) for leg in self.held[dead].values()]
        self.held[dead].clear()
        with self.engine.begin() as connection:
            assert not any(settling.settle(connection, late, self.now))

    @rule(minutes=st.sampled_from([1, 10, 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        with self.engine.begin() as connection:
            moments.escalate(connection, self.now, {Kind.EMERGENCY: timedelta(minutes=10)})
            moments.expire(connection, self.now, {Kind.EMERGENCY})

    @precondition(lambda self: self.number > 0)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.number))
        with self.engine.begin() as connection:
            messages.cancel(connection, f"m{number}", "head", self.now)

    @rule(sent=st.booleans())
    def a_person_works_through_the_list(self, sent: bool) -> None:
        with self.engine.begin() as connection:
            for row in connection.execute(select(schema.delivery.c.id, schema.delivery.c.state)).all():
                if row.state == DeliveryState.HELD:
                    settling.requeue_held(connection, row.id, self.now, "head")
                settling.resolve(connection, row.id, sent, "head", self.now)
            for task in tasks.list_tasks(connection, True, None):
                assert tasks.tick_off(connection, task.id, "office", self.now)

    @invariant()
    def nothing_is_lost_and_the_states_agree(self) -> None:
        with self.engine.begin() as connection:
            self.check(connection)

    def check(self, connection: Connection) -> None:
        legs = self.check_legs(connection)
        busy: set[str] = set()
        for row in connection.execute(select(schema.delivery)):
            state, own = DeliveryState(row.state), legs.get(row.id, [])
            ready = [leg for leg in own if leg.state == LegState.DUE and leg.due_at is not None]
            if state in {DeliveryState.PLANNED, DeliveryState.SENDING}:
                alive = [leg for leg in own if LegState(leg.state) in ALIVE]
                assert alive, f"{row.id} is {state}, and nothing will ever be done"
            assert ready or state is not DeliveryState.PLANNED
            assert not (ready and state in STOPPED)
            if state in OPEN_DELIVERY:
                busy.add(row.message_id)
        for row in connection.execute(select(schema.message)):
            if row.state in {MessageState.DONE, MessageState.ACCEPTED}:
                assert (row.state == MessageState.DONE) == (row.id not in busy)

    def check_legs(self, connection: Connection) -> dict[str, list[Any]]:
        legs: dict[str, list[Any]] = {}
        attempts = schema.attempt.c
        most = select(attempts.leg_id, func.max(attempts.number)).group_by(attempts.leg_id)
        tried = {leg_id: number for leg_id, number in connection.execute(most)}  # noqa: C416
        for leg in connection.execute(select(schema.leg)):
            legs.setdefault(leg.delivery_id, []).append(leg)
            assert (leg.owner != "") == (leg.state == LegState.STARTED)
            assert leg.tries == tried.get(leg.id, 0)
            if LegState(leg.state) in SETTLED_LEG:
                self.ended.add(leg.id)
            assert (leg.id in self.ended) == (LegState(leg.state) in SETTLED_LEG), "a leg that had ended came back"
        return legs


TestSchool = School.TestCase
TestSchool.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
