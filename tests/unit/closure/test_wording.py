"""No family reads another state's words, in any language (C13)."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.closure.wording import FOLDER, PARTS, Wordings, faults_in
from notifier.model.closure import WORDINGS as KEYS
from notifier.model.closure import Announcement, Opening, What
from notifier.resources import resource
from tests.unit.closure.asking import NOW, WORDINGS, announcement

FILES = sorted((resource("templates") / FOLDER).glob("*.toml"))
CASES = [
    ("closed", What.START),
    ("closed", What.UPDATE),
    ("late", What.START),
    ("early", What.START),
    ("reopened", What.START),
    ("closed", What.CLEAR),
    ("late", What.CLEAR),
    ("early", What.CLEAR),
    ("closed", What.MISTAKE),
]


def test_there_are_wordings_to_look_at() -> None:
    assert {file.stem for file in FILES} >= {"ar", "bn", "en", "pl", "ro", "ur"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_wording_carries_another_states_words(file: Path) -> None:
    assert list(faults_in(tomllib.loads(file.read_text("utf-8")))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("key", KEYS)
def test_a_wording_with_another_states_word_is_found(file: Path, key: str) -> None:
    """The check can fail: each entry gets the words of every other one, one at a time."""
    read = tomllib.loads(file.read_text("utf-8"))
    own = set(read[key]["words"])
    for other in KEYS:
        for word in set(read[other]["words"]) - own:
            for part in PARTS:
                spoilt = {**read, key: {**read[key], part: f"{read[key][part]} {word}"}}
                assert any("another state" in fault for fault in faults_in(spoilt)), (key, part, word)


@pytest.mark.parametrize(("opening", "what"), CASES)
def test_what_families_read_has_english_first_and_every_place_filled(opening: str, what: What) -> None:
    said: Announcement = announcement(opening, what, until="10:30" if opening == "late" else "", reason="the boiler")
    bodies = WORDINGS.bodies(said)
    assert [body.language for body in bodies] == ["en", "ar", "bn", "pl", "ro", "ur"]
    for body in bodies:
        for words in (body.subject, body.text, body.plain, body.html):
            assert "{" not in words
            assert "  " not in words.replace("\n", "\n")
        assert body.text.startswith(bodies[0].text)
        assert body.plain.startswith(bodies[0].plain)
    others = {"closed", "late", "early", "open again"} - {
        "open again"
        if what is What.CLEAR and opening == "closed"
        else "open again"
        if opening == "reopened"
        else opening
    }
    if what is not What.MISTAKE:
        assert not [word for word in others if word in bodies[0].text.casefold()]


def test_the_words_say_day_time_reason_and_when_more_will_be_said() -> None:
    (english, *_) = WORDINGS.bodies(announcement("early", reason="no water", next_update="12:00"))
    assert english.text == (
        "School finishes EARLY today, Monday 11 January: please collect your child by 1:15pm. No water. "
        "We keep every child safe here until you come. We will write again by 12 noon."
    )


def test_several_days_are_named_from_first_to_last() -> None:
    (english, *_) = WORDINGS.bodies(announcement("closed", until="13/01/2027"))
    assert english.subject == "School closed from Monday 11 January to Wednesday 13 January"


def test_an_update_says_that_it_is_new() -> None:
    (english, *_) = WORDINGS.bodies(announcement("late", What.UPDATE, until="10:30"))
    assert english.text.startswith("NEW: School starts LATE today")


def test_a_language_that_is_not_approved_is_not_written() -> None:
    assert [body.language for body in Wordings(None).bodies(announcement())] == ["en"]


def test_a_schools_own_wording_is_taken_unless_it_misleads(tmp_path: Path) -> None:
    own = tmp_path / FOLDER
    own.mkdir()
    entry = '[closed]\nwords = ["closed"]\nsubject = "Closed {when}"\nbody = "Closed {when}."\n'
    entry += 'text = "We are closed {when}."\n'
    (own / "en.toml").write_text(entry, "utf-8")
    good = Wordings(tmp_path)
    assert good.problems == []
    assert good.bodies(announcement())[0].text == "We are closed today, Monday 11 January."

    (own / "en.toml").write_text(entry.replace("We are closed", "We are closed, and open again"), "utf-8")
    bad = Wordings(tmp_path)
    assert [problem.id for problem in bad.problems] == ["closure-wording"]
    assert bad.bodies(announcement())[0].text.startswith("School is CLOSED today")


def test_a_language_without_words_is_a_problem() -> None:
    (problem,) = Wordings(None, ("cy",)).problems
    assert "cy.toml" in problem.sentence


def test_the_date_is_said_without_today_where_it_is_another_day() -> None:
    said: Announcement = announcement("closed", from_="tomorrow")
    assert said.opening is Opening.CLOSED
    assert said.from_.date() == (NOW + timedelta(days=1)).date()
    assert WORDINGS.bodies(said)[0].subject == "School closed on Tuesday 12 January"
