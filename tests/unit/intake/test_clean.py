import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.intake.clean import clean, mend_fields, without_blanks
from notifier.intake.pictures import measure, picture
from notifier.intake.plain import plain
from notifier.model.message import Enclosure
from tests.unit.intake.desk import png


def ids(html: str) -> set[str]:
    return {problem.id for problem in clean(html, {}, "trip.md").problems}


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        pytest.param("<p onclick='x()'>a<script>alert(1)</script></p>", "<p>a</p>", id="script"),
        pytest.param("<a href='javascript:alert(1)'>a</a>", "a", id="javascript"),
        pytest.param("<a href='JaVa\tScript:alert(1)'>a</a>", "a", id="javascript in disguise"),
        pytest.param("<a href='data:text/html,x'>a</a>", "a", id="data link"),
        pytest.param("<a href='cid:abc'>a</a>", "a", id="cid link"),
        pytest.param("<a href='#note'>a</a>", "a", id="link inside"),
        pytest.param("<iframe src='https://example.org'></iframe>a", "a", id="frame"),
        pytest.param("<form action='/x'><input name='pin'>a</form>", "a", id="form"),
        pytest.param("<p style='position:fixed' class='x' id='y'>a</p>", "<p>a</p>", id="style"),
        pytest.param("<a href='mailto:a@example.org'>a</a>", '<a href="mailto:a@example.org">a</a>', id="mail"),
        pytest.param("<a href='www.example.org'>a</a>", '<a href="https://www.example.org">a</a>', id="bare address"),
        pytest.param("<svg><script>alert(1)</script></svg>a", "a", id="svg"),
    ],
)
def test_only_what_is_safe_is_left(html: str, safe: str) -> None:
    assert clean(html, {}, "trip.md").html == safe


def test_a_picture_is_named_by_its_digest_and_comes_along_once() -> None:
    found = picture(png(), "photo.png")
    assert isinstance(found, Enclosure)
    cleaned = clean(
        "<img src='photo%20one.png' alt='Our hall'><img src='PHOTO one.png' alt='x'>", {"photo one.png": found}, "a"
    )
    digest = found.attachment.digest
    assert cleaned.html == f'<img src="cid:{digest}" alt="Our hall"><img src="cid:{digest}" alt="x">'
    assert cleaned.pictures == (found,)
    assert not cleaned.problems


def test_pictures_from_the_internet_are_left_out_with_advice() -> None:
    cleaned = clean("<p>a<img src='https://example.org/x.png' alt='A cow'><img src='//example.org/y.gif'></p>", {}, "a")
    assert cleaned.html == "<p>a[A cow]</p>"
    assert [(one.id, "2 pictures" in one.sentence) for one in cleaned.problems] == [("picture-remote", True)]


def test_a_picture_inside_the_address_is_taken_if_it_is_one() -> None:
    inline = base64.b64encode(png()).decode()
    assert len(clean(f"<img alt='a' src='data:image/png;base64,{inline}'>", {}, "a").pictures) == 1
    assert ids("<img alt='a' src='data:image/svg+xml;base64,PHN2Zz4='>") == {"picture-unreadable"}


def test_what_leads_nowhere_is_said() -> None:
    assert ids("<img src='photo.jpg'>") == {"picture-missing"}
    assert ids("<a href='page.html'>a</a>") == {"link-left-out"}
    assert ids("<a href='https://example.org/%7B%7Bpupils%7D%7D'>a</a>") == {"link-left-out"}


def test_a_picture_without_description_is_advice() -> None:
    found = picture(png(), "photo.png")
    assert isinstance(found, Enclosure)
    assert {one.id for one in clean("<img src='p.png'>", {"p.png": found}, "a").problems} == {"picture-undescribed"}


@pytest.mark.parametrize(
    ("html", "mended"),
    [
        ("<p>{{ pupils }}</p>", "<p>{{ pupils }}</p>"),
        ("<p>{{ <strong>pup</strong>ils }}</p>", "<p>{{ pupils }}<strong></strong></p>"),
        ("<p><b>{{ event_</b>date\xa0}}</p>", "<p><b>{{ event_date }}</b></p>"),
        ("<p>{ not } {{</p>", "<p>{ not } {{</p>"),
    ],
)
def test_merge_fields_are_put_together_again(html: str, mended: str) -> None:
    assert mend_fields(html) == mended


@pytest.mark.parametrize("html", [pytest.param("<div>" * 5000, id="deep"), pytest.param("word " * 400_000, id="long")])
def test_what_would_take_minutes_is_not_begun(html: str) -> None:
    assert ids(html) == {"document-too-long"}


def test_sloppy_html_is_not_taken_for_deep() -> None:
    assert ids("<p>a<br><img alt='x'>" * 2000) == set()


def test_empty_paragraphs_go() -> None:
    assert without_blanks("<p>" + "\xa0" * 60 + "a</p>").endswith("a</p>")  # at once, however many
    assert without_blanks("<p> </p><div><p>&nbsp;</p></div><p>a</p><p><br></p>") == "<p>a</p>"


@given(st.text(alphabet=st.sampled_from("<>/=\"'abipsrchftjx: {}&#;!-"), max_size=120))
def test_nothing_unsafe_survives_whatever_is_written(html: str) -> None:
    safe = clean(html, {}, "a").html
    assert clean(safe, {}, "a").html == safe
    assert "<script" not in safe
    assert "javascript:" not in safe.lower() or "<a" not in safe


def test_plain_text_says_where_links_lead_and_what_pictures_show() -> None:
    html = (
        '<h1>Trip</h1><p>See <a href="https://example.org/form">the form</a> or '
        '<a href="mailto:office@example.org">office@example.org</a>.<br>Bye</p>'
        '<ul><li>hat</li></ul><img src="cid:x" alt="A cow"><p>{{ pupils }}</p>'
    )
    text = plain(html)
    assert "See the form (https://example.org/form) or office@example.org." in text
    assert "* hat" in text
    assert "[A cow]" in text
    assert "{{ pupils }}" in text
    assert plain("") == ""


def test_pictures_are_known_by_their_bytes() -> None:
    jpeg = (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\x00\x20\x00\x40\x03"
    )
    assert measure(png(3, 4)) == ("image/png", 3, 4)
    assert measure(jpeg + bytes(20)) == ("image/jpeg", 64, 32)
    assert measure(b"GIF89a\x05\x00\x06\x00" + bytes(4)) == ("image/gif", 5, 6)
    assert measure(b"<svg></svg>") is None
    assert measure(b"\x89PNG\r\n\x1a\n") is None


def test_a_picture_of_too_many_dots_is_not_taken() -> None:
    assert "too large" in str(picture(png(20_000, 20_000), "bomb.png"))
