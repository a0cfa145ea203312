"""Each rule of the watch, one by one: a send that is right is left alone, and one that is not is named."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from channels.base import Outgoing
from notifier.model.directory import Directory
from notifier.model.message import Attachment, Enclosure, Message, Reach, Term
from notifier.model.plan import Basis, Delivery
from tests.simulation.history import History
from tests.simulation.invariants import Watch
from tests.simulation.program import ours
from tests.simulation.providers import Take
from tests.simulation.virtual import Time
from tests.unit.routing.families import WOODGRANGE, adult, at_home, child, families, link, message, row

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHANNELS = ("email", "text", "letter", "call", "website")
OAK = Term(Reach.CLASS, "Oak")


def school(*more: Any) -> Directory:
    return families(
        child("P1"),
        child("P2", left_on=date(2026, 11, 1)),
        at_home("C1"),
        adult("C2", household="H2"),
        link("P1", "C1", lives="yes"),
        link("P2", "C1", lives="yes"),
        link("P1", "C2", lives="no"),
        *more,
    )


def watch(*more: Any, at: datetime = NOON) -> Watch:
    history = History({})
    directory = school(*more)
    history.write(0, directory, frozenset())
    history.taken_up(0, 0)
    return Watch(Time(at), ours(WOODGRANGE, CHANNELS), history, lambda life: 5_000_000 if life == 1 else None)


def copy(*contacts: str, about: tuple[str, ...] = ("P1",), **more: Any) -> Delivery:
    return Delivery("d", contacts, about, "H1", Basis.MAIN, (("email",), ("call",)), {}, **more)


def outgoing(delivery: Delivery | None, of: Message, address: str = "c1@example.org", *enclosed: Enclosure) -> Outgoing:
    return Outgoing("m1.0.0.email.0.1", address, "mail", (of, delivery), enclosed, "en", None, "i", of.id, "i")


def rules(looked: Watch) -> set[str]:
    return {one.partition(":")[0] for one in looked.found}


def asked(looked: Watch, channel: str, *what: Any) -> set[str]:
    looked.asked(channel, outgoing(*what))
    return rules(looked)


def test_a_copy_that_is_right_is_left_alone() -> None:
    assert asked(watch(), "email", copy("C1"), message()) == set()


@pytest.mark.parametrize("sort", ["court-order", "injunction", "agreement", "welfare-hold"])
def test_a_denied_adult(sort: str) -> None:
    assert "denied" in asked(watch(row(sort, "C1", "P1")), "email", copy("C1"), message())


def test_a_denied_adult_on_a_call_sheet() -> None:
    looked = watch(row("court-order", "C2", "P1"))
    assert "denied" in asked(looked, "call", copy("C1", also_ring=("C2",)), message("emergency"), "")


def test_an_adult_living_apart_who_did_not_ask() -> None:
    assert asked(watch(), "email", copy("C2"), message(), "c2@example.org") == {"entitled"}
    assert asked(watch(row("copy", "C2")), "email", copy("C2"), message(), "c2@example.org") == set()


def test_a_child_who_has_left() -> None:
    assert asked(watch(), "email", copy("C1", about=("P2",)), message()) == {"present"}


def test_two_homes_in_one_copy() -> None:
    assert asked(watch(row("copy", "C2")), "email", copy("C1", "C2"), message()) == {"merged"}


def test_an_address_that_is_nobodys_of_this_copy() -> None:
    assert asked(watch(), "email", copy("C1"), message(), "c2@example.org") == {"address"}


def test_an_address_that_a_barred_adult_has_too() -> None:
    shared = adult("C3", email="C1@example.org")
    looked = watch(shared, link("P1", "C3"), row("court-order", "C3", "P1"))
    assert asked(looked, "email", copy("C1"), message()) == {"address"}


def test_a_letter_into_the_home_of_a_barred_adult() -> None:
    looked = watch(at_home("C3"), link("P1", "C3"), row("court-order", "C3", "P1"))
    assert asked(looked, "letter", copy("C1"), message(), "12 Sebert Road, London, E7 0NQ") == {"address"}


def test_a_change_counts_only_from_when_it_is_in_force() -> None:
    looked = watch()
    looked.history.write(0, school(row("court-order", "C1", "P1")), frozenset())
    assert asked(looked, "email", copy("C1"), message()) == set()
    looked.history.taken_up(0, 0)
    looked.time.micros = 1_000_000
    assert "denied" in asked(looked, "email", copy("C1"), message())


def test_a_text_about_something_that_is_not_essential() -> None:
    number = "+447700900001"
    assert asked(watch(adult("C1", mobile=number, household="H1")), "text", copy("C1"), message(), number) == {"text"}


def test_a_telephone_that_rings_at_night_unless_it_is_an_emergency() -> None:
    number = "+447700900001"
    night = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    phone = adult("C1", mobile=number, household="H1")
    assert asked(watch(phone, at=night), "text", copy("C1"), message(essential=True), number) == {"quiet"}
    assert asked(watch(phone, at=night), "text", copy("C1"), message("emergency"), number) == set()


def test_another_childs_report() -> None:
    enclosed = Enclosure(Attachment("P2.pdf", "application/pdf", "d", 1, pupil_id="P2"), b"x")
    assert asked(watch(), "email", copy("C1"), message("report"), "c1@example.org", enclosed) == {"report"}


def test_something_narrow_that_is_published() -> None:
    assert asked(watch(), "website", None, message("letter", Term(Reach.PUPIL, "P1")), "") == {"public"}
    assert asked(watch(), "website", None, message("letter", OAK), "") == set()


def test_after_it_expired_or_was_stopped() -> None:
    assert asked(watch(), "email", copy("C1"), message(expires_at=NOON - timedelta(seconds=1))) == {"expired"}
    looked = watch()
    looked.stopped["m1"] = -1_000_000
    assert asked(looked, "email", copy("C1"), message()) == {"stopped"}


def test_one_file_as_two_messages() -> None:
    looked = watch()
    looked.asked("email", outgoing(copy("C1"), message()))
    other = Message(
        "m2", "k1", *(getattr(message(), name) for name in ("mode", "kind", "audience", "author", "bodies"))
    )
    assert asked(looked, "email", copy("C1"), other) == {"twice"}


def take(channel: str, of: Message, life: int = 2, sure_at: int | None = None, *, untold: bool = False) -> Take:
    return Take(9_000_000, channel, "i", "c1@example.org", of, copy("C1"), life, sure_at, untold)


def test_an_email_goes_again_only_where_nobody_can_know() -> None:
    """In doubt, or within one commit window of a kill: life 1 was killed at second 5."""
    for before, expected in (
        (take("email", message()), set[str]()),
        (take("email", message(), 1, 4_950_000), set()),
        (take("email", message(), 1, 4_000_000), {"twice"}),
        (take("email", message(), 2, 4_950_000), {"twice"}),
    ):
        looked = watch()
        looked.landed(take("email", message()), [before])
        assert rules(looked) == expected


def test_a_text_goes_again_only_in_an_emergency_of_which_the_provider_could_not_tell() -> None:
    for kind, untold, expected in (
        ("emergency", True, set[str]()),
        ("emergency", False, {"twice"}),
        ("letter", True, {"twice"}),
    ):
        looked = watch()
        looked.landed(take("text", message(kind), untold=untold), [take("text", message(kind))])
        assert rules(looked) == expected


def test_one_adult_told_in_two_copies() -> None:
    looked = watch()
    looked.landed(take("email", message()), [])
    other = take("email", message())
    other.item, other.delivery, other.address = "j", Delivery("e", ("C1",), ("P1",), "H1", Basis.MAIN, ()), "x"
    looked.landed(other, [])
    assert rules(looked) == {"twice"}


def test_a_register_that_is_missing_stops_everything_but_emergencies() -> None:
    looked = watch()
    gone = families(*school().pupils.values(), *school().contacts.values(), *school().links, refuses="gone")
    looked.history.write(0, gone, frozenset())
    looked.history.taken_up(0, 0)
    looked.time.micros = 1_000_000
    assert asked(looked, "email", copy("C1"), message("emergency")) == set()
    assert asked(looked, "email", copy("C1"), message()) == {"register"}
