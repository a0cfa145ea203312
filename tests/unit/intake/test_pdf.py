"""A PDF dropped alone goes as it is, with a note and its words; nothing about one child goes to a class."""

from dataclasses import replace

import pypdf
import pytest

from notifier.model.message import Kind
from notifier.model.problem import Severity
from tests.unit.intake.desk import PDF, Desk, errors, ids, pdf

TRIP = pdf("We walk to the park on Friday and look for leaves and birds", "by the canal.", "Bring a coat.")


def test_it_goes_along_and_its_words_stand_below_a_note(desk: Desk) -> None:
    found = desk.read("farm_trip.pdf", TRIP)
    assert [(one.attachment.name, one.content) for one in found.enclosures] == [("farm_trip.pdf", TRIP)]
    (body,) = found.bodies
    assert body.subject == "farm trip"
    assert body.plain.startswith("Please read the attached file “farm trip”.")
    assert "for leaves and birds by the canal." in " ".join(body.plain.split())
    assert "Bring a coat." in body.plain
    assert ids(found) == {"pdf-words"}


def test_what_a_pdf_says_is_neither_markup_nor_a_field(desk: Desk) -> None:
    found = desk.read("a.pdf", pdf("Dear {{ pupils }} <b>bold</b> <script>alert</script>"))
    assert "{{" not in found.bodies[0].html
    assert "<script" not in found.bodies[0].html
    assert "<b>bold</b>" in found.bodies[0].plain


def test_a_scan_goes_and_is_advised_against(desk: Desk) -> None:
    found = desk.read("scan.pdf", pdf())
    assert ids(found, Severity.ADVICE) == {"pdf-no-words"}
    assert not errors(found)


def test_a_long_one_is_cut_and_says_so(desk: Desk) -> None:
    body = desk.read("a.pdf", pdf("word " * 20, pages=31)).bodies[0]
    assert "The rest stands in the attached file." in body.plain


def test_a_locked_or_damaged_one_is_refused(desk: Desk) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    file = desk.path / "locked.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        writer.write(out)
    assert errors(desk.read("locked.pdf")) == {"pdf-protected"}
    assert errors(desk.read("broken.pdf", PDF)) == {"pdf-broken"}
    assert errors(desk.read("other.pdf", b"MZ")) == {"attachment-broken"}


@pytest.mark.parametrize("name", ["P0012.pdf", "12.pdf", "AB-345.pdf"])
def test_one_child_s_report_is_never_taken_for_a_letter_to_all(desk: Desk, name: str) -> None:
    assert errors(desk.read(name, TRIP)) == {"report-alone"}


def test_where_nobody_is_named_it_goes_nowhere(desk: Desk) -> None:
    desk.intake = replace(desk.intake, to=())
    assert errors(desk.read("trip.pdf", TRIP)) == {"to-missing"}
    desk.intake = replace(desk.intake, kind=Kind.REPORT, to=("whole school",))
    assert errors(desk.read("walk.pdf", TRIP)) == {"report-without-files"}


def test_beside_its_message_it_is_an_attachment_as_ever(desk: Desk) -> None:
    desk.put("trip.pdf", TRIP)
    found = desk.read("trip.md", "Hello")
    assert [one.attachment.name for one in found.enclosures] == ["trip.pdf"]
    assert found.bodies[0].plain.strip() == "Hello"
