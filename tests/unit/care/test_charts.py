"""The chart of the notice that families had."""

from datetime import UTC, date, datetime
from xml.etree import ElementTree

from notifier.acceptance.noticing.given import Given
from notifier.care.charts import LATE, notice

WHEN = datetime(2026, 11, 6, 9, tzinfo=UTC)
FARM = Given("farm", "Farm & forest", date(2026, 11, 20), "trip", WHEN, 10, 10)
LATE_ONE = Given("fair", "Fair", date(2026, 11, 10), "celebration", WHEN, 2, 5)
UNKNOWN = Given("far", "Far away", date(2030, 1, 1), "", WHEN, None, 0)


def test_it_is_sound_xml_with_a_bar_for_each_event_that_can_be_counted() -> None:
    root = ElementTree.fromstring(notice([FARM, LATE_ONE, UNKNOWN]))
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Farm & forest, 20 Nov" in texts
    assert not any("Far away" in (text or "") for text in texts)
    bars = [one.get("fill") for one in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert len(bars) == 2
    assert bars[1] == LATE
    assert bars[0] != LATE


def test_without_an_event_there_is_still_a_picture() -> None:
    ElementTree.fromstring(notice([]))
