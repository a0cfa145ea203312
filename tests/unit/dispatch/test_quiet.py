"""When no telephone should ring."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifier.dispatch.quiet import opens
from notifier.model.policy import QuietHours

LONDON = ZoneInfo("Europe/London")
DAY = QuietHours(time(8), time(20))


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        pytest.param("2026-09-14T12:00", DAY, None, id="at noon"),
        pytest.param("2026-09-14T07:00", DAY, None, id="at eight in summer time"),
        pytest.param("2026-09-14T06:59", DAY, "2026-09-14T07:00", id="a minute too early"),
        pytest.param("2026-09-14T19:00", DAY, "2026-09-15T07:00", id="at eight in the evening"),
        pytest.param("2026-09-14T23:30", DAY, "2026-09-15T07:00", id="after midnight there"),
        pytest.param("2026-10-24T20:00", DAY, "2026-10-25T08:00", id="over the end of summer time"),
        pytest.param("2026-12-01T03:00", QuietHours(time(6), time(2)), "2026-12-01T06:00", id="open over midnight"),
        pytest.param("2026-12-01T01:00", QuietHours(time(6), time(2)), None, id="still open after midnight"),
        pytest.param("2026-12-01T03:00", QuietHours(time(0), time(0)), None, id="never quiet"),
    ],
)
def test_when_sending_may_begin_again(now: str, hours: QuietHours, expected: str | None) -> None:
    found = opens(_utc(now), hours, LONDON)
    assert found == (None if expected is None else _utc(expected))


def _utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
