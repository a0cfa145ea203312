"""What systemd is told, over a real socket."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.supervision import Supervisor


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_it_says_when_it_is_ready_and_when_it_stops(manager: socket.socket) -> None:
    made = Supervisor({"NOTIFY_SOCKET": manager.getsockname()})
    made.ready()
    made.stopping()
    assert [manager.recv(100), manager.recv(100)] == [b"READY=1", b"STOPPING=1"]


async def test_it_gives_signs_of_life_twice_within_the_time(manager: socket.socket) -> None:
    made = Supervisor({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "7"}, pid=7)
    assert made.every == 0.01
    living = asyncio.create_task(made.live())
    told = [await asyncio.to_thread(manager.recv, 100) for _ in range(3)]
    living.cancel()
    assert told == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({}, id="nobody"),
        pytest.param({"NOTIFY_SOCKET": "/nonexistent/socket"}, id="gone"),
        pytest.param({"WATCHDOG_USEC": "1000"}, id="no socket"),
        pytest.param({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}, id="meant for another"),
    ],
)
async def test_where_nobody_watches_nothing_happens(environ: dict[str, str]) -> None:
    made = Supervisor(environ, pid=7)
    made.ready()
    await made.live()
    assert made.every is None
