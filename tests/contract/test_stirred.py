"""Whoever writes what may stop a claimed leg is noticed without asking about the leg (SQLite), or nothing is claimed to
be known (PostgreSQL)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.message import Lane
from notifier.model.states import LegState
from notifier.queue import Store
from notifier.queue.rows import ClaimedLeg, Sight
from tests.unit.queue.plans import LEASE, MINUTE, NOW, delivery, entry, outcome, plan

Write = Callable[[Store], Awaitable[object]]


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await another(store_url, tmp_path)
    await opened.put_directory(4, b"families", NOW)
    await opened.enqueue(entry(plan(delivery("A"), delivery("B"), delivery("C")), expires_at=NOW + MINUTE), NOW)
    yield opened
    await opened.close()


async def another(url: str, root: Path) -> Store:
    """The same database, as a second process sees it."""
    return await Store.open(url, root=root, create=True, clock=FixedClock(NOW))


async def claimed(store: Store) -> tuple[ClaimedLeg, ...]:
    return (await store.claim("node", "email", tuple(Lane), 2, LEASE, NOW)).legs


STOPS: dict[str, Write] = {
    "cancelled": lambda store: store.cancel("m1", "office", NOW),
    "held": lambda store: store.hold_delivery("m1.0", "Ask first.", NOW),
    "withheld": lambda store: store.withhold_delivery("m1.0", "An order.", NOW),
    "another directory": lambda store: store.put_directory(5, b"others", NOW),
    "taken over": lambda store: store.take_over("other", NOW, all_leases=True),
    "given back": lambda store: store.give_back(["m1.0.0.email.0"], "node", NOW),
    "expired": lambda store: store.expire(NOW + MINUTE),
    "erased": lambda store: store.erase("C1", "somebody", "office", NOW),
    "all held": lambda store: store.hold_everything(NOW, (), "this morning"),
}


@pytest.mark.parametrize("what", STOPS)
@pytest.mark.parametrize("by_another", [False, True])
async def test_what_may_stop_a_leg_shows(
    store: Store, store_url: str, tmp_path: Path, what: str, by_another: bool
) -> None:
    (leg, _) = await claimed(store)
    if store.stirred is None:
        assert leg.sight is None
        return
    assert leg.sight == Sight(4, store.stirred)
    writer = await another(store_url, tmp_path) if by_another else store
    before = await store.look()
    await STOPS[what](writer)
    assert await store.look() != before
    assert store.stirred != leg.sight.stirred
    if by_another:
        assert await store.changed()
        await writer.close()


async def test_what_only_moves_other_legs_on_does_not(store: Store) -> None:
    first, second = await claimed(store)
    await store.audit("look", "office", "m1", NOW)
    await store.settle([outcome(second, LegState.SENT)], NOW)
    (third,) = await claimed(store)
    await store.look()
    if store.stirred is not None:
        assert first.sight == third.sight == Sight(4, store.stirred)


async def test_a_leg_in_doubt_is_always_asked_about(store: Store) -> None:
    (leg, _) = await claimed(store)
    await store.settle([outcome(leg, LegState.UNKNOWN)], NOW)
    doubtful = await store.claim_unknown("node", LEASE, NOW)
    assert doubtful is not None
    assert doubtful.sight is None


async def test_what_another_process_wrote_just_before_a_claim_belongs_to_the_claim(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    other = await another(store_url, tmp_path)
    await other.put_directory(5, b"others", NOW)
    (leg, _) = await claimed(store)
    if store.stirred is not None:
        assert leg.sight == Sight(5, store.stirred)
        await store.look()
        assert leg.sight == Sight(5, store.stirred)
    await other.close()
