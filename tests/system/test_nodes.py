"""Several computers send for one school from one PostgreSQL database: real processes, a real server (issue 4)."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from notifier.dispatch.outgoing import stem
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.smtp import PASSWORD, MailServer
from tests.servers.wire import cable
from tests.system.post import Post
from tests.system.processes import PATIENCE, Daemon, Processes, until
from tests.system.school import SchoolFolder, email

CONNECTIONS, AT_FIRST = 4, 2
WINDOW = 60
"""Messages that may have left, and not been written down yet, when a node is cut off."""
NOTICED = 15.0
"""Seconds within which a dead node's work is in other hands."""
BUSY = 5.0
"""Seconds that a machine on which much else runs may add."""
OPEN = "state IN ('due', 'started', 'unknown')"


async def eventually(fact: Callable[[], Any], what: str, seconds: float = 3 * PATIENCE) -> None:
    """As ``until``, for a fact that takes a moment to ask for: the mail server here goes on meanwhile."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not await asyncio.to_thread(fact):
        assert loop.time() < end, f"It never came: {what}"
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as started:
        yield started


class Shared:
    """A school whose database is on a server, with as many daemons as you like."""

    def __init__(self, school: SchoolFolder, server: PostgresServer, processes: Processes, mail: MailServer) -> None:
        self.school = school
        self.server = server
        self.processes = processes
        self.url = server.new_database()
        self.database = self.url.rpartition("/")[2]
        self.mail = mail
        school.go_live(email(mail.port, f"connections = {CONNECTIONS}"))
        school.add("config.toml", "[store]", f'url = "{self.url}"')

    def lost_after(self, seconds: int) -> None:
        self.school.add("config.toml", "[node]", f"lost_after_seconds = {seconds}")

    def sql(self, statement: str) -> list[list[str]]:
        return self.server.sql(statement, self.database)

    async def start(self, folder: Path | None = None) -> Daemon:
        """`notifier run`, once the others can see it."""
        daemon = await self.processes.start("run", cwd=folder or self.school.path)

        def joined() -> bool:
            assert daemon.alive, daemon.err
            try:
                return bool(self.sql(f"SELECT id FROM node WHERE id LIKE '%-{daemon.pid}-%'"))
            except CalledProcessError:  # the very first one makes the tables
                return False

        await eventually(joined, "the node's row")
        return daemon

    def sender(self, folder: Path, port: int | None = None) -> Path:
        """What another computer needs, and nothing else; ``port``: another way to the server."""
        for name in ("secrets", "state"):
            (folder / name).mkdir(parents=True)
        config = (self.school.path / "config.toml").read_text("utf-8")
        if port is not None:
            config = config.replace(f":{self.server.port}/", f":{port}/")
        (folder / "config.toml").write_text(f"{config}\n[node]\nsends_only = true\n", "utf-8")
        (folder / "secrets" / "email").write_text(PASSWORD, "utf-8")
        stamp = (self.school.path / "state" / "school-id").read_text("utf-8")
        (folder / "state" / "school-id").write_text(stamp, "utf-8")
        return folder

    def planned(self) -> set[str]:
        return {stem(id) for (id,) in self.sql("SELECT id FROM leg WHERE channel = 'email'")}

    def left(self) -> int:
        return int(self.sql(f"SELECT count(*) FROM leg WHERE {OPEN}")[0][0])

    def sent_by(self, daemon: Daemon) -> int:
        query = f"SELECT count(*) FROM attempt WHERE outcome = 'sent' AND owner LIKE '%-{daemon.pid}-%'"
        return int(self.sql(query)[0][0])

    async def all_sent(self) -> set[str]:
        """Waits until nothing is open; the ids of all planned emails."""
        await eventually(lambda: self.sql("SELECT id FROM leg") and not self.left(), "nothing left to send")
        return self.planned()


@pytest.fixture
def shared(large: SchoolFolder, server: PostgresServer, processes: Processes, mail: MailServer) -> Shared:
    return Shared(large, server, processes, mail)


def leads(daemon: Daemon) -> bool:
    said = re.findall(r"this node leads(?! no more)|leads no more|another node leads", daemon.err)
    return bool(said) and said[-1] == "this node leads"


def said(daemon: Daemon, words: str) -> bool:
    return words in daemon.err


def report(what: str, planned: set[str], post: Post) -> dict[str, int]:
    doubled = {id: times for id, times in post.ids.items() if times > 1}
    sys.stdout.write(f"{what}: planned {len(planned)}, lost {len(planned - set(post.ids))}, doubled {len(doubled)}\n")
    return doubled


async def test_two_nodes_share_a_letter_and_each_email_goes_once(shared: Shared, post: Post) -> None:
    first, second = await shared.start(), await shared.start()
    shared.school.letter("coats.md")
    planned = await shared.all_sent()
    assert len(planned) > 200
    assert report("two nodes", planned, post) == {}
    assert post.ids == dict.fromkeys(planned, 1)
    assert shared.sent_by(first) > 0
    assert shared.sent_by(second) > 0
    assert (await shared.school.answer("coats.md")).startswith("ACCEPTED")
    assert [leads(first), leads(second)] == [True, False]
    assert [await one.stop() for one in (first, second)] == [0, 0]
    assert shared.sql("SELECT id FROM node") == []
    assert len(shared.sql("SELECT id FROM message")) == 1


async def test_when_the_leader_is_killed_another_takes_the_intake_over(shared: Shared, post: Post) -> None:
    first, second = await shared.start(), await shared.start()
    assert (leads(first), leads(second)) == (True, False)
    first.kill()
    await first.ended()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    shared.school.letter("coats.md", to="Oak class")
    assert (await shared.school.answer("coats.md")).startswith("ACCEPTED")
    took = loop.time() - begun
    sys.stdout.write(f"another node answered after {took:.1f} s\n")
    assert took < NOTICED + BUSY
    assert leads(second)
    planned = await shared.all_sent()
    assert post.ids == dict.fromkeys(planned, 1)


async def test_what_a_killed_node_had_in_hand_goes_within_fifteen_seconds(shared: Shared, post: Post) -> None:
    first, second = await shared.start(), await shared.start()
    post.waits = lambda content: True
    post.open.clear()
    shared.school.letter("coats.md")
    await until(lambda: len(post.waiting) >= 2 * AT_FIRST, "emails of both nodes on the wire")
    on_the_wire = len(post.waiting)
    first.kill()
    await first.ended()
    post.open.set()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await eventually(lambda: not shared.sql("SELECT id FROM leg WHERE state = 'started' AND owner LIKE "
                                       f"'%-{first.pid}-%'"), "nothing in dead hands")  # fmt: skip
    took = loop.time() - begun
    planned = await shared.all_sent()
    doubled = report(f"a node killed, noticed after {took:.1f} s", planned, post)
    assert took < NOTICED + BUSY
    assert set(post.ids) == planned
    assert len(doubled) <= on_the_wire
    assert second.alive


async def test_a_frozen_node_that_wakes_settles_nothing_that_was_taken_over(shared: Shared, post: Post) -> None:
    shared.lost_after(6)
    first, second = await shared.start(), await shared.start()

    def freeze(count: int) -> None:
        if count == 40:
            os.kill(first.pid, signal.SIGSTOP)

    post.after = freeze
    shared.school.letter("coats.md")
    await until(lambda: len(post.taken) >= 40, "the moment of the frost")
    planned = await shared.all_sent()
    await until(lambda: leads(second), "another leader")
    assert set(post.ids) == planned
    before = shared.sql("SELECT id, state, owner, tries, settled_at, reference FROM leg ORDER BY id")
    arrived = sum(post.ids.values())

    os.kill(first.pid, signal.SIGCONT)
    await until(lambda: "silent for too long" in first.err, "the woken node to see that it was away")
    shared.school.letter("scarves.md", to="Oak class")
    assert (await shared.school.answer("scarves.md")).startswith("ACCEPTED")
    assert len(await shared.all_sent()) > len(planned)
    after = shared.sql("SELECT id, state, owner, tries, settled_at, reference FROM leg ORDER BY id")
    assert [row for row in after if stem(row[0]) in planned or row in before] == before
    later = sum(times for id, times in post.ids.items() if id in planned) - arrived
    doubled = report(f"a node frozen and woken ({later} sent after it woke)", planned, post)
    assert later <= CONNECTIONS
    assert len(doubled) <= CONNECTIONS + WINDOW
    assert not leads(first)
    assert [await one.stop() for one in (first, second)] == [0, 0]


async def test_a_node_that_is_cut_off_stops_and_its_work_goes_on_elsewhere(
    shared: Shared, post: Post, tmp_path: Path
) -> None:
    """It still reaches the mail server, and nobody tells it anything: its own clock must stop it."""
    first = await shared.start()
    async with cable(shared.server.port) as wire:
        second = await shared.start(shared.sender(tmp_path / "elsewhere", wire.port))

        def pull(count: int) -> None:
            if count == 40:
                wire.whole.clear()

        post.after = pull
        shared.school.letter("coats.md")
        await until(lambda: len(post.taken) >= 40, "the moment of the cut")
        planned = await shared.all_sent()
        assert set(post.ids) == planned
        wire.whole.set()
        await until(partial(said, second, "silent for too long"), "the node to see that it was away")
        shared.school.letter("scarves.md", to="Oak class")
        await shared.school.answer("scarves.md")
        await shared.all_sent()
        doubled = report("a node cut off", planned, post)
        assert len(doubled) <= CONNECTIONS + WINDOW
        assert [await one.stop() for one in (first, second)] == [0, 0]


async def test_a_server_that_is_stopped_and_started_is_waited_for(shared: Shared, post: Post) -> None:
    first, second = await shared.start(), await shared.start()
    asked = asyncio.Event()
    post.after = lambda count: asked.set() if count == 60 else None
    shared.school.letter("coats.md")
    await asyncio.wait_for(asked.wait(), 60)
    await asyncio.to_thread(shared.server.stop)
    for daemon in (first, second):
        await until(partial(said, daemon, "the database is gone"), "the node to notice")
    await asyncio.to_thread(shared.server.start)
    planned = await shared.all_sent()
    doubled = report("the server stopped and started", planned, post)
    assert set(post.ids) == planned
    assert doubled == {}  # what was on the wire is written down when the server is back
    shared.school.letter("scarves.md", to="Oak class")
    assert (await shared.school.answer("scarves.md")).startswith("ACCEPTED")
    await shared.all_sent()
    for daemon in (first, second):
        assert daemon.alive
        assert daemon.err.count("the database is gone") == 1
        assert daemon.err.count("the database is back") == 1
    assert sorted([leads(first), leads(second)]) == [False, True]
    assert [await one.stop() for one in (first, second)] == [0, 0]


async def test_a_computer_without_the_folder_sends_and_writes_no_file(
    shared: Shared, post: Post, tmp_path: Path, processes: Processes
) -> None:
    school = shared.school
    first = await shared.start()
    folder = shared.sender(tmp_path / "elsewhere")
    sender = await shared.start(folder)
    first.kill()
    await first.ended()
    answer = await school("submit", "--json", str(school.drop("coats.md", _letter(), folder="../spare")))
    assert answer.code == 0, answer.text
    query = f"SELECT channel FROM leg WHERE {OPEN} AND channel = 'email'"
    await eventually(lambda: shared.sql("SELECT id FROM leg") and not shared.sql(query), "all emails sent")
    assert shared.sent_by(sender) == len(shared.planned()) == sum(post.ids.values()) > 200
    assert {row[0] for row in shared.sql(f"SELECT channel FROM leg WHERE {OPEN}")} <= {"call", "letter", "website"}
    assert not leads(sender)
    for command in ("status", "check"):
        told = await processes.command((command,), cwd=folder)
        assert told.code == 0, told.text
    for argv in (("submit", "config.toml"), ("families", "diff"), ("preview", "config.toml")):
        told = await processes.command(argv, cwd=folder)
        assert told.code == 2, told.text
        assert "only sends" in told.text
    assert sorted(one.name for one in folder.iterdir()) == ["config.toml", "secrets", "state"]
    again = await shared.start()
    await shared.all_sent()
    assert await again.stop() == await sender.stop() == 0


def _letter() -> str:
    return "---\nto: whole school\nsubject: Coats\n---\n{{ greeting }},\n\nplease give {{ pupils }} a coat.\n"


async def test_a_sender_that_cannot_show_whose_it_is_is_refused(shared: Shared, tmp_path: Path) -> None:
    first = await shared.start()
    folder = shared.sender(tmp_path / "elsewhere")
    (folder / "state" / "school-id").write_text("another school's\n", "ascii")
    said = await shared.processes.command(("run",), cwd=folder)
    assert said.code == 3
    assert "Copy state/school-id" in said.text
    assert await first.stop() == 0


async def test_what_others_do_on_the_command_line_is_noticed(shared: Shared, post: Post) -> None:
    """A daemon on one computer, commands on another that sees the same folder."""
    daemon = await shared.start()
    post.open.clear()
    shared.school.letter("coats.md")
    await until(lambda: post.waiting, "the first email on the wire")
    ((id,),) = shared.sql("SELECT id FROM message")
    said = await shared.school("cancel", id, "--as", "r-adeyemi", "--pin-stdin", stdin="481516\n")
    assert said.code == 1, said.text
    post.open.set()
    await eventually(lambda: not shared.left(), "nothing left to send")
    assert sum(post.ids.values()) <= 2 * CONNECTIONS
    assert "cancelled" in (await shared.school("status", id)).out
    assert await daemon.stop() == 0


async def test_a_second_pass_is_refused_while_another_node_leads(shared: Shared) -> None:
    daemon = await shared.start()
    said = await shared.school("run", "--until-idle")
    assert said.code == 2, said.text
    assert "Another notifier works" in said.text
    assert await daemon.stop() == 0
    shared.school.letter("coats.md", to="Oak class")
    assert (await shared.school("run", "--until-idle")).code in (0, 1)
