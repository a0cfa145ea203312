"""The power goes in the middle of a closure: nobody is forgotten, and nobody gets two texts."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from notifier.faultpoints import VARIABLE
from tests.servers.twilio import Twilio
from tests.system.power_cuts import fault_points
from tests.system.processes import Said
from tests.system.school import PIN, SchoolFolder, text

HEAD = ("--as", "b-malik", "--pin-stdin", "--yes")
START = ("closure", "start", "--state", "closed", *HEAD)
UPDATE = ("closure", "update", "--state", "late", "--until", "23:59", *HEAD)
KILLED = -signal.SIGKILL


@contextmanager
def held(school: SchoolFolder) -> Iterator[None]:
    """Another program holds the database."""
    holder = sqlite3.connect(school.path / "state" / "notifier.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


async def typed(school: SchoolFolder, *argv: str, fault: str = "") -> Said:
    return await school(*argv, stdin=f"{PIN}\n", env={VARIABLE: fault} if fault else None)


def texts(twilio: Twilio, word: str) -> Counter[str]:
    return Counter(str(one["to"]) for one in twilio.messages if word in str(one["body"]))


async def _closing(school: SchoolFolder, point: str) -> None:
    """Within the transaction: as if nothing had been said, so it is typed again."""
    assert (await typed(school, *START, fault=point)).code == KILLED
    assert school.left_behind("SELECT id FROM closure") == []
    assert (await typed(school, *START)).code in (0, 1)


async def _announcing(school: SchoolFolder, point: str) -> None:
    assert (await typed(school, *START)).code in (0, 1)
    assert (await typed(school, *UPDATE, fault=point)).code == KILLED
    assert (await typed(school, *UPDATE)).code in (0, 1)


async def _resumed(school: SchoolFolder, point: str) -> None:
    """Without the database, and it is still gone when the power is back."""
    with held(school):
        assert (await typed(school, *START, fault=point)).code == KILLED
        again = await typed(school, *START)
        assert again.code == 2
        assert "closure resume" in again.err
        said = await typed(school, "closure", "resume", "--as", "b-malik", "--pin-stdin")
        assert said.code == 0, said.text
    assert (await school("run", "--until-idle")).code in (0, 1)


async def _by_the_daemon(school: SchoolFolder, point: str) -> None:
    """Without the database, which is back when the power is."""
    with held(school):
        assert (await typed(school, *START, fault=f"{point}:3")).code == KILLED
    assert (await school("run", "--until-idle")).code in (0, 1)


async def _taken_in(school: SchoolFolder, point: str) -> None:
    with held(school):
        assert (await typed(school, *START)).code in (0, 1)
    assert (await typed(school, "run", "--until-idle", fault=point)).code == KILLED
    assert (await school("run", "--until-idle")).code in (0, 1)


STORIES = {
    "closing": _closing,
    "announcing": _announcing,
    "journal begun": _resumed,
    "journalled": _by_the_daemon,
    "journal taken in": _taken_in,
}


def test_every_point_of_a_closure_has_its_story() -> None:
    assert STORIES.keys() == fault_points(of_closures=True).keys()


@pytest.mark.parametrize("point", STORIES)
async def test_a_power_cut_at_this_point_forgets_and_doubles_nobody(
    point: str, small: SchoolFolder, twilio: Twilio
) -> None:
    small.go_live(text(twilio.base))
    assert (await small("run", "--until-idle")).code in (0, 1)
    await STORIES[point](small, point)
    small.make_due()
    assert (await small("run", "--until-idle")).code in (0, 1)
    first = texts(twilio, "CLOSED")
    assert len(first) == len(small.rows("SELECT DISTINCT contact_id FROM leg WHERE channel = 'text'"))
    assert set(first.values()) == {1}
    if point == "announcing":
        assert texts(twilio, "LATE") == first
    assert len(small.rows("SELECT id FROM closure")) == 1
    assert list((small.path / "state").glob("*.journal")) == []


async def test_the_journal_goes_on_after_a_cut_in_the_middle_of_sending(small: SchoolFolder, twilio: Twilio) -> None:
    """Killed while several are on the wire: those are looked up at the provider, the rest goes."""
    small.go_live(text(twilio.base))
    await small("run", "--until-idle")
    with held(small):
        assert (await typed(small, *START, fault="handed over:4")).code == KILLED
        assert 0 < len(twilio.messages) < 16
        said = await typed(small, "closure", "resume", "--as", "b-malik", "--pin-stdin")
        assert said.code == 0, said.text
    await small("run", "--until-idle")
    assert set(texts(twilio, "CLOSED").values()) == {1}
    assert len(texts(twilio, "CLOSED")) == 16
