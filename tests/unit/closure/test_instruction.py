"""What is typed at 05:40 is understood, or answered with what to write."""

from datetime import datetime
from typing import Any

import pytest

from notifier.closure.instruction import NotUnderstood
from notifier.model.closure import Announcement, What
from notifier.model.message import Reach, Term
from tests.unit.closure.asking import announcement
from tests.unit.routing.families import LONDON


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 1, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("opening", "asked", "expires"),
    [
        pytest.param("closed", {}, at(11, 18), id="closed today"),
        pytest.param("closed", {"until": "2027-01-13"}, at(13, 18), id="until a day"),
        pytest.param("closed", {"from_": "tomorrow"}, at(12, 18), id="tomorrow"),
        pytest.param("late", {"until": "10:30"}, at(11, 10, 30), id="late"),
        pytest.param("late", {"from_": "12/01/2027", "until": "10:30"}, at(12, 10, 30), id="late on another day"),
        pytest.param("early", {"from_": "13:15"}, at(11, 18), id="early"),
        pytest.param("reopened", {"from_": "2027-01-14"}, at(14, 18), id="reopened"),
        pytest.param("closed", {"from_": "friday"}, at(15, 18), id="a weekday"),
    ],
)
def test_nothing_goes_out_after_it_is_of_use(opening: str, asked: dict[str, Any], expires: datetime) -> None:
    said: Announcement = announcement(opening, **asked)
    assert said.expires_at == expires


@pytest.mark.parametrize(
    ("opening", "asked", "says"),
    [
        pytest.param("late", {}, "--until 10:30", id="late without a time"),
        pytest.param("late", {"until": "2027-01-12"}, "Say the time", id="late with a day"),
        pytest.param("late", {"until": "05:00"}, "over already", id="late in the past"),
        pytest.param("early", {"from_": ""}, "--from 13:15", id="early without a time"),
        pytest.param("early", {"from_": "tomorrow"}, "Say the time", id="early with a day"),
        pytest.param("early", {"from_": "25:15"}, "no day or time", id="no time"),
        pytest.param("closed", {"until": "2027-01-10"}, "before --from", id="before it begins"),
        pytest.param("closed", {"from_": "2027-01-04"}, "over already", id="last week"),
        pytest.param("closed", {"from_": "01/13/2027"}, "no day or time", id="the month first"),
        pytest.param("closed", {"classes": "Ash"}, "Ash", id="a class that is not there"),
        pytest.param("closed", {"classes": "pupil P1"}, "whole school", id="a single child"),
        pytest.param("closed", {"next_update": "05:00"}, "in the past", id="next update in the past"),
        pytest.param("closed", {"reason": "x" * 200}, "too long", id="a long reason"),
        pytest.param("closed", {"reason": "{{ pupils }}"}, "braces", id="a merge field"),
        pytest.param("reopened", {"reason": "we were closed for snow"}, "“closed”", id="another state's word"),
        pytest.param("closed", {"reason": "open again soon"}, "“open again”", id="another state's words"),
    ],
)
def test_what_is_not_understood_is_said_with_what_to_write(opening: str, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(NotUnderstood) as wrong:
        announcement(opening, **asked)
    assert says in wrong.value.sentence


def test_classes_and_years_may_be_named() -> None:
    said: Announcement = announcement(classes="Oak, Year 2")
    assert said.audience == (Term(Reach.CLASS, "Oak"), Term(Reach.YEAR, "2"))


def test_only_the_whole_school_closed_takes_days_out_of_the_calendar() -> None:
    whole: Announcement = announcement(until="2027-01-12")
    assert [day.day for day in whole.days()] == [11, 12]
    assert announcement(classes="Oak").days() == ()
    assert announcement("late", until="10:30").days() == ()
    assert announcement("closed", What.CLEAR).days() == ()
