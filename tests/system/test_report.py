"""The governors' report from the command line, and the complaints in it."""

from tests import pdf
from tests.system.school import SchoolFolder


async def test_the_report_of_a_time_is_written_as_a_page_and_a_pdf(small: SchoolFolder) -> None:
    small.letter("trip.md")
    await small("run", "--until-idle")
    written = await small("complaint", "late", "--message", "letter", "--as", "office")
    assert written.code == 0, written.text
    said = await small("report", "--from", "2020-01-01", "--json")
    assert said.code == 0, said.text
    letters = said.json["messages"]["letter"]
    assert letters["messages"] == 1
    assert letters["copies"] == letters["reached"] + letters["not_reached"] + letters["on_the_way"] > 0
    assert sum(said.json["ways"].values()) == letters["reached"]
    assert said.json["complaints"] == {"late": 1}
    assert not [*(small.path / "outbox").glob("governors-*")]
    shown = await small("report", "--from", "2020-01-01")
    assert shown.code == 0, shown.text
    page = (small.path / "outbox" / "governors-2020-01-01.html").read_text("utf-8")
    paper = pdf.words((small.path / "outbox" / "governors-2020-01-01.pdf").read_bytes())
    for family in small.rows("SELECT value FROM delivery"):
        assert family["value"]
    for row in (small.path / "families" / "contacts.csv").read_text("utf-8-sig").splitlines()[1:]:
        surname = row.split(",")[3]
        assert f" {surname} " not in page + paper
    assert "We sent 1 message" in page
    assert "We sent 1 message" in paper


async def test_an_unknown_term_or_complaint_is_refused_with_those_that_there_are(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    term = await small("report", "--term", "Michaelmas")
    assert term.code == 2
    assert "Autumn" in term.err
    complaint = await small("complaint", "rude")
    assert complaint.code == 2
    assert "late: It came too late" in complaint.err
    assert (await small("report", "--from", "2026-12-01", "--until", "2026-11-01")).code == 2
    assert (await small("complaint", "late", "--message", "letter-nobody")).code == 2
