from dataclasses import replace

import pytest

from notifier.model.message import Body, Message
from notifier.model.payload import SHORT, ShortPayload
from notifier.rendering import Renderer, SchoolFacts
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, NOW, SCHOOL


def text(message: Message, school: SchoolFacts = SCHOOL, language: str = "en") -> str:
    made = Renderer(school).render(SHORT, message, replace(KHANS, text_language=language), DIRECTORY, NOW)
    assert isinstance(made, ShortPayload)
    return made.text


def saying(text: str = "", plain: str = "All is well.", subject: str = "News") -> Message:
    return replace(CLOSED, bodies=(Body("en", f"<p>{plain}</p>", plain, subject, text),))


def test_the_short_version_goes_as_written_with_the_school_and_a_way_to_answer() -> None:
    assert text(saying("We open at ten.")) == "Meadow Bank Infant School: We open at ten. Ring 020 7946 0100."


def test_without_a_short_version_everything_is_said_and_nothing_cut() -> None:
    plain = "The boiler is broken. " * 100
    assert plain.strip() in text(saying(plain=plain))
    assert text(saying(plain="One.\n\n\n  Two.")).startswith("Meadow Bank Infant School: News. One.\nTwo.")


def test_a_text_that_names_the_school_does_not_name_it_twice() -> None:
    assert text(saying("MEADOW BANK Infant School is open")).startswith("MEADOW BANK")


@pytest.mark.parametrize("phone", ["020 7946 0100", "02079460100", "+44 20 7946 0100"])
def test_a_text_that_has_the_phone_number_does_not_get_it_twice(phone: str) -> None:
    assert "Ring" not in text(saying(f"Call {phone} now."))


def test_words_without_a_full_stop_get_one_before_the_way_to_answer() -> None:
    assert text(saying("We are open")).endswith("We are open. Ring 020 7946 0100.")


def test_without_a_phone_the_website_is_the_way_to_answer() -> None:
    assert text(saying("Open."), replace(SCHOOL, phone="")).endswith("Open. See meadowbank.example.org.")
    assert text(saying("Open."), replace(SCHOOL, phone="", website="")) == "Meadow Bank Infant School: Open."


def test_a_text_as_long_as_it_may_be_gets_no_more() -> None:
    assert "Ring" not in text(saying("a" * 1580))


def test_merge_fields_are_filled() -> None:
    assert "Amira and Yusuf in Oak and Willow" in text(saying("{{ pupils }} in {{ class }}"))


def test_a_drill_says_so_before_the_school() -> None:
    assert text(replace(saying("Closed."), drill=True)).startswith("DRILL: Meadow Bank")


def test_curly_quotes_do_not_double_the_price() -> None:
    made = Renderer(SCHOOL).render(SHORT, saying("It’s snowing – stay home"), KHANS, DIRECTORY, NOW)
    assert isinstance(made, ShortPayload)
    assert (made.encoding, made.segments) == ("GSM-7", 1)
    assert "It's snowing - stay home" in made.text


def test_urdu_is_counted_as_what_it_costs() -> None:
    made = Renderer(SCHOOL).render(SHORT, CLOSED, replace(KHANS, text_language="ur"), DIRECTORY, NOW)
    assert isinstance(made, ShortPayload)
    assert (made.language, made.encoding) == ("ur", "UCS-2")
    assert "\u2066020 7946 0100\u2069" in made.text
