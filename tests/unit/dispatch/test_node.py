"""What a node among several may claim, begin and go on with."""

from dataclasses import dataclass
from datetime import timedelta

from notifier.dispatch.crew import LEASE
from notifier.dispatch.node import Alone
from notifier.model.message import Lane
from notifier.model.states import LegState
from tests.unit.dispatch.school import School


@dataclass
class Told:
    """A node that is what a test says."""

    id: str = "told"
    span: timedelta | None = timedelta(seconds=12)
    lives: int = 1
    seconds: float = 60.0
    leader: bool = False
    forsaken: bool = False

    def life(self) -> int:
        return self.lives

    def alive_for(self) -> float:
        return self.seconds

    def leads(self) -> bool:
        return self.leader

    def nodes(self) -> int:
        return 1

    def left_behind(self) -> bool:
        found, self.forsaken = self.forsaken, False
        return found


async def states(school: School) -> dict[str, LegState]:
    found: dict[str, LegState] = {}
    for stored in await school.store.messages():
        found |= {leg.channel: leg.state for leg in await school.store.legs(stored.id)}
    return found


async def test_a_node_that_does_not_lead_sends_but_writes_no_file(school: School) -> None:
    await school.enqueue()
    await school.enqueue(ladder=(("sheet",),))
    node = Told()
    await school.dispatcher(alone=False, node=node).drain()
    assert await states(school) == {"post": LegState.SENT, "sheet": LegState.DUE}
    assert school.sheet.collated == []
    node.leader = True
    await school.dispatcher(alone=False, node=node).drain()
    assert await states(school) == {"post": LegState.SENT, "sheet": LegState.SENT}
    assert school.sheet.collated


async def test_a_node_that_cannot_show_that_it_lives_claims_nothing(school: School) -> None:
    await school.enqueue()
    node = Told(lives=0, leader=True)
    await school.dispatcher(alone=False, node=node).drain()
    assert school.post.sent == []
    assert await states(school) == {"post": LegState.DUE}


async def test_what_was_claimed_in_an_earlier_life_is_not_begun(school: School) -> None:
    """The process stands still between the last question and the first byte."""
    await school.enqueue()
    node = Told()
    asked: list[str] = []

    class Freezes:
        def render(self, *things: object, **more: object) -> object:
            asked.append("rendered")
            node.lives = 2 if len(asked) == 1 else node.lives
            return ("mail", "", ())

    school.renderer = Freezes()  # type: ignore[assignment]
    await school.dispatcher(alone=False, node=node).drain()
    assert len(asked) == 2
    assert len(school.post.sent) == 1
    (stored,) = await school.store.messages()
    assert [one.number for one in await school.store.attempts(stored.id)] == [1]  # giving back counts no try


async def test_a_dead_nodes_work_is_taken_over_before_its_lease_runs_out(school: School) -> None:
    await school.enqueue()
    (leg,) = (await school.store.claim("dead", "post", tuple(Lane), 1, LEASE, school.clock.now())).legs
    node = Told(forsaken=True, leader=True)
    await school.dispatcher(alone=False, node=node).drain()
    assert [one.attempt_id for one in school.post.sent] == [f"{leg.leg_id}.2"]
    assert await states(school) == {"post": LegState.SENT}


def test_alone_there_is_nobody_to_prove_anything_to() -> None:
    alone = Alone()
    assert (alone.life(), alone.leads(), alone.nodes(), alone.left_behind(), alone.span) == (1, True, 1, False, None)
