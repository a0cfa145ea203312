"""What a telephone call says."""

from dataclasses import replace

import pytest

from notifier.model.message import Body, Message
from notifier.model.payload import VOICE, VoicePayload
from notifier.rendering import Renderer, SchoolFacts
from notifier.rendering.spoken import speak
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, NOW, SCHOOL

POLISH = Body("pl", "<p>Szkoła jest dziś zamknięta.</p>", "Szkoła jest dziś zamknięta.", "Szkoła zamknięta", "")
SOMALI = Body("so", "<p>Iskuulku waa xiran yahay.</p>", "Iskuulku waa xiran yahay.", "Iskuulku waa xiran yahay", "")


def said(message: Message, school: SchoolFacts = SCHOOL, language: str = "en") -> VoicePayload:
    made = Renderer(school).render(VOICE, message, replace(KHANS, text_language=language), DIRECTORY, NOW)
    assert isinstance(made, VoicePayload)
    return made


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("Ring 020 7946 0100.", "Ring 0 2 0, 7 9 4 6, 0 1 0 0."),
        ("Ring +44 20 7946 0100 now", "Ring 4 4, 2 0, 7 9 4 6, 0 1 0 0 now"),
        ("Ring 02079460100", "Ring 0 2 0 7 9 4 6 0 1 0 0"),
        ("We open at 10.30am.", "We open at 10:30am."),
        ("at 4pm on 23 November 2026", "at 4pm on 23 November 2026"),
        ("from 09:00 to 15:30", "from 09:00 to 15:30"),
        ("See https://www.school.example.org/news for more", "See for more"),
        ("*Important*: class 12", "Important: class 12"),
        ("\u2066020 7946 0100\u2069", "0 2 0, 7 9 4 6, 0 1 0 0"),
    ],
)
def test_numbers_and_times_can_be_heard(words: str, heard: str) -> None:
    assert speak(words) == heard


def test_the_school_comes_first_and_a_way_to_answer_last() -> None:
    assert said(CLOSED).words == (
        "This is a message from Meadow Bank Infant School. School is closed today. The heating has failed. "
        "Keep your child at home. We will write again by 4pm. Ring 0 2 0, 7 9 4 6, 0 1 0 0."
    )
    assert "Ring" not in said(CLOSED, replace(SCHOOL, phone="")).words


def test_a_drill_says_so_before_anything_else() -> None:
    assert said(replace(CLOSED, drill=True)).words.startswith("This is a drill.")
    assert "drill" not in said(CLOSED).words


def test_a_language_with_a_voice_and_our_own_sentences_is_spoken() -> None:
    polish = said(replace(CLOSED, bodies=(*CLOSED.bodies, POLISH)), language="pl")
    assert polish.language == "pl"
    assert "Szkoła jest dziś zamknięta." in polish.words
    assert polish.words.startswith("To jest wiadomość")
    assert "1" in polish.press


@pytest.mark.parametrize(("language", "body"), [("ur", None), ("so", SOMALI)])
def test_any_other_family_hears_the_schools_own_language(language: str, body: Body | None) -> None:
    message = CLOSED if body is None else replace(CLOSED, bodies=(*CLOSED.bodies, body))
    made = said(message, language=language)
    assert made.language == "en"
    assert "School is closed today." in made.words


def test_without_a_short_version_subject_and_message_are_said() -> None:
    message = replace(CLOSED, bodies=(Body("en", "<p>All is well</p>", "All is well", "News", ""),))
    assert "News. All is well." in said(message).words
