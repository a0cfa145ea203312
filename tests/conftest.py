"""For all tests: the event loops that a test may ask for, and processes that have loaded the program."""

from collections.abc import Iterator

import pytest

from tests.loops import pytest_asyncio_loop_factories
from tests.system.processes import Warm

__all__ = ["pytest_asyncio_loop_factories", "warm"]


LONGEST = (
    "tests/simulation/test_school_year.py",  # seven tests of one year, which each worker would live anew
    "tests/simulation/test_whole_year.py",
    "tests/system/test_random_kills.py",
    "tests/system/test_nodes.py",  # which waits for leases to lapse, while the others compute
    "tests/simulation/",
    "tests/system/",
)
"""What takes longest begins first, so that no worker is left alone with it at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, of in enumerate(LONGEST) if item.nodeid.startswith(of)), len(LONGEST)))


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    made = Warm()
    yield made
    made.close()
