from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stores import new_store
from tests.unit.dispatch.school import START, Board, Patient, Recording, Ringing, School, Sheet


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    clock = Patient(START)
    store = await new_store(tmp_path, clock, "notifier.db")
    yield School(store, clock, {"post": Recording(), "ring": Ringing(), "board": Board(), "sheet": Sheet()})
    await store.close()
