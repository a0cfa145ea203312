import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.rendering.segments import EXTENDED, GSM, Segments, count, economical, is_gsm

LETTERS = st.text(st.sampled_from(GSM + EXTENDED + "łآ😀ñ’"), max_size=700)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Segments("GSM-7", 1), id="empty"),
        pytest.param("a" * 160, Segments("GSM-7", 1), id="one full"),
        pytest.param("a" * 161, Segments("GSM-7", 2), id="one over"),
        pytest.param("a" * 306, Segments("GSM-7", 2), id="two full"),
        pytest.param("a" * 918, Segments("GSM-7", 6), id="six full"),
        pytest.param("€" * 80, Segments("GSM-7", 1), id="extended letters count two"),
        pytest.param("€" * 81, Segments("GSM-7", 2), id="extended over"),
        pytest.param("a" * 152 + "€" + "a" * 10, Segments("GSM-7", 2), id="an escape pair is not split"),
        pytest.param("ł" * 70, Segments("UCS-2", 1), id="one other letter"),
        pytest.param("ł" * 71, Segments("UCS-2", 2), id="UCS-2 over"),
        pytest.param("😀" * 35, Segments("UCS-2", 1), id="surrogate pairs"),
        pytest.param("😀" * 67, Segments("UCS-2", 3), id="a surrogate pair is not split"),
    ],
)
def test_a_text_is_counted_as_the_operators_count_it(text: str, expected: Segments) -> None:
    assert count(text) == expected


@settings(max_examples=400, deadline=None)
@given(LETTERS)
def test_the_count_agrees_with_another_library(text: str) -> None:
    split = smsutil.split(text)
    assert count(text).count == max(len(split.parts), 1)


@given(LETTERS)
def test_economical_words_never_cost_more(text: str) -> None:
    plain = economical(text)
    assert plain == text or (is_gsm(plain) and count(plain).count <= count(text).count)


def test_curly_quotes_alone_do_not_make_a_text_dear() -> None:
    assert economical("It’s “open” – really…") == 'It\'s "open" - really...'


def test_a_text_that_is_dear_anyway_keeps_its_quotes() -> None:
    assert economical("It’s Łukasz") == "It’s Łukasz"
