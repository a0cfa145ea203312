import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.rendering.parts import Parts, block, clean, place

NOBODY: frozenset[str] = frozenset()
PIECES = st.lists(
    st.one_of(
        st.text(max_size=20).map(clean).map(lambda text: ("text", text)),
        st.sampled_from(["pupils", "greeting"]).map(lambda name: ("place", name)),
        st.text(max_size=20).map(clean).map(lambda text: ("block", text)),
    ),
    max_size=12,
)


@given(PIECES, st.text(max_size=30), st.booleans())
def test_filling_puts_the_values_where_the_marks_were_and_pieces_alternate(
    pieces: list[tuple[str, str]], value: str, raised: bool
) -> None:
    marked, expected = "", ""
    for sort, text in pieces:
        match sort:
            case "text":
                marked, expected = marked + text, expected + text
            case "place":
                marked, expected = marked + place(text), expected + value
            case "block":
                marked += block("copy", text + place("pupils"))
                expected += text + value if raised else ""
    parts = Parts(marked)
    filled = parts.fill({"pupils": value, "greeting": value}, frozenset({"copy"}) if raised else NOBODY)
    assert str(filled) == expected
    assert len(filled.fixed) == len(filled.own) + 1


def test_fixed_words_are_the_same_object_for_every_family() -> None:
    parts = Parts(f"Good morning {place('pupils')} and goodbye")
    one, other = parts.fill({"pupils": "Amira"}, NOBODY), parts.fill({"pupils": "Tomasz"}, NOBODY)
    assert one.own != other.own
    assert one.fixed is other.fixed


def test_a_value_that_looks_like_a_mark_or_a_field_stays_as_it_is() -> None:
    odd = f"{place('greeting')} {{{{ greeting }}}}"
    assert str(Parts(place("pupils")).fill({"pupils": odd, "greeting": "no"}, NOBODY)) == odd


def test_places_inside_blocks_are_known_by_name() -> None:
    assert Parts(block("copy", place("pupils")) + place("greeting")).names == {"pupils", "greeting"}


@pytest.mark.parametrize("text", [block("copy", "a")[:-4], block("copy", "a")[6:]])
def test_a_block_that_does_not_close_is_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match=r"never ends|never began"):
        Parts(text)
