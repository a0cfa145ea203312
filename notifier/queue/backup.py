"""Copies of the database: made while others write, looked through before anybody relies on them."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine

from notifier.queue.audit import check_audit
from notifier.queue.held import AuditState
from notifier.queue.location import parse, sqlite_path
from notifier.queue.migrations import Condition, condition
from notifier.queue.opening import refuse
from notifier.queue.problem import StoreProblem

FILE, DUMP = "notifier.db", "notifier.pgdump"
BUSY_SECONDS = 60.0
PATIENCE = 3600
"""Seconds for a server to give out everything."""


def copy_database(url: str, root: Path, folder: Path) -> Path:
    """A whole copy in ``folder`` of the database as it is at one moment. Blocking. Raises StoreProblem."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        target = folder / FILE
        _vacuum_into(sqlite_path(parsed, root), target)
        return target
    target = folder / DUMP
    _server("pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)
    return target


def _vacuum_into(path: Path, target: Path) -> None:
    if not path.exists():
        raise StoreProblem("This school has no database yet. Start it once with: notifier run")
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))  # never readable by others
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as fault:
        raise StoreProblem(f"{path.name} cannot be copied ({fault}). Look at the disk, then try again.") from fault
    with target.open("rb") as file:
        os.fsync(file.fileno())


def examine(copy: Path) -> AuditState:
    """Look a file through from end to end; raises StoreProblem where it is not a whole database of ours."""
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check(5)").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as fault:
        raise StoreProblem(f"{copy.name} is no database that can be read. Take another backup.") from fault
    if said != [("ok",)] or orphans:
        raise StoreProblem(f"{copy.name} is damaged. Take another backup.")
    engine = create_engine(f"sqlite:///file:{copy.resolve()}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as connection:
            found = condition(connection)
            refuse(found, copy.name, create=True)
            if found is Condition.EMPTY:
                raise StoreProblem(f"There is nothing in {copy.name}. Take another backup.")
            return check_audit(connection, "") if found is Condition.CURRENT else AuditState(0, 0, "")
    finally:
        engine.dispose()


def fill_server(url: str, dump: Path) -> None:
    """Put a dump into an empty database. Blocking. Raises StoreProblem."""
    parsed = parse(url)
    _server("pg_restore", parsed, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))


def _server(program: str, url: URL, *options: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreProblem(
            f"{program} is not on this computer. Install PostgreSQL's client programs "
            "(on Debian: apt install postgresql-client), then try again."
        )
    named = [("--host", url.host), ("--port", url.port), ("--username", url.username), ("--dbname", url.database)]
    where = [f"{option}={value}" for option, value in named if value]
    environment = {**os.environ, "PGPASSWORD": url.password or "", "PGCONNECT_TIMEOUT": "15"}
    if not url.password:
        del environment["PGPASSWORD"]
    said = subprocess.run(  # noqa: S603 - a program of PostgreSQL's own, and no word of a message
        [found, "--no-password", *where, *options],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    if said.returncode:
        why = (said.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StoreProblem(f"{program} could not do it: {why}")
