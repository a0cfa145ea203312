import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.intake import Disk, Unreadable, read, read_messages_file
from notifier.intake.limits import MB
from notifier.model.message import Kind
from notifier.model.staff import Role
from tests.unit.intake.desk import LONDON, NOW, PDF, Desk, errors, ids, png, word


def test_what_the_header_leaves_out_comes_from_the_intake(desk: Desk) -> None:
    found = desk.read("news.md", "# News\n\nHello")
    assert (found.header.kind, found.header.to) == (Kind.LETTER, ("whole school",))
    assert not found.header.where
    assert (found.source, found.intake, found.authority.role) == ("news.md", "drop/letters", Role.OFFICE)
    assert found.bodies[0].language == "en"


@pytest.mark.parametrize(
    ("name", "words", "problem"),
    [
        pytest.param("a.docx", "no Word document", "word-broken", id="damaged"),
        pytest.param("a.txt", "to: Oak\nsubject: Walk\n\nHello", "header-no-fence", id="no dashes"),
        pytest.param("a.md", "---\nto: Oak\n", "header-not-closed", id="no second line of dashes"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(desk: Desk, name: str, words: str, problem: str) -> None:
    desk.intake = replace(desk.intake, to=())
    assert errors(desk.read(name, words)) == {problem}


def test_where_nothing_says_more_it_is_a_letter_but_the_audience_must_be_said(desk: Desk) -> None:
    desk.intake = replace(desk.intake, kind=None, to=())
    found = desk.read("a.md", "Hello")
    assert errors(found) == {"to-missing"}
    assert found.header.kind is Kind.LETTER


def test_the_subject_is_the_key_else_the_first_heading_else_the_file_name(desk: Desk) -> None:
    assert desk.read("a.md", "---\nSubject: Key\n---\n# Heading\n\nx").bodies[0].subject == "Key"
    assert desk.read("b.md", "# **Head** &amp; `ing`\n\nx").bodies[0].subject == "Head & ing"
    assert desk.read("farm_trip.md", "x").bodies[0].subject == "farm trip"
    assert desk.read("farm\x07\u202etrip.md", "x").bodies[0].subject == "farm??trip"


def test_a_translation_is_a_body_of_the_same_message(desk: Desk) -> None:
    desk.put("trip.ur.md", "---\nTo: Oak\nText: سلام\n---\n# سفر\n\nسلام")
    desk.put("trip.pl.docx", word("Subject: Wycieczka", "", "Dzień dobry"))
    found = desk.read("trip.md", "---\nTo: Oak\n---\n# Trip\n\nHello")
    assert [(body.language, body.subject, body.text) for body in found.bodies] == [
        ("en", "Trip", ""),
        ("pl", "Wycieczka", ""),
        ("ur", "سفر", "سلام"),
    ]
    assert not found.problems
    assert desk.read("trip.ur.md").key == found.key


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("trip.ur.md", "---\nTo: Elm\n---\nx", "translation-header"),
        ("trip.ur.md", "---\nLanguage: pl\n---\nx", "translation-language"),
        ("trip.ur.md", "", "body-empty"),
        ("trip.en.md", "x", "translation-twice"),
    ],
)
def test_a_translation_that_does_not_fit_is_an_error(desk: Desk, name: str, content: str, problem: str) -> None:
    desk.put(name, content)
    assert errors(desk.read("trip.md", "---\nTo: Oak\n---\nHello")) == {problem}


def test_attachments_come_in_the_order_named_and_then_those_of_the_same_name(desk: Desk) -> None:
    for name in ("form.pdf", "a.pdf", "trip.pdf"):
        desk.put(name, PDF + name.encode())
    found = desk.read("trip.md", "---\nAttach: Form.PDF; a.pdf\n---\nHello")
    assert [one.attachment.name for one in found.enclosures] == ["form.pdf", "a.pdf", "trip.pdf"]
    assert found.enclosures[0].attachment.media_type == "application/pdf"
    assert not found.problems


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        pytest.param("form.pdf", None, "attachment-missing", id="not there"),
        pytest.param("form.pdf", b"MZ no pdf", "attachment-broken", id="another thing"),
        pytest.param("form.pdf", b"", "attachment-empty", id="empty"),
        pytest.param("form.exe", b"MZ", "attachment-kind", id="a program"),
        pytest.param("form", b"x", "attachment-kind", id="no ending"),
    ],
)
def test_an_attachment_that_cannot_go(desk: Desk, name: str, content: bytes | None, problem: str) -> None:
    if content is not None:
        desk.put(name, content)
    assert errors(desk.read("trip.md", f"---\nAttach: {name}\n---\nHello")) == {problem}


