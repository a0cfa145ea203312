"""The governors' report from the command line, and the complaints in it."""

import csv
from email import message_from_bytes
from email.policy import default

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


async def test_every_adult_is_asked_about_their_own_details_alone(large: SchoolFolder) -> None:
    shown = await large("families", "check-details", "--to", "Year 2")
    assert shown.code == 0, shown.text
    assert "Add --yes" in shown.out
    assert not (large.path / "state" / "notifier.db").exists()
    await large("run", "--until-idle")
    sent = await large("families", "check-details", "--to", "Year 2", "--yes", "--json")
    assert sent.code == 0, sent.text
    await large("run", "--until-idle")
    again = await large("families", "check-details", "--to", "Year 2", "--yes", "--json")
    assert again.json["message"] == sent.json["message"]
    people = (large.path / "families" / "contacts.csv").read_text("utf-8-sig").splitlines()
    columns = people[0].split(",")
    emails = {address for row in csv.DictReader(people, columns) if "@" in (address := row["email"])}
    mails = [*(large.path / "outbox").rglob("*.eml")]
    assert len(mails) > 20
    for file in mails:
        mail = message_from_bytes(file.read_bytes(), policy=default)
        words = mail.get_body(("plain",))
        assert words is not None
        told = {address for address in emails if address in words.get_content()}
        assert told == {mail["To"].addresses[0].addr_spec}


async def test_an_address_that_was_given_up_is_shown_and_let_go_again(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    row = (small.path / "families" / "contacts.csv").read_text("utf-8-sig").splitlines()
    columns = row[0].split(",")
    adult = next(one for one in csv.DictReader(row[1:], columns) if one["email"])
    small.change(
        f"INSERT INTO refusal VALUES ('email', '{adult['email']}', '2026-11-01T00:00:00.000000Z')",
    )
    shown = await small("families", "show", adult["contact_id"])
    assert f"not used by email since 01/11/2026: {adult['email']}" in shown.out
    assert (await small("families", "use-again", adult["contact_id"], "--channel", "text")).code == 2
    again = await small("families", "use-again", adult["contact_id"])
    assert again.code == 0, again.text
    assert (await small("families", "show", adult["contact_id"], "--json")).json["not_used"] == []
