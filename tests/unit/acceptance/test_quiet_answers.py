"""The answer says what waits for the end of quiet hours, and until when."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.acceptance import Acceptance, World
from notifier.clock import FixedClock
from notifier.model.message import Kind, Mode
from notifier.model.policy import QuietHours
from notifier.queue import Store
from tests.stores import new_store
from tests.unit.acceptance.school import HEAD, NOW, WORLD, dropped

NIGHT = NOW.replace(hour=21)
LIVE = replace(WORLD, mode=Mode.LIVE)
EVERYTHING = replace(WORLD.policy, quiet_hours=QuietHours(everything=True, weekends=True))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await new_store(tmp_path, FixedClock(NOW))
    yield opened
    await opened.close()


async def answer(store: Store, world: World, night: bool = True, key: str = "k1", **header: Any) -> str:
    clock = FixedClock(NIGHT if night else NOW)
    acceptance = Acceptance(store, lambda: world, clock)
    text = (await acceptance.accept(dropped(key, authority=HEAD, **header))).text
    return next(line for line in text.splitlines() if line.startswith("When:"))


async def test_an_email_goes_at_once_and_the_answer_says_how_to_wait(store: Store) -> None:
    assert "It is early or late for families" in await answer(store, LIVE)


async def test_a_text_waits_for_the_morning(store: Store) -> None:
    assert await answer(store, LIVE, essential=True) == (
        "When: now; these are quiet hours, so the text waits until Tuesday 24 November 2026, 08:00."
    )


async def test_everything_waits_where_the_school_says_so_over_a_weekend_too(store: Store) -> None:
    world = replace(LIVE, policy=EVERYTHING)
    assert "so the email waits until Tuesday 24 November 2026, 08:00" in await answer(store, world)
    clock = FixedClock(NIGHT + timedelta(days=4))
    text = (await Acceptance(store, lambda: world, clock).accept(dropped("k2", authority=HEAD))).text
    assert "so the email waits until Monday 30 November 2026, 08:00" in text


async def test_a_trial_says_what_would_wait_and_waits_for_nothing(store: Store) -> None:
    found = await answer(store, replace(WORLD, policy=EVERYTHING))
    assert found.startswith("When: now, as this is a trial.")
    assert "the email waits until Tuesday 24 November 2026, 08:00" in found


async def test_an_emergency_never_waits_and_nothing_does_by_day(store: Store) -> None:
    world = replace(LIVE, policy=EVERYTHING)
    assert await answer(store, world, kind=Kind.EMERGENCY) == "When: now"
    assert await answer(store, world, night=False, key="k2") == "When: now"
