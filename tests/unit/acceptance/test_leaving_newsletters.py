"""What the program learns by itself: who wants no more newsletters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from notifier import directory as room
from notifier.acceptance.families import Families
from notifier.clock import FixedClock
from notifier.model.directory import Arrangement, Contact, Directory, Sort
from tests.stores import new_store
from tests.unit.acceptance.school import DIRECTORY, NOW

CLOCK = FixedClock(NOW)
HOME = replace(
    DIRECTORY,
    contacts={
        **DIRECTORY.contacts,
        "C3": Contact("C3", "Mr", "Omar", "Khan", email="Sara@Example.org", household="h"),
        "C4": Contact("C4", "Mrs", "Nadia", "Khan", email="nadia@example.org", household="h"),
        "C5": Contact("C5", "Mr", "Ali", "Khan"),
        "C6": Contact("C6", "Ms", "Eva", "Khan"),
    },
)


@asynccontextmanager
async def opened(folder: Path, directory: Directory) -> AsyncIterator[tuple[Families, Families]]:
    """Two processes on one database."""
    store = await new_store(folder, CLOCK)
    try:
        await store.put_directory(directory.version, room.encode(directory), NOW)
        both = Families(store, None, folder / "state"), Families(store, None, folder / "other")
        for one in both:
            await one.load()
        yield both
    finally:
        await store.close()


def gone(directory: Directory | None) -> list[str]:
    assert directory is not None
    return sorted(row.contact_id for row in directory.arrangements if row.sort is Sort.UNSUBSCRIBE)


async def test_an_adult_leaves_with_whoever_shares_the_address_and_the_rest_of_the_home_stays(tmp_path: Path) -> None:
    async with opened(tmp_path, HOME) as (families, _):
        await families.unsubscribe(CLOCK, "C1", "used the link")
        assert gone(families.current) == ["C1", "C3"]
        (row, _other) = families.current.arrangements if families.current else ()
        assert (row.evidence, row.recorded, row.from_) == ("used the link", True, NOW.date())


async def test_no_address_is_shared_by_those_who_have_none(tmp_path: Path) -> None:
    async with opened(tmp_path, HOME) as (families, _):
        await families.unsubscribe(CLOCK, "C5", "used the link")
        assert gone(families.current) == ["C5"]


async def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, HOME) as (families, _):
        await families.unsubscribe(CLOCK, "C1", "used the link")
        version = families.version
        await families.unsubscribe(CLOCK, "C1", "used the link")
        assert families.version == version == HOME.version + 1


async def test_an_unsubscribe_that_is_over_does_not_stand_in_the_way_of_a_new_one(tmp_path: Path) -> None:
    until = Arrangement(Sort.UNSUBSCRIBE, "C2", until=NOW.date().replace(day=1))
    for number, row in enumerate((until, Arrangement(Sort.UNSUBSCRIBE, "C2", ended_on=NOW.date()))):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with opened(folder, replace(HOME, arrangements=(row,))) as (families, _):
            await families.unsubscribe(CLOCK, "C2", "used the link")
            assert gone(families.current) == ["C2", "C2"]


async def test_what_another_process_brought_into_force_meanwhile_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, HOME) as (families, others):
        await others.unsubscribe(CLOCK, "C2", "used the link")
        await families.unsubscribe(CLOCK, "C4", "used the link")
        assert gone(families.current) == ["C2", "C4"]
        assert gone(await others.newest()) == ["C2", "C4"]
