"""What all families share is encoded once, and a family's own words are looked at together: each as by itself."""

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels._quoted import around, between_pieces, quoted_printable

ODD = st.text(alphabet=" .=|aé\t\n\u2028", max_size=8)
WORDS = st.lists(st.one_of(st.sampled_from(["Amara", "Oak", "x" * 69, "x" * 70, "x" * 200]), ODD, st.text(max_size=80)))


def encoded(word: str) -> str:
    return quoted_printable(word).decode("ascii")


def test_quoted_printable_keeps_line_ends_plain() -> None:
    assert quoted_printable("a\r\nb\rc\nd") == b"a\r\nb\r\nc\r\nd"


@given(WORDS)
@example([])
@example([""])
@example(["a ", "b"])
@example(["a", "b "])
def test_own_words_looked_at_together_are_encoded_as_each_by_itself(words: list[str]) -> None:
    pieces, dotless = between_pieces(tuple(words))
    assert list(pieces) == [encoded(word) for word in words]
    assert not (dotless and any(line.startswith(".") for piece in pieces for line in piece.split("\r\n")))


@pytest.mark.parametrize(
    ("words", "dotless"),
    [
        (("Amara", "Dear Ms Khan,", "Oak (Year 2)"), True),
        (("Zoë", "Mr. O'Neil."), True),
        ((".Amara", "Oak"), False),
        (("Amara", ".Oak"), False),
        (("Zoë", ".Oak"), False),
        (("a list:\n.first",), False),
    ],
)
def test_a_dot_at_the_beginning_of_an_own_word_is_told_of(words: tuple[str, ...], dotless: bool) -> None:
    assert between_pieces(words)[1] is dotless


@given(st.lists(st.one_of(ODD, st.text(max_size=200)), min_size=1, max_size=6))
def test_own_words_always_begin_a_line_and_nothing_fixed_goes_on_in_it(fixed: list[str]) -> None:
    made = around("plain", tuple(fixed))
    pieces = made[::2]
    assert set(made[1::2]) <= {""}
    assert len(pieces) == len(fixed)
    assert all(piece.endswith("\r\n") for piece in pieces[:-1])
    assert all(piece.startswith(("=\r\n", "\r\n")) or not piece for piece in pieces[1:])


CSS = st.one_of(
    ODD, st.text(alphabet=".é=a", max_size=200), st.from_regex(r"\.[a-z.]{60,90}(\n\.[a-zé.]{60,90})?", fullmatch=True)
)


@given(st.lists(CSS, min_size=1, max_size=4))
@example(["." + "a" * 75])
@example(["." * 300])
@example(["\n." + "é" * 40 + ".." * 30])
def test_no_line_of_fixed_words_begins_with_a_dot_and_they_stay_the_same(fixed: list[str]) -> None:
    pieces = around("plain", tuple(fixed))[::2]
    body = "".join(pieces).partition("\r\n\r\n")[2]
    lines = body.split("\r\n")
    assert not [line for line in lines if line.startswith(".")]
    assert max(map(len, lines)) <= 76
    said = quopri.decodestring(body.encode("ascii")).decode("utf-8").replace("\r\n", "\n")
    assert said.removesuffix("\n") == "".join(fixed).removesuffix("\n")
