"""A day on which a closure keeps the school closed is no school day: `calendar` says what that does to a newsletter."""

import json
from datetime import date, datetime

import pytest

from tests.servers.twilio import Twilio
from tests.system.school import PIN, SchoolFolder, text

HEAD = ("--as", "b-malik", "--pin-stdin")


@pytest.fixture
def live(small: SchoolFolder, twilio: Twilio) -> SchoolFolder:
    small.go_live(text(twilio.base))
    return small


async def newsletters(school: SchoolFolder) -> dict[date, str]:
    """When the newsletter goes by the calendar as it stands, and why then; twelve weeks, so that holidays pass."""
    until = date.fromordinal(date.today().toordinal() + 84)  # noqa: DTZ011 - as the command does
    said = await school("calendar", "--until", until.isoformat(), "--json")
    assert said.code == 0, said.text
    found = [one for one in json.loads(said.out) if one["kind"] == "newsletter"]
    return {datetime.fromisoformat(one["at"]).date(): one["reason"] for one in found}


async def close(school: SchoolFolder, day: date) -> None:
    """From tomorrow on at the earliest, so that the hour of the day does not matter."""
    asked = ("closure", "start", "--state", "closed", "--from", day.isoformat(), "--until", day.isoformat())
    said = await school(*asked, "--reason", "no heating", *HEAD, "--yes", stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text


async def test_a_newsletter_on_a_closed_day_is_left_out_and_the_calendar_says_why(live: SchoolFolder) -> None:
    await live("run", "--until-idle")
    before = await newsletters(live)
    _, day, after, *_ = sorted(before)
    await close(live, day)
    now = await newsletters(live)
    assert day not in now
    assert f"none on {day:%-d %B} (a day on which the school is closed)" in now[after]
    assert set(before) - set(now) == {day}


async def test_where_the_school_says_so_it_goes_on_the_school_day_before_and_the_calendar_says_why(
    live: SchoolFolder,
) -> None:
    live.configure('name = "School News"', 'name = "School News"\nday_off = "before"')
    await live("run", "--until-idle")
    before = await newsletters(live)
    _, day, *_ = sorted(before)
    await close(live, day)
    now = await newsletters(live)
    (moved,) = set(now) - set(before)
    assert moved < day
    assert f"on the school day before, as {day:%-d %B} is a day on which the school is closed" in now[moved]
