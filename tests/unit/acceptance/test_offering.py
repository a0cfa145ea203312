"""A copy asked for after the message went is a task for the office, and goes only by its yes (W39)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.acceptance import Acceptance, World
from notifier.acceptance.offering import OFFERED_FOR, Offering
from notifier.clock import FixedClock
from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Responsibility, Sort
from notifier.model.states import DeliveryState, MessageState
from notifier.queue import Store, StoredMessage
from tests.stores import new_store
from tests.unit.acceptance.school import DIRECTORY, NOW, WORLD, dropped

APART = replace(
    DIRECTORY,
    contacts={**DIRECTORY.contacts, "C3": Contact("C3", "Mr", "Omar", "Khan", email="omar@example.org")},
    links=(*DIRECTORY.links, Link("P1", "C3", "PAF", 2, LivesWith.NO, Responsibility.YES)),
)
ASKED = replace(APART, version=2, arrangements=(Arrangement(Sort.COPY, "C3", None),))


class Office:
    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.world: World = replace(WORLD, directory=APART)
        self.acceptance = Acceptance(store, lambda: self.world, clock, lambda kind: f"{kind.value}-1")
        self.offering = Offering(store, lambda: self.world, clock)

    async def sent(self, **header: object) -> StoredMessage:
        answer = await self.acceptance.accept(dropped(**header))  # type: ignore[arg-type]
        return await self.message(answer.message_id)

    async def message(self, id: str) -> StoredMessage:
        stored = await self.store.message(id)
        assert stored is not None
        return stored

    def comes_in_force(self, directory: Directory) -> None:
        self.world = replace(self.world, directory=directory)

    async def copies(self, id: str) -> list[tuple[str, ...]]:
        return [one.delivery.contact_ids for one in await self.store.deliveries(id)]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = FixedClock(NOW)
    store = await new_store(tmp_path, clock)
    yield Office(store, clock)
    await store.close()


async def test_it_is_offered_once_and_nothing_goes_by_itself(office: Office) -> None:
    stored = await office.sent()
    office.comes_in_force(ASKED)
    for _ in range(2):
        await office.offering.look()
    (task,) = await office.store.tasks()
    assert (task.about, task.rule) == (("C3", "P1"), "W39")
    assert f"notifier approve {stored.id} --contact C3" in task.what
    assert await office.copies(stored.id) == [("C1",)]


async def test_the_offices_yes_sends_the_copy_and_does_the_task(office: Office) -> None:
    stored = await office.sent()
    office.comes_in_force(ASKED)
    await office.offering.look()
    assert await office.offering.send(stored, "C3", "office") == 1
    assert await office.offering.send(stored, "C3", "office") == 0
    assert await office.store.tasks() == []
    assert await office.copies(stored.id) == [("C1",), ("C3",)]
    (mine,) = [leg for leg in await office.store.legs(stored.id) if leg.contact_id == "C3"]
    assert mine.channel == "email"


async def test_a_message_that_was_done_is_open_again_until_the_copy_went(office: Office) -> None:
    stored = await office.sent()
    (first,) = await office.store.deliveries(stored.id)
    await office.store.withhold_delivery(first.id, "test", NOW)
    assert (await office.message(stored.id)).state is MessageState.DONE
    office.comes_in_force(ASKED)
    assert await office.offering.send(await office.message(stored.id), "C3", "office") == 1
    assert (await office.message(stored.id)).state is MessageState.ACCEPTED
    states = [one.state for one in await office.store.deliveries(stored.id)]
    assert states == [DeliveryState.WITHHELD, DeliveryState.PLANNED]


async def test_explain_no_longer_says_that_they_had_not_asked(office: Office) -> None:
    stored = await office.sent()
    assert [one.contact_id for one in await office.store.withheld(stored.id)] == ["C3"]
    office.comes_in_force(ASKED)
    await office.offering.send(stored, "C3", "office")
    assert await office.store.withheld(stored.id) == []
    told = [step.says for step in await office.store.trace(stored.id) if step.contact_id == "C3"]
    assert "may hear (copy)" in told
    assert "withheld" not in told


async def test_an_order_that_comes_first_leaves_nothing_to_send(office: Office) -> None:
    stored = await office.sent()
    office.comes_in_force(ASKED)
    await office.offering.look()
    barred = (*ASKED.arrangements, Arrangement(Sort.COURT_ORDER, "C3", "P1", evidence="seen"))
    office.comes_in_force(replace(ASKED, version=3, arrangements=barred))
    assert await office.offering.send(stored, "C3", "office") == 0


async def test_nothing_is_offered_about_what_is_over_or_long_past(office: Office) -> None:
    stored = await office.sent()
    office.comes_in_force(ASKED)
    office.clock.at = NOW + OFFERED_FOR + timedelta(minutes=1)
    await office.offering.look()
    assert await office.store.tasks() == []
    office.clock.at = NOW
    await office.store.cancel(stored.id, "head", NOW)
    await office.offering.look()
    assert await office.store.tasks() == []
    assert await office.offering.send(await office.message(stored.id), "C3", "office") == 0


async def test_a_message_planned_since_has_been_asked_already(office: Office) -> None:
    office.comes_in_force(ASKED)
    stored = await office.sent()
    assert await office.copies(stored.id) == [("C1",), ("C3",)]
    await office.offering.look()
    assert await office.store.tasks() == []
