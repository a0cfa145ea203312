import io

import pytest
from docx.document import Document

from notifier.model.problem import Severity
from tests.unit.intake.desk import PDF, Desk, email, errors, ids, png, word, zipped


def test_markdown_becomes_html_and_plain_text(desk: Desk) -> None:
    found = desk.read("trip.md", "---\nTo: Oak\n---\n# Trip\n\nDear *all*,\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert found.header.to == ("Oak",)
    assert found.bodies[0].subject == "Trip"
    assert "<em>all</em>" in found.bodies[0].html
    assert "<td>1</td>" in found.bodies[0].html
    assert not found.problems


def test_html_in_markdown_is_shown_not_obeyed_and_jinja_means_nothing(desk: Desk) -> None:
    body = desk.read("a.md", "<script>x</script>\n\n{{ pupils }} {% for x in y %} {{ 7*7 }}").bodies[0]
    assert "<script" not in body.html
    assert "{{ pupils }} {% for x in y %} {{ 7*7 }}" in body.plain


def test_a_text_file_keeps_its_lines_and_its_indents(desk: Desk) -> None:
    found = desk.read("a.txt", "Dear all\n\n    Mr X\nOffice\n")
    assert found.bodies[0].html == "<p>Dear all</p>\n<p>Mr X<br>\nOffice</p>"
    assert found.bodies[0].subject == "a"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"\xef\xbb\xbf---\r\nTo: Oak\r\n---\r\nHello", None, id="Notepad's mark"),
        pytest.param("---\nTo: Oak\n---\nHello £5".encode("utf-16"), None, id="Unicode"),
        pytest.param("---\nTo: Oak\n---\nCafé £5".encode("cp1252"), "text-encoding", id="Windows"),
        pytest.param(b"\x00\x01\x02 not text", "not-text", id="not text"),
    ],
)
def test_text_files_are_read_however_they_were_saved(desk: Desk, content: bytes, problem: str | None) -> None:
    found = desk.read("a.md", content)
    assert ids(found) >= ({problem} if problem else set())
    assert problem == "not-text" or found.header.to == ("Oak",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("To: Oak\n\nHello", "header-no-fence"),
        ("---\nTo: Oak\nHello", "header-not-closed"),
        ("---\nTo: Oak\n---\n", "body-empty"),
        ("", "body-empty"),
        ("![](https://example.org/x.png)", "body-empty"),
        ("![A cow](cow.jpg)\n\nHello", "picture-missing"),
    ],
)
def test_a_markdown_file_that_cannot_go(desk: Desk, content: str, problem: str) -> None:
    assert errors(desk.read("a.md", content)) == {problem}


def test_a_short_text_stands_in_for_an_empty_page(desk: Desk) -> None:
    found = desk.read("a.md", "---\nText: School is closed <today>\n---\n")
    assert found.bodies[0].html == "<p>School is closed &lt;today&gt;</p>"
    assert found.bodies[0].text == "School is closed <today>"
    assert not errors(found)


def test_a_word_file_with_its_header_pictures_and_tables(desk: Desk) -> None:
    def add(document: Document) -> None:
        document.add_picture(io.BytesIO(png(40, 30)))
        document.add_table(1, 2).cell(0, 0).text = "Day"

    found = desk.read("trip.docx", word("To: Oak", "Subject: Farm trip", "", "# Trip", "Dear {{ pupils }}", then=add))
    body = found.bodies[0]
    assert found.header.to == ("Oak",)
    assert body.subject == "Farm trip"
    assert body.html.startswith("<h1>Trip</h1><p>Dear {{ pupils }}</p>")
    assert f'src="cid:{found.enclosures[0].attachment.digest}"' in body.html
    assert found.enclosures[0].attachment.media_type == "image/png"
    assert "<td><p>Day</p></td>" in body.html
    assert not errors(found)


def test_a_merge_field_that_word_cut_in_pieces_is_whole(desk: Desk) -> None:
    def add(document: Document) -> None:
        paragraph = document.add_paragraph("Dear {{ ")
        paragraph.add_run("pup").bold = True
        paragraph.add_run("ils }}")

    assert "Dear {{ pupils }}" in desk.read("a.docx", word("# Trip", then=add)).bodies[0].plain


def test_hidden_text_in_word_does_not_go_out(desk: Desk) -> None:
    def add(document: Document) -> None:
        paragraph = document.add_paragraph("Dear all")
        paragraph.add_run(" (not the Xs)").font.hidden = True

    found = desk.read("a.docx", word("# Trip", then=add))
    assert "not the Xs" not in found.bodies[0].html
    assert "Dear all" in found.bodies[0].html
    assert "word-hidden" in ids(found, Severity.ADVICE)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"not a zip at all", "word-broken", id="no zip"),
        pytest.param(b"", "word-broken", id="empty"),
        pytest.param(word("Hello")[:900], "word-broken", id="cut short"),
        pytest.param(zipped(word__document_xml=b"<broken"), "word-broken", id="broken XML"),
        pytest.param(zipped(other_xml=b"<a/>"), "word-broken", id="another zip"),
        pytest.param(
            zipped(word__document_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "word-broken", id="entities"
        ),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "word-protected", id="password"),
        pytest.param(zipped(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"), "word-macros", id="macros"),
        pytest.param(zipped(word__document_xml=bytes(30_000_000)), "word-unpacks-too-large", id="zip bomb"),
    ],
)
def test_a_word_file_that_is_not_opened(desk: Desk, content: bytes, problem: str) -> None:
    found = desk.read("trip.docx", content)
    assert errors(found) == {problem}
    assert all(one.sentence.count("Traceback") == 0 and "trip.docx" in one.sentence for one in found.problems)


