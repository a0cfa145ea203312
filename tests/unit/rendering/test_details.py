"""What the school holds about an adult stands under the letter that asks them, and nothing of anybody else."""

from dataclasses import replace
from datetime import timedelta

from notifier.model.directory import Arrangement, Contact, Directory, Sort
from notifier.model.message import Message
from notifier.model.payload import MailPayload, PaperPayload
from notifier.model.plan import Address, Delivery
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import ASKS, DIRECTORY, KHANS, NOW, SCHOOL

RENDERER = Renderer(SCHOOL)
SANA = replace(KHANS, contact_ids=("C1",))
WISHES = (
    Arrangement(Sort.PAPER, "C1"),
    Arrangement(Sort.COURT_ORDER, "C1", "P3", evidence="order 12 in the safe"),
    Arrangement(Sort.LARGE_PRINT, "C2"),
)
LIVED = replace(DIRECTORY, arrangements=WISHES)


def mail(delivery: Delivery = SANA, asks: Message = ASKS, directory: Directory = LIVED) -> tuple[str, str]:
    made = RENDERER.render("mail", asks, delivery, directory, NOW)
    assert isinstance(made, MailPayload)
    return str(made.html), str(made.plain)


def paper(delivery: Delivery = SANA) -> PaperPayload:
    made = RENDERER.render("paper", ASKS, delivery, LIVED, NOW, Address("C1", "12 Elm Road, London, E7 8AB"))
    assert isinstance(made, PaperPayload)
    return made


def test_a_wish_is_told_while_it_holds_and_no_longer() -> None:
    today = NOW.date()
    rows = (
        Arrangement(Sort.PAPER, "C1", until=today),
        Arrangement(Sort.LARGE_PRINT, "C1", until=today - timedelta(days=1)),
        Arrangement(Sort.INTERPRETER, "C1", from_=today + timedelta(days=1)),
    )
    for words in mail(directory=replace(DIRECTORY, arrangements=rows)):
        assert "on paper" in words
        assert "in large print" not in words
        assert "somebody who explains" not in words


def test_an_adult_reads_what_is_held_about_them_in_every_form() -> None:
    for words in (*mail(), paper().html):
        for held in ("Ms Sana Khan", "sana@example.org", "+447700900001", "12 Elm Road, London, E7 8AB", "on paper"):
            assert held in words, held
        assert "Lives with you" in words
        assert "Amira: Yes" in words
        assert "English" not in words
        assert "Urdu" in words
        assert "we have none" in words  # how we greet you: it is missing, and can be told
    assert paper().slip is not None


def test_nothing_of_another_adult_is_in_it_and_nothing_that_takes_away() -> None:
    for words in (*mail(), paper().html):
        for others in ("Imran", "+447700900002", "large print", "Tomasz", "order 12", "court-order", "Nowak"):
            assert others not in words, others


def test_a_child_whom_the_copy_is_not_for_any_more_is_not_named() -> None:
    assert all("Yusuf" in words for words in mail())
    assert all("Yusuf" not in words for words in mail(replace(SANA, pupil_ids=("P1",))))


def test_a_copy_for_two_adults_says_nothing_of_either() -> None:
    for words in mail(KHANS):
        assert "sana@example.org" not in words
        assert "+447700900001" not in words


def test_an_ordinary_letter_says_nothing_of_it() -> None:
    for words in mail(asks=replace(ASKS, details=False)):
        assert "sana@example.org" not in words


def test_what_families_call_themselves_is_no_html() -> None:
    odd = Contact("C1", surname="<b>O'Neill & Söhne</b>", email="sana@example.org")
    html, plain = mail(directory=replace(LIVED, contacts={**LIVED.contacts, "C1": odd}))
    assert "&lt;b&gt;O&#39;Neill &amp; Söhne&lt;/b&gt;" in html
    assert "<b>O'Neill & Söhne</b>" in plain


def test_it_is_in_the_adults_own_language_with_the_english_label_beside_it() -> None:
    html, plain = mail(replace(SANA, language="ur"))
    assert '<table lang="ur" dir="rtl"' in html
    assert 'نام <span lang="en"><bdi dir="ltr">(Name)</bdi></span>' in html
    assert "<bdi>Ms Sana Khan</bdi>" in html
    assert '<bdi dir="ltr">+447700900001</bdi>' in html
    assert '<bdi dir="ltr">sana@example.org</bdi>' in html
    assert "اردو" in html  # the language, as it calls itself
    assert "\u2066+447700900001\u2069" in plain
    for words in (html, plain, paper(replace(SANA, language="ur")).html):
        assert "کاغذ پر" in words
        assert "on paper" not in words
        assert "Amira: Yes" not in words


def test_a_language_that_is_not_in_use_or_has_no_whole_catalogue_comes_in_english() -> None:
    for renderer, language in ((Renderer(SCHOOL, use=["pl"]), "ur"), (RENDERER, "so"), (RENDERER, "xx")):
        made = renderer.render("mail", ASKS, replace(SANA, language=language), LIVED, NOW)
        assert isinstance(made, MailPayload)
        assert '<table lang="en" dir="ltr"' in str(made.html)
        assert "Amira: Yes" in str(made.plain)
