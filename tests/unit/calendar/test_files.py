"""calendar/terms.toml and events.csv, and every slip that a school makes in them."""

from datetime import date, time
from pathlib import Path

import pytest

from notifier.calendar import load, read, school_days_between
from notifier.model.calendar import Nation, SchoolCalendar
from notifier.model.problem import Problem, Severity

TERMS = """
inset = [2026-09-01]
closed = ["03/05/2027"]

[[term]]
name = "Summer"
from = 2027-04-12
until = 2027-07-21

[[term]]
name = "Autumn"
from = 2026-09-01
until = "2026-12-18"
"""
EVENTS = """event_id,title,date,start,end,place,on_site,to,category,details,cancelled
EV2,Sports day,2027-06-11,9.30,12:00,Field,yes,whole school,celebration,Bring a hat,no
EV1,Farm,05/05/2027,,,Farm,no,Oak; Ash,trip,,
EV3,Fair,2027-06-12,2 pm,4:30 pm,,,,,"Two
lines",yes
"""


def write(folder: Path, terms: str = TERMS, events: str = EVENTS, encoding: str = "utf-8") -> Path:
    (folder / "terms.toml").write_text(terms, encoding=encoding)
    (folder / "events.csv").write_text(events, encoding=encoding)
    return folder


def ids(problems: list[Problem]) -> list[str]:
    return [problem.id for problem in problems]


def test_a_sound_calendar_is_read_whole(tmp_path: Path) -> None:
    calendar, problems = read(write(tmp_path))
    assert problems == []
    assert [term.name for term in calendar.terms] == ["Autumn", "Summer"]
    assert calendar.inset == {date(2026, 9, 1)}
    assert calendar.closed == {date(2027, 5, 3)}
    farm, sports, fair = calendar.events
    assert (farm.id, farm.date, farm.on_site, farm.to, farm.start) == ("EV1", date(2027, 5, 5), False, "Oak; Ash", None)
    assert (sports.on_site, sports.start, sports.end) == (True, time(9, 30), time(12))
    assert (fair.on_site, fair.start, fair.cancelled, fair.details) == (None, time(14), True, "Two\nlines")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_excel_writes_is_read(tmp_path: Path, encoding: str, mark: str) -> None:
    events = f"Event_ID{mark}Title{mark}Date\r\nEV1{mark}Farm{mark}05/05/2027\r\n"
    calendar, problems = read(write(tmp_path, events=events, encoding=encoding))
    assert problems == []
    assert [event.title for event in calendar.events] == ["Farm"]


@pytest.mark.parametrize(
    ("row", "id", "where"),
    [
        pytest.param("EV1,Farm,05/13/2027", "bad-date", "calendar/events.csv:2:3", id="the month first"),
        pytest.param("EV1,Farm,soon", "bad-date", "calendar/events.csv:2:3", id="a word"),
        pytest.param("EV1,,2027-05-05", "missing-title", "calendar/events.csv:2:2", id="no title"),
        pytest.param(",Farm,2027-05-05", "missing-event-id", "calendar/events.csv:2:1", id="no id"),
        pytest.param("EV1,Farm,2027-05-05,25:00", "bad-start", "calendar/events.csv:2:4", id="no such hour"),
        pytest.param("EV1,Farm,2027-05-05,13:00,12:00", "event-backwards", "calendar/events.csv:2:5", id="backwards"),
        pytest.param("EV1,Farm,2027-05-05,,,,maybe", "bad-on-site", "calendar/events.csv:2:7", id="neither yes nor no"),
        pytest.param(
            "EV1,Farm,2027-05-05\nEV1,Zoo,2027-05-06", "duplicate-event", "calendar/events.csv:3:1", id="an id twice"
        ),
    ],
)
def test_a_slip_in_an_event_is_shown_where_it_is(tmp_path: Path, row: str, id: str, where: str) -> None:
    header = "event_id,title,date,start,end,place,on_site,to,category,details,cancelled\n"
    _, problems = read(write(tmp_path, events=header + row + "\n"))
    assert [(problem.id, problem.where, problem.severity) for problem in problems] == [(id, where, Severity.ERROR)]


