"""What real calendars write, and what broken ones do."""

from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.calendar.importing.blocks import BadFeed, read_blocks
from notifier.calendar.importing.feed import MOST, Years, read_feed
from tests.unit.calendar.importing.ics import LONDON, YEARS, days, event, feed, read


def test_an_all_day_event_ends_before_its_dtend(tmp_path: Path) -> None:
    (one,) = read(tmp_path, feed(days("Half-term", "20261026", "20261031"))).entries
    assert (one.first, one.last, one.start, one.days) == (date(2026, 10, 26), date(2026, 10, 30), None, 5)


@pytest.mark.parametrize("after", ["", "20261026"], ids=["no end", "an end on the same day"])
def test_a_day_without_an_end_is_one_day(tmp_path: Path, after: str) -> None:
    (one,) = read(tmp_path, feed(days("INSET", "20261026", after))).entries
    assert one.days == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("DTSTART:20270611T083000Z", "DTEND:20270611T110000Z", id="UTC in summer"),
        pytest.param(
            "DTSTART;TZID=Europe/London:20270611T093000", "DTEND;TZID=Europe/London:20270611T120000", id="TZID"
        ),
        pytest.param("DTSTART;TZID=Europe/Paris:20270611T103000", "DURATION:PT2H30M", id="another zone, a duration"),
        pytest.param("DTSTART;TZID=GMT Standard Time:20270611T093000", "DURATION:PT2H30M", id="a name of Windows"),
        pytest.param("DTSTART:20270611T093000", "DTEND:20270611T120000", id="no zone: the school's clock"),
    ],
)
def test_times_are_told_by_the_schools_clock(tmp_path: Path, start: str, end: str) -> None:
    found = read(tmp_path, feed(event("Sports day", start, end)))
    assert [(one.first, one.start, one.end) for one in found.entries] == [(date(2027, 6, 11), time(9, 30), time(12))]
    assert found.doubts == []


def test_a_zone_that_the_file_explains_itself_is_used(tmp_path: Path) -> None:
    zone = "\n".join(
        [
            *("BEGIN:VTIMEZONE", "TZID:School clock", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
            *("TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE"),
        ]
    )
    found = read(tmp_path, feed(zone, event("Trip", "DTSTART;TZID=School clock:20270111T120000")))
    assert [one.start for one in found.entries] == [time(9)]


def test_a_zone_that_nobody_knows_is_a_doubt(tmp_path: Path) -> None:
    found = read(tmp_path, feed(event("Trip", "DTSTART;TZID=Mars/Phobos:20270111T120000")))
    assert [one.start for one in found.entries] == [time(12)]
    assert "“Mars/Phobos” is not known" in found.doubts[0]


def test_midnight_to_midnight_is_a_whole_day(tmp_path: Path) -> None:
    (one,) = read(tmp_path, feed(event("INSET", "DTSTART:20270611T230000Z", "DTEND:20270612T230000Z"))).entries
    assert (one.first, one.last, one.start) == (date(2027, 6, 12), date(2027, 6, 12), None)


def test_folded_lines_html_and_emoji_become_plain_text(tmp_path: Path) -> None:
    told = "DESCRIPTION:<p>Bring a <b>hat</b> &amp; wa\r\n ter\\, 20° C.</p><br>Families are\n\twelcome."
    (one,) = read(tmp_path, feed(event("🏃‍♀️ Sports day ☀️", "DTSTART:20270611T083000Z", told))).entries
    assert one.title == "Sports day"
    assert one.details == "Bring a hat & water, 20° C.\nFamilies arewelcome."


def test_a_series_leaves_out_its_exceptions_and_takes_what_was_moved(tmp_path: Path) -> None:
    series = event("Choir", "DTSTART:20261012T140000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20261019T140000Z", uid="c")
    moved = event("Choir", "DTSTART:20261103T160000Z", "RECURRENCE-ID:20261102T150000Z", uid="c")
    found = read(tmp_path, feed(series, moved))
    assert [(one.key, one.first, one.start) for one in found.entries] == [
        ("c/2026-10-12", date(2026, 10, 12), time(15)),
        ("c/2026-10-26", date(2026, 10, 26), time(15)),
        ("c/2026-11-02", date(2026, 11, 3), time(16)),
    ]


def test_a_series_without_an_end_stops_with_the_years_and_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, feed(event("Assembly", "DTSTART:20200106T090000Z", "RRULE:FREQ=WEEKLY")))
    assert found.entries[0].first >= YEARS.first
    assert date(2029, 7, 24) <= found.entries[-1].first <= YEARS.last
    assert found.doubts == ["“Assembly” repeats without an end; it is entered until 31 July 2029."]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=0", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_repetition_that_would_never_end_is_left_out_with_a_sentence(tmp_path: Path, rule: str) -> None:
    found = read(tmp_path, feed(event("Odd", "DTSTART:20261012T140000Z", f"RRULE:{rule}"), days("INSET", "20261026")))
    assert [one.title for one in found.entries] == ["INSET"]
    assert found.doubts == [
        "“Odd” (line 5) repeats in a way that no school event does and is left out. Enter it by hand."
    ]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["DTSTART:rubbish"], id="no date"),
        pytest.param(["DTSTART;VALUE=DATE:20261340"], id="no such date"),
        pytest.param(["DTSTART"], id="nothing behind it"),
        pytest.param([], id="none at all"),
        pytest.param(["DTSTART:20261012T140000Z", "RRULE:FREQ=WEEKLY;UNTIL=never"], id="a broken rule"),
        pytest.param(["DTSTART:20261012T140000Z", "EXDATE:x", "RRULE:FREQ=WEEKLY;COUNT=2"], id="a broken exception"),
    ],
)
def test_one_broken_event_costs_only_itself(tmp_path: Path, lines: list[str]) -> None:
    found = read(tmp_path, feed(event("Broken", *lines), days("INSET", "20261026")))
    assert [one.title for one in found.entries] == ["INSET"]
    (doubt,) = found.doubts
    assert doubt.startswith("“Broken” (line 5) ")


