import re
from copy import deepcopy
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifier.model.directory import Contact, Pupil
from notifier.model.message import Attachment, Body, Kind, Message, Reach, Term
from notifier.model.oneclick import token
from notifier.model.payload import MAIL, PAPER, SHORT, MailPayload, ShortPayload
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, LETTER, NEWSLETTER, NOW, SCHOOL

RENDERER = Renderer(SCHOOL)
NOWAK = Delivery("d-nowak", ("C3",), ("P3",), "H3", Basis.MAIN, (("email",),), language="pl")


def mail(message: Message, delivery: Delivery | None = KHANS, renderer: Renderer = RENDERER) -> MailPayload:
    made = renderer.render(MAIL, message, delivery, DIRECTORY, NOW, Address("C1", "sana@example.org"))
    assert isinstance(made, MailPayload)
    return made


def saying(html: str, plain: str = "x", subject: str = "A walk", **changes: object) -> Message:
    return replace(LETTER, bodies=(Body("en", html, plain, subject),), event=None, **changes)  # type: ignore[arg-type]


def test_fixed_words_are_the_same_object_for_every_delivery_of_a_message_with_the_same_parts() -> None:
    one, other = mail(LETTER, KHANS), mail(LETTER, replace(NOWAK, language=KHANS.language))
    for mine, theirs in ((one.html, other.html), (one.plain, other.plain)):
        assert str(mine) != str(theirs)
        assert mine.fixed is theirs.fixed


def test_a_message_read_again_from_the_store_shares_them_too() -> None:
    one, other = mail(LETTER), mail(deepcopy(LETTER))
    assert one.html.fixed is other.html.fixed


def test_a_message_that_changed_under_its_id_is_made_anew() -> None:
    changed = saying("<p>New words</p>")
    assert "New words" not in str(mail(LETTER).html)
    assert "New words" in str(mail(changed).html)


def test_a_family_reads_only_about_its_own_children_and_adults() -> None:
    read = str(mail(LETTER, NOWAK).html) + str(mail(LETTER, NOWAK).plain)
    assert "Tomasz (Oak)" in read
    assert "Dear Mr Nowak," in read
    assert not any(name in read for name in ("Amira", "Yusuf", "Khan", "Willow (", "O&#39;Neill"))


def test_an_additional_copy_says_who_asked_and_nothing_of_another_home() -> None:
    read = str(mail(LETTER, replace(NOWAK, basis=Basis.COPY)).plain)
    assert "because you asked for a copy of what we send home about Tomasz" in read
    assert "school has you down" not in read


@pytest.mark.parametrize("medium", [MAIL, SHORT, PAPER])
def test_w52_what_arrives_comes_from_the_school_and_not_from_a_member_of_staff(medium: str) -> None:
    message = replace(LETTER, author="a-demir", intake="drop/a-demir")
    made = RENDERER.render(medium, message, KHANS, DIRECTORY, NOW, Address("C1", "sana@example.org"))
    assert "demir" not in repr(made)
    if isinstance(made, MailPayload):
        assert (made.from_name, made.reply_to) == (SCHOOL.name, SCHOOL.reply_to)
    if isinstance(made, ShortPayload):
        assert made.text.startswith(f"{SCHOOL.name}: ")


def test_only_newsletters_can_be_stopped_and_say_how() -> None:
    headers = dict(mail(NEWSLETTER).headers)
    assert headers["List-Id"] == "<school-news.meadowbank.example.org>"
    assert headers["List-Unsubscribe"] == "<mailto:office@meadowbank.example.org?subject=STOP>"
    for message in (LETTER, CLOSED):
        assert not {"List-Id", "List-Unsubscribe"} & dict(mail(message).headers).keys()
        assert "STOP" not in str(mail(message).plain)
    assert dict(mail(LETTER).headers)["Auto-Submitted"] == "auto-generated"


WEB = replace(SCHOOL, public_url="https://notify.meadowbank.example.org", secret=b"a long secret")


def test_where_the_school_is_reached_over_the_web_each_newsletter_has_a_link_of_its_own() -> None:
    made = mail(NEWSLETTER, KHANS, Renderer(WEB))
    assert made.own_header is not None
    name, words = made.own_header
    link = f"https://notify.meadowbank.example.org/unsubscribe/{token(b'a long secret', 'C1')}"
    assert (name, str(words)) == (
        "List-Unsubscribe",
        f"<{link}>, <mailto:office@meadowbank.example.org?subject=STOP>",
    )
    headers = dict(made.headers)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in headers
    assert "STOP" in str(made.plain), "and an answer still does"
    other = Renderer(WEB).render(MAIL, NEWSLETTER, KHANS, DIRECTORY, NOW, Address("C2", "sana@example.org"))
    assert isinstance(other, MailPayload)
    assert words.own != (other.own_header[1].own if other.own_header else ())


