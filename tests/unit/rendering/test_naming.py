"""The words that name a family: put together once where plain text and HTML say them alike, else once for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.rendering import isolates
from notifier.rendering.catalogues import Catalogue, Catalogues
from notifier.rendering.naming import Naming
from notifier.rendering.people import Family
from notifier.rendering.words import PLACES, Voice

CATALOGUES = Catalogues()
NAMES = st.one_of(
    st.sampled_from(["Amara", "Zoë", "O'Neil", "عائشہ", "A & B", "שרה", "李雷"]), st.text(min_size=1, max_size=12)
)
FAMILIES = st.builds(
    lambda adults, children: Family(
        tuple(adults), tuple(one for one, _ in children), tuple(one for _, one in children)
    ),
    st.lists(NAMES, max_size=3),
    st.lists(st.tuples(NAMES, st.one_of(st.just(""), st.just("Oak"), NAMES)), max_size=4),
)


def said(family: Family, voice: Voice) -> dict[str, str]:
    """The rule spelled out, each name by itself, by what a template would use."""
    names = [voice.name(one) for one in family.names]
    rooms = list(dict.fromkeys(voice.name(one) for one in family.classes if one))
    dear = voice.say("Dear %(names)s", names=voice.join([voice.name(one) for one in family.adults]))
    greeting = dear if family.adults else voice.say("Dear families")
    about = [
        voice.say("%(name)s (%(class)s)", **{"name": name, "class": voice.name(class_)}) if class_ else name
        for name, class_ in zip(names, family.classes, strict=True)
    ]
    return {
        "greeting": str(greeting),
        "greeting_line": str(voice.say("%(greeting)s,", greeting=greeting)),
        "pupils": str(voice.join(names) if names else voice.say("your child")),
        "class": str(voice.join(rooms) if rooms else voice.say("your child's class")),
        "about": str(voice.join(about)) if about else "",
    }


@pytest.mark.parametrize("language", ["en", "pl", "ur"])
@given(family=FAMILIES)
def test_every_family_is_named_as_if_each_of_its_names_stood_alone(language: str, family: Family) -> None:
    catalogue = CATALOGUES.of(language)
    plain, html = Naming(catalogue, PLACES).words(family)
    others = dict.fromkeys(PLACES - said(family, Voice(catalogue, html=False)).keys(), "")
    assert plain == said(family, Voice(catalogue, html=False)) | others
    assert html == said(family, Voice(catalogue, html=True)) | others
    assert {type(one) for one in (*plain.values(), *html.values())} == {str}, (
        "Markup would escape what stands beside it"
    )


def words(family: Family, language: str = "en") -> tuple[dict[str, str], dict[str, str]]:
    catalogue: Catalogue = CATALOGUES.of(language)
    return Naming(catalogue, PLACES).words(family)


def test_words_that_are_alike_in_plain_text_and_html_are_made_once() -> None:
    plain, html = words(Family(("Ms Khan",), ("Amira", "Zoë"), ("Oak", "Oak")))
    assert plain is html
    assert plain["greeting_line"] == "Dear Ms Khan,"
    assert plain["pupils"] == "Amira and Zoë"
    assert plain["class"] == "Oak"
    assert plain["about"] == "Amira (Oak) and Zoë (Oak)"


def test_a_name_that_html_would_read_otherwise_is_escaped_there_alone() -> None:
    plain, html = words(Family(("Mrs O'Neil",), ("<Ada>",), ("R&D",)))
    assert plain["greeting_line"] == "Dear Mrs O'Neil,"
    assert html["greeting_line"] == "Dear Mrs O&#39;Neil,"
    assert (plain["about"], html["about"]) == ("<Ada> (R&D)", "&lt;Ada&gt; (R&amp;D)")


def test_only_the_places_that_are_wanted_get_words() -> None:
    plain, _ = Naming(CATALOGUES.of("en"), {"pupils", "offer"}).words(Family(("Ms Khan",), ("Amira",), ("Oak",)))
    assert plain == {"pupils": "Amira", "offer": ""}


@given(st.text(max_size=20))
def test_letters_that_need_no_mark_have_none(value: str) -> None:
    for rtl in (False, True):
        if isolates.unmarked(value, rtl):
            assert isolates.plain(value, rtl) == value
            assert str(isolates.html(value, rtl)) == value


def test_no_letter_that_is_written_from_the_right_is_taken_for_an_ordinary_one() -> None:
    letters = [chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000]
    taken = [one for one in letters if isolates.unmarked(one, rtl=False)]
    assert "Ż" in taken
    assert [one for one in taken if isolates.needs(one, rtl=False)] == []
