"""Two nodes of one school on PostgreSQL against one, with a relay that answers after 20 ms."""

import shutil
import tempfile
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from bench.figures import Figure, Skipped, say
from bench.folder import make
from bench.newsletter import Short, until
from bench.processes import module, told
from bench.sink import Sink, sink
from bench.slow import slow_road
from tests.servers.postgres import PostgresServer, postgres_server

NAME = "PostgreSQL, two nodes against one, relay with 20 ms"
NEEDED = ("initdb", "pg_ctl", "psql")


def figures(count: int, rounds: int) -> list[Figure | Skipped]:
    if find_spec("asyncpg") is None or any(shutil.which(one) is None for one in NEEDED):
        return [Skipped(NAME, "PostgreSQL is not installed here")]
    ratios = []
    with ExitStack() as stack:
        spare = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        target = stack.enter_context(sink())
        port, server = stack.enter_context(slow_road(target.port)), stack.enter_context(postgres_server())
        for number in range(rounds):
            one, two = (rate(spare / f"{number}-{nodes}", count, nodes, target, port, server) for nodes in (1, 2))
            say(f"round {number + 1}: one node {one:,.0f} a second, two {two:,.0f}")
            ratios.append(two / one)
    return [Figure(NAME, median(ratios), 1.6, 1.9, " times")]


def rate(where: Path, count: int, nodes: int, target: Sink, port: int, server: PostgresServer) -> float:
    """A new school with an empty database; emails a second, from the letter's arrival to the last record."""
    url = server.new_database()
    database = url.rpartition("/")[2]
    folder = make(where / "school", count, mail=port, database=url)
    letter = folder.letter("one")

    def recorded() -> int:
        query = "SELECT count(*) FROM leg WHERE state = 'sent' AND channel = 'email'"
        return int(server.sql(query, database)[0][0])

    with ExitStack() as stack:
        command = module("bench.product", str(folder.config))
        # One after the other: the first makes the tables and leads.
        daemons = [stack.enter_context(told(command, where / f"log{number}")) for number in range(nodes)]
        target.begin()
        began = time.perf_counter()
        accepted = daemons[0].ask(do="submit", file=str(letter))
        if accepted["outcomes"] != ["accepted"]:
            raise Short(accepted["said"])
        until(lambda: target.taken >= count, "the sink waits")
        until(lambda: recorded() >= count, "the record waits")
        seconds = time.perf_counter() - began
    if target.taken != count:
        raise Short(f"{target.taken} arrived of {count}")
    return count / seconds