def test_one_click_is_promised_over_https_alone_and_only_for_newsletters() -> None:
    open_ = mail(NEWSLETTER, KHANS, Renderer(replace(WEB, public_url="http://10.0.0.9:8080")))
    assert open_.own_header is not None
    assert "List-Unsubscribe-Post" not in dict(open_.headers)
    for message in (LETTER, CLOSED):
        made = mail(message, KHANS, Renderer(WEB))
        assert made.own_header is None
        assert not [name for name, _ in made.headers if name.startswith("List-")]
    for lacks in ({"secret": b""}, {"public_url": ""}):
        made = mail(NEWSLETTER, KHANS, Renderer(replace(WEB, **lacks)))
        assert made == mail(NEWSLETTER), "as where there is no listener at all"


def test_without_a_known_mailbox_there_is_no_unsubscribe_header() -> None:
    renderer = Renderer(replace(SCHOOL, reply_to="", website=""))
    headers = dict(mail(NEWSLETTER, KHANS, renderer).headers)
    assert headers["List-Id"] == "<school-news.meadow-bank-infant-school.localhost>"
    assert "List-Unsubscribe" not in headers


@pytest.mark.parametrize(
    ("audience", "kind", "expected"),
    [
        ((Term(Reach.PUPIL, "P1"),), Kind.LETTER, "A message about your child"),
        ((Term(Reach.SCHOOL),), Kind.REPORT, "A message about your child"),
        ((Term(Reach.SCHOOL),), Kind.LETTER, "How Amira is doing"),
    ],
)
def test_the_subject_of_mail_about_one_child_names_no_child(
    audience: tuple[Term, ...], kind: Kind, expected: str
) -> None:
    message = saying("<p>x</p>", subject="How Amira is doing", audience=audience, kind=kind)
    assert mail(message).subject == expected


def test_mail_about_one_child_has_no_preview_and_no_telling_title() -> None:
    message = saying("<p>Secret</p>", "Secret", "How Amira is doing", audience=(Term(Reach.PUPIL, "P1"),))
    html = str(mail(message).html)
    assert "<title>Meadow Bank Infant School</title>" in html
    assert html.count("Secret") == 1


def test_personal_fields_in_a_subject_become_neutral_there_and_are_filled_in_the_heading() -> None:
    made = mail(saying("<p>x</p>", subject="A walk for {{ pupils }}"))
    assert made.subject == "A walk for your child"
    assert ">A walk for Amira and Yusuf</h1>" in str(made.html)


def test_a_drill_says_so_first() -> None:
    made = mail(replace(CLOSED, drill=True))
    assert made.subject == "DRILL: School is closed today"
    assert str(made.plain).startswith("DRILL. This is only practice.")


def test_an_emergency_states_the_fact_before_anything_else() -> None:
    assert str(mail(CLOSED).plain).startswith("School is closed today\n")
    assert "Dear" not in str(mail(CLOSED).plain)


@pytest.mark.parametrize("opening", ["Dear parents,", "Hello everybody", "{{ greeting }},", "Good morning!"])
def test_words_that_greet_themselves_get_no_second_greeting(opening: str) -> None:
    read = str(mail(saying(f"<p>{opening}</p><p>x</p>", f"{opening}\n\nx")).plain)
    assert read.count("Dear") + read.count("Hello") + read.count("Good morning") == 1


def test_a_greeting_below_a_heading_or_a_picture_is_seen_too() -> None:
    words = '<p><img src="cid:1" alt="Crest" /></p><h1>Book week</h1><h2>All welcome</h2><p>Dear <b>families</b>,</p>'
    assert str(mail(saying(words, "# Book week\n\nDear families,")).html).count("Dear Ms Khan") == 0
    words = "<h1>Book week</h1><p>It begins on Monday. Dear me!</p>"
    assert str(mail(saying(words, "Book week\n\nIt begins on Monday. Dear me!")).html).count("Dear Ms Khan") == 1


def test_only_what_goes_to_all_is_listed_and_no_picture_out_of_the_words() -> None:
    digest = "ab" * 32
    attachments = (
        Attachment("slip.pdf", "application/pdf", "cd" * 32, 10),
        Attachment("crest.png", "image/png", digest, 10),
        Attachment("P1.pdf", "application/pdf", "ef" * 32, 10, "P1"),
        Attachment("P9.pdf", "application/pdf", "ee" * 32, 10, "P9"),
    )
    made = mail(saying(f'<p><img src="cid:{digest}" alt="Crest" /></p>', attachments=attachments))
    for read in (str(made.html), str(made.plain)):
        assert "slip.pdf" in read
        assert not [name for name in ("crest.png", "P1.pdf", "P9.pdf") if name in read]


def test_a_greeting_field_on_its_own_line_brings_its_comma() -> None:
    assert "<p>Dear Ms Khan and Mr Khan,</p>" in unstyled(str(mail(saying("<p>{{ greeting }}</p>")).html))
    assert "<p>Dear Ms Khan and Mr Khan, hello</p>" in unstyled(str(mail(saying("<p>{{ greeting }}, hello</p>")).html))


