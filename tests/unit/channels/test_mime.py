"""Our bytes, parsed back by the standard library and compared with what it would have written itself."""

import email
import hashlib
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._headers import Unfit, address
from channels._mime import Composer, Envelope, quoted_printable
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import MailPayload, Personal

AT = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
ENVELOPE = Envelope("office@oaklane.example.org", "Oak Lane", "a@example.org", "", "abc123", "oaklane.example.org", AT)


def mail(subject: str = "Trip", html: str = "<p>Hello</p>", plain: str = "Hello", **more: object) -> MailPayload:
    return MailPayload(subject, Personal((html,)), Personal((plain,)), "en", **more)  # type: ignore[arg-type]


def enclosure(name: str, content: bytes, media_type: str = "application/pdf") -> Enclosure:
    return Enclosure(Attachment(name, media_type, hashlib.sha256(content).hexdigest(), len(content)), content)


def parsed(payload: MailPayload, *files: Enclosure, envelope: Envelope = ENVELOPE) -> EmailMessage:
    content = Composer().compose(envelope, payload, files)
    assert b"\n" not in content.replace(b"\r\n", b""), "bare line feeds"
    assert max(len(line) for line in content.split(b"\r\n")) <= 120
    found = email.message_from_bytes(content, policy=SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    for part in found.walk():
        assert not part.defects
        for name in part:
            assert not part[name].defects, name
    return found


def text_of(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def oracle(payload: MailPayload, *files: Enclosure) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = "Oak Lane <office@oaklane.example.org>"
    made["To"] = "a@example.org"
    made["Subject"] = payload.subject
    made.set_content(str(payload.plain))
    made.add_alternative(str(payload.html), subtype="html")
    for one in files:
        main, sub = one.attachment.media_type.split("/")
        made.add_attachment(one.content, main, sub, filename=one.attachment.name)
    return made


def shape(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_a_plain_message_is_what_the_standard_library_would_have_made() -> None:
    payload = mail("Farm visit", "<p>Wellies — please</p>\n", "Wellies — please\n")
    ours, theirs = parsed(payload), email.message_from_bytes(oracle(payload).as_bytes(), policy=SMTP)
    assert isinstance(theirs, EmailMessage)
    assert shape(ours) == shape(theirs)
    assert text_of(ours, "html") == text_of(theirs, "html")
    assert text_of(ours, "plain") == text_of(theirs, "plain")
    assert str(ours["From"]) == str(theirs["From"])
    assert str(ours["Subject"]) == str(theirs["Subject"])


def test_attachments_come_whole_and_with_their_names() -> None:
    names = ["trip.pdf", "Załącznik do zgody — wycieczka.pdf", "خط.pdf", 'a "quoted"; name.pdf', "x" * 150 + ".pdf"]
    files = [enclosure(name, bytes(range(256)) * 9 + name.encode()) for name in names]
    ours = parsed(mail(), *files)
    attached = list(ours.iter_attachments())
    assert [part.get_filename() for part in attached] == names
    assert [part.get_content() for part in attached] == [one.content for one in files]
    assert shape(ours) == shape(oracle(mail(), *files))


def test_a_picture_named_in_the_words_is_related_to_them_and_no_attachment() -> None:
    picture = enclosure("goat.png", b"\x89PNG...", "image/png")
    consent = enclosure("consent.pdf", b"%PDF")
    ours = parsed(mail(html=f'<img src="cid:{picture.attachment.digest}">'), picture, consent)
    assert shape(ours) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    related = next(part for part in ours.walk() if part.get_content_type() == "image/png")
    assert related["Content-ID"] == f"<{picture.attachment.digest}>"
    assert [part.get_filename() for part in ours.iter_attachments()] == ["consent.pdf"]


@pytest.mark.parametrize(
    "name",
    ["Mrs A. O'Neil", "Żaneta Wójcik", "عائشہ صدیقی", 'Quote " and \\ slash', "Okafor, Amara", "", "Long " * 30 + "x"],
)
def test_a_display_name_comes_back_as_it_was(name: str) -> None:
    raw = email.message_from_bytes(Composer().compose(ENVELOPE, mail(to_name=name), ()))["To"]
    # The standard library's own address parser puts spaces between encoded words; its older parts do not.
    shown, _, bare = str(make_header(decode_header(raw))).rpartition(" ")
    assert shown.strip('"').replace("\\\\", "\\").replace('\\"', '"') == name
    assert bare.strip("<>") == "a@example.org"
    assert parsed(mail(to_name=name))["To"].addresses[0].addr_spec == "a@example.org"


@pytest.mark.parametrize(
    "subject",
    [
        "Trip",
        "Wycieczka łódką – zgoda",
        "A " * 120 + "end",
        "=?utf-8?q?looks_encoded?=",
        "x" * 300,
        "  two  spaces ",
        "😀" * 40,
    ],
)
def test_a_subject_comes_back_as_it_was(subject: str) -> None:
    assert str(parsed(mail(subject))["Subject"]).strip() == subject.strip()


def test_the_head_holds_what_a_receiving_server_wants() -> None:
    payload = mail(reply_to="Class teacher <oak@oaklane.example.org>", headers=(("Auto-Submitted", "auto-generated"),))
    ours = parsed(payload)
    assert ours["Message-ID"] == "<abc123@oaklane.example.org>"
    assert ours["Date"].datetime == AT
    assert ours["Reply-To"].addresses[0].addr_spec == "oak@oaklane.example.org"
    assert ours["Auto-Submitted"] == "auto-generated"
    assert ours["Content-Language"] == "en"
    assert ours["MIME-Version"] == "1.0"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(mail("Trip\r\nBcc: x@example.org"), id="subject"),
        pytest.param(mail("Trip\u2028x"), id="subject-line-separator"),
        pytest.param(mail("Trip\x00"), id="subject-nul"),
        pytest.param(mail(to_name="A\nB"), id="name"),
        pytest.param(mail(from_name="A\rB"), id="from-name"),
        pytest.param(mail(reply_to="a@example.org\r\nX: y"), id="reply-to"),
        pytest.param(mail(headers=(("X-One", "a\r\nX-Two: b"),)), id="header"),
        pytest.param(mail(headers=(("X-One\r\nX", "a"),)), id="header-name"),
        pytest.param(mail(headers=(("To", "b@example.org"),)), id="recipient-header"),
        pytest.param(mail(headers=(("Cc", "b@example.org"),)), id="copy-header"),
        pytest.param(mail(headers=(("X-A", "1"), ("x-a", "2"))), id="twice"),
    ],
)
def test_nothing_gets_a_header_of_its_own_in(payload: MailPayload) -> None:
    with pytest.raises(Unfit):
        Composer().compose(ENVELOPE, payload, ())


@pytest.mark.parametrize(
    "text",
    ["", "a@b.org, c@d.org", "x@b.org\r\nRCPT TO:<y@z.org>", "<x@b.org>", "x y@b.org", "x@b.org\x00", "no-at", "a@b@c"],
)
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        address(text)


def test_an_address_with_a_foreign_domain_is_written_in_ascii() -> None:
    assert address("a@bücher.example") == "a@xn--bcher-kva.example"


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=120)