def test_a_picture_beside_the_message_goes_inside_it(desk: Desk) -> None:
    desk.put("hall.png", png())
    found = desk.read("a.md", "![Our hall](hall.png)\n\nHello")
    assert [one.attachment.name for one in found.enclosures] == ["hall.png"]
    assert f'src="cid:{found.enclosures[0].attachment.digest}"' in found.bodies[0].html


def test_a_file_of_200_mb_is_refused_without_being_read(desk: Desk) -> None:
    class Untouched(Disk):
        def read(self, path: Path, limit: int) -> bytes:
            raise AssertionError(path)

    path = desk.put("huge.docx", b"")
    os.truncate(path, 200 * MB)
    (found,) = read(path, desk.intake, NOW, LONDON, Untouched())
    assert errors(found) == {"file-too-large"}
    assert "200 MB" in found.problems[0].sentence


def test_attachments_that_are_too_much_together_are_refused(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"{number}.pdf", PDF + bytes([number]) * (9 * MB))
    assert errors(desk.read("a.md", "---\nAttach: 0.pdf, 1.pdf, 2.pdf\n---\nx")) == {"file-too-large"}
    assert ids(desk.read("b.md", "---\nAttach: 0.pdf\n---\nx")) == {"attachments-heavy"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("photo.jpg", "put both into a folder"),
        ("letter.doc", "save it as a Word document"),
        ("letter.msg", "Save as"),
        ("trip.ur.md", "Urdu translation"),
    ],
)
def test_what_is_no_message_is_refused_with_what_to_do(desk: Desk, name: str, says: str) -> None:
    found = desk.read(name, "x")
    assert says in found.problems[0].sentence
    assert len(errors(found)) == 1


def test_two_files_of_one_name_are_refused(desk: Desk) -> None:
    desk.put("trip.docx", word("x"))
    assert errors(desk.read("trip.md", "x")) == {"message-twice"}


