from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.queue.store import Store
from tests.unit.dispatch.school import START, Board, Patient, Recording, Ringing, School, Sheet


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    clock = Patient(START)
    store = await Store.open("sqlite:///notifier.db", root=tmp_path, create=True, clock=clock)
    yield School(store, clock, {"post": Recording(), "ring": Ringing(), "board": Board(), "sheet": Sheet()})
    await store.close()
