import pytest

from notifier.intake.answers import name_of
from notifier.intake.names import (
    free_number,
    language_name,
    never_taken,
    numbered,
    reaches_outside,
    same,
    split_language,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("trip.md", ("trip", "")),
        ("trip.ur.md", ("trip", "ur")),
        ("trip.zh-Hans.docx", ("trip", "zh-Hans")),
        ("v1.2 letter.docx", ("v1.2 letter", "")),
        ("St. Mary.md", ("St. Mary", "")),
        ("news.12.md", ("news.12", "")),
        (".ur.md", (".ur", "")),
    ],
)
def test_a_language_before_the_suffix_makes_a_translation(name: str, parts: tuple[str, str]) -> None:
    assert split_language(name) == parts


def test_languages_are_those_that_exist() -> None:
    assert language_name("ur") == "Urdu"
    assert language_name("en-GB") == "English (United Kingdom)"
    assert language_name("xx") is None
    assert language_name("../x") is None


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", "a\\b.pdf", "C:a.pdf", "..", "", "a\0b"])
def test_a_name_that_leads_elsewhere(name: str) -> None:
    assert reaches_outside(name)
    assert not reaches_outside("form (2).pdf")


def test_what_is_never_taken_in_any_case() -> None:
    assert all(never_taken(name) for name in ("PROCESSING", "thumbs.DB", "A.PART", "trip.Answer.txt", "~$a.docx"))
    assert not any(never_taken(name) for name in ("trip.md", "answer.txt", "part.md"))


def test_files_of_one_message_get_the_same_number() -> None:
    there = {"trip.md", "trip (2).ur.md"}
    number = free_number(("trip.md", "trip.ur.md"), there.__contains__)
    assert number == 2
    assert numbered("trip.ur.md", 2) == "trip.ur (2).md"


def test_one_name_in_two_spellings_is_one() -> None:
    assert same("Caf\u00e9.PDF") == same("Cafe\u0301.pdf")


def test_an_answer_is_named_by_the_stem_and_never_too_long() -> None:
    assert name_of("trip.md", folder=False) == "trip"
    assert name_of("v1.2 trip", folder=True) == "v1.2 trip"
    assert len(name_of("é" * 127 + ".md", folder=False).encode()) <= 180
