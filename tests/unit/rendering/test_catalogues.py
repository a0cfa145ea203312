import re
from datetime import date, time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from notifier.model.holding import PHRASES
from notifier.rendering.catalogues import Catalogues
from notifier.rendering.spoken import PRESS
from notifier.rendering.words import OFFER, OFFER_BY_PHONE
from notifier.resources import resource

CATALOGUES = Catalogues()
LANGUAGES = sorted(path.name for path in resource("locales").iterdir() if path.is_dir())
_ASKED = re.compile(r"""(?:\b_|say)\(\s*"([^"]+)\"""")


def asked_for() -> set[str]:
    files = [
        *Path(__file__).parents[3].glob("notifier/rendering/*.py"),
        *resource("templates").rglob("*.html"),
        *resource("templates").rglob("*.txt"),
    ]
    found = {phrase for path in files for phrase in _ASKED.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 20
    return found | {OFFER, OFFER_BY_PHONE, PRESS} | PHRASES


def test_the_source_catalogue_lists_every_phrase_that_is_asked_for_and_no_other() -> None:
    assert CATALOGUES.phrases == asked_for()


@pytest.mark.parametrize("language", ["en", "ur", "pl", "ar", "bn", "ro"])
def test_a_whole_catalogue_has_every_phrase(language: str) -> None:
    catalogue = CATALOGUES.of(language)
    assert catalogue.whole
    same = {phrase for phrase in CATALOGUES.phrases if not catalogue.has(phrase)}
    assert all(not re.sub(r"%\(\w+\)s|\W", "", phrase) for phrase in same)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_names_the_same_values(language: str) -> None:
    with (resource("locales") / language / "LC_MESSAGES" / "notifier.po").open("rb") as file:
        book = read_po(file, abort_invalid=True)
    for message in book:
        assert isinstance(message.id, str)
        assert isinstance(message.string, str)
        if message.id and message.string:
            assert sorted(re.findall(r"%\(\w+\)s", message.id)) == sorted(re.findall(r"%\(\w+\)s", message.string))


@pytest.mark.parametrize("language", ["ar", "bn", "ro", "so", "ur", "pl"])
def test_the_offer_to_explain_exists_in_the_languages_of_many_families(language: str) -> None:
    assert CATALOGUES.of(language).has(OFFER)
    assert CATALOGUES.of(language).has(OFFER_BY_PHONE)


def test_what_nobody_has_read_over_is_told_until_the_school_says_that_somebody_has() -> None:
    (problem,) = Catalogues(use=["ur", "pl"]).problems
    assert problem.id == "phrases-unreviewed"
    assert f"Polish (pl, {len(CATALOGUES.phrases)}), Urdu (ur, {len(CATALOGUES.phrases)})" in problem.sentence
    (problem,) = Catalogues(use=["ur", "pl"], reviewed=["ur"]).problems
    assert "Urdu" not in problem.sentence
    assert Catalogues(use=["ur", "pl"], reviewed=["ur", "pl"]).problems == []
    assert Catalogues(use=["en"]).problems == []


def test_only_the_languages_in_use_go_out() -> None:
    only = Catalogues(use=["pl"])
    assert only.of("ur").language == only.frame("ur").language == "en"
    assert not only.of("ur").has(OFFER) or only.of("ur").language == "en"
    assert only.of("pl").language == "pl"
    assert CATALOGUES.of("ur").language == "ur"


def test_the_phrases_of_a_language_can_be_read_over() -> None:
    phrases = CATALOGUES.phrases_of("ro")
    assert {one.english for one in phrases} == CATALOGUES.phrases
    assert all(one.said and not one.reviewed for one in phrases)
    assert all(one.reviewed for one in Catalogues(reviewed=["ro"]).phrases_of("ro"))
    assert CATALOGUES.phrases_of("en") == Catalogues(use=["pl"]).phrases_of("ro") == ()


def test_a_language_without_a_whole_catalogue_is_framed_in_english() -> None:
    assert CATALOGUES.frame("so").language == "en"
    assert CATALOGUES.frame("ur-PK").language == "ur"
    assert CATALOGUES.of("so").date(date(2026, 11, 23)) != CATALOGUES.of("en").date(date(2026, 11, 23))


def test_a_language_nobody_knows_is_english() -> None:
    assert CATALOGUES.of("xx-nonsense").date(date(2026, 11, 23)) == "Monday 23 November 2026"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(time(9, 5), "9:05am"), (time(12), "12 noon"), (time(0, 30), "12:30am"), (time(15, 30), "3:30pm")],
)
def test_times_are_as_families_say_them(moment: time, expected: str) -> None:
    assert CATALOGUES.of("en").time(moment) == expected


def test_lists_are_joined_as_the_language_does() -> None:
    english = CATALOGUES.of("en")
    assert [english.join(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"], ["A", "B", "C", "D"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
        "A, B, C and D",
    ]
    assert CATALOGUES.of("ur").join(["الف", "ب"]) == "الف اور ب"


def test_an_incomplete_catalogue_is_advice_and_a_broken_one_an_error(tmp_path: Path) -> None:
    for language, text in {
        "en": (resource("locales") / "en/LC_MESSAGES/notifier.po").read_text("utf-8"),
        "cy": 'msgid "When"\nmsgstr "Pryd"\n',
        "fr": "msgid nonsense",
    }.items():
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "notifier.po").write_text(text, encoding="utf-8")
    found = {problem.where: problem.id for problem in Catalogues(tmp_path).problems}
    assert found == {
        "locales/cy/LC_MESSAGES/notifier.po": "catalogue-incomplete",
        "locales/fr/LC_MESSAGES/notifier.po": "catalogue-unreadable",
    }