def test_a_zip_bomb_of_many_parts_is_not_opened(desk: Desk) -> None:
    parts = {f"word__media__{number}.dat": bytes(9_000_000) for number in range(20)}
    assert errors(desk.read("a.docx", zipped(word__document_xml=b"<a/>", **parts))) == {"word-unpacks-too-large"}


def test_keys_of_an_email_come_from_its_body_never_from_its_own_headers(desk: Desk) -> None:
    mail = email("Kind: notice\nTo: Oak\n\nDear all,\nplease come.\n\nMr X", subject="FW: secret")
    found = desk.read("letter.eml", mail.as_bytes())
    assert found.header.to == ("Oak",)
    assert found.header.subject == ""
    assert found.bodies[0].subject == "letter"
    assert found.bodies[0].html == "<p>Dear all,<br>please come.</p><p>Mr X</p>"


@pytest.mark.parametrize(("header", "waits"), [("auto-generated", True), ("Auto-Replied; x=1", True), ("no", False)])
def test_an_email_that_a_program_wrote_waits_for_a_person(desk: Desk, header: str, waits: bool) -> None:
    mail = email("Kind: emergency\nTo: Oak\n\nClosed.")
    mail["Auto-Submitted"] = header
    found = desk.read("close.eml", mail.as_bytes())
    assert [one.id for one in found.problems if one.id == "mail-machine-made"] == ["mail-machine-made"] * waits


def test_an_email_without_keys_has_the_intakes_defaults(desk: Desk) -> None:
    found = desk.read("letter.eml", email("", html="<style>p{}</style><h2>Sports day</h2><p>Come</p>").as_bytes())
    assert found.header.to == ("whole school",)
    assert found.bodies[0].subject == "Sports day"
    assert not found.problems


def test_an_emails_pictures_and_attachments_come_along(desk: Desk) -> None:
    mail = email("Hello", html='<p>Hello</p><img src="cid:hall@x" alt="Our hall">')
    html = mail.get_body(("html",))
    assert html is not None
    html.add_related(png(), "image", "png", cid="<hall@x>")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="..\\up/form.pdf")
    mail.add_attachment("BEGIN", subtype="plain", filename="notes.txt")
    found = desk.read("letter.eml", mail.as_bytes())
    assert [one.attachment.name for one in found.enclosures] == ["form.pdf", "notes.txt", "picture.png"]
    assert f'<img src="cid:{found.enclosures[2].attachment.digest}" alt="Our hall">' in found.bodies[0].html
    assert not found.problems


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"just some words", "mail-broken", id="no email"),
        pytest.param(b"\x00\xff" * 40, "mail-broken", id="binary"),
        pytest.param(
            b"From: a@example.org\nContent-Type: application/pkcs7-mime\n\nabc", "mail-encrypted", id="secret"
        ),
        pytest.param(b"From: a@example.org\nSubject: x\n\n", "body-empty", id="empty"),
    ],
)
def test_an_email_that_cannot_go(desk: Desk, content: bytes, problem: str) -> None:
    assert errors(desk.read("a.eml", content)) == {problem}


def test_an_email_with_a_program_or_outlooks_packing_is_refused(desk: Desk) -> None:
    mail = email("Hello")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    mail.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert errors(desk.read("a.eml", mail.as_bytes())) == {"attachment-kind", "mail-winmail"}


def test_messages_in_toml_have_the_headers_keys(desk: Desk) -> None:
    desk.put("trip.md", "---\nEssential: yes\n---\n# Trip\n\nHello")
    desk.put("trip.ur.md", "# سفر\n\nسلام")
    one, two = desk.read_all(
        "letters.toml",
        """
        [[message]]
        to = ["Oak", "Year 2"]
        subject = "Lunch"
        send = 2026-12-01 15:15:00
        essential = true
        body = '''
        # Menu

        Soup {{ pupils }}
        '''

        [[message]]
        to = "Elm"
        file = "trip.md"
        """,
    )
    assert one.header.to == ("Oak", "Year 2")
    assert one.header.send is not None
    assert one.header.essential
    assert one.bodies[0].subject == "Lunch"
    assert two.source == "letters.toml, message 2"
    assert (two.header.to, two.header.essential) == (("Elm",), True)
    assert [body.language for body in two.bodies] == ["en", "ur"]
    assert two.bodies[0].subject == "Trip"
    assert not one.problems
    assert not two.problems


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[[message]]\nto = Oak", "toml-broken"),
        ("", "toml-empty"),
        ("to = 'Oak'", "toml-unknown"),
        ("[[message]]\nbody = 'x'\nsubjct = 'y'", "header-unknown-key"),
        ("[[message]]\nbody = 'x'\nfile = 'trip.md'", "toml-body-and-file"),
        ("[[message]]\nfile = '../trip.md'", "file-outside"),
        ("[[message]]\nfile = 'trip.pdf'", "file-outside"),
        ("[[message]]\nfile = 'trip.md'", "file-missing"),
        ("[[message]]\nbody = 'x'\nattach = ['../x.pdf']", "attach-outside"),
        ("[[message]]\nbody = 'x'\nto = {a = 1}", "toml-value"),
        ("[[message]]\nsubject = 'x'", "body-empty"),
    ],
)
def test_a_toml_file_that_cannot_go(desk: Desk, content: str, problem: str) -> None:
    assert problem in errors(desk.read("a.toml", content))
