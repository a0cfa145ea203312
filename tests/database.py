"""All that a school's database holds, as text to look through: also what lies compressed in it."""

import sqlite3
import zlib
from pathlib import Path


def whole_database(folder: Path) -> str:
    connection = sqlite3.connect(folder / "state" / "notifier.db")
    text = "\n".join(connection.iterdump())
    traces = [_unzipped(row[0]) for row in connection.execute("SELECT value FROM trace")]
    directories = [
        bytes(row[0]).decode("utf-8", "replace") for row in connection.execute("SELECT value FROM directory")
    ]
    connection.close()
    return "\n".join([text, *traces, *directories])


def _unzipped(value: bytes) -> str:
    return zlib.decompress(value).decode("utf-8")
