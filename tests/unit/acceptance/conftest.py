"""A desk at which notices fall due, for whichever test asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.queue import Store
from tests.unit.acceptance.notice_desk import MONDAY, Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = FixedClock(MONDAY)
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/n.db", root=tmp_path, create=True, clock=clock)
    yield Desk(store, clock)
    await store.close()
