"""The technician hears of what stays away, once when it has been away long enough and once when it is back."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from notifier.care.alarm import ALIVE, Alarm
from tests.unit.dispatch.hand_clock import HandClock
from tests.unit.queue.plans import NOW

QUARTER = timedelta(minutes=15)


@dataclass
class Place:
    ailing: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    mail: bool = True

    async def ails(self) -> Mapping[str, str]:
        return dict(self.ailing)

    async def tell(self, subject: str, words: str) -> bool:
        if self.mail:
            self.sent.append((subject, words))
        return self.mail


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


def alarm(place: Place, clock: HandClock, state: Path) -> Alarm:
    return Alarm(place.ails, place.tell, QUARTER, clock, state)


async def test_it_is_told_once_when_it_stays_away_and_once_when_it_is_back(clock: HandClock, tmp_path: Path) -> None:
    place = Place({"The folder drop/office": "Look at the share."})
    made = alarm(place, clock, tmp_path)
    with capture_logs() as logged:
        await made.look()
        assert place.sent == []
        await clock.move(QUARTER.total_seconds())
        for _ in range(3):
            await made.look()
        ((subject, words),) = place.sent
        assert "something is away" in subject
        assert "The folder drop/office has been away since 20/11/2026 09:00 UTC. Look at the share." in words
        place.ailing.clear()
        for _ in range(3):
            await made.look()
    assert "is back" in place.sent[1][1]
    assert len(place.sent) == 2
    assert [entry["event"] for entry in logged] == ["away", "back"]


async def test_what_comes_back_in_time_is_only_in_the_log(clock: HandClock, tmp_path: Path) -> None:
    place = Place({"The account email": "It does not answer."})
    made = alarm(place, clock, tmp_path)
    await made.look()
    place.ailing.clear()
    await clock.move(QUARTER.total_seconds())
    await made.look()
    assert place.sent == []


async def test_what_cannot_be_told_is_told_when_the_mail_goes_again(clock: HandClock, tmp_path: Path) -> None:
    place = Place({"The account email": "It does not answer."}, mail=False)
    made = alarm(place, clock, tmp_path)
    await made.look()
    await clock.move(QUARTER.total_seconds())
    await made.look()
    place.ailing.clear()
    place.mail = True
    await made.look()
    ((_, words),) = place.sent
    assert "has been away" in words
    assert "is back" in words


async def test_that_the_program_itself_was_away_is_told_at_its_next_start(clock: HandClock, tmp_path: Path) -> None:
    place = Place()
    made = alarm(place, clock, tmp_path)
    await made.look()
    long_ago = (NOW - timedelta(hours=3)).timestamp()
    os.utime(tmp_path / ALIVE, (long_ago, long_ago))
    made.begin()
    await made.look()
    assert "not running from 20/11/2026 06:00 UTC" in place.sent[0][1]


async def test_one_that_a_person_stopped_was_not_away(clock: HandClock, tmp_path: Path) -> None:
    place = Place()
    made = alarm(place, clock, tmp_path)
    await made.look()
    made.end()
    made.begin()
    await made.look()
    assert place.sent == []
