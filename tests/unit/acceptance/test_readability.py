"""W2: how hard a message is to read is a hint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.acceptance.readability import Reading, hint, readability, reading, syllables
from notifier.model.message import Body

EASY = (
    "On Friday we walk to the park. Please send a coat and a drink. We leave at nine. We are back at twelve. "
    "The children will look for leaves and birds. You can come with us if you like. Tell the office by Tuesday."
)
HARD = (
    "Notwithstanding the aforementioned arrangements, parents and carers are respectfully requested to familiarise "
    "themselves with the accompanying documentation, which comprehensively delineates the organisational "
    "responsibilities pertaining to the forthcoming educational visit and its associated contingencies, before "
    "returning the acknowledgement to the administrative department at their earliest convenience."
)


def of(text: str, language: str = "en") -> Body:
    return Body(language, f"<p>{text}</p>", text, "Subject")


def test_an_easy_letter_is_easy_and_gets_no_advice() -> None:
    found = reading(of(EASY))
    assert found is not None
    assert not found.hard
    assert found.age <= 9
    assert found.words == 6
    assert readability(of(EASY)) == []
    assert hint(found) == f"Easy to read: for a reading age of about {found.age}; 6 words in a sentence on average."


def test_a_hard_letter_gets_advice_with_its_longest_sentence() -> None:
    (said,) = readability(of(HARD))
    assert (said.id, said.severity.value, said.rule) == ("hard-to-read", "advice", "W2")
    assert "Notwithstanding the aforementioned arrangements parents and carers are …”" in said.sentence
    assert "age 18" in said.sentence


@pytest.mark.parametrize("body", [of("We walk on Friday."), of(HARD, "pl"), of(""), of("مرحبا " * 50)])
def test_nothing_is_said_of_little_text_or_of_another_language(body: Body) -> None:
    assert reading(body) is None
    assert readability(body) == []


def test_a_list_is_so_many_sentences_and_short_forms_and_addresses_end_none() -> None:
    listed = "Please bring:\n\n" + "\n".join(
        f"- a warm coat and good shoes number {word}" for word in ["one", "two", "three", "four", "five"]
    )
    found = reading(
        of(listed + "\n\nAsk Mrs. Okafor or Dr. Bell at www.example.org or write to office@example.org by e.g. Friday.")
    )
    assert found is not None
    assert found.words < 12


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("walk", 1),
        ("picked", 1),
        ("wanted", 2),
        ("table", 2),
        ("school", 1),
        ("education", 4),
        ("the", 1),
        ("we’re", 1),
        ("likes", 1),
        ("every", 3),
    ],
)
def test_syllables_are_counted_near_enough(word: str, count: int) -> None:
    assert syllables(word) == count


@given(st.text(max_size=2000))
def test_no_text_is_too_odd(text: str) -> None:
    found = reading(of(text))
    assert found is None or (6 <= found.age <= 18 and isinstance(found, Reading))
