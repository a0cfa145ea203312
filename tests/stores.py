"""An empty database of a school, on a file: brought up to date once, and copied from then on."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from notifier.clock import Clock
from notifier.queue import Store

_MADE: list[bytes] = []
"""The file, once somebody has asked for one. To bring a database up to date takes ten times as long as to open it."""


async def new_store(root: Path, clock: Clock, name: str = "n.db") -> Store:
    """As ``Store.open`` with ``create`` makes it where there is nothing yet."""
    if not _MADE:
        _MADE.append(await _brought_up(clock))
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_MADE[0])
    path.chmod(0o600)
    return await Store.open(f"sqlite:///{path}", root=root, create=True, clock=clock)


async def _brought_up(clock: Clock) -> bytes:
    with TemporaryDirectory() as folder:
        store = await Store.open("sqlite:///n.db", root=Path(folder), create=True, clock=clock)
        await store.close()
        return _nobodys(Path(folder) / "n.db")


def _nobodys(file: Path) -> bytes:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("DELETE FROM school")  # whose it is, and since when
    connection.close()
    assert list(file.parent.glob("n.db*")) == [file], "something of it lies beside it"
    return file.read_bytes()
