"""Once a day, at night, and what was written to the disk goes with it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifier.acceptance.families import Families
from notifier.care.retention import Keeping, forget_files, forget_preview
from notifier.clock import FixedClock
from notifier.config.config import Retention
from notifier.model.ladder import stem
from notifier.model.message import Lane
from notifier.model.states import LegState
from notifier.queue import Store
from notifier.queue.rows import StoredTask
from tests.unit.queue.plans import LEASE, NOW, delivery, entry, many, outcome, plan

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
DEFAULT = Retention()


async def keeping(root: Path, now: datetime, kept: Retention = DEFAULT) -> tuple[Keeping, Store]:
    store = await Store.open("sqlite:///state/a.db", root=root, create=True, clock=FixedClock(NOW))
    if await store.message("m1") is None:
        await store.enqueue(entry(many(2)), NOW)
        legs = (await store.claim("node", "email", tuple(Lane), 5, LEASE, NOW)).legs
        await store.settle([outcome(leg, LegState.SENT) for leg in legs], NOW)
    clock = FixedClock(now)
    families = Families(store, None, root / "state")
    return Keeping(store, families, kept, root / "outbox", root / "state", clock, LONDON), store


async def test_each_clock_runs_by_itself_and_what_went_stands_in_the_audit(tmp_path: Path) -> None:
    for days, parts in (
        (89, {}),
        (91, {"messages without their addresses: {}": 1}),
        (731, {"without their words: {}": 1}),
    ):
        made, store = await keeping(tmp_path, NOW + days * DAY)
        assert await made.do() == parts
        await store.close()
    made, store = await keeping(tmp_path, NOW + 1096 * DAY)
    assert await made.do() == {"without who got them: {}": 1}
    assert [line.about for line in await store.read_audit() if line.what == "had its time"] == [
        "messages without their addresses: 1",
        "without their words: 1",
        "without who got them: 1",
    ]
    assert (await store.check_audit()).whole
    await store.close()


async def test_the_audit_itself_is_shortened_and_stays_whole(tmp_path: Path) -> None:
    made, store = await keeping(tmp_path, NOW + 2556 * DAY)
    assert (await made.do())["lines of the audit: {}"] == 1
    state = await store.check_audit()
    assert (state.whole, state.gone) == (True, 1)
    await store.close()


async def test_for_good_means_for_good(tmp_path: Path) -> None:
    made, store = await keeping(tmp_path, NOW + 20_000 * DAY, Retention(None, None, None, None, None))
    assert await made.do() == {}
    await store.close()


@pytest.mark.parametrize(
    ("hour", "done"), [pytest.param(1, False, id="too early"), pytest.param(3, True, id="at night")]
)
async def test_it_is_done_once_a_day(tmp_path: Path, hour: int, done: bool) -> None:
    made, store = await keeping(tmp_path, datetime(2026, 12, 1, hour, tzinfo=UTC))
    assert await made.today() is done
    assert await made.today() is False
    await store.close()


async def test_who_was_never_ticked_off_is_told_to_the_office_and_let_go_four_weeks_later(tmp_path: Path) -> None:
    async def on(day: int, kept: Retention = DEFAULT) -> tuple[dict[str, int], list[StoredTask]]:
        made, store = await keeping(tmp_path, NOW + day * DAY, kept)
        if day == 0:
            await store.enqueue(entry(plan(delivery(ladder=()), delivery("Bell", ladder=())), id="m2"), NOW)
        done, tasks = await made.do(), await store.tasks()
        await store.close()
        return done, tasks

    assert (await on(0))[1] == [one for one in (await on(89))[1] if one.delivery_id]
    assert await on(20_000, Retention(None, None, None, None, None)) == ({}, (await on(89))[1])
    done, tasks = await on(91)
    assert done == {"messages without their addresses: {}": 1}  # the one that reached everybody
    (told,) = [one for one in tasks if not one.delivery_id]
    assert told.about == ("m2",)
    assert told.what.startswith("2 families were never ticked off, of 1 message over long ago.")
    assert "From 19 March 2027 on the others count as not reached" in told.what
    assert (await on(91 + 27))[0] == {}
    done, tasks = await on(91 + 28)
    assert done == {"families never rung: {}": 2, "messages without their addresses: {}": 1}
    assert tasks == []
    assert (await on(92 + 28)) == ({}, [])


def test_files_of_a_message_go_with_it_and_others_stay(tmp_path: Path) -> None:
    mine, other = stem("letter-abc.0.0.email.0"), stem("letter-xyz.0.0.email.0")
    files = [
        f"trial/email/{mine}.eml", f"index/email/{mine}.html", f"trial/letters/letter-abc/letter-{mine}.html",
        "index/letter/run-letter-abc.json", "call-sheets/letter-abc/sheet.html",
    ]  # fmt: skip
    kept = [f"trial/email/{other}.eml", "index/letter/run-letter-xyz.json", "index.html", "calendar.ics"]
    for name in (*files, *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    forget_files(tmp_path, ["letter-abc"], ["letter-abc.0.0.email.0"])
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()) == sorted(kept)


def test_a_preview_is_forgotten_after_a_day_and_the_outbox_stays(tmp_path: Path) -> None:
    (tmp_path / "preview" / "index").mkdir(parents=True)
    (tmp_path / "index.html").write_text("x")
    os.utime(tmp_path / "preview", (NOW.timestamp(), NOW.timestamp()))
    assert forget_preview(tmp_path, NOW - timedelta(hours=1)) == 0
    assert forget_preview(tmp_path, NOW + timedelta(hours=1)) == 1
    assert forget_preview(tmp_path, NOW + timedelta(hours=1)) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["index.html"]


async def test_databases_that_an_upgrade_kept_go_with_the_addresses(tmp_path: Path) -> None:
    made, store = await keeping(tmp_path, NOW)
    old, new = (tmp_path / "state" / f"notifier.before-{name}.db" for name in ("2025", "2026"))
    for file, at in ((old, NOW - 100 * DAY), (new, NOW - DAY)):
        file.write_text("x")
        os.utime(file, (at.timestamp(), at.timestamp()))
    assert await made.do() == {"old databases: {}": 1}
    assert not old.exists()
    assert new.exists()
    await store.close()
