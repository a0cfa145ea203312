"""Dates for your diary: the coming events, each with the children whom it concerns and nobody else."""

from dataclasses import replace
from datetime import date, time, timedelta

from notifier.acceptance.dates import with_diary
from notifier.model.calendar import Event, Session
from notifier.model.message import DiaryDate, Kind, Message
from tests.unit.acceptance.school import CALENDAR, NOW, WORLD, world
from tests.unit.queue.plans import message

TODAY = NOW.date()
NEWS = message("n1", Kind.NEWSLETTER, newsletter="News")


def diary(*events: Event, of: Message = NEWS) -> dict[str, DiaryDate]:
    found = with_diary(of, world(calendar=replace(CALENDAR, events=events)), NOW)
    return {one.event.title: one for one in found.diary}


def event(title: str, days: int = 3, **more: object) -> Event:
    return Event(title.casefold(), title, TODAY + timedelta(days=days), **more)  # type: ignore[arg-type]


def test_an_event_of_a_class_is_for_its_children_alone() -> None:
    found = diary(event("Fair"), event("Swimming", to="Oak"), event("Concert", to="group Choir"))
    assert (found["Fair"].everybody, found["Fair"].public) == (True, True)
    assert (found["Swimming"].pupil_ids, found["Swimming"].for_whom) == (frozenset({"P1"}), "Oak")
    assert (found["Concert"].pupil_ids, found["Concert"].public) == (frozenset({"P1", "P2"}), False)


def test_an_event_of_one_child_is_shown_to_that_family_alone() -> None:
    one = diary(event("Review", to="pupil P1"))["Review"]
    assert (one.pupil_ids, one.everybody, one.public, one.for_whom) == (frozenset({"P1"}), False, False, "")


def test_a_name_that_matches_nobody_widens_nothing() -> None:
    assert diary(event("Trip", to="Ash"), event("Walk", to="Oak; Ash")) == {}


def test_only_the_coming_days_are_listed_and_what_is_over_is_not() -> None:
    found = diary(
        event("Over", 0, start=time(9)),
        event("Today", 0),
        event("Tonight", 0, start=time(18)),
        event("Last", 14),
        event("Beyond", 15),
        event("Off", 2, cancelled=True),
    )
    assert list(found) == ["Tonight", "Last"]


def test_each_session_is_a_date_of_its_own() -> None:
    sessions = (Session(TODAY + timedelta(days=1), time(16)), Session(TODAY + timedelta(days=2), time(17), to="Elm"))
    found = with_diary(
        NEWS, world(calendar=replace(CALENDAR, events=(event("Evening", 1, to="Oak", sessions=sessions),))), NOW
    )
    assert [(one.event.date, one.pupil_ids) for one in found.diary] == [
        (TODAY + timedelta(days=1), frozenset({"P1"})),
        (TODAY + timedelta(days=2), frozenset({"P2"})),
    ]


def test_what_is_told_in_person_or_names_a_child_stays_out() -> None:
    assert diary(event("Meeting", category="safeguarding"), event("Farewell to Leo Novak")) == {}


def test_a_letter_has_no_diary() -> None:
    assert diary(event("Fair"), of=message("m1", Kind.LETTER)) == {}


def test_a_newsletter_may_look_ahead_as_far_as_the_school_says() -> None:
    near = replace(WORLD.newsletters["News"], upcoming_days=1)
    calendar = replace(CALENDAR, events=(event("Tomorrow", 1), event("Later", 2)))
    found = with_diary(NEWS, world(calendar=calendar, newsletters={"News": near}), NOW)
    assert [one.event.date for one in found.diary] == [date(2026, 11, 24)]
