"""Real stores: a file, and a PostgreSQL server of our own where one is installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """An empty database on the server."""
    return postgres.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address under which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/notifier.db"
    return str(request.getfixturevalue("postgres_url"))
