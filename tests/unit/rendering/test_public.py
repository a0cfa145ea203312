import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from notifier.model.message import Body, Kind, Message
from notifier.model.payload import PAGE, POSTER, PagePayload
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import DIRECTORY, ENGLISH, KHANS, LETTER, NOW, SCHOOL, URDU

RENDERER = Renderer(SCHOOL)


@pytest.mark.parametrize("medium", [PAGE, POSTER])
def test_nothing_public_names_a_child_even_if_a_delivery_is_handed_in(medium: str) -> None:
    for delivery in (None, KHANS):
        made = RENDERER.render(medium, LETTER, delivery, DIRECTORY, NOW)
        assert isinstance(made, PagePayload)
        read = made.html + made.title + made.summary + made.slug
        assert not any(name in read for name in ("Amira", "Yusuf", "Khan", "Tomasz"))
        assert "your child cannot come" in read


@pytest.mark.parametrize("medium", [PAGE, POSTER])
def test_the_schools_language_comes_first_and_the_others_as_sections(medium: str) -> None:
    made = RENDERER.render(medium, replace(LETTER, bodies=(URDU, ENGLISH)), None, DIRECTORY, NOW)
    assert isinstance(made, PagePayload)
    assert made.title == "Walk to the park"
    assert made.language == "en"
    assert re.findall(r'<(?:div|section) lang="(\w+)" dir="(\w+)"', made.html) == [("en", "ltr"), ("ur", "rtl")]


def test_a_slug_is_safe_and_the_same_for_the_same_message() -> None:
    message = replace(LETTER, bodies=(Body("en", "<p>x</p>", "x", "../Żółw & Ümläut: “Día”/\\ 50%"),))
    slugs = set()
    for _ in range(2):
        made = RENDERER.render(PAGE, message, None, DIRECTORY, NOW)
        assert isinstance(made, PagePayload)
        slugs.add(made.slug)
    (slug,) = slugs
    assert re.fullmatch(r"2026-11-23-zow-umlaut-dia-50-[0-9a-f]{6}", slug)


def test_two_messages_of_one_day_and_subject_have_two_slugs() -> None:
    pages = [RENDERER.render(PAGE, replace(LETTER, id=id), None, DIRECTORY, NOW) for id in ("a", "b")]
    assert len({page.slug for page in pages if isinstance(page, PagePayload)}) == 2


def test_a_page_is_taken_down_on_the_local_day_on_which_it_expires() -> None:
    message = replace(LETTER, expires_at=datetime(2027, 6, 30, 23, 30, tzinfo=UTC))
    made = RENDERER.render(PAGE, message, None, DIRECTORY, NOW)
    assert isinstance(made, PagePayload)
    assert made.take_down == date(2027, 7, 1)
    assert made.kind == Kind.LETTER.value


def test_the_summary_ends_with_a_whole_sentence() -> None:
    plain = (
        "We go to the park. " * 5
        + "This sentence is so long that it would not fit into the summary any more at all. End."
    )
    made = RENDERER.render(PAGE, replace(LETTER, bodies=(Body("en", "<p>x</p>", plain, "Park"),)), None, DIRECTORY, NOW)
    assert isinstance(made, PagePayload)
    assert made.summary == ("We go to the park. " * 5).strip()


WITH_PAGES = Renderer(replace(SCHOOL, pages="https://www.meadowbank.example.org/news/", pages_on="website"))


def outside(message: Message) -> str:
    made = WITH_PAGES.render(POSTER, message, None, DIRECTORY, NOW)
    assert isinstance(made, PagePayload)
    return made.outside


def test_outside_hangs_only_what_the_school_tells_all_the_world() -> None:
    assert not outside(LETTER)
    assert not outside(replace(LETTER, public_on=("noticeboard",)))
    assert outside(replace(LETTER, public_on=("website", "noticeboard")))
    assert outside(replace(LETTER, kind=Kind.EMERGENCY, public_on=("noticeboard",)))


def test_a_stranger_does_not_read_when_the_children_are_away_or_where() -> None:
    event = LETTER.event
    assert event is not None
    urgent = replace(LETTER, kind=Kind.LETTER, public_on=("website",))
    here = outside(replace(urgent, event=replace(event, place="School hall", on_site=True)))
    away = outside(replace(urgent, event=replace(event, place="City farm", on_site=False)))
    assert "School hall" in here
    assert "City farm" not in away
    assert "event" not in away
    assert "<p>" not in away, "nothing but the headline"