def test_every_slip_is_said_at_once_and_the_rest_is_kept(tmp_path: Path) -> None:
    events = "event_id,title,date,start\nEV1,,soon,99\nEV2,Farm,2027-05-05,\n"
    calendar, problems = read(write(tmp_path, events=events))
    assert ids(problems) == ["missing-title", "bad-date", "bad-start"]
    assert [event.id for event in calendar.events] == ["EV2"]


def test_a_row_after_a_cell_of_two_lines_is_still_found(tmp_path: Path) -> None:
    events = 'event_id,title,date,details\nEV1,Farm,2027-05-05,"one\ntwo"\nEV2,Zoo,soon,\n'
    _, problems = read(write(tmp_path, events=events))
    assert [problem.where for problem in problems] == ["calendar/events.csv:4:3"]


def test_a_missing_column_refuses_the_file_and_an_unknown_one_is_advice(tmp_path: Path) -> None:
    _, problems = read(write(tmp_path, events="event_id,titel,date\nEV1,Farm,2027-05-05\n"))
    assert ids(problems) == ["unknown-column", "missing-column"]
    assert "Did you mean 'title'?" in problems[0].sentence


@pytest.mark.parametrize(
    ("terms", "id"),
    [
        pytest.param("[[term]]\nname = Autumn\n", "terms-syntax", id="no quotes"),
        pytest.param('[[term]]\nname = "A"\nfrom = 2026-09-01\n', "missing-setting", id="no end"),
        pytest.param('[[term]]\nname = "A"\nfrom = 2026-09-02\nuntil = 2026-09-01\n', "term-backwards", id="backwards"),
        pytest.param('[[term]]\nname = "A"\nfrom = "1st"\nuntil = 2026-09-01\n', "bad-date", id="not a date"),
        pytest.param(
            "[[term]]\nfrom = 2026-09-01\nuntil = 2026-10-01\n[[term]]\nfrom = 2026-10-01\nuntil = 2026-12-01\n",
            "terms-overlap",
            id="overlap",
        ),
        pytest.param("insett = [2026-09-01]\n", "unknown-setting", id="misspelt"),
        pytest.param("inset = 2026-09-01\n", "not-a-list", id="a day that is no list"),
        pytest.param('term = "Autumn"\n', "not-a-list", id="terms that are none"),
    ],
)
def test_a_slip_in_the_terms_is_an_error(tmp_path: Path, terms: str, id: str) -> None:
    _, problems = read(write(tmp_path, terms=terms, events="event_id,title,date\n"))
    assert id in [problem.id for problem in problems if problem.severity is Severity.ERROR]


def test_an_event_on_a_day_off_is_advice(tmp_path: Path) -> None:
    calendar, problems = read(write(tmp_path, events="event_id,title,date\nEV1,Farm,2027-05-08\n"))
    assert [(problem.id, problem.severity, problem.where) for problem in problems] == [
        ("event-on-day-off", Severity.ADVICE, "calendar/events.csv:2:3")
    ]
    assert calendar.events


def test_an_event_for_a_class_the_school_does_not_have_is_advice(tmp_path: Path) -> None:
    _, problems = read(write(tmp_path), classes=["Oak", "Elm"])
    assert ids(problems) == ["event-for-unknown-class"]


def test_missing_files_are_advice_and_leave_no_school_days(tmp_path: Path) -> None:
    calendar, problems = read(tmp_path)
    assert ids(problems) == ["calendar-missing", "calendar-missing"]
    assert calendar.terms == ()


def test_another_encoding_is_said(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "events.csv").write_bytes("event_id,title,date\nEV1,Café,2027-05-05\n".encode("latin-1"))
    _, problems = read(tmp_path)
    assert ids(problems) == ["not-utf8"]


def test_an_inset_day_outside_term_is_advice(tmp_path: Path) -> None:
    _, problems = read(write(tmp_path, terms=TERMS.replace("2026-09-01]", "2026-08-31]")))
    assert ids(problems) == ["inset-outside-term"]


def with_days(folder: Path, lines: str) -> tuple[SchoolCalendar, list[Problem]]:
    return read(write(folder, terms=TERMS.replace("closed = [", lines + "\nclosed = [")), nation=Nation.ENGLAND)


