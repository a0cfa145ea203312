"""The measurements still run: small ones, whose figures nobody looks at, and what they write."""

from pathlib import Path

import pytest

from bench import newsletter, report
from bench.figures import HEAD, Figure, Skipped, table
from bench.folder import make
from bench.processes import module, told
from bench.sink import MISSING, sink


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "it is there")
def test_a_small_newsletter_is_counted_at_the_sink_and_in_the_record(tmp_path: Path) -> None:
    with sink() as target:
        folder = make(tmp_path / "school", 20, mail=target.port)
        with told(module("bench.product", str(folder.config)), tmp_path / "log") as daemon:
            run = newsletter.ours(folder, target, folder.letter("one"), daemon)
            assert target.taken == newsletter.handed_over(folder) == 20
    assert run.rate > 0
    assert run.cpu > 0


def test_a_figure_says_whether_it_reaches_what_it_must() -> None:
    assert Figure("rate", 3.0, 2.0, 5.0).verdict == "met"
    assert Figure("rate", 6.0, 2.0, 5.0).verdict == "aim met"
    assert not Figure("rate", 1.0, 2.0, 5.0).met
    assert Figure("time", 1.0, 2.0, 0.5, " s", "less").row == ("time", "1.00 s", "2.00 s", "0.50 s", "met")
    assert not Figure("time", 3.0, 2.0, 0.5, " s", "less").met


def test_what_is_written_names_all_that_was_measured() -> None:
    runs: newsletter.Rounds = {newsletter.OURS: [newsletter.Run(3000, 200)], newsletter.HUEY: [newsletter.Run(250)]}
    assert [row[0] for row in report.rates(runs)] == [newsletter.OURS, newsletter.HUEY]
    picture = report.picture(runs)
    assert picture.count("<rect") == 3
    assert "3,000" in picture
    assert "not taken" in table(HEAD, [Skipped("nodes", "no server").row])
    assert report.BEGIN in report.PAGE.read_text("utf-8")
    assert report.END in report.PAGE.read_text("utf-8")
