"""One school year from the first day to the last."""

from tests.simulation.agenda import WHOLE_YEAR
from tests.simulation.tempers import expect_nothing_wrong


def test_a_whole_school_year() -> None:
    report = expect_nothing_wrong(1, "quiet", WHOLE_YEAR)
    assert report.counts["messages"] > 100
    assert report.counts["sends"] > 1000
    assert report.counts["restarts"] > 5