def test_a_half_term_inside_a_term_is_a_span_of_days_closed(tmp_path: Path) -> None:
    terms = TERMS.replace('"03/05/2027"', "2027-05-03, { from = 2026-10-26, until = 2026-10-30 }")
    calendar, problems = read(write(tmp_path, terms=terms))
    assert problems == []
    assert len(calendar.closed) == 6
    assert school_days_between(date(2026, 10, 23), date(2026, 11, 2), calendar) == 1


@pytest.mark.parametrize(
    ("span", "id"),
    [
        pytest.param("{ from = 2026-10-30, until = 2026-10-26 }", "days-backwards", id="ends before it begins"),
        pytest.param("{ from = 2026-10-26, until = 2096-10-30 }", "days-long", id="a slip in the year"),
        pytest.param("{ from = 2026-10-26 }", "bad-date", id="half of one"),
        pytest.param('{ from = 2026-10-26, until = "Friday" }', "bad-date", id="no date"),
    ],
)
def test_a_span_that_cannot_be_is_said(tmp_path: Path, span: str, id: str) -> None:
    calendar, problems = read(write(tmp_path, terms=TERMS.replace('"03/05/2027"', span)))
    assert ids(problems) == [id]
    assert problems[0].where == "calendar/terms.toml:3:1"
    assert not calendar.closed


def test_a_day_named_open_is_read_and_questioned_where_it_changes_nothing(tmp_path: Path) -> None:
    calendar, problems = with_days(tmp_path, "open = [2026-11-30]")
    assert calendar.open == {date(2026, 11, 30)}
    assert problems == []
    assert ids(with_days(tmp_path, "open = [2026-08-03]")[1]) == ["open-outside-term"]
    assert ids(with_days(tmp_path, "open = [2026-09-01]")[1]) == ["open-and-closed"]


def test_a_term_that_begins_on_a_saturday_is_questioned(tmp_path: Path) -> None:
    assert ids(read(write(tmp_path, terms=TERMS.replace("2027-04-12", "2027-04-10")))[1]) == ["term-at-weekend"]


def test_an_event_on_a_bank_holiday_is_questioned_with_the_reason(tmp_path: Path) -> None:
    (problem,) = read(write(tmp_path, events=EVENTS.replace("05/05/2027", "31/05/2027")), nation=Nation.ENGLAND)[1]
    assert problem.id == "event-on-day-off"
    assert "Monday 31 May 2027, which is a bank holiday" in problem.sentence


def test_the_same_calendar_is_loaded_without_the_advice(tmp_path: Path) -> None:
    assert load(write(tmp_path), Nation.ENGLAND) == read(tmp_path, nation=Nation.ENGLAND)[0]


SESSIONS = """event_id,title,date,start,end,place,to,details,cancelled
PE,Parents' evening,2027-06-10,17:30,19:00,Hall,Ash,,
PE,Parents' evening,2027-06-09,15:30,17:00,Hall,Oak,Book at the office.,
PE,Parents' evening,2027-06-11,09:00,10:00,Hall,Oak,,yes
"""


def test_rows_of_one_id_and_title_are_sessions_of_one_event(tmp_path: Path) -> None:
    calendar, problems = read(write(tmp_path, events=SESSIONS))
    assert problems == []
    (evening,) = calendar.events
    assert [(one.date.day, one.to) for one in evening.sessions] == [(9, "Oak"), (10, "Ash")]
    assert (evening.date, evening.start, evening.to) == (date(2027, 6, 9), time(15, 30), "Oak; Ash")
    assert evening.details == "Book at the office."
    assert not evening.cancelled


def test_an_event_whose_sessions_are_all_cancelled_is_cancelled(tmp_path: Path) -> None:
    events = "event_id,title,date,cancelled\nA,Walk,2027-06-09,yes\nA,Walk,2027-06-10,yes\n"
    (walk,) = read(write(tmp_path, events=events))[0].events
    assert walk.cancelled


def test_the_same_row_twice_is_a_slip_and_no_session(tmp_path: Path) -> None:
    events = "event_id,title,date\nA,Walk,2027-06-09\nA,Walk,2027-06-09\n"
    calendar, problems = read(write(tmp_path, events=events))
    assert ids(problems) == ["duplicate-event"]
    assert "same date and time" in problems[0].sentence
    assert len(calendar.events) == 1
