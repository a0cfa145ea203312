"""A school's folder on the disk, and what stands in its database."""

import re
import shutil
import socket
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from argon2 import PasswordHasher

from notifier.dispatch.outgoing import stem
from tests.servers import twilio
from tests.servers.smtp import PASSWORD, USER
from tests.system.processes import Daemon, Processes, Said, until

PIN = "481516"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
BODY = "zirconium"
"""A word of every body, and of nothing else: it may stand in no log."""


@dataclass
class SchoolFolder:
    """One school folder and the processes that work in it."""

    path: Path
    processes: Processes

    # what people do

    async def __call__(self, *argv: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Said:
        """A command, typed in the folder."""
        return await self.processes.command(argv, cwd=self.path, stdin=stdin, env=env)

    async def start(self, env: Mapping[str, str] | None = None, *, cold: bool = False) -> Daemon:
        """`notifier run`, once it has the folder's lock."""
        daemon = await self.processes.start("run", cwd=self.path, env=env, cold=cold)

        def has_lock() -> bool:
            assert daemon.alive, daemon.err
            lock = self.path / "state" / "lock"
            return lock.exists() and lock.read_text() == f"{daemon.pid}\n"

        await until(has_lock, "the daemon's lock")
        return daemon

    def drop(self, name: str, text: str, folder: str = "office") -> Path:
        """Save a file as an office program does: all at once, under its name."""
        target = self.path / "drop" / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{name}.part")
        half.write_text(text, "utf-8")
        half.rename(target)
        return target

    def letter(self, name: str, *, to: str = "whole school", folder: str = "office", more: str = "") -> Path:
        return self.drop(name, letter(name, to=to, more=more), folder)

    async def answer(self, name: str, folder: str = "office") -> str:
        """The answer beside a dropped file, once it is there."""
        base = self.path / "drop" / folder / Path(name).stem

        def found() -> str:
            for ending in (".answer.txt", ".problem.txt"):
                file = base.with_name(base.name + ending)
                if file.exists():
                    return file.read_text("utf-8")
            return ""

        return str(await until(found, f"an answer to {name}"))

    def configure(self, old: str, new: str) -> None:
        config = self.path / "config.toml"
        text = config.read_text("utf-8")
        assert old in text, old
        config.write_text(text.replace(old, new, 1), "utf-8")

    def go_live(self, *channels: str) -> None:
        """As the README says: live mode, everyone a PIN, and these channels' tables."""
        self.configure('mode = "trial"', 'mode = "live"')
        for id in re.findall(r'^id = "(.+)"', (self.path / "config.toml").read_text("utf-8"), re.MULTILINE):
            pin = self.path / "pins" / f"{id}.pin"
            pin.parent.mkdir(exist_ok=True)
            pin.write_text(f"{_HASH}\n", "ascii")
        (self.path / "secrets").mkdir(exist_ok=True)
        (self.path / "secrets" / "email").write_text(f"{PASSWORD}\n", "ascii")
        (self.path / "secrets" / "twilio").write_text(f"{twilio.TOKEN}\n", "ascii")
        self.add("config.toml", "\n".join(channels))

    def add(self, file: str, *lines: str) -> None:
        """Lines at the end of a file, as one change."""
        target = self.path / file
        text = target.read_text("utf-8")
        fresh = target.with_name(f".{target.name}.new")
        fresh.write_text(text + ("" if text.endswith("\n") else "\n") + "\n".join(lines) + "\n", "utf-8")
        fresh.rename(target)

    # what stands in the database

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """While a process works on it."""
        file = self.path / "state" / "notifier.db"
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def make_due(self) -> None:
        """As if the waiting before the next try were over. No process may be at work."""
        self.change("UPDATE leg SET due_at = '2026-01-01T00:00:00.000000Z' WHERE state IN ('due', 'unknown')")

    def change(self, *statements: str) -> None:
        """Write into the database. No process may be at work."""
        connection = sqlite3.connect(self.path / "state" / "notifier.db")
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def left_behind(self, query: str) -> list[sqlite3.Row]:
        """After a death: a copy is read, so that the files lie as they were left until the next start."""
        with tempfile.TemporaryDirectory() as spare:
            for file in (self.path / "state").glob("notifier.db*"):
                shutil.copy(file, spare)
            connection = sqlite3.connect(Path(spare) / "notifier.db")
            connection.row_factory = sqlite3.Row
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()

    def legs(self, channel: str) -> dict[str, sqlite3.Row]:
        """Every leg of a channel with its delivery, by the Message-ID's local part that it goes by."""
        return {stem(row["id"]): row for row in self.rows(LEGS + " WHERE leg.channel = ?", channel)}

    def id_of(self, leg: sqlite3.Row) -> str:
        """The local part of the Message-ID under which this leg goes, however often."""
        return stem(leg["id"])

    def states(self, table: str = "delivery") -> Counter[str]:
        query = {"delivery": "SELECT state FROM delivery WHERE NOT public", "leg": "SELECT state FROM leg"}[table]
        return Counter(row["state"] for row in self.rows(query))

    def directory_version(self) -> int:
        return int(self.rows("SELECT max(version) AS newest FROM directory")[0]["newest"] or 0)


LEGS = (
    "SELECT leg.*, delivery.state AS delivery_state, delivery.value AS delivery_value"
    " FROM leg JOIN delivery ON delivery.id = leg.delivery_id"
)


def letter(subject: str, *, to: str = "whole school", more: str = "") -> str:
    head = f"---\nto: {to}\nsubject: {subject}\n{more}---\n"
    return f"{head}{{{{ greeting }}}},\n\nplease give {{{{ pupils }}}} a coat. The word is {BODY}.\n"


def email(port: int, *more: str) -> str:
    """The table of a mail server on this computer, with a password."""
    lines = ["[channels.email]", 'host = "127.0.0.1"', f"port = {port}", 'security = "none"', f'username = "{USER}"']
    lines += ['password_file = "secrets/email"', 'sender = "Minster Green <office@school.example.net>"', *more]
    return "\n".join(lines) + "\n"


def text(base: str) -> str:
    lines = ["[[channels.text.accounts]]", f'account_sid = "{twilio.SID}"', 'auth_token_file = "secrets/twilio"']
    return "\n".join([*lines, f'api_base = "{base}"', 'sender = "MinsterGrn"', "per_second = 1000"]) + "\n"


def free_port() -> int:
    """One that nobody has at the moment; the same after a restart."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def http(port: int) -> str:
    """The listener, reached from outside as ``PUBLIC``."""
    return f'[http]\nlisten = "127.0.0.1:{port}"\npublic_url = "{PUBLIC}"\n'


PUBLIC = "https://notify.school.example.net"
PAPER = '[channels.letter]\nenvelope = "dl_uk"\n'
WEBSITE = '[[channels.website.targets]]\nfolder = "site"\nbase_url = "https://www.school.example.net/news"\n'
QUICK = "[drop]\nsettle_seconds = 0.1\n"


def today() -> date:
    return datetime.now(UTC).date()
