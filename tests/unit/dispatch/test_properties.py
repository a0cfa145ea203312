"""Whatever channels, rules and stops do.

Every claimed leg is settled or given back, and nobody barred is written to.
"""

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import CannotTell, NotFound, OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure
from notifier.clock import FixedClock
from notifier.model.message import Kind
from notifier.model.plan import Hold, Verdict, Withhold
from notifier.model.states import LegState
from tests.stores import new_store
from tests.unit.dispatch.school import START, Board, Recording, Ringing, School, Sheet, at

LADDERS = ((("post",), ("sheet",)), (("ring", "post"), ("sheet",)), (("ring",), ("post",), ("sheet",)))

ending = st.sampled_from(["sent", "confirmed", "temporary", "permanent", "unknown", "bug"])
endings = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["post", "ring"]), st.lists(ending, max_size=4)))
verdicts = st.dictionaries(st.integers(0, 4), st.sampled_from([Withhold("H34"), Hold("DESIGN 3.1")]), max_size=2)
answers = st.sampled_from([Sent("SM1"), NotFound(), CannotTell()])


def made(name: str) -> Sent | BaseException:
    found: dict[str, Sent | BaseException] = {
        "sent": Sent("ref"),
        "confirmed": Sent("ref", confirmed=True),
        "temporary": TemporaryFailure("Busy."),
        "permanent": PermanentFailure("No such address."),
        "unknown": OutcomeUnknown("No answer."),
        "bug": RuntimeError("broken"),
    }
    return found[name]


@settings(max_examples=8, deadline=None)
@given(
    kind=st.sampled_from(Kind),
    ladder=st.sampled_from(LADDERS),
    scripts=endings,
    barred=verdicts,
    answer=answers,
    stops_after=st.none() | st.integers(0, 6),
)
def test_every_claimed_leg_is_settled_or_given_back(
    kind: Kind,
    ladder: tuple[tuple[str, ...], ...],
    scripts: list[tuple[int, str, list[str]]],
    barred: dict[int, Verdict],
    answer: Sent | NotFound | CannotTell,
    stops_after: int | None,
) -> None:
    asyncio.run(_live(kind, ladder, scripts, barred, answer, stops_after))


async def _live(
    kind: Kind,
    ladder: tuple[tuple[str, ...], ...],
    scripts: list[tuple[int, str, list[str]]],
    barred: dict[int, Verdict],
    answer: Sent | NotFound | CannotTell,
    stops_after: int | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(START)
        store = await new_store(Path(folder), clock, "notifier.db")
        school = School(store, clock, {"post": Recording(), "ring": Ringing(), "board": Board(), "sheet": Sheet()})
        school.ring.answer = answer
        for number, name, ends in scripts:
            (school.post if name == "post" else school.ring).ends(at(number, name), *map(made, ends))
        school.verdicts = {f"F{number}": verdict for number, verdict in barred.items()}
        message = await school.enqueue(5, kind=kind, ladder=ladder)
        if stops_after is not None:
            await _stopped(school, stops_after)
        for wait in (0, 20, 1200):
            await school.later(timedelta(seconds=wait))

        legs = await store.legs(message.id)
        assert not [leg for leg in legs if leg.state is LegState.STARTED]
        attempts = await store.attempts(message.id)
        assert not [one for one in attempts if one.outcome is LegState.STARTED]
        for number in barred:
            names = {at(number, name) for name in ("post", "ring", "sheet")}
            assert not names & {*school.post.to, *school.ring.to, *school.sheet.to}
        assert len(attempts) == len({one.id for one in attempts})
        tried = Counter(one.leg_id for one in attempts)
        assert all(leg.tries == tried[leg.id] for leg in legs)
        await store.close()


async def _stopped(school: School, after: int) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(school.dispatcher().run(stop))
    for _ in range(after * 20):
        await asyncio.sleep(0)
    stop.set()
    await running
