"""A PostgreSQL server of our own on loopback, where one is installed: empty, without fsync, stopped at will."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest


class PostgresServer:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._data = home / "data"
        self._as_owner: list[str] = []
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
            os.chown(home, owner.pw_uid, owner.pw_gid)
            self._as_owner = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", str(self._data), "-U", "school", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self._home} -c fsync=off"
        self._control("-l", str(self._home / "log"), "-o", options, "-w", "start")

    def stop(self) -> None:
        """As when somebody restarts it: every session is ended."""
        self._control("-m", "fast", "-w", "stop")

    def end(self) -> None:
        self._control("-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"school_{os.urandom(6).hex()}"
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://school@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, database: str = "postgres") -> list[list[str]]:
        """The rows of a statement, each cell as text."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "school", "-d", database]
        said = subprocess.run(
            [_found("psql"), *where, "-qAtc", statement],
            check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, text=True,
        )  # fmt: skip
        return [line.split("|") for line in said.stdout.splitlines()]

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), *words)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._as_owner, _found(program), *words],
            check=True, cwd=self._home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip


def _found(program: str) -> str:
    found = shutil.which(program)
    assert found is not None
    return found


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Skips the test where none can be started."""
    if find_spec("asyncpg") is None or any(shutil.which(one) is None for one in ("pg_ctl", "initdb", "psql")):
        pytest.skip("PostgreSQL is not installed here")
    with tempfile.TemporaryDirectory(prefix="postgres-") as home:
        server = PostgresServer(Path(home))
        server.start()
        try:
            yield server
        finally:
            server.end()
