"""Directories and messages as hypothesis thinks them up: a few adults and children with everything that can be odd."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from math import prod
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Kind, Message, Reach, Term
from notifier.model.policy import Copies, Per, Policy
from tests.unit.routing.families import (
    HYDE_PARK,
    TODAY,
    TOMORROW,
    WOODGRANGE,
    YESTERDAY,
    body,
    families,
    message,
    visit,
    with_kind,
)

many: settings = settings(
    max_examples=1000 if os.environ.get("CI") else 300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

PUPILS = ("P1", "P2", "P3")
ADULTS = ("C1", "C2", "C3", "C4", "C5")
HOUSES = (
    (("12 Sebert Road", "London"), "E7 0NQ"),
    (("9 Wanstead Park Rd",), "E12 5NU"),
    (("12, SEBERT road",), "e70nq"),
)


def usually(usual: Any, *others: Any) -> list[Any]:
    """As often the usual as all the others together."""
    return [usual] * len(others) + [*others]


def one_of_each(**choices: Iterable[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A value of each in a single draw, for speed: a directory has a hundred of them."""
    lists = {name: list(values) for name, values in choices.items()}

    def read(number: int) -> dict[str, Any]:
        found = {}
        for name, values in lists.items():
            number, place = divmod(number, len(values))
            found[name] = values[place]
        return found

    return st.integers(0, prod(map(len, lists.values())) - 1).map(read)


DAYS = usually(None, YESTERDAY, TODAY, TOMORROW, TODAY - timedelta(days=400))
SCOPES = usually(frozenset(), *(frozenset({kind}) for kind in Kind), frozenset({Kind.LETTER, Kind.REPORT}))

pupils = one_of_each(
    class_=["Oak", "Elm"],
    admitted_on=usually(None, None, YESTERDAY, TOMORROW),
    left_on=usually(None, None, TODAY, YESTERDAY),
)
contacts = one_of_each(
    email=["", "{id}@example.org", "us@example.org", "US@Example.org", "u.s@example.org", "--@--"],
    mobile=["", "+447700900001", "+447700900002"],
    phone=["", "+442079460001", "+447700900001"],
    house=[((), ""), *HOUSES],
    household=["", "H1", "H2"],
    language=["", "ur", "en"],
)
links = one_of_each(
    relationship=usually("PAM", "SWR", "OTH"),
    priority=[None, 1, 2, 3],
    lives_with=LivesWith,
    responsibility=usually(Responsibility.YES, Responsibility.NO, Responsibility.UNKNOWN),
    contract_signatory=[False, True],
    court_order=[False, False, False, True],
    emergency_contact=[False, True],
)


@st.composite
def arrangements(draw: st.DrawFn, sorts: Iterable[Sort] = Sort) -> Arrangement:
    values = one_of_each(
        sort=sorts,
        contact_id=ADULTS,
        pupil_id=[None, *PUPILS],
        scope=SCOPES,
        value=["", *ADULTS],
        from_=DAYS,
        until=DAYS,
        ended_on=DAYS,
        evidence=["file 7", "file 7", ""],
        recorded_by=["head", "office"],
    )
    return Arrangement(**draw(values))


def _contact(id: str, house: tuple[tuple[str, ...], str], email: str, **values: Any) -> Contact:
    address, postcode = house
    return Contact(
        id, surname=f"Adult{id}", email=email.format(id=id.lower()), address=address, postcode=postcode, **values
    )


@st.composite
def adults(draw: st.DrawFn, id: str) -> Contact:
    return _contact(id, **draw(contacts))


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    kids = PUPILS[: draw(st.integers(1, 3))]
    people = ADULTS[: draw(st.integers(1, 5))]
    pairs = [(pupil_id, contact_id) for pupil_id in kids for contact_id in people]
    linked = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=8))
    return families(
        *[Pupil(id, f"Forename{id}", f"Surname{id}", **draw(pupils)) for id in kids],
        *[draw(adults(id)) for id in people],
        *[Link(*pair, **draw(links)) for pair in linked],
        *draw(st.lists(arrangements(), max_size=6)),
        silenced=frozenset(draw(st.sampled_from([(), (), (), ("C2",)]))),
    )


