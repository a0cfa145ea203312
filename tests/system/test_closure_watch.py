"""What the head sees: the live picture in a terminal, and the banner that says what holds now."""

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.system.processes import until
from tests.system.school import SchoolFolder

START = ("closure", "start", "--state", "closed", "--yes", "--as", "b-malik")
_MARKS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """`closure status --watch` on a terminal of 100 columns; ``shown`` is all that was ever written there."""

    def __init__(self, process: asyncio.subprocess.Process, screen: int) -> None:
        self.process = process
        self._screen = screen
        self._read = b""

    @property
    def shown(self) -> str:
        try:
            while more := os.read(self._screen, 65536):
                self._read += more
        except OSError:  # nothing more for now, or the program has gone
            pass
        return _MARKS.sub("", self._read.decode("utf-8", "replace"))


@asynccontextmanager
async def watching(school: SchoolFolder) -> AsyncIterator[Terminal]:
    screen, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    os.set_blocking(screen, False)
    argv = (sys.executable, "-m", "notifier", "closure", "status", "--watch")
    env = {**os.environ, "TERM": "xterm-256color"}
    process = await asyncio.create_subprocess_exec(*argv, cwd=school.path, stdin=end, stdout=end, stderr=end, env=env)
    os.close(end)
    try:
        yield Terminal(process, screen)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(screen)


async def test_the_picture_follows_by_itself_and_stops_with_the_closure(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    assert (await small(*START)).code in (0, 1)
    async with watching(small) as terminal:
        await until(lambda: "SCHOOL CLOSED" in terminal.shown, "the closure in the terminal", 15)
        assert "handed over" in terminal.shown
        assert "Oak" in terminal.shown
        assert (await small("closure", "end", "--yes", "--as", "b-malik")).code in (0, 1)
        await until(lambda: "ALL-CLEAR" in terminal.shown, "the all-clear in the terminal", 15)
        assert await asyncio.wait_for(terminal.process.wait(), 15) in (0, 1)
        assert "Traceback" not in terminal.shown


async def test_ctrl_c_leaves_the_picture_and_nothing_else(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    await small(*START)
    async with watching(small) as terminal:
        await until(lambda: "SCHOOL CLOSED" in terminal.shown, "the closure in the terminal", 15)
        terminal.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(terminal.process.wait(), 15)
        assert "Traceback" not in terminal.shown


async def test_a_closure_is_the_banner_and_the_newest_word_replaces_it_and_a_drill_is_none(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    website, board = (small.path / "outbox" / "trial" / name for name in ("website", "noticeboard"))
    said = await small(*START, "--drill")
    assert said.code in (0, 1), said.text
    assert not [*website.glob("*.html"), *board.glob("*.pdf")]
    assert (await small(*START)).code in (0, 1)
    assert "School closed" in (website / "banner.html").read_text("utf-8")
    # a drill goes on beside it, and the head means the closure
    said = await small("closure", "update", "--state", "late", "--until", "23:59", "--yes", "--as", "b-malik")
    assert said.code in (0, 1), said.text
    banner = (website / "banner.html").read_text("utf-8")
    assert "School starts late" in banner
    assert "School closed" not in banner
    assert (await small("closure", "end", "--yes", "--as", "b-malik")).code in (0, 1)
    for name in ("banner.html", "feed.xml", "feed.json", "index.html"):
        text = (website / name).read_text("utf-8")
        assert "usual time" in text
        assert "School closed" not in text
        assert "School starts late" not in text
    assert (board / "posters.csv").read_text("utf-8").count("take down,") == 4  # two, inside and outside
