"""All notices of a calendar: as if worked out anew each time, but only what changed is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from notifier.calendar.counting import SchoolDays
from notifier.calendar.notices import Planner, Rhythm
from notifier.calendar.planned import Notice, Planned
from notifier.model.calendar import Event, SchoolCalendar, SchoolTerm
from notifier.model.notice import Offset

TERM = SchoolTerm("Spring", date(2027, 1, 4), date(2027, 3, 26))
PLANNER = Planner(SchoolDays(SchoolCalendar((TERM,))), Rhythm(ZoneInfo("Europe/London")))
EVENTS = st.builds(
    Event,
    id=st.sampled_from("ABCDEF"),
    title=st.sampled_from(("Walk", "Fair")),
    date=st.dates(date(2027, 1, 4), date(2027, 3, 26)),
    start=st.sampled_from((None, time(9), time(14))),
    to=st.sampled_from(("", "Oak", "whole school")),
    category=st.sampled_from(("", "trip")),
    cancelled=st.booleans(),
)
CALENDARS = st.lists(EVENTS, unique_by=lambda event: event.id).map(
    lambda events: SchoolCalendar((TERM,), events=tuple(events))
)


def offsets(event: Event) -> Sequence[Offset]:
    return (Offset(10), Offset(2)) if event.category else (Offset(2),)


def as_set(notices: Sequence[Notice]) -> set[Notice]:
    assert [one.first for one in notices] == sorted(one.first for one in notices)
    found = set(notices)
    assert len(found) == len(notices)
    return found


@given(st.lists(CALENDARS, min_size=2, max_size=5), st.booleans())
def test_after_any_changes_they_are_what_they_would_be_anew(calendars: list[SchoolCalendar], again: bool) -> None:
    planned = Planned(PLANNER, offsets)
    for calendar in [*calendars, *(calendars[:1] if again else ())]:
        assert as_set(planned.of(calendar)) == as_set(Planned(PLANNER, offsets).of(calendar))


def test_only_the_event_that_changed_is_worked_out_anew() -> None:
    asked: list[str] = []

    def noted(event: Event) -> Sequence[Offset]:
        asked.append(event.id)
        return offsets(event)

    events = tuple(Event(f"E{at}", "Walk", date(2027, 2, 1 + at), to="Oak") for at in range(20))
    calendar = SchoolCalendar((TERM,), events=events)
    planned = Planned(PLANNER, noted)
    planned.of(calendar)
    assert len(asked) == len(events)
    asked.clear()
    moved = replace(events[3], date=date(2027, 3, 9))
    after = replace(calendar, events=(*events[:3], moved, *events[4:]))
    assert {one.event.date for one in planned.of(after) if one.event.id == "E3"} == {date(2027, 3, 9)}
    assert asked == ["E3"]
    assert planned.of(after) is planned.of(after)