@given(WORDS, st.lists(st.tuples(WORDS, WORDS)))
def test_words_in_pieces_come_back_as_one_text_with_short_lines(first: str, pairs: list[tuple[str, str]]) -> None:
    pieces = [first, *(piece for pair in pairs for piece in pair)]
    payload = MailPayload("s", Personal(("x",)), Personal(tuple(pieces[::2]), tuple(pieces[1::2])), "en")
    content = Composer().compose(ENVELOPE, payload, ())
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))
    found = email.message_from_bytes(content, policy=SMTP)
    part = next(part for part in found.walk() if part.get_content_type() == "text/plain")
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    said = raw.decode().replace("\r\n", "\n")
    assert said.removesuffix("\n") == "".join(pieces).removesuffix("\n")


def test_a_line_with_a_lone_dot_survives() -> None:
    assert text_of(parsed(mail(plain="a\n.\n..b\n")), "plain") == "a\n.\n..b\n"


def test_what_is_fixed_is_encoded_once() -> None:
    composer = Composer()
    fixed = "<p>Dear " + "x" * 200
    for name in ("Amara", "Zofia"):
        composer.compose(ENVELOPE, MailPayload("s", Personal((fixed, "</p>"), (name,)), Personal(("t",)), "en"), ())
    assert composer._fixed.cache_info().misses == 2
    assert composer._fixed.cache_info().hits == 2


def test_quoted_printable_keeps_line_ends_plain() -> None:
    assert quoted_printable("a\r\nb\rc\nd") == b"a\r\nb\r\nc\r\nd"


def test_a_header_of_ones_own_stands_beside_those_all_share_and_is_folded() -> None:
    around = ("<https://notify.oaklane.example.org/unsubscribe/", ">, <mailto:office@oaklane.example.org?subject=STOP>")
    composer = Composer()
    for word in ("a" * 43, "b-_9" * 10):
        payload = mail(headers=(("List-Id", "<news.x>"),), own_header=("List-Unsubscribe", Personal(around, (word,))))
        found = email.message_from_bytes(composer.compose(ENVELOPE, payload, ()), policy=SMTP)
        assert found["List-Unsubscribe"] == word.join(around)
        assert found["List-Id"] == "<news.x>"
        parsed(payload)


@pytest.mark.parametrize(
    ("name", "around", "word"),
    [
        ("List-Unsubscribe", ("<https://x/", ">"), "a\r\nBcc: everybody@example.org"),
        ("List-Unsubscribe", ("<https://x/", ">"), "a>, <https://evil.example.org"),
        ("List-Unsubscribe", ("<https://x/\r\nBcc: y", ">"), "a"),
        ("List-Unsubscribe", ("<https://x/", ">\n"), "a"),
        ("Bcc", ("a", "b"), "c"),
    ],
)
def test_a_header_of_ones_own_cannot_bring_in_another(name: str, around: tuple[str, str], word: str) -> None:
    with pytest.raises(Unfit):
        Composer().compose(ENVELOPE, mail(own_header=(name, Personal(around, (word,)))), ())