@st.composite
def cases(draw: st.DrawFn, schools: st.SearchStrategy[Directory] | None = None) -> tuple[Directory, Message, Policy]:
    """A directory, a message, and the policy of one of the two schools or of a third."""
    asked = draw(
        one_of_each(
            kind=Kind,
            to=usually(Term(Reach.SCHOOL), Term(Reach.CLASS, "Oak"), Term(Reach.PUPIL, "P1")),
            except_=usually((), (), (Term(Reach.CLASS, "Elm"),), (Term(Reach.PUPIL, "P2"),)),
            bodies=[(body(),), (body(), body(language="ur"))],
            event=usually(None, visit(True), visit(None), visit(False)),
            essential=[False, True],
            important=[False, True],
            marketing=[False, False, False, True],
            also=usually((), ("text",), ("website",), ("letter",)),
            school=[WOODGRANGE, HYDE_PARK],
            third=[False, True],
            per=Per,
            copies=Copies,
        )
    )
    kind, to, policy = asked.pop("kind"), asked.pop("to"), asked.pop("school")
    third, changes = asked.pop("third"), {"per": asked.pop("per"), "copies": asked.pop("copies")}
    asked["marketing"] = asked["marketing"] and kind is not Kind.EMERGENCY
    return (
        draw(st.one_of(directories(), directories(), quiet()) if schools is None else schools),
        message(kind.value, to, **asked),
        with_kind(policy, kind, **changes) if third else policy,
    )


@st.composite
def quiet(draw: st.DrawFn) -> Directory:
    """A school about whose families little or nothing is on file: most children live with whoever may hear of them, or
    with one of two who may."""
    directory = draw(directories())
    rows = directory.arrangements[: draw(st.sampled_from([0, 0, 0, 1]))]
    odd = draw(st.sampled_from([0, 0, 1]))
    kids = (one if place < odd else _here(one) for place, one in enumerate(directory.pupils.values()))
    linked = directory.links or [Link(PUPILS[0], ADULTS[0], **draw(links))]
    living = draw(
        st.sampled_from([(LivesWith.YES,), (LivesWith.YES, LivesWith.NO), (LivesWith.SHARED, LivesWith.UNKNOWN)])
    )
    found = [one if place < odd else _plain(one, living[place % len(living)]) for place, one in enumerate(linked)]
    school = families(*kids, *directory.contacts.values(), *found, *rows)
    return draw(strangers(school)) if draw(st.sampled_from([False, False, True])) else school


@st.composite
def strangers(draw: st.DrawFn, directory: Directory) -> Directory:
    """Somebody linked to no child, who shares an address or the home with one of the adults, and may get nothing."""
    one = directory.contacts.get(draw(st.sampled_from(ADULTS)))
    if one is None:
        return directory
    names = draw(st.sampled_from([("email",), ("mobile",), ("phone",), ("household",), ("address", "postcode")]))
    about = draw(st.sampled_from([None, *PUPILS]))
    stranger = Contact("STRANGER", surname="AdultSTRANGER", **{name: getattr(one, name) for name in names})
    rows = (*directory.arrangements, Arrangement(Sort.COURT_ORDER, stranger.id, about, evidence="file 7"))
    return replace(directory, contacts={**directory.contacts, stranger.id: stranger}, arrangements=rows)


def _here(one: Pupil) -> Pupil:
    return replace(one, class_="Oak", admitted_on=None, left_on=None)


def _plain(one: Link, lives_with: LivesWith) -> Link:
    return replace(one, lives_with=lives_with, responsibility=Responsibility.YES, court_order=False)