def test_an_event_that_ends_before_it_starts_keeps_its_start(tmp_path: Path) -> None:
    found = read(tmp_path, feed(event("Fair", "DTSTART:20261012T140000Z", "DTEND:20261012T130000Z")))
    assert [(one.start, one.end) for one in found.entries] == [(time(15), None)]
    assert found.doubts == ["“Fair” ends before it starts; its end is left out."]


def test_private_events_never_reach_the_draft(tmp_path: Path) -> None:
    found = read(tmp_path, feed(event("A family", "CLASS:PRIVATE", "DTSTART:20261012T140000Z")))
    assert found.entries == []
    assert found.doubts == ["1 event is marked private and left out."]


def test_a_file_that_stops_in_the_middle_is_read_and_said(tmp_path: Path) -> None:
    text = feed(days("INSET", "20261026"), days("Half-term", "20270215"))
    found = read(tmp_path, text[: text.index("END:VEVENT", text.index("Half-term"))])
    assert [one.title for one in found.entries] == ["INSET"]
    assert "stops in the middle" in found.doubts[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (one,) = read(tmp_path, feed(days("Café for grandparents", "20261026")).encode(encoding)).entries
    assert one.title == "Café for grandparents"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"<!DOCTYPE html><title>Log in</title>", "is not a calendar file", id="a web page"),
        pytest.param(bytes(range(256)) * 20, "is not a calendar file", id="a picture"),
        pytest.param(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "There is no event", id="no event"),
        pytest.param(b"BEGIN:VCALENDAR\n" + b" " * 50_000_000, "is larger than 10 MB", id="50 MB"),
    ],
)
def test_what_is_no_feed_is_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(BadFeed, match=said):
        read(tmp_path, data)


def test_a_file_that_is_not_there_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="There is no"):
        read_blocks(tmp_path / "none.ics")
    with pytest.raises(BadFeed, match="is a folder"):
        read_blocks(tmp_path)


def test_a_feed_with_far_too_many_events_is_refused(tmp_path: Path) -> None:
    daily = [event("Daily", "DTSTART:20250901T090000Z", "RRULE:FREQ=DAILY", uid=str(number)) for number in range(4)]
    with pytest.raises(BadFeed, match="more than 5000 events"):
        read(tmp_path, feed(*daily))


def test_what_lies_outside_the_years_is_left_out(tmp_path: Path) -> None:
    years = Years(date(2026, 9, 1), date(2027, 7, 31))
    path = tmp_path / "feed.ics"
    path.write_text(feed(days("Old", "20200901"), days("INSET", "20260901"), days("Far", "20350901")))
    assert [one.title for one in read_feed(path, years, LONDON).entries] == ["INSET"]


SOUND = feed(
    event("Choir", "DTSTART:20261012T140000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20261019T140000Z"),
    days("Half-term", "20261026", "20261031"),
    event("Trip", "DTSTART;TZID=Europe/London:20270505T093000", "DURATION:PT2H", "LOCATION:Farm"),
)
SLIPS = (
    "\n", "\r\n ", ";", ":", "99999999999", "BEGIN:VEVENT\n", "END:VEVENT\n", "\nRDATE:20270101,20270102\n",
    "\nEXDATE:x\n",
    "\nDURATION:-P1D\n", "\nDURATION:P9999999D\n", "\nDTEND;VALUE=DATE:00010101\n", "\nDTSTART;VALUE=DATE:99991231\n",
    "\nRECURRENCE-ID:20270101T000000\n", "\nUID:\n", "\nX-WR-TIMEZONE:Mars\n",
    "\nDTSTART;VALUE=PERIOD:20260101T100000Z/PT1H\n",
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(20, len(SOUND) - 1), st.sampled_from(SLIPS)), min_size=1, max_size=6))
def test_no_slip_in_a_feed_is_more_than_a_doubt(tmp_path: Path, slips: list[tuple[int, str]]) -> None:
    text = SOUND
    for at, slip in sorted(slips, reverse=True):
        text = text[:at] + slip + text[at:]
    found = read(tmp_path, text)
    assert len(found.entries) <= MOST
    assert all(YEARS.first <= one.last and one.first <= YEARS.last for one in found.entries)
