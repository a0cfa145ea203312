"""School folders, servers and processes; and after every test, a look at all that was logged."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest

from notifier.config.start import copy_example, start
from tests.servers.smtp import MailServer, mail_server
from tests.servers.twilio import Twilio, twilio_server
from tests.system.logs import wrong_in
from tests.system.post import Post
from tests.system.processes import Processes, Warm
from tests.system.school import QUICK, SchoolFolder

Make = Callable[[], SchoolFolder]


@pytest.fixture
async def processes(tmp_path: Path, warm: Warm) -> AsyncIterator[Processes]:
    folder = tmp_path / "said"
    folder.mkdir()
    made = Processes(folder, warm)
    yield made
    await made.close()
    for said in made.logs():
        assert wrong_in(said) == []
    assert not [said.argv for said in made.said if "Traceback" in said.text]


@pytest.fixture
def small(tmp_path: Path, processes: Processes) -> SchoolFolder:
    """What `notifier init` writes: a dozen children."""
    path = tmp_path / "small"
    start(path, today=date.today())  # noqa: DTZ011 - as init does
    school = SchoolFolder(path, processes)
    school.add("config.toml", QUICK)
    return school


@pytest.fixture
def large(tmp_path: Path, processes: Processes) -> SchoolFolder:
    """The example school of about 240 families."""
    path = tmp_path / "large"
    copy_example("woodgrange", path, today=date.today())  # noqa: DTZ011 - as demo does
    school = SchoolFolder(path, processes)
    school.add("config.toml", QUICK)
    return school


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def mail(post: Post) -> AsyncIterator[MailServer]:
    """Speaks SMTP on loopback, wants a password, and takes commands together."""
    async with mail_server(post, auth=True, pipelining=True) as server:
        yield server


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    async with twilio_server() as server:
        yield server
        assert server.faults == []
