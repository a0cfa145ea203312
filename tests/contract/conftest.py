"""Real stores: a file, and a PostgreSQL server of our own where one is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty server on loopback, without fsync; skips where none can be started."""
    control, init = shutil.which("pg_ctl"), shutil.which("initdb")
    if control is None or init is None or shutil.which("psql") is None or find_spec("asyncpg") is None:
        pytest.skip("PostgreSQL is not installed here")
    with tempfile.TemporaryDirectory(prefix="postgres-") as home:
        yield from _serve(Path(home), control, init)


def _serve(home: Path, control: str, init: str) -> Iterator[str]:
    before: list[str] = []
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
        before = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = home / "data"
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {home} -c fsync=off"

    def run(*command: str) -> None:
        subprocess.run(
            [*before, *command], check=True, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60
        )

    run(init, "-D", str(data), "-U", "school", "-A", "trust", "-E", "UTF8", "--no-sync")
    run(control, "-D", str(data), "-l", str(home / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql+asyncpg://school@127.0.0.1:{port}/"
    finally:
        run(control, "-D", str(data), "-m", "immediate", "-w", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address under which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/notifier.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """An empty database on the server."""
    return new_database(postgres)


def new_database(server: str) -> str:
    url = make_url(server)
    name = f"school_{os.urandom(6).hex()}"
    psql = shutil.which("psql")
    assert psql is not None
    command = [
        "-h",
        "127.0.0.1",
        "-p",
        str(url.port),
        "-U",
        "school",
        "-d",
        "postgres",
        "-qc",
        f"CREATE DATABASE {name}",
    ]
    subprocess.run([psql, *command], check=True, stdin=subprocess.DEVNULL, timeout=60)
    return f"{server}{name}"
