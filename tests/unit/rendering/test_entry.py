"""An event for a family's own calendar."""

from dataclasses import replace
from datetime import date, time

from notifier.model.calendar import Event
from notifier.rendering.entry import calendar_file
from tests.unit.rendering.school_life import NOW, SCHOOL

FARM = Event("FARM", "City farm; bring a coat", date(2026, 7, 1), time(9, 30), time(14, 45), "The farm")


def lines(event: Event) -> dict[str, str]:
    return dict(line.partition(":")[::2] for line in calendar_file(event, SCHOOL, NOW).splitlines())


def test_an_event_has_its_hours_and_its_place() -> None:
    said = lines(FARM)
    assert (said["DTSTART"], said["DTEND"]) == ("20260701T083000Z", "20260701T134500Z"), "British summer time"
    assert said["SUMMARY"] == "City farm\\; bring a coat"
    assert said["LOCATION"] == "The farm"


def test_an_event_without_a_time_is_a_whole_day() -> None:
    said = lines(replace(FARM, start=None, end=None))
    assert (said["DTSTART;VALUE=DATE"], said["DTEND;VALUE=DATE"]) == ("20260701", "20260702")


def test_the_same_event_is_the_same_entry_whichever_message_speaks_of_it() -> None:
    assert lines(FARM)["UID"] == lines(replace(FARM, title="Farm", start=time(10)))["UID"]
    assert lines(FARM)["UID"] != lines(replace(FARM, id="ZOO"))["UID"]