def test_a_heading_that_repeats_the_subject_is_not_shown_twice() -> None:
    made = mail(saying("<h1>A walk</h1><p>Soon</p>", "A walk\n\nSoon"))
    assert unstyled(str(made.html)).count("A walk</h1>") == 1
    assert str(made.plain).count("A walk") == 1


def test_pictures_keep_their_names_and_words() -> None:
    digest = "ab" * 32
    html = str(mail(saying(f'<p><img src="cid:{digest}" alt="Beans"></p>')).html)
    assert f'src="cid:{digest}" alt="Beans"' in html


def test_a_family_of_another_language_is_offered_an_explanation_in_it() -> None:
    html = str(mail(LETTER, NOWAK).html)
    assert re.search(r'<p [^>]*lang="pl"', html)
    assert "po polsku" in html
    assert "po polsku" not in str(mail(LETTER, replace(NOWAK, language="en")).html)
    assert "po polsku" not in str(mail(LETTER, replace(NOWAK, language="xx")).html)


def test_a_family_that_asked_for_an_interpreter_is_offered_one_in_their_own_language_version_too() -> None:
    urdu = replace(KHANS, language="ur", text_language="ur")
    offer = "زبانی سمجھائے"
    assert offer not in str(mail(LETTER, urdu).plain)
    assert offer in str(mail(LETTER, replace(urdu, interpreter=True)).plain)


def test_a_body_in_a_language_without_catalogue_is_marked_inside_an_english_frame() -> None:
    message = replace(LETTER, bodies=(*LETTER.bodies, Body("so", "<p>Waa maxay</p>", "Waa maxay", "Socod")))
    html = str(mail(message, replace(NOWAK, language="so", text_language="so")).html)
    assert '<html lang="en" dir="ltr">' in html
    assert re.search(r'<div [^>]*lang="so"', html)


def test_urdu_is_set_from_right_to_left_with_names_and_numbers_apart() -> None:
    made = mail(LETTER, replace(KHANS, language="ur", text_language="ur"))
    assert made.language == "ur"
    assert 'lang="ur" dir="rtl"' in str(made.html)
    assert "<bdi>Amira</bdi>" in str(made.html)
    assert '<bdi dir="ltr">020&nbsp;7946&nbsp;0100</bdi>' in str(made.html)
    assert "\u2068Amira\u2069" in str(made.plain)


def test_staff_and_alerts_without_children_get_mail_without_them() -> None:
    made = mail(LETTER, Delivery("d", ("head",), (), "", Basis.EQUAL, (("email",),)))
    assert "Dear families," in str(made.plain)
    assert "You get this" not in str(made.plain)
    assert "For " not in str(made.plain).split("Dear")[0].replace("For the", "")


def test_layout_tables_are_no_tables_to_a_screen_reader() -> None:
    found = Tables()
    found.feed(str(mail(replace(LETTER, bodies=CLOSED.bodies)).html))
    assert found.roles
    assert set(found.roles) == {"presentation"}


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2068\u2069"), min_size=1, max_size=25
)


@settings(max_examples=60, deadline=None)
@given(NAMES)
@example("{{ pupils }}")
@example("{{ greeting }}<script>alert(1)</script>")
@example("\ufdd0greeting\ufdd1")
def test_a_pupils_name_never_becomes_markup_nor_a_field(name: str) -> None:
    directory = replace(DIRECTORY, pupils={"P3": Pupil("P3", name, "Nowak", "Oak")})
    message = saying("<p>Bring {{ pupils }} along.</p>", "Bring {{ pupils }} along.")
    made = RENDERER.render(MAIL, message, NOWAK, directory, NOW)
    assert isinstance(made, MailPayload)
    assert f"Bring {name} along." in str(made.plain).replace("\u2068", "").replace("\u2069", "")
    plainly, oddly = read(str(mail(message, NOWAK).html)), read(str(made.html))
    assert [tag for tag in oddly.tags if tag != "bdi"] == plainly.tags
    assert f"Bring {name} along." in oddly.words


@settings(max_examples=40, deadline=None)
@given(NAMES)
def test_an_adults_name_never_becomes_markup(name: str) -> None:
    directory = replace(DIRECTORY, contacts={"C3": Contact("C3", surname=name)})
    made = RENDERER.render(MAIL, LETTER, NOWAK, directory, NOW)
    assert isinstance(made, MailPayload)
    assert [tag for tag in read(str(made.html)).tags if tag != "bdi"] == read(str(mail(LETTER, NOWAK).html)).tags


class Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.roles: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.roles.append(dict(attrs).get("role"))


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Words:
    words = Words()
    words.feed(html)
    return words


def unstyled(html: str) -> str:
    return re.sub(r' style="[^"]*"', "", html)
