import re

from hypothesis import given
from hypothesis import strategies as st

from notifier.model.oneclick import Tokens, token

SECRET = b"a long secret of the school's own"


@given(ids=st.sets(st.text(min_size=1, max_size=20), max_size=20))
def test_everybodys_word_names_them_and_nobody_else(ids: set[str]) -> None:
    known = Tokens(SECRET, ids)
    words = {token(SECRET, one): one for one in ids}
    assert len(words) == len(ids)
    assert {word: known.whose(word) for word in words} == words


def test_a_word_is_for_urls_and_says_nothing_of_whom_it_names() -> None:
    word = token(SECRET, "C0001")
    assert re.fullmatch(r"[0-9a-f]{64}", word)
    assert "C0001" not in word
    assert sum(a == b for a, b in zip(word, token(SECRET, "C0002"), strict=True)) < 20


@given(place=st.integers(0, 63), letter=st.sampled_from("AZaf09_-é\0"))
def test_a_word_with_one_character_changed_names_nobody(place: int, letter: str) -> None:
    word = token(SECRET, "C1")
    changed = word[:place] + letter + word[place + 1 :]
    assert Tokens(SECRET, ["C1", "C2"]).whose(changed) == ("C1" if changed == word else "")


def test_another_schools_a_cut_or_no_word_names_nobody() -> None:
    known = Tokens(SECRET, ["C1"])
    for word in (token(b"another secret", "C1"), token(SECRET, "C1")[:16], token(SECRET, "C1") + "A", "", "C1"):
        assert known.whose(word) == ""


def test_a_link_found_again_after_years_still_means_the_same_adult() -> None:
    assert token(b"s" * 32, "C0001") == "8376720fb91e5896735a8653e10a5c594e7e1064fb9452fafb686e0b5d0b6cb5"
