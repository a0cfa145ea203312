"""A feed becomes a draft beside the calendar, and a draft becomes the calendar."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from notifier.calendar import is_school_day, read
from notifier.calendar.importing import BadFeed, Drafted, School, Years, accept, draft
from notifier.config.school_year import terms_toml
from notifier.model.calendar import Nation
from notifier.model.problem import Severity
from tests.unit.calendar.importing.ics import LONDON, YEARS, days, event, feed

TODAY = date(2026, 11, 26)
SCHOOL = School(LONDON, Nation.ENGLAND, ("Oak", "Ash"), TODAY)
TERMS = """\
inset = [2026-09-01]
closed = []

[[term]]
name = "Autumn"
from = 2026-09-01
until = 2026-12-18
"""
EVENTS = "event_id,title,date,to,notes of ours\nFARM,Farm,05/05/2027,Oak,ring the farm\n"
SHEFFIELD = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "term-dates-sheffield.ics"


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / "terms.toml").write_text(TERMS, encoding="utf-8")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    return folder


def bring(calendar: Path, *events: str, school: School = SCHOOL) -> Drafted:
    source = calendar.parent / "feed.ics"
    source.write_text(feed(*events), encoding="utf-8")
    return draft(source, calendar, YEARS, school)


def sports(day: str = "20270611", title: str = "Sports day") -> str:
    return event(title, f"DTSTART:{day}T083000Z", f"DTEND:{day}T110000Z", "LOCATION:Field", uid="sports@example.org")


SPRING = (days("Christmas holiday", "20261219", "20270104"), days("Easter holiday", "20270320", "20270405"))


def test_a_draft_changes_nothing_and_accepting_it_keeps_the_old_files(calendar: Path) -> None:
    drafted = bring(calendar, sports())
    assert drafted.folder == calendar / "draft"
    assert (calendar / "terms.toml").read_text("utf-8") == TERMS
    assert (calendar / "events.csv").read_text("utf-8") == EVENTS
    kept, problems = accept(calendar, "2026-11-26", Nation.ENGLAND)
    assert kept == calendar / "old" / "2026-11-26"
    assert (kept / "events.csv").read_text("utf-8") == EVENTS
    assert not (calendar / "draft").exists()
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    (new,) = [one for one in read(calendar)[0].events if one.id == "sports-day"]
    assert (new.title, new.date, new.place, new.cancelled) == ("Sports day", date(2027, 6, 11), "Field", False)


def test_what_the_school_wrote_itself_stays(calendar: Path) -> None:
    drafted = bring(calendar, sports(), *SPRING, days("INSET day", "20270104"))
    text = (drafted.folder / "events.csv").read_text("utf-8-sig")
    assert text.splitlines()[0].startswith("event_id,title,date,to,notes_of_ours,")
    assert "FARM,Farm,05/05/2027,Oak,ring the farm" in text
    assert drafted.calendar.inset == {date(2026, 9, 1), date(2027, 1, 4)}
    assert any("stand in your terms.toml and not in the feed" in doubt for doubt in drafted.doubts)


def test_semicolons_stay_semicolons(calendar: Path) -> None:
    (calendar / "events.csv").write_text(EVENTS.replace(",", ";"), encoding="utf-8")
    drafted = bring(calendar, sports())
    assert (drafted.folder / "events.csv").read_text("utf-8-sig").startswith("event_id;title;date;to;")
    assert {one.id for one in drafted.calendar.events} == {"FARM", "sports-day"}


def test_an_edit_in_the_feed_updates_the_same_event(calendar: Path) -> None:
    bring(calendar, sports())
    accept(calendar, "1", Nation.ENGLAND)
    events = calendar / "events.csv"
    by_hand = events.read_text("utf-8-sig").replace("sports-day,Sports day,", "GAMES,Sports day,")
    events.write_text(by_hand, encoding="utf-8")
    drafted = bring(calendar, sports("20270618", "Sports morning"))
    (one,) = [one for one in drafted.calendar.events if one.date.month == 6]
    assert (one.id, one.title, one.date) == ("GAMES", "Sports morning", date(2027, 6, 18))
    assert drafted.changes == [
        "Changed event GAMES: title from Sports day to Sports morning.",
        "Changed event GAMES: date from 2027-06-11 to 2027-06-18.",
    ]


def test_an_event_that_has_gone_from_the_feed_stays_with_a_doubt(calendar: Path) -> None:
    bring(calendar, sports(), days("Fair", "20270612"))
    accept(calendar, "1", Nation.ENGLAND)
    drafted = bring(calendar, days("Fair", "20270612"))
    assert drafted.calendar.event("sports-day") is not None
    assert any("sports-day (“Sports day”) is no longer in the feed" in doubt for doubt in drafted.doubts)


def test_an_event_cancelled_in_the_feed_is_cancelled_and_a_new_one_not_entered(calendar: Path) -> None:
    bring(calendar, sports())
    accept(calendar, "1", Nation.ENGLAND)
    off = sports().replace("LOCATION", "STATUS:CANCELLED\nLOCATION")
    drafted = bring(calendar, off, days("Fair", "20270612").replace("UID", "STATUS:CANCELLED\nUID"))
    gone = drafted.calendar.event("sports-day")
    assert gone is not None
    assert gone.cancelled
    assert drafted.calendar.event("fair") is None


def test_two_feeds_make_one_draft_until_the_calendar_changes(calendar: Path) -> None:
    assert not bring(calendar, sports()).added
    second = bring(calendar, days("Fair", "20270612"))
    assert second.added
    assert {one.id for one in second.calendar.events} == {"FARM", "sports-day", "fair"}
    (calendar / "terms.toml").write_text(TERMS + "\n", encoding="utf-8")
    with pytest.raises(BadFeed, match="has been changed since the draft was made"):
        accept(calendar, "1", Nation.ENGLAND)
    third = bring(calendar, days("Fair", "20270612"))
    assert not third.added
    assert third.calendar.event("sports-day") is None
    assert (calendar / "old" / "draft" / "events.csv").exists()


def test_a_feed_of_holidays_is_said_to_be_a_draft(calendar: Path) -> None:
    drafted = bring(calendar, *SPRING)
    assert [(t.name, t.from_, t.until) for t in drafted.calendar.terms] == [
        ("Spring 2026/27", date(2027, 1, 4), date(2027, 3, 19))
    ]
    assert any("the terms of this draft are the days between them" in doubt for doubt in drafted.doubts)
    assert "- The feed names" in (drafted.folder / "doubts.txt").read_text("utf-8")


def test_a_repetition_in_the_holidays_is_left_out_and_said(calendar: Path) -> None:
    weekly = event("Choir", "DTSTART:20261208T150000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
    drafted = bring(calendar, weekly, *SPRING)
    assert [one.id for one in drafted.calendar.events if one.title == "Choir"] == []
    assert "“Choir” repeats also on days that are no school days; those 4 were left out." in drafted.doubts


def test_a_day_the_council_gives_is_closed_and_a_bank_holiday_is_not_written(calendar: Path) -> None:
    given = (days("Bank holiday", "20270208"), days("Bank holiday", "20270503"))
    drafted = bring(calendar, *SPRING, *given)
    assert drafted.calendar.closed == {date(2027, 2, 8)}


def test_days_made_up_at_the_start_go_and_the_schools_own_stay(calendar: Path) -> None:
    (calendar / "terms.toml").write_text(terms_toml(TODAY), encoding="utf-8")
    own = bring(calendar, *SPRING)
    assert own.calendar.inset
    (calendar / "draft").rename(calendar / "aside")
    made_up = bring(calendar, *SPRING, school=School(LONDON, Nation.ENGLAND, (), TODAY, made_up=True))
    assert {day for day in made_up.calendar.inset if day < date(2027, 8, 1)} == set()


def test_overlapping_terms_are_drafted_as_told_and_never_accepted(calendar: Path) -> None:
    terms = (days("Autumn term", "20260901", "20261219"), days("Spring term", "20261214", "20270326"))
    assert not bring(calendar, *terms).good
    with pytest.raises(BadFeed, match=r"The draft has errors.*before Autumn term has ended"):
        accept(calendar, "1", Nation.ENGLAND)
    assert (calendar / "terms.toml").read_text("utf-8") == TERMS


def test_a_calendar_with_errors_is_not_drafted_over(calendar: Path) -> None:
    (calendar / "events.csv").write_text(EVENTS.replace("05/05/2027", "soon"), encoding="utf-8")
    with pytest.raises(BadFeed, match=r"The calendar as it stands has errors.*'soon' is not a date"):
        bring(calendar, sports())
    assert not (calendar / "draft").exists()


def test_nothing_to_accept_is_a_sentence(calendar: Path) -> None:
    with pytest.raises(BadFeed, match="There is no draft"):
        accept(calendar, "1", Nation.ENGLAND)


def test_an_event_that_names_a_child_is_a_doubt(calendar: Path) -> None:
    school = replace(SCHOOL, names_a_child=lambda text: "Amina Okafor" in text)
    drafted = bring(calendar, sports(title="Prize for Amina Okafor"), days("Fair", "20270612"), school=school)
    assert [doubt for doubt in drafted.doubts if "names a child" in doubt] == [
        "“Prize for Amina Okafor” on 11 June 2027 names a child in full. Take the name or the row out of events.csv."
    ]


def test_a_title_that_a_spreadsheet_would_run_is_only_text(calendar: Path) -> None:
    drafted = bring(calendar, sports(title='=HYPERLINK("http://example.org")'))
    assert "=HYPERLINK" not in (drafted.folder / "events.csv").read_text("utf-8")


# By hand from the file: the days between one holiday's DTEND and the next one's DTSTART, weekends aside.
TAUGHT = (
    ("2025-09-01", "2025-10-24"), ("2025-11-03", "2025-12-19"), ("2026-01-05", "2026-02-13"),
    ("2026-02-23", "2026-03-27"), ("2026-04-13", "2026-05-22"), ("2026-06-01", "2026-07-20"),
    ("2026-09-01", "2026-10-23"), ("2026-11-02", "2026-12-18"), ("2027-01-04", "2027-02-12"),
    ("2027-02-22", "2027-03-25"), ("2027-04-12", "2027-05-28"), ("2027-06-07", "2027-07-21"),
    ("2027-09-01", "2027-10-22"), ("2027-11-01", "2027-12-17"), ("2028-01-04", "2028-02-11"),
    ("2028-02-21", "2028-03-31"), ("2028-04-18", "2028-05-26"), ("2028-06-05", "2028-07-21"),
)  # fmt: skip
BANK_HOLIDAYS_TAUGHT_OVER = ("2026-05-04", "2027-05-03", "2028-05-01")


@pytest.mark.skipif(not SHEFFIELD.is_file(), reason=f"the real feed is not here: {SHEFFIELD.name}")
def test_the_school_days_of_sheffields_feed_are_those_counted_by_hand(calendar: Path) -> None:
    (calendar / "terms.toml").unlink()
    drafted = draft(SHEFFIELD, calendar, Years(date(2025, 8, 1), date(2029, 7, 31)), SCHOOL)
    assert drafted.good
    accept(calendar, "1", Nation.ENGLAND)
    accepted = read(calendar, nation=Nation.ENGLAND)[0]
    expected = set()
    for first, last in TAUGHT:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            if day.weekday() < 5:
                expected.add(day)
            day += timedelta(days=1)
    expected -= {date.fromisoformat(day) for day in BANK_HOLIDAYS_TAUGHT_OVER}
    whole = (date(2025, 8, 1) + timedelta(days=offset) for offset in range(3 * 365 + 1))
    assert {day for day in whole if is_school_day(day, accepted)} == expected
    assert len(expected) == 3 * 195
    assert not accepted.inset | accepted.closed
    assert [event.id for event in accepted.events] == ["FARM"]
