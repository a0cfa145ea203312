"""The database server goes in the middle of a letter, as by a power cut, and comes back."""

import json
from collections.abc import Iterator, Mapping
from subprocess import CalledProcessError
from typing import Any

import pytest

from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.smtp import MailServer
from tests.system.ledger import AT_FIRST, CONNECTIONS, Ledger
from tests.system.post import Post
from tests.system.processes import Daemon, until
from tests.system.school import SchoolFolder, email, letter


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as made:
        yield made


class SchoolOnServer(SchoolFolder):
    """Its rows stand on the server."""

    server: PostgresServer
    database: str

    async def start(self, env: Mapping[str, str] | None = None, *, cold: bool = False) -> Daemon:
        """`notifier run`, once the server knows it; who leads is decided there, not by the folder's lock."""
        daemon = await self.processes.start("run", cwd=self.path, env=env, cold=cold)

        def joined() -> bool:
            assert daemon.alive, daemon.err
            try:
                return bool(self.server.sql("SELECT id FROM node", self.database))
            except CalledProcessError:  # it makes the tables first
                return False

        await until(joined, "the daemon's sign of life")
        return daemon

    def rows(self, query: str, *values: object) -> list[Any]:
        assert not values
        found = f"SELECT coalesce(jsonb_agg(found), '[]') FROM ({query}) AS found"
        (cells,) = self.server.sql(found, self.database)
        return list(json.loads("|".join(cells)))


async def test_a_database_server_that_goes_and_comes_back_costs_nobody_anything(
    small: SchoolFolder, server: PostgresServer, mail: MailServer, post: Post
) -> None:
    url = server.new_database()
    small.go_live(email(mail.port, f"connections = {CONNECTIONS}"), f'[store]\nurl = "{url}"\n')
    school = SchoolOnServer(small.path, small.processes)
    school.server, school.database = server, url.rpartition("/")[2]
    ledger = Ledger(school, post)
    daemon = await school.start()
    await ledger.know(letter("shoes.md"), "shoes.md")
    post.open.clear()
    await ledger.drop("coats.md", letter("coats.md"))
    await until(lambda: len(post.waiting) >= AT_FIRST, "emails on the wire")

    server.end()
    await ledger.drop("shoes.md", letter("shoes.md"))
    await until(lambda: "the database is gone" in daemon.err, "the daemon says so")
    post.open.set()
    await until(lambda: len(post.taken) >= AT_FIRST, "what was on the wire taken, and nowhere to write it down")
    assert daemon.alive

    # Nobody leads now, so nobody takes what is dropped: it lies there until somebody does.
    assert (school.path / "drop" / "office" / "shoes.md").exists()
    server.start()
    assert "shoes" in await school.answer("shoes.md")
    await until(lambda: not school.states("leg")["started"], "what was sent is written down")
    assert await daemon.stop() == 0
    again = await school("run", "--until-idle")
    assert again.code in (0, 1), again.text
    ledger.check("database server stopped and started")
