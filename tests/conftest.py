"""For all tests: the event loops that a test may ask for, and processes that have loaded the program."""

from collections.abc import Iterator

import pytest

from tests.loops import pytest_asyncio_loop_factories
from tests.system.processes import Warm

__all__ = ["pytest_asyncio_loop_factories", "warm"]


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    made = Warm()
    yield made
    made.close()
