"""Our bytes, parsed back by the standard library and compared with what it would have written itself."""

import email
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._headers import _ADDRESS, _BAD, _USUAL_ADDRESS, Unfit, address
from channels._mime import Composer, Envelope
from channels._smtp_session import stuffed
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import MailPayload, Personal

AT = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
ENVELOPE = Envelope("office@oaklane.example.org", "Oak Lane", "a@example.org", "", "abc123", "oaklane.example.org", AT)


def mail(subject: str = "Trip", html: str = "<p>Hello</p>", plain: str = "Hello", **more: object) -> MailPayload:
    return MailPayload(subject, Personal((html,)), Personal((plain,)), "en", **more)  # type: ignore[arg-type]


def enclosure(name: str, content: bytes, media_type: str = "application/pdf") -> Enclosure:
    return Enclosure(Attachment(name, media_type, hashlib.sha256(content).hexdigest(), len(content)), content)


def parsed(payload: MailPayload, *files: Enclosure, envelope: Envelope = ENVELOPE) -> EmailMessage:
    content = Composer().compose(envelope, payload, files)[0]
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
    raw = email.message_from_bytes(Composer().compose(ENVELOPE, mail(to_name=name), ())[0])["To"]
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
        Composer().compose(ENVELOPE, payload, ())[0]


@pytest.mark.parametrize(
    "text",
    ["", "a@b.org, c@d.org", "x@b.org\r\nRCPT TO:<y@z.org>", "<x@b.org>", "x y@b.org", "x@b.org\x00", "no-at", "a@b@c"],
)
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        address(text)


def test_an_address_with_a_foreign_domain_is_written_in_ascii() -> None:
    assert address("a@bücher.example") == "a@xn--bcher-kva.example"


@given(st.from_regex(_USUAL_ADDRESS, fullmatch=True))
def test_an_address_that_is_let_through_at_once_holds_nothing_that_the_whole_rule_refuses(text: str) -> None:
    assert _ADDRESS.fullmatch(text)
    assert not _BAD.search(text)
    if len(text) <= 254:
        assert address(text) == text


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=120)


@given(WORDS, st.lists(st.tuples(WORDS, WORDS)))
def test_words_in_pieces_come_back_as_one_text_with_short_lines(first: str, pairs: list[tuple[str, str]]) -> None:
    pieces = [first, *(piece for pair in pairs for piece in pair)]
    payload = MailPayload("s", Personal(("x",)), Personal(tuple(pieces[::2]), tuple(pieces[1::2])), "en")
    content = Composer().compose(ENVELOPE, payload, ())[0]
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))
    found = email.message_from_bytes(content, policy=SMTP)
    part = next(part for part in found.walk() if part.get_content_type() == "text/plain")
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    said = raw.decode().replace("\r\n", "\n")
    assert said.removesuffix("\n") == "".join(pieces).removesuffix("\n")


ODD = st.lists(st.text(alphabet=".\n =|aé\u2028", max_size=9), min_size=1, max_size=7).filter(lambda one: len(one) % 2)
FIELDS = st.lists(st.sampled_from(["Amara", "Dear Mrs O'Neil,", "Oak", "x" * 80, "a ", "é", ".b", "a|.b", "1+1=2", ""]))


@given(ODD, FIELDS, st.booleans())
def test_whether_a_message_has_lines_that_begin_with_a_dot_is_told_as_it_is(
    pieces: list[str], own: list[str], with_file: bool
) -> None:
    html = Personal(("<p>Hello ", *[" and "] * len(own)), tuple(own))
    payload = MailPayload("s", html, Personal(tuple(pieces[::2]), tuple(pieces[1::2])), "en")
    files = (enclosure(".x.pdf", b".....\r\n.\r\n"),) if with_file else ()
    content, dotless = Composer().compose(ENVELOPE, payload, files)
    as_it_is = stuffed(content) == content + b".\r\n"
    assert as_it_is or not dotless
    assert dotless or not as_it_is or any("|." in word for word in (*own, *pieces)), "looked through for nothing"


@pytest.mark.parametrize(
    ("fixed", "word", "as_it_is"),
    [
        pytest.param(("Dear ", ",\nhello\n"), "Amara", True, id="usual"),
        pytest.param(("Dear ", ",\n.hello\n"), "Amara", True, id="fixed words"),
        pytest.param(("Dear ", "., hello\n"), "Amara", True, id="right after a name"),
        pytest.param(("Dear ", ",\nhello\n"), ".Amara", False, id="a name"),
        pytest.param((".Dear ", ",\nhello\n"), "Amara", True, id="at the very beginning"),
        pytest.param(("Dear ", ",\nhello\n"), "Zoë", True, id="a foreign name"),
    ],
)
def test_a_newsletter_as_usual_goes_over_the_line_as_it_is(fixed: tuple[str, ...], word: str, as_it_is: bool) -> None:
    payload = MailPayload("s", Personal(("<p>", "</p>"), ("Amara",)), Personal(fixed, (word,)), "en", "Mrs A")
    content, dotless = Composer().compose(ENVELOPE, payload, ())
    assert dotless is as_it_is
    assert (stuffed(content) == content + b".\r\n") is as_it_is


def test_words_that_do_not_fit_between_the_pieces_are_a_fault() -> None:
    """Else one part's words could stand in the other."""
    payload = MailPayload("s", Personal(("a", "b"), ()), Personal(("c", "d"), ("e", "f")), "en")
    with pytest.raises(ValueError, match="extended slice"):
        Composer().compose(ENVELOPE, payload, ())[0]


def test_a_date_is_right_whenever_and_wherever_the_clock_stands() -> None:
    composer = Composer()
    for moment in (AT, AT.replace(microsecond=999_999), AT.replace(second=1), AT, AT.replace(year=2025)):
        composed = composer.compose(replace(ENVELOPE, date=moment), mail(), ())[0]
        assert email.message_from_bytes(composed, policy=SMTP)["Date"].datetime == moment.replace(microsecond=0)
    summer = AT.astimezone(ZoneInfo("Europe/London"))
    found = email.message_from_bytes(composer.compose(replace(ENVELOPE, date=summer), mail(), ())[0], policy=SMTP)
    assert str(found["Date"]).endswith("09:30:00 +0100")


def test_a_line_with_a_lone_dot_survives() -> None:
    assert text_of(parsed(mail(plain="a\n.\n..b\n")), "plain") == "a\n.\n..b\n"


def test_what_is_fixed_is_encoded_once() -> None:
    composer = Composer()
    fixed = "<p>Dear " + "x" * 200
    for name in ("Amara", "Zofia"):
        composer.compose(ENVELOPE, MailPayload("s", Personal((fixed, "</p>"), (name,)), Personal(("t",)), "en"), ())[0]
    assert composer._fixed.cache_info().misses == 2
    assert composer._fixed.cache_info().hits == 2


def test_a_header_of_ones_own_stands_beside_those_all_share_and_is_folded() -> None:
    around = ("<https://notify.oaklane.example.org/unsubscribe/", ">, <mailto:office@oaklane.example.org?subject=STOP>")
    composer = Composer()
    for word in ("a" * 43, "b-_9" * 10):
        payload = mail(headers=(("List-Id", "<news.x>"),), own_header=("List-Unsubscribe", Personal(around, (word,))))
        found = email.message_from_bytes(composer.compose(ENVELOPE, payload, ())[0], policy=SMTP)
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
        Composer().compose(ENVELOPE, mail(own_header=(name, Personal(around, (word,)))), ())[0]
