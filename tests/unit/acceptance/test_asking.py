"""Who may say yes is told by email that something waits for it: once, gathered, and without any child's name (W12)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.acceptance import Acceptance, World
from notifier.acceptance.acceptance import OF_THE_FILES
from notifier.acceptance.asking import GATHERED, URGENT, WHY, Asking
from notifier.acceptance.missing import Missing
from notifier.clock import FixedClock
from notifier.model.message import Kind, Message, Mode
from notifier.model.plan import HELD_DELIVERY
from notifier.model.problem import hold
from notifier.model.staff import Authority, Role, Staff
from notifier.queue import Store
from notifier.queue.restoring import RESTORED
from notifier.schedule import Rota
from tests.repo.problem_ids import problem_ids
from tests.stores import new_store
from tests.unit.acceptance.school import HEAD, NOW, WORLD, dropped
from tests.unit.routing.families import LONDON

STAFF = {
    **{id: replace(one, email=f"{id}@example.org") for id, one in WORLD.staff.items()},
    "ms-adu": Staff("ms-adu", "Efua Adu", Role.DEPUTY, email="ms-adu@example.org"),
}
DEPUTY = Authority(Role.DEPUTY, "ms-adu")


class Office:
    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.world: World = replace(WORLD, staff=STAFF)
        numbers = iter(range(1, 1000))
        self.acceptance = Acceptance(store, lambda: self.world, clock, lambda kind: f"{kind.value}-{next(numbers)}")

    async def at(self, moment: datetime) -> None:
        """The clock strikes; a daemon just started looks at it."""
        self.clock.at = moment
        asking = Asking(self.store, lambda: self.world, self.acceptance.make_id, self.clock)
        missing = Missing(self.store, lambda: self.world, self.acceptance.make_id)
        await Rota(self.store, (asking,), missing.record, self.world.mode, self.clock).look()

    async def waits(self, key: str = "k1", doubt: str = "group-names-child", **more: Any) -> str:
        """A message comes in and has to wait; its id."""
        dropping = replace(dropped(key, **more), problems=(hold(doubt, "Why it waits."),) if doubt else ())
        return (await self.acceptance.accept(dropping)).message_id

    async def told(self) -> list[Message]:
        """The emails to staff, the oldest first."""
        found = [one.message for one in await self.store.messages() if not one.message.audience]
        return found[::-1]

    async def whom(self, message: Message) -> set[str]:
        return {one.delivery.staff_id for one in await self.store.deliveries(message.id)}


def words(message: Message) -> str:
    return message.bodies[0].plain


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = FixedClock(NOW)
    store = await new_store(tmp_path, clock)
    office = Office(store, clock)
    await office.at(NOW)
    yield office
    await store.close()


async def test_who_may_say_yes_is_told_once_of_all_that_waits(office: Office) -> None:
    first, second = await office.waits("k1"), await office.waits("k2")
    await office.at(NOW + GATHERED - timedelta(seconds=1))
    assert await office.told() == []
    office.clock.at += timedelta(seconds=1)
    third = await office.waits("k3")
    for minutes in (0, 1, 30, 600):
        await office.at(NOW + GATHERED + timedelta(minutes=minutes))
    (told,) = await office.told()
    assert await office.whom(told) == {"mrs-okafor", "ms-adu"}
    assert told.bodies[0].subject == "3 messages wait for your yes"
    assert all(id in words(told) for id in (first, second, third))
    assert "notifier approve ID --as YOU" in words(told)
    assert "the one in brackets" in words(told)


async def test_of_one_that_waits_the_whole_command_is_told(office: Office) -> None:
    waiting = await office.waits()
    await office.at(NOW + GATHERED)
    (told,) = await office.told()
    assert f"notifier approve {waiting} --as YOU" in words(told)
    assert "brackets" not in words(told)


async def test_an_emergency_is_told_within_a_minute_to_the_head_who_alone_decides(office: Office) -> None:
    letter = await office.waits()
    await office.waits("k2", "", kind=Kind.EMERGENCY, expires=NOW + timedelta(hours=9))
    await office.at(NOW + URGENT)
    (told,) = await office.told()
    assert await office.whom(told) == {"mrs-okafor"}
    assert told.bodies[0].subject == "An emergency waits for your yes"
    assert "an emergency needs the head" in words(told)
    assert letter not in words(told)
    await office.at(NOW + GATHERED)
    assert [one.bodies[0].subject for one in await office.told()][1:] == ["A message waits for your yes"]


async def test_the_outline_names_no_child(office: Office) -> None:
    await office.waits("k1", subject="The walk")
    await office.waits("k2", subject="Well done, AMIRA")
    await office.waits("k3", subject="Leo's day", to=("Elm",))
    await office.waits("k4", subject="A private word", to=("pupil P1",))
    await office.at(NOW + GATHERED)
    (told,) = await office.told()
    said = f"{told.bodies[0].subject} {words(told)} {told.bodies[0].html}"
    assert "“The walk”" in said
    assert "for Oak\n" in said
    assert "for one child" in said
    assert "private" not in said
    assert not any(name in said.casefold() for name in ("amira", "khan", "leo", "novak", "p1"))


async def test_nobody_is_asked_about_their_own_but_the_head(office: Office) -> None:
    await office.waits("k1", authority=DEPUTY)
    await office.at(NOW + GATHERED)
    await office.waits("k2", authority=HEAD)
    await office.at(NOW + 3 * GATHERED)
    mine, heads = await office.told()
    assert await office.whom(mine) == {"mrs-okafor"}
    assert "From Efua Adu" in words(mine)
    assert await office.whom(heads) == {"mrs-okafor", "ms-adu"}


async def test_what_was_settled_in_time_is_not_told(office: Office) -> None:
    stays, goes = await office.waits("k1"), await office.waits("k2")
    stored = await office.store.message(goes)
    assert stored is not None
    await office.acceptance.approve(stored, "mrs-okafor")
    await office.store.cancel(stays, "mr-bell", NOW)
    await office.at(NOW + GATHERED)
    assert await office.told() == []


async def test_what_comes_to_wait_again_is_told_again(office: Office) -> None:
    id = await office.waits("k1", send=NOW + timedelta(days=2))
    await office.at(NOW + GATHERED)
    stored = await office.store.message(id)
    assert stored is not None
    await office.acceptance.approve(stored, "mrs-okafor")
    await office.store.hold(id, "event-moved", NOW + timedelta(days=1))
    await office.at(NOW + timedelta(days=1) + GATHERED)
    again = (await office.told())[1]
    assert "its event was moved or cancelled" in words(again)
    assert WHY["group-names-child"] not in words(again)


@pytest.mark.parametrize("by", ["mr-bell", "office"])
async def test_what_somebody_keeps_back_on_purpose_waits_for_nobody_else(office: Office, by: str) -> None:
    id = await office.waits("k1", "", send=NOW + timedelta(days=2))
    assert await office.store.hold(id, by, NOW)
    await office.at(NOW + GATHERED)
    assert await office.told() == []


@pytest.mark.parametrize("doubt", sorted(OF_THE_FILES))
async def test_what_goes_by_itself_when_the_files_are_mended_needs_no_yes(office: Office, doubt: str) -> None:
    await office.waits("k1", doubt)
    await office.at(NOW + GATHERED)
    assert await office.told() == []


async def test_in_quiet_hours_it_waits_for_the_morning_but_an_emergency_does_not(office: Office) -> None:
    office.world = replace(office.world, mode=Mode.LIVE)
    evening = datetime(2026, 11, 23, 19, 50, tzinfo=LONDON)
    office.clock.at = evening
    await office.waits("k1")
    for hours in (1, 5, 11):
        await office.at(evening + timedelta(hours=hours))
    assert await office.told() == []
    await office.waits("k2", "", kind=Kind.EMERGENCY, expires=evening + timedelta(hours=20))
    await office.at(evening + timedelta(hours=11) + URGENT)
    await office.at(datetime(2026, 11, 24, 8, 0, tzinfo=LONDON))
    assert [one.bodies[0].subject for one in await office.told()] == [
        "An emergency waits for your yes",
        "A message waits for your yes",
    ]


async def test_after_a_week_off_it_is_still_told(office: Office) -> None:
    await office.waits("k1")
    await office.at(NOW + timedelta(days=6))
    assert len(await office.told()) == 1


async def test_nobody_hears_of_what_has_expired_or_where_nobody_has_an_email_address(office: Office) -> None:
    await office.waits("k1", expires=NOW + timedelta(minutes=5))
    await office.at(NOW + GATHERED)
    office.world = WORLD
    await office.waits("k2")
    await office.at(NOW + timedelta(hours=5))
    assert await office.told() == []
    assert await office.store.tasks() == []
    office.world = replace(WORLD, staff=STAFF)  # an address is entered: what still waits is told
    await office.at(NOW + timedelta(hours=6))
    assert len(await office.told()) == 1


def test_every_doubt_that_a_message_may_wait_for_has_its_words() -> None:
    rooms = ("notifier/routing/", "notifier/acceptance/", "notifier/intake/")
    root = Path(__file__).parents[3]
    found = problem_ids(root)
    assert found.ids
    here = {"in-person-words", "group-names-child", "others-told-of-child", "emergency-needs-two", "mail-machine-made"}
    held = {id for id, places in found.ids.items() if any(place.startswith(rooms) for place in places)}
    assert here <= held
    assert WHY.keys() - {RESTORED, "event-moved"} <= held
    said = {
        id for id, places in found.ids.items() for place in places if place.startswith(rooms) and _holds(root, place)
    }
    assert said - OF_THE_FILES - {HELD_DELIVERY} <= WHY.keys()


def _holds(root: Path, place: str) -> bool:
    file, line = place.split(":")
    return "hold(" in (root / file).read_text("utf-8").splitlines()[int(line) - 1]