def test_links_are_never_followed(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (desk.path / "a.md").symlink_to(secret)
    (desk.path / "b").symlink_to(tmp_path)
    os.mkfifo(desk.path / "c.md")
    for name in ("a.md", "b", "c.md"):
        assert errors(desk.read(name)) == {"file-is-link"}


def test_a_locked_file_is_said_in_one_sentence(desk: Desk) -> None:
    class Locked(Disk):
        def read(self, path: Path, limit: int) -> bytes:
            raise PermissionError(13, "Permission denied")

    desk.put("a.md", "x")
    with pytest.raises(Unreadable) as problem:
        read(desk.path / "a.md", desk.intake, NOW, LONDON, Locked())
    assert "another program has it open" in problem.value.sentence


def test_a_folder_is_one_message_with_all_that_lies_in_it(desk: Desk) -> None:
    desk.put("trip/letter.md", "---\nAttach: b.pdf\n---\n![Hall](hall.png)\n\nHello")
    desk.put("trip/letter.ur.md", "سلام")
    desk.put("trip/a.pdf", PDF)
    desk.put("trip/b.pdf", PDF + b"b")
    desk.put("trip/hall.png", png())
    desk.put("trip/Thumbs.db", b"x")
    found = desk.read("trip")
    assert [one.attachment.name for one in found.enclosures] == ["b.pdf", "a.pdf", "hall.png"]
    assert [body.language for body in found.bodies] == ["en", "ur"]
    assert (found.source, found.bodies[0].subject) == ("trip", "trip")
    assert not found.problems


def test_of_several_documents_in_a_folder_the_one_with_its_name_is_the_message(desk: Desk) -> None:
    desk.put("trip/trip.md", "Hello")
    desk.put("trip/form.docx", word("Form"))
    found = desk.read("trip")
    assert [one.attachment.name for one in found.enclosures] == ["form.docx"]
    desk.put("other/a.md", "Hello")
    desk.put("other/b.md", "Hello")
    assert errors(desk.read("other")) == {"folder-several-messages"}


@pytest.mark.parametrize(
    ("names", "problem"),
    [(("photo.jpg",), "folder-without-message"), (("a.md", "more/b.md"), "folder-inside")],
)
def test_a_folder_that_cannot_go(desk: Desk, names: tuple[str, ...], problem: str) -> None:
    for name in names:
        desk.put(f"trip/{name}", "x")
    assert errors(desk.read("trip")) == {problem}


def test_a_folder_of_pdfs_named_by_pupils_is_a_report(desk: Desk) -> None:
    desk.put("autumn/P0012.pdf", PDF)
    desk.put("autumn/P0013.pdf", PDF + b"x")
    found = desk.read("autumn")
    assert found.header.kind is Kind.REPORT
    assert found.header.to == ("pupil P0012", "pupil P0013")
    assert [one.attachment.pupil_id for one in found.enclosures] == ["P0012", "P0013"]
    assert {one.attachment.name for one in found.enclosures} == {"report.pdf"}, "no name tells whose it is"
    assert found.bodies[0].plain
    assert not found.problems


def test_a_report_may_have_a_cover_and_something_for_all(desk: Desk) -> None:
    desk.put("autumn/cover.md", "---\nKind: report\nAttach: grades.pdf\n---\n# Autumn report\n\nHello")
    for name in ("grades.pdf", "P0012.pdf"):
        desk.put(f"autumn/{name}", PDF + name.encode())
    found = desk.read("autumn")
    assert {one.attachment.name: one.attachment.pupil_id for one in found.enclosures} == {
        "grades.pdf": "",
        "report.pdf": "P0012",
    }
    assert found.bodies[0].subject == "Autumn report"
    assert not found.problems


def test_a_report_holds_one_pdf_per_pupil_and_nothing_else(desk: Desk) -> None:
    desk.intake = replace(desk.intake, kind=Kind.REPORT)
    desk.put("autumn/P0012.pdf", PDF)
    desk.put("autumn/p0012.PDF", PDF)
    desk.put("autumn/notes.xlsx", b"PK")
    assert errors(desk.read("autumn")) == {"report-file", "report-twice"}
    assert errors(desk.read("alone.md", "Hello")) == {"report-without-files"}


def test_the_key_is_the_name_the_bytes_the_intake_and_the_day(desk: Desk) -> None:
    first = desk.read("a.md", "Hello").key
    desk.now = NOW + timedelta(hours=10)
    assert desk.read("a.md").key == first
    assert desk.read("b.md", "Hello").key != first
    desk.now = NOW + timedelta(days=1)
    assert desk.read("a.md").key != first
    desk.now = NOW
    assert desk.read("a.md", "Hello!").key != first
    desk.put("a.md", "Hello")
    desk.put("a.ur.md", "سلام")
    assert desk.read("a.md").key != first
    desk.intake = replace(desk.intake, name="drop/other")
    (desk.path / "a.ur.md").unlink()
    assert desk.read("a.md").key != first


def test_the_day_of_the_key_is_the_local_one(desk: Desk) -> None:
    desk.now = NOW.replace(month=7, day=1, hour=23, minute=30)
    late = desk.read("a.md", "Hello").key
    desk.now = desk.now.replace(day=2, hour=9)
    assert desk.read("a.md").key == late


def test_again_makes_it_a_new_message_at_each_moment(desk: Desk) -> None:
    first = desk.read("a.md", "---\nAgain: yes\n---\nHello").key
    assert desk.read("a.md").key == first
    desk.now = NOW + timedelta(seconds=1)
    assert desk.read("a.md").key != first


def test_a_message_of_messages_toml_is_known_by_its_content_on_whatever_day(desk: Desk) -> None:
    path = desk.put("messages.toml", "[[message]]\nto='Oak'\nkind='letter'\nbody='Hello'\nattach='f.pdf'\n")
    desk.put("f.pdf", PDF)
    (first,) = read_messages_file(path, desk.intake, NOW, LONDON)
    desk.put(
        "messages.toml",
        "[[message]]\nbody='New'\n\n[[message]]\nkind='letter'\nattach='f.pdf'\nbody='Hello'\nto='Oak'\n",
    )
    other, same = read_messages_file(path, desk.intake, NOW + timedelta(days=9), LONDON)
    assert same.key == first.key
    assert other.key != first.key
    desk.put("f.pdf", PDF + b"changed")
    assert read_messages_file(path, desk.intake, NOW, LONDON)[1].key != first.key


def test_again_does_nothing_in_messages_toml(desk: Desk) -> None:
    path = desk.put("messages.toml", "[[message]]\nbody='Hello'\nagain=true\n")
    (found,) = read_messages_file(path, desk.intake, NOW, LONDON)
    assert "again-not-here" in ids(found)
