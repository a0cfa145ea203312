"""An emergency while no good directory is known: nothing is sent, but there is a sheet to ring from (DESIGN 3.1)."""

import csv
from dataclasses import replace
from html import unescape
from pathlib import Path

import channels
from channels.base import Surroundings, facts
from notifier.dispatch.last_resort import REASON, WARNING, call_sheet, to_ring_from
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Kind
from notifier.rendering import Renderer, SchoolFacts
from tests.unit.acceptance.school import DIRECTORY, HEAD, NOW, WORLD, dropped
from tests.unit.routing.families import LONDON

RENDERER = Renderer(SchoolFacts("Meadow Bank", "020 7946 0100", "", LONDON), overrides=None)
POLICY = replace(
    WORLD.policy,
    channels={name: facts(name, channel, configured=True) for name, channel in channels.REGISTRY.items()},
)
CLOSED = dropped(kind=Kind.EMERGENCY, to=("whole school",), authority=HEAD)


async def sheet(tmp_path: Path, barred: tuple[Arrangement, ...] = ()) -> list[dict[str, str]]:
    built = channels.build({}, Surroundings(tmp_path, "Meadow Bank", "020 7946 0100", "", trial=True))
    world = replace(WORLD, policy=POLICY, directory=replace(DIRECTORY, arrangements=barred))
    files = await call_sheet(CLOSED, world, built, RENDERER, NOW)
    await built["call"].close()
    table = next(file for file in files if file.suffix == ".csv")
    assert str(table.relative_to(tmp_path)) in to_ring_from(files, tmp_path)
    page = next(file for file in files if file.suffix == ".html")
    assert REASON in unescape(page.read_text(encoding="utf-8"))
    return rows(table)


def rows(table: Path) -> list[dict[str, str]]:
    assert not list(table.parents[2].rglob("*.eml"))
    return list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))


async def test_every_family_stands_on_it_with_a_warning_about_orders(tmp_path: Path) -> None:
    found = await sheet(tmp_path)
    assert {row["name"] for row in found} == {"Ms Sara Khan", "Mr Jan Novak"}
    assert all(WARNING in row["notes"] for row in found)


async def test_whom_a_readable_row_bars_is_not_on_it(tmp_path: Path) -> None:
    found = await sheet(tmp_path, (Arrangement(Sort.COURT_ORDER, "C1", "P1", evidence="seen"),))
    assert "Ms Sara Khan" not in {row["name"] for row in found}


async def test_without_a_childs_name_it_says_where_else_to_look(tmp_path: Path) -> None:
    world = replace(WORLD, directory=replace(DIRECTORY, pupils={}))
    assert await call_sheet(CLOSED, world, {}, RENDERER, NOW) == []
    assert "paper file" in to_ring_from([], tmp_path)
