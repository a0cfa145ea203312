"""The governors' report in numbers, and that nobody can be guessed from them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.acceptance.noticing.given import Given
from notifier.care.term import OTHERS, SMALL, Complaint, OfLanguage, Span, Term, spans, summarise
from notifier.model.calendar import SchoolTerm
from notifier.model.figures import CopySort, Figures
from notifier.model.message import Kind, Mode
from notifier.model.plan import Basis
from notifier.model.states import DeliveryState, MessageState

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AUTUMN = Span("Autumn", date(2026, 9, 1), date(2026, 12, 18))
DONE, LOST = DeliveryState.CONFIRMED, DeliveryState.UNREACHED


def told(copies: dict[CopySort, int], kind: Kind = Kind.LETTER, **more: object) -> Figures:
    made = Figures("m", kind, Mode.LIVE, False, MessageState.DONE, NOW, language="en", copies=copies)
    return type(made)(**{**{name: getattr(made, name) for name in made.__slots__}, **more})


def term(*figures: Figures, events: tuple[Given, ...] = (), complaints: tuple[str, ...] = ()) -> Term:
    return summarise("Oak", AUTUMN, date(2027, 1, 5), figures, events, complaints, lambda language: language != "so")


def by(language: str, written: str = "en", state: DeliveryState = DONE, **more: object) -> CopySort:
    return CopySort(state, "email" if state is DONE else "", language, written, **more)  # type: ignore[arg-type]


def test_both_halves_of_a_term_are_one_and_it_lasts_until_the_next_begins() -> None:
    terms = [
        SchoolTerm("Autumn 1 2026/27", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Autumn 2 2026/27", date(2026, 11, 2), date(2026, 12, 18)),
        SchoolTerm("Spring Term 1 2026/27", date(2027, 1, 4), date(2027, 2, 12)),
    ]
    assert spans(terms) == (
        Span("Autumn 2026/27", date(2026, 9, 1), date(2027, 1, 3)),
        Span("Spring 2026/27", date(2027, 1, 4), date(2027, 2, 12)),
    )


def test_six_terms_stay_six() -> None:
    terms = [SchoolTerm(f"Term {n}", date(2026, n, 1), date(2026, n, 20)) for n in range(1, 7)]
    assert [one.name for one in spans(terms)] == [one.name for one in terms]


def test_what_was_for_staff_a_drill_or_refused_is_not_counted() -> None:
    counted = told({by("en"): 30, by("en", state=LOST): 2, by("en", state=DeliveryState.WITHHELD): 1})
    made = term(counted, told({}), told({by("en"): 9}, Kind.EMERGENCY, drill=True))
    assert (made.messages, made.copies, made.reached, made.to_ring) == (1, 32, 30, 2)
    assert made.closures == ()
    assert made.ways == {"email": 30}


def test_translations_offers_and_the_offer_that_is_not_there() -> None:
    made = term(told({by("en"): 30, by("ur", "ur"): 6, by("pl"): 7, by("so"): 8}))
    assert made.languages == (
        OfLanguage("en", 30, 30, 0, 30),
        OfLanguage("so", 8, 0, 0, 8),
        OfLanguage("pl", 7, 0, 7, 7),
        OfLanguage("ur", 6, 6, 0, 6),
    )


def test_a_language_of_few_families_stands_with_others_however_many_copies_they_had() -> None:
    made = term(*[told({by("en"): 30, by("ur"): 2, by("pl"): 4, by("ro"): 9})] * 40)
    assert [(one.language, one.copies) for one in made.languages] == [("en", 1200), ("ro", 360), (OTHERS, 240)]


def test_one_family_takes_the_next_language_with_it() -> None:
    made = term(told({by("en"): 30, by("ur"): 1, by("ro"): 9, by("pl"): 20}))
    assert [(one.language, one.copies) for one in made.languages] == [("en", 30), ("pl", 20), (OTHERS, 10)]


def test_where_there_is_no_next_language_there_are_no_numbers() -> None:
    made = term(told({by("en"): 30, by("ur"): 1}))
    assert [(one.language, one.copies) for one in made.languages] == [("en", 30), (OTHERS, None)]


@settings(max_examples=200)
@given(st.lists(st.dictionaries(st.sampled_from(["en", "ur", "pl", "ro", "so"]), st.integers(1, 12)), max_size=6))
def test_no_number_stands_for_fewer_families_than_five(messages: list[dict[str, int]]) -> None:
    made = term(*(told({by(language): n for language, n in one.items()}) for one in messages))
    most = {language: max(one.get(language, 0) for one in messages) for one in messages for language in one}
    shown = {one.language for one in made.languages if one.copies is not None}
    together = sum(number for language, number in most.items() if language not in shown)
    largest = max(most, key=lambda language: (most[language], language), default="")
    for language in shown - {OTHERS, largest}:
        assert most[language] >= SMALL
    assert OTHERS not in shown or together >= SMALL


def test_second_homes_of_few_families_are_not_counted() -> None:
    few = told({by("en"): 30, by("en", basis=Basis.COPY): 4})
    assert term(*[few] * 40).second_homes is None
    enough = told({by("en"): 30, by("en", basis=Basis.COPY): 3, by("en", basis=Basis.CONSENT): 2})
    assert term(enough, few).second_homes == 9
    assert term(told({by("en"): 30})).second_homes == 0
    assert term(told({by("en", basis=Basis.EQUAL): 4}, Kind.EMERGENCY)).second_homes == 0


def test_the_time_to_reach_counts_everybody_also_who_was_never_reached() -> None:
    made = term(told({by("en"): 18, by("en", state=LOST): 2}, Kind.EMERGENCY, minutes={1: 9, 4: 1, 12: 8}))
    (snow,) = made.closures
    assert (snow.copies, snow.reached, snow.half, snow.most, snow.last) == (20, 18, 4, 12, 12)
    assert snow.within == {1: 9, 5: 10, 10: 10, 30: 18, 60: 18}
    lost = term(told({by("en"): 8, by("en", state=LOST): 2}, Kind.EMERGENCY, minutes={1: 8})).closures[0]
    assert (lost.half, lost.most) == (1, None)


def test_events_of_the_term_that_whole_classes_heard_of() -> None:
    farm = Given("farm", "Farm", date(2026, 11, 20), "trip", NOW, 3, 10)
    later = Given("fair", "Fair", date(2027, 1, 20), "", NOW, 9, 5)
    one_child = Given("talk", "About Amira", date(2026, 11, 21), "", NOW, 3, 0, wide=False)
    made = term(events=(farm, later, one_child))
    assert (made.events, made.short) == ((farm,), 1)


@pytest.mark.parametrize("tag", ["late", "something of another version"])
def test_complaints_are_counted_by_what_they_are_about(tag: str) -> None:
    known = Complaint.LATE if tag == "late" else Complaint.OTHER
    assert term(complaints=(tag, tag)).complaints == {known: 2}
