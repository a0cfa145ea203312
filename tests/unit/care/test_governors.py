"""The governors' report as a page and as a PDF."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

from notifier.acceptance.noticing.given import Given
from notifier.care.governors import Page, page
from notifier.care.governors_files import as_html, as_pdf
from notifier.care.term import Complaint, Term
from notifier.model.message import Kind
from notifier.model.states import DeliveryState
from tests import pdf
from tests.unit.care.test_term import LOST, by, term, told
from tests.unit.routing.families import LONDON

FARM = Given("farm", "Farm & forest", date(2026, 11, 20), "trip", datetime(2026, 11, 6, 9, tzinfo=UTC), 10, 12)
FULL = term(
    told({by("en"): 2000, by("en", state=LOST): 1, by("ur", "ur"): 6}),
    told({by("en"): 19, by("en", state=LOST): 1}, Kind.EMERGENCY, minutes={1: 18, 55: 1}, public={"website": 1}),
    events=(FARM,),
    complaints=(Complaint.LATE,),
)


def shown(made: Term) -> Page:
    return page(made, str.capitalize, LONDON)


def test_it_says_all_that_governors_ask_for() -> None:
    text = re.sub(r"<[^>]+>|\s+", " ", as_html(shown(FULL)))
    for words in (
        "We sent 2 messages, which made 2,027 copies for families.",
        "2 copies reached nobody yet",
        "1 on the website",
        "6 copies went in a language other than English",
        "Of 1 event families heard later than we mean to tell them.",
        "1 complaint about messages was written down",
        "It came too late",
    ):
        assert words in " ".join(text.split()), words


def test_the_page_is_sound_and_needs_nothing_beside_it() -> None:
    made = as_html(shown(FULL))
    ElementTree.fromstring(made.replace("<!doctype html>", "").replace('<meta charset="utf-8">', "").replace(
        '<meta name="viewport" content="width=device-width, initial-scale=1">', ""))  # fmt: skip
    assert "Farm &amp; forest, 20 Nov" in made
    assert not re.search(r"(?:src|href)=", made)


def test_the_pdf_is_tagged_and_says_the_same() -> None:
    made = as_pdf(shown(FULL))
    words = pdf.words(made)
    for said in ("How families heard from us: Autumn", "2,027 copies", "Farm & forest, 20 Nov", "It came too late"):
        assert said in words, said
    assert b"/MarkInfo" in made or pdf.reader(made).root_object["/MarkInfo"]


def test_no_share_is_rounded_to_all_or_to_none() -> None:
    (first, *_) = shown(term(told({by("en"): 19_999, by("en", state=LOST): 1}))).sections
    assert "(over 99.9 %)" in first.sentences[1]
    assert "(100 %)" in shown(term(told({by("en"): 19_999}))).sections[0].sentences[1]
    assert "(0 %)" in shown(term(told({by("en", state=LOST): 3}))).sections[0].sentences[1]


def test_a_term_of_which_nothing_is_known_is_a_page_too() -> None:
    empty = term()
    assert "There was none in this time." in as_html(shown(empty))
    assert pdf.words(as_pdf(shown(empty)))
    waits = term(told({by("en", state=DeliveryState.PLANNED): 1}))
    assert "1 copy is still on the way." in as_html(shown(waits))
    assert "fewer than 5" in as_html(shown(replace(empty, second_homes=None)))
