"""Missing data never joins two adults (DESIGN 3.1, "Home")."""

from dataclasses import replace

import pytest

from notifier.model.homes import email_key, folded, homes, postal_key
from tests.unit.routing.families import TODAY, adult, at_home, families, link, row

HOUSE = postal_key(("12 Sebert Road", "London"), "E7 0NQ")


def test_the_household_column_joins_adults_whatever_their_addresses() -> None:
    assert homes([("A", "H1", HOUSE), ("B", "H1", ""), ("C", "H1", "elsewhere|e1")]) == dict.fromkeys("ABC", "H1")


def test_two_households_at_one_address_stay_two_homes() -> None:
    found = homes([("A", "H1", HOUSE), ("B", "H2", HOUSE)])
    assert found == {"A": "H1", "B": "H2"}


def test_an_adult_without_household_joins_the_home_with_the_same_address() -> None:
    found = homes([("A", "H1", HOUSE), ("B", "", HOUSE)])
    assert found["B"] == "H1"


def test_an_adult_without_household_at_an_address_of_two_households_joins_neither() -> None:
    found = homes([("A", "H1", HOUSE), ("B", "H2", HOUSE), ("C", "", HOUSE)])
    assert found["C"] not in {"H1", "H2"}


def test_an_adult_without_household_does_not_join_one_of_which_somebody_has_moved() -> None:
    """Else the new partners of two parted parents, whose household the school never changed, were one home."""
    found = homes([("MUM", "H1", HOUSE), ("DAD", "H1", "y|e1"), ("HERS", "", HOUSE), ("HIS", "", "y|e1")])
    assert len({found["MUM"], found["HERS"], found["HIS"]}) == 3


def test_two_adults_without_household_share_a_home_by_their_address() -> None:
    found = homes([("B", "", HOUSE), ("A", "", HOUSE)])
    assert found["A"] == found["B"]


def test_adults_of_whom_nothing_is_recorded_each_stand_alone() -> None:
    found = homes([("A", "", ""), ("B", "", ""), ("C", "", "")])
    assert len(set(found.values())) == 3


@pytest.mark.parametrize("household", ["home-A", "own-home-A", "home-", "A", "B"])
def test_a_household_called_like_a_lone_adult_s_home_joins_nobody(household: str) -> None:
    found = homes([("A", "", ""), ("B", household, ""), ("home-A", "", "")])
    assert len(set(found.values())) == 3


def test_a_home_s_name_tells_nobody_the_address() -> None:
    found = homes([("A", "", HOUSE)])
    assert "sebert" not in found["A"].casefold()


def test_the_order_of_the_rows_changes_no_home() -> None:
    rows = [("A", "", HOUSE), ("B", "H1", HOUSE), ("C", "", ""), ("D", "", "x|y"), ("E", "", "x|y")]
    assert homes(rows) == homes(reversed(rows))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("12 Sebert Road", "12, SEBERT ROAD.", id="case and punctuation"),
        pytest.param("Flat 2b", "flat 2 B", id="spaces"),
        pytest.param("Caf\u00e9 House", "Cafe\u0301 House", id="an accent typed in two ways"),
        pytest.param("Straße", "STRASSE", id="sharp s"),
    ],
)
def test_addresses_are_the_same_however_they_are_typed(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("address", "postcode"),
    [((), "E7 0NQ"), (("12 Sebert Road",), ""), (("  ",), "E7 0NQ"), (("-",), "E7 0NQ")],
)
def test_half_an_address_is_none(address: tuple[str, ...], postcode: str) -> None:
    assert postal_key(address, postcode) == ""


def test_the_same_house_number_in_another_postcode_is_another_home() -> None:
    assert postal_key(("12 High Street",), "E7 0NQ") != postal_key(("12 High Street",), "E7 0NR")


def test_an_email_address_is_the_same_in_capitals_and_with_dots() -> None:
    assert email_key("Sam.Price@Example.org") == email_key("samprice@example.org")


def test_a_directory_knows_who_of_those_that_may_be_barred_holds_an_address() -> None:
    directory = families(
        at_home("A", mobile="+447700900001"),
        at_home("B", household="H2", phone="+447700900001", email="A@EXAMPLE.ORG"),
        adult("C", email=""),
        at_home("D", mobile="+447700900001"),
        row("court-order", "A", "P1", evidence=""),
        row("welfare-hold", "C", ended_on=TODAY),
        row("site-ban", "D"),
        link("P1", "B", court_order=True),
    )
    assert directory.barrable == {"A", "B", "C"}
    assert set(directory.holders_of["+447700900001"]) == {"A", "B"}
    assert set(directory.holders_of[email_key("a@example.org")]) == {"A", "B"}
    assert set(directory.holders_of[HOUSE]) == {"A", "B"}
    assert "" not in directory.holders_of
    assert directory.barrable_at == {"H1": ("A",), "H2": ("B",), directory.home_of["C"]: ("C",)}


def test_whose_line_cannot_be_read_and_whom_a_flag_alone_names_may_be_barred() -> None:
    directory = families(adult("A"), adult("B"), adult("C"), silenced=frozenset({"A"}))
    assert replace(directory, flags=frozenset({("B", "P1")})).barrable == {"A", "B"}
