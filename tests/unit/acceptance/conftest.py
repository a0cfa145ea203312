"""A desk at which notices fall due, for whichever test asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from tests.stores import new_store
from tests.unit.acceptance.notice_desk import MONDAY, Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = FixedClock(MONDAY)
    store = await new_store(tmp_path, clock)
    yield Desk(store, clock)
    await store.close()
