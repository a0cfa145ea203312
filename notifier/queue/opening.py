"""Opening a database: nothing is touched before it is certain that it is ours and fits this version."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection

from notifier.queue import stamp
from notifier.queue.engine import BUSY_SECONDS, Database, SqliteDatabase, raw
from notifier.queue.location import absolute, parse, prepare, refuse_shared, sqlite_path
from notifier.queue.migrations import Condition, condition, upgrade
from notifier.queue.problem import StoreProblem

NOT_YET = "This school has no database yet. Start it once with: notifier run"


async def open_database(
    url: str, root: Path, now: datetime, *, create: bool, sender: bool = False, patience: float = BUSY_SECONDS
) -> Database:
    """Raises StoreProblem. Only ``create`` makes, migrates and stamps.

    ``sender``: ``root`` is not the school's folder, but has a copy of its stamp; only for a server.
    """
    root = absolute(root)
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        return await _open_sqlite(parsed, root, now, create, patience)
    from notifier.queue.postgres import open_postgres  # only where it is asked for: its driver is an extra

    return await open_postgres(parsed, root, now, create=create and not sender, sender=sender)


async def _open_sqlite(url: URL, root: Path, now: datetime, create: bool, patience: float) -> Database:
    path = sqlite_path(url, root)
    if path.is_dir():
        raise StoreProblem(f"{path} is a folder, not a database. Set [store] url to a file.")
    if not path.exists() and not create:
        raise StoreProblem(NOT_YET)
    refuse_shared(path)
    if create:
        prepare(path)
    database = SqliteDatabase(path, patience)
    try:
        inside = path.is_relative_to(root)
        if create:
            await database.on_writer(_bring_up, path, now)
            found = await database.write(stamp.check, root, now, write=True, inside=inside)
            stamp.remember(root, found)
        else:  # only read, so that a command that shows something waits for nobody who writes
            refuse(await database.read(condition), path.name, create)
            await database.read(stamp.check, root, now, write=False, inside=inside)
        await database.changed()
    except BaseException:
        await database.close()
        raise
    return database


def refuse(found: Condition, name: str, create: bool) -> None:
    """A sentence for every condition in which this database is not used."""
    if found is Condition.FOREIGN:
        raise StoreProblem(f"{name} holds something else, not a school's messages. Set [store] url to another place.")
    if found is Condition.NEWER:
        raise StoreProblem(
            f"{name} was written by a newer version of this program. Update the program, then try again."
        )
    if found is Condition.EMPTY and not create:
        raise StoreProblem(NOT_YET)
    if found is Condition.OLD and not create:
        raise StoreProblem(f"{name} is from an older version. Start it once with: notifier run (it keeps a copy first)")


def _bring_up(connection: Connection, path: Path, now: datetime) -> None:
    driver = raw(connection)
    with connection.begin():
        found = condition(connection)
    refuse(found, path.name, True)
    driver.execute("PRAGMA journal_mode=WAL")
    if found is Condition.CURRENT:
        return
    if found is Condition.OLD:
        _copy(driver, path, now)
    # Changing a table drops the old one, which would delete every row that refers to it.
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            upgrade(connection)
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise StoreProblem(f"{path.name} could not be brought up to date; it is as it was. Ask for help.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _copy(driver: Any, path: Path, now: datetime) -> None:
    target = path.with_name(f"{path.stem}.before-{now:%Y%m%dT%H%M%SZ}{path.suffix}")
    target.unlink(missing_ok=True)
    driver.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
