"""The calendar for families, and that the importer reads back what was written."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from notifier.calendar import is_school_day
from notifier.calendar.export import Publisher, export, single
from notifier.calendar.importing import School, Years, draft
from notifier.model.calendar import Event, Nation, SchoolCalendar, SchoolTerm, Session

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
FIRST = date(2026, 8, 1)
PUBLISHER = Publisher(
    "Example Infant School",
    LONDON,
    classes=("Oak", "Ash"),
    names_a_child=lambda text: "Amina Okafor" in text,
    in_person=("head-injury", "safeguarding"),
)
CALENDAR = SchoolCalendar(
    terms=(
        SchoolTerm("Autumn 1", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Autumn 2", date(2026, 11, 2), date(2026, 12, 18)),
        SchoolTerm("Summer 1", date(2027, 4, 12), date(2027, 5, 28)),
    ),
    inset=frozenset({date(2026, 9, 1), date(2026, 11, 27)}),
    closed=frozenset({date(2026, 11, 30)}),
    nation=Nation.ENGLAND,
    events=(
        Event("FARM", "Visit to the farm", date(2027, 5, 5), time(9, 30), time(15), "City farm", False, "Oak; Ash"),
        Event(
            "CAROLS", "Carols, with mince pies", date(2026, 12, 10), time(14), None, details="Bring a friend;\nsing."
        ),
        Event("FAIR", "Summer fair", date(2027, 5, 14), to="whole school", cancelled=True),
    ),
)


def written(calendar: SchoolCalendar = CALENDAR, now: datetime = NOW) -> Calendar:
    made = Calendar.from_ical(export(calendar, PUBLISHER, FIRST, now).ics)
    assert isinstance(made, Calendar)
    return made


def titles(calendar: SchoolCalendar = CALENDAR) -> list[str]:
    return [str(event["SUMMARY"]) for event in written(calendar).walk("VEVENT")]


def test_hours_are_in_utc_and_whole_days_end_before_their_dtend() -> None:
    text = export(CALENDAR, PUBLISHER, FIRST, NOW).ics.decode()
    assert "DTSTART:20270505T083000Z\r\nDTEND:20270505T140000Z" in text
    assert "DTSTART:20261210T140000Z" in text
    assert "DTSTART;VALUE=DATE:20261024\r\nDTEND;VALUE=DATE:20261102" in text
    assert text.count("DTSTAMP:20261126T090000Z") == text.count("BEGIN:VEVENT") == len(titles())
    assert "STATUS:CANCELLED" in text


def test_terms_and_days_off_are_in_it() -> None:
    assert titles() == [
        "Autumn 1: first day of term",
        "Autumn 1: last day of term",
        "INSET day",
        "Autumn 2: first day of term",
        "Autumn 2: last day of term",
        "INSET day",
        "School closed",
        "Summer 1: first day of term",
        "Summer 1: last day of term",
        "Bank holiday",
        "Half-term",
        "School holiday",
        "Oak, Ash: Visit to the farm",
        "Carols, with mince pies",
        "Summer fair",
    ]


def test_a_uid_stays_when_the_event_moves_and_no_two_are_the_same() -> None:
    moved = replace(CALENDAR, events=tuple(replace(one, date=date(2027, 5, 6)) for one in CALENDAR.events))
    uids = [str(event["UID"]) for event in written().walk("VEVENT")]
    later = datetime(2026, 12, 1, tzinfo=UTC)
    assert uids == [str(event["UID"]) for event in written(moved, later).walk("VEVENT")]
    assert len(set(uids)) == len(uids)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(Event("X", "Meeting", date(2027, 5, 5), to="pupil P0012"), id="for one pupil"),
        pytest.param(Event("X", "Meeting", date(2027, 5, 5), to="Oak; group EAL"), id="for a group"),
        pytest.param(Event("X", "Meeting", date(2027, 5, 5), to="P0012"), id="for somebody unknown"),
        pytest.param(Event("X", "Meeting", date(2027, 5, 5), category="Head injury"), id="spoken of in person"),
        pytest.param(Event("X", "Award for Amina Okafor", date(2027, 5, 5)), id="a name in the title"),
        pytest.param(Event("X", "Award", date(2027, 5, 5), details="to Amina Okafor"), id="a name in the details"),
    ],
)
def test_what_is_about_single_people_is_kept_back_and_said(event: Event) -> None:
    made = export(replace(CALENDAR, events=(event,)), PUBLISHER, FIRST, NOW)
    assert made.kept_back == ("X",)
    assert b"Meeting" not in made.ics
    assert b"Award" not in made.ics


@pytest.mark.parametrize("to", ["", "whole school", "Oak", "oak class; Ash", "Year 2", "Reception"])
def test_what_is_for_a_class_or_wider_is_in_it(to: str) -> None:
    made = export(replace(CALENDAR, events=(Event("X", "Picnic", date(2027, 5, 5), to=to),)), PUBLISHER, FIRST, NOW)
    assert made.kept_back == ()
    assert b"Picnic" in made.ics


def test_past_school_years_are_left_out() -> None:
    made = export(CALENDAR, PUBLISHER, date(2027, 5, 10), NOW)
    assert made.entries == 2


def test_the_importer_reads_back_what_was_written(tmp_path: Path) -> None:
    source = tmp_path / "families.ics"
    source.write_bytes(export(CALENDAR, PUBLISHER, FIRST, NOW).ics)
    school = School(LONDON, Nation.ENGLAND, ("Oak", "Ash"), NOW.date())
    confirmed = replace(CALENDAR, events=tuple(replace(one, cancelled=False) for one in CALENDAR.events))
    source.write_bytes(export(confirmed, PUBLISHER, FIRST, NOW).ics)
    drafted = draft(source, tmp_path / "calendar", Years(FIRST, date(2027, 7, 31)), school)
    back = drafted.calendar
    assert drafted.good
    assert (back.terms, back.inset, back.closed) == (CALENDAR.terms, CALENDAR.inset, CALENDAR.closed)
    year = [date.fromordinal(FIRST.toordinal() + offset) for offset in range(365)]
    assert [is_school_day(day, back) for day in year] == [is_school_day(day, CALENDAR) for day in year]
    assert [(one.title, one.date, one.start, one.end, one.place, one.to, one.details) for one in back.events] == [
        ("Carols, with mince pies", date(2026, 12, 10), time(14), None, "", "", "Bring a friend;\nsing."),
        ("Oak, Ash: Visit to the farm", date(2027, 5, 5), time(9, 30), time(15), "City farm", "Oak; Ash", ""),
        ("Summer fair", date(2027, 5, 14), None, None, "", "", ""),
    ]
    (tmp_path / "again.ics").write_bytes(export(CALENDAR, PUBLISHER, FIRST, NOW).ics)
    again = draft(tmp_path / "again.ics", tmp_path / "calendar", Years(FIRST, date(2027, 7, 31)), school)
    assert again.changes == ["Changed event summer-fair: cancelled from no to yes."]


def test_one_event_alone_has_the_uid_of_the_whole_export() -> None:
    farm = CALENDAR.events[0]
    alone = Calendar.from_ical(single(farm, PUBLISHER, NOW))
    (entry,) = alone.walk("VEVENT")
    whole = next(one for one in written().walk("VEVENT") if "farm" in str(one["SUMMARY"]))
    assert str(entry["UID"]) == str(whole["UID"])
    moved = replace(farm, date=date(2027, 5, 12))
    (later,) = Calendar.from_ical(single(moved, PUBLISHER, NOW)).walk("VEVENT")
    assert str(later["UID"]) == str(entry["UID"])


def test_the_file_of_a_moved_event_has_a_higher_number_whatever_made_the_one_before_it() -> None:
    farm = CALENDAR.events[0]
    in_export = next(one for one in written().walk("VEVENT") if "farm" in str(one["SUMMARY"]))
    moved = replace(farm, date=date(2027, 5, 12))
    (later,) = Calendar.from_ical(single(moved, PUBLISHER, NOW + timedelta(minutes=5))).walk("VEVENT")
    assert int(str(later["SEQUENCE"])) == int(str(in_export["SEQUENCE"])) + 5 < 2**31


def test_each_session_is_an_entry_of_its_own() -> None:
    sessions = (
        Session(date(2027, 5, 5), time(9), to="Oak"),
        Session(date(2027, 5, 6), time(14), time(15), "Hall", "Ash"),
    )
    held = replace(CALENDAR.events[0], sessions=sessions)
    entries = Calendar.from_ical(single(held, PUBLISHER, NOW)).walk("VEVENT")
    assert [str(one["SUMMARY"]) for one in entries] == ["Oak: Visit to the farm", "Ash: Visit to the farm"]
    assert len({str(one["UID"]) for one in entries}) == 2


def test_an_event_of_one_child_makes_no_file_at_all() -> None:
    assert single(replace(CALENDAR.events[0], to="pupil P0001"), PUBLISHER, NOW) == b""
    assert single(replace(CALENDAR.events[0], details="With Amina Okafor"), PUBLISHER, NOW) == b""
