"""`calendar import` and `calendar accept` as they are typed."""

import json
from pathlib import Path

import pytest

from tests.unit.calendar.importing.ics import days, event, feed
from tests.unit.cli.conftest import Typed

HOLIDAYS = (
    days("Summer holiday", "20260722", "20260901"),
    days("Half-term", "20261024", "20261102"),
    days("Christmas holiday", "20261219", "20270104"),
)


@pytest.fixture
def school(tmp_path: Path, typed: Typed) -> Path:
    folder = tmp_path / "school"
    assert typed("init", str(folder)).returncode == 0
    return folder


@pytest.fixture
def notifier(school: Path, typed: Typed) -> Typed:
    """A command for this school."""
    return lambda *words: typed("--config", str(school), *words)


def test_a_feed_becomes_a_draft_that_a_person_accepts(school: Path, notifier: Typed) -> None:
    source = school / "feed.ics"
    source.write_text(feed(*HOLIDAYS, event("Oak class trip", "DTSTART:20270505T083000Z", uid="t@example.org")))
    terms = school / "calendar" / "terms.toml"
    before = terms.read_text("utf-8")
    said = notifier("calendar", "import", str(source), "--from", "2026-07-01", "--until", "2027-07-31")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "September 2026  22 days" in said.stdout
    assert " 26- 27- 28- 29- 30-" in said.stdout
    assert "This is a draft; the calendar has not changed." in said.stdout
    assert terms.read_text("utf-8") == before
    told = json.loads(notifier("calendar", "import", str(source), "--until", "2027-07-31", "--json").stdout)
    assert told.keys() == {"draft", "terms", "inset", "closed", "events", "doubts", "changes", "problems"}
    assert told["terms"][0] == {"name": "Autumn 1 2026/27", "from": "2026-09-01", "until": "2026-10-23"}
    said = notifier("calendar", "accept")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "The draft is the calendar now." in said.stdout
    assert "Autumn 1 2026/27" in terms.read_text("utf-8")
    assert notifier("check").returncode == 0
    assert notifier("calendar", "accept").returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["none.ics"], "There is no none.ics", id="no file"),
        pytest.param(["config.toml"], "is not a calendar file", id="another file"),
        pytest.param(["x.ics", "--from", "soon"], "“soon” is not a date", id="no date"),
        pytest.param(["x.ics", "--from", "2027-09-01", "--until", "2026-09-01"], "comes before --from", id="backwards"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(school: Path, notifier: Typed, words: list[str], said: str) -> None:
    words = [str(school / word) if (school / word).exists() else word for word in words]
    done = notifier("calendar", "import", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (school / "calendar" / "draft").exists()


def test_an_export_keeps_back_what_names_a_child_and_says_so(school: Path, notifier: Typed) -> None:
    pupil = (school / "families" / "pupils.csv").read_text("utf-8-sig").splitlines()[1].split(",")
    events = school / "calendar" / "events.csv"
    events.write_text(events.read_text("utf-8") + f"AWARD,Award for {pupil[1]} {pupil[2]},2099-01-05,,,,,,,,no\n")
    said = notifier("calendar", "export")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Not in it, as they are not for everyone to see: AWARD." in said.stdout
    written = (school / "outbox" / "calendar.ics").read_bytes()
    assert written.startswith(b"BEGIN:VCALENDAR")
    assert b"Visit to the city farm" in written
    assert b"Award" not in written
    told = json.loads(notifier("calendar", "export", str(school / "own.ics"), "--json").stdout)
    assert told == {"file": str(school / "own.ics"), "entries": written.count(b"BEGIN:VEVENT"), "kept_back": ["AWARD"]}
    assert (school / "own.ics").exists()


def test_half_a_calendar_is_not_exported(school: Path, notifier: Typed) -> None:
    (school / "calendar" / "terms.toml").write_text("closed = [soon]\n")
    done = notifier("calendar", "export")
    assert done.returncode == 2
    assert "Nothing was written" in done.stderr
    assert not (school / "outbox" / "calendar.ics").exists()


def test_what_is_scheduled_is_listed_with_its_reason(school: Path, notifier: Typed) -> None:
    letter = school.parent / "trip.md"
    letter.write_text("---\nkind: letter\nto: whole school\nsend: 2099-03-02T10:00\n---\n# A trip\n\nBring lunch.\n")
    assert notifier("submit", str(letter), "--intake", "drop/office").returncode == 0
    (one,) = json.loads(notifier("calendar", "--from", "2099-03-01", "--until", "2099-03-10", "--json").stdout)
    assert one == {
        "at": "2099-03-02T10:00:00+00:00",
        "kind": "letter",
        "title": "A trip",
        "audience": ["whole school"],
        "event_id": "",
        "newsletter": "",
        "reason": "its “send:”",
        "lead_school_days": None,
    }
    assert "Nothing is scheduled" in notifier("calendar", "--from", "2099-04-01").stdout
    assert notifier("calendar", "--until", "2001-01-01").returncode == 2


TERM = '[[term]]\nname = "Spring"\nfrom = 2099-01-05\nuntil = 2099-03-27\n'


def test_a_year_at_a_glance_shows_what_goes_and_says_where_consultations_are_missing(
    school: Path, notifier: Typed
) -> None:
    (school / "calendar" / "terms.toml").write_text(TERM)
    (school / "calendar" / "events.csv").write_text(
        "event_id,title,date,start,end,place,on_site,to,category,details,cancelled\n"
        "FARM,City farm,2099-03-20,09:30,14:45,City farm,no,whole school,trip,,no\n"
    )
    config = school / "config.toml"
    config.write_text(config.read_text() + "\n[policy.yearly]\nparents-evening = 2\n")
    said = notifier("calendar", "--year", "--from", "2099-02-01")
    assert said.returncode == 0, said.stderr
    assert "2098-99" in said.stdout
    assert "March" in said.stdout
    assert "notice" in said.stdout.partition("Still to come this year:")[2]
    assert "parents-evening” of the 2" in " ".join((said.stdout + said.stderr).split())
    going = json.loads(notifier("calendar", "--year", "--from", "2099-02-01", "--json").stdout)
    assert "FARM" in {one["event_id"] for one in going}
    listed = notifier("calendar", "--from", "2099-02-01")
    assert "parents-evening” of the 2" in " ".join((listed.stdout + listed.stderr).split())
