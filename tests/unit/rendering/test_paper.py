from dataclasses import replace

from notifier.model.message import Body, Message
from notifier.model.payload import PAGE, PAPER, PagePayload, PaperPayload
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import DIRECTORY, KHANS, LETTER, NOW, SCHOOL

RENDERER = Renderer(SCHOOL)
HOME = Address("C1", "12 Elm Road, London, E7 8AB")


def letter(
    delivery: Delivery | None = KHANS, address: Address | None = HOME, message: Message = LETTER
) -> PaperPayload:
    made = RENDERER.render(PAPER, message, delivery, DIRECTORY, NOW, address)
    assert isinstance(made, PaperPayload)
    return made


def test_the_window_holds_the_adults_of_that_home_and_the_postcode_last() -> None:
    assert letter().address == ("Ms Sana Khan & Mr Imran Khan", "12 Elm Road", "London", "E7 8AB")


def test_without_a_usable_address_the_window_stays_empty() -> None:
    assert letter(address=None).address == ()


def test_an_address_on_file_that_differs_from_the_one_planned_is_not_printed() -> None:
    assert letter(address=Address("C1", "3 Oak Lane, London, E6 1AA")).address[1:] == (
        "3 Oak Lane",
        "London",
        "E6 1AA",
    )


def test_an_adult_who_lives_elsewhere_is_not_on_the_envelope() -> None:
    assert letter(replace(KHANS, contact_ids=("C1", "C4"))).address[0] == "Ms Sana Khan"


def test_who_asked_for_large_print_gets_it() -> None:
    assert letter(replace(KHANS, large_print=True)).large_print
    assert not letter().large_print


def test_a_reply_slip_is_about_the_deliverys_own_children_alone() -> None:
    assert letter().slip is None
    slip = letter(message=replace(LETTER, reply_slip=True)).slip
    assert slip is not None
    assert slip.lines == (("Child", "Amira (Oak) and Yusuf (Willow)"),)
    assert slip.title == "Reply slip: Walk to the park"
    assert letter(None, None, replace(LETTER, reply_slip=True)).slip == replace(slip, lines=(("Child", ""),))


def test_the_reply_slip_speaks_the_letters_language() -> None:
    message = replace(LETTER, reply_slip=True, bodies=(*LETTER.bodies, Body("pl", "<p>x</p>", "x", "Spacer")))
    slip = letter(replace(KHANS, text_language="pl"), message=message).slip
    assert slip is not None
    assert (slip.title, slip.choices) == ("Odpowiedź dla szkoły: Spacer", ("Tak", "Nie"))


def test_a_letter_knows_the_address_of_its_public_copy_where_there_is_one() -> None:
    site = replace(SCHOOL, pages="https://news.example.org/", pages_on="website")
    renderer, message = Renderer(site), replace(LETTER, accepted_at=NOW, public_on=("website",))

    def online(of: Message) -> str:
        made = renderer.render(PAPER, of, KHANS, DIRECTORY, NOW, HOME)
        assert isinstance(made, PaperPayload)
        return made.online

    page = renderer.render(PAGE, message, None, DIRECTORY, NOW)
    assert isinstance(page, PagePayload)
    assert online(message) == f"https://news.example.org/{page.slug}.html"
    assert online(replace(message, public_on=())) == ""
    assert letter(message=message).online == ""


def test_a_letter_to_a_second_home_is_marked_so_that_it_is_posted() -> None:
    made = letter(replace(KHANS, basis=Basis.COPY))
    assert made.second_home
    assert "you asked for a copy" in made.html
    assert not letter().second_home
    assert "you asked for a copy" not in letter().html


def test_the_first_childs_class_sorts_the_letters() -> None:
    assert letter().class_ == "Oak"


def test_links_are_spelled_out_where_nobody_can_click() -> None:
    html = '<p><a href="https://example.org/form">the form</a> or <a href="https://example.org">example.org</a></p>'
    made = letter(message=replace(LETTER, bodies=(Body("en", html, "x", "Form"),)))
    assert 'the form (<bdi dir="ltr">example.org/form</bdi>) or example.org<' in made.html
    assert "<a " not in made.html


def test_a_letter_without_a_family_names_no_child() -> None:
    made = letter(None, None)
    assert "Dear families," in made.html
    assert "your child" in made.html
    assert "Amira" not in made.html
