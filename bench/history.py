"""The same newsletter with a million old deliveries in the database, and with none."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median

from bench.figures import Figure, say
from bench.folder import Folder, make
from bench.newsletter import ours
from bench.processes import Told, module, told
from bench.sink import Sink, sink

OLD = "2026-01-09T09:00:00.000000Z"
A_MESSAGE = 5_000
"""Deliveries of each old message."""


def age(database: Path, deliveries: int) -> None:
    """Old messages, each a copy of the newest one in the database with all that hangs on it, done long ago."""
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous=OFF")
        (newest,) = conn.execute("SELECT id FROM message ORDER BY received_at DESC LIMIT 1").fetchone()
        for number in range(deliveries // A_MESSAGE):
            old = f"newsletter-old{number:04}"
            conn.execute("BEGIN")
            for table, changes in _CHANGES.items():
                columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
                wanted = ", ".join(changes.get(name, f'"{name}"') for name in columns)
                of = (
                    "leg_id IN (SELECT id FROM leg WHERE message_id = :new)"
                    if table == "attempt"
                    else "message_id = :new"
                )
                of = "id = :new" if table == "message" else of
                values = {"new": newest, "old": old, "at": OLD, "most": A_MESSAGE}
                conn.execute(f"INSERT INTO {table} SELECT {wanted} FROM {table} WHERE {of} LIMIT :most", values)  # noqa: S608
            conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_RENAMED = ":old || substr(id, length(:new) + 1)"
_CHANGES: dict[str, dict[str, str]] = {
    "message": {
        "id": ":old",
        "key": ":old",
        "state": "'done'",
        "expired": "1",
        "received_at": ":at",
        "changed_at": ":at",
    },
    "delivery": {"id": _RENAMED, "message_id": ":old"},
    "leg": {
        "id": _RENAMED,
        "message_id": ":old",
        "delivery_id": ":old || substr(delivery_id, length(:new) + 1)",
        "settled_at": ":at",
    },
    "attempt": {"id": _RENAMED, "leg_id": ":old || substr(leg_id, length(:new) + 1)"},
}


def figures(count: int, deliveries: int, rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as spare, sink() as target:
        where = Path(spare)
        folders = {name: make(where / name, count, mail=target.port) for name in ("young", "old")}
        for name, folder in folders.items():
            with told(module("bench.product", str(folder.config)), where / "log") as daemon:
                ours(folder, target, folder.letter("zero"), daemon)
            if name == "old":
                age(folder.database, deliveries)
        rates: dict[str, list[float]] = {"young": [], "old": []}
        with (
            told(module("bench.product", str(folders["young"].config)), where / "log") as young,
            told(module("bench.product", str(folders["old"].config)), where / "log") as old,
        ):
            for number in range(rounds):
                for name, daemon in (("young", young), ("old", old)):
                    rates[name].append(_rate(folders[name], target, daemon, number))
    say(
        f"newsletter to {count:,}: {median(rates['young']):,.0f} a second; "
        f"beside {deliveries:,} old ones {median(rates['old']):,.0f}"
    )
    share = median(old / young for old, young in zip(rates["old"], rates["young"], strict=True))
    return [Figure(f"newsletter beside {deliveries:,} old deliveries, of that beside none", share, 0.95, 0.98)]


def _rate(folder: Folder, target: Sink, daemon: Told, number: int) -> float:
    return ours(folder, target, folder.letter(f"again{number}"), daemon).rate
