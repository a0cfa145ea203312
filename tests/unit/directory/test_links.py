import pytest

from notifier.model.directory import LivesWith, Responsibility
from notifier.model.problem import Severity
from tests.unit.directory.folder import Folder, ids


def test_a_link_is_read_whole(folder: Folder) -> None:
    mother, father, _ = folder.read().links
    assert (mother.relationship, mother.priority, mother.lives_with) == ("PAM", 1, LivesWith.YES)
    assert (mother.contract_signatory, mother.emergency_contact, mother.court_order) == (True, True, False)
    assert (father.relationship, father.lives_with, father.responsibility) == (
        "PAF",
        LivesWith.NO,
        Responsibility.YES,
    )


def test_blank_cells_never_mean_more_than_they_say(folder: Folder) -> None:
    folder.drop("links.csv", "P0002")
    folder.add("links.csv", "P0002,C0003,mother,,,,,,")
    reading = folder.read()
    link = reading.links[-1]
    assert (link.priority, link.lives_with, link.responsibility) == (None, LivesWith.UNKNOWN, Responsibility.UNKNOWN)
    assert [link.contract_signatory, link.court_order, link.emergency_contact] == [False] * 3
    assert ids(reading) == ["court-order-blank"]
    assert reading.sound


def test_hundreds_of_blank_court_orders_are_one_line_of_advice(folder: Folder) -> None:
    folder.crowd(600)
    folder.change("links.csv", "yes,yes,yes,no,yes", "yes,yes,yes,,yes")
    (problem,) = folder.read().problems
    assert problem.id == "court-order-blank"
    assert problem.sentence.startswith("602 cells of court_order are blank")
    assert problem.where == "families/links.csv:2:8"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("PAM", "PAM"),
        ("swr", "SWR"),
        ("Social Worker", "SWR"),
        ("step-father", "STF"),
        ("Local Authority", "LA"),
        ("other contact", "OTH"),
    ],
)
def test_a_relationship_is_a_code_or_its_name(folder: Folder, word: str, code: str) -> None:
    folder.cell("links.csv", 2, "relationship", word)
    reading = folder.read()
    assert reading.links[0].relationship == code
    assert reading.problems == ()


def test_an_organisation_is_told_by_its_relationship(folder: Folder) -> None:
    folder.cell("links.csv", 2, "relationship", "local authority")
    assert folder.read().links[0].organisation


@pytest.mark.parametrize("word", ["godmother", ""])
def test_any_other_relationship_counts_as_other_with_advice(folder: Folder, word: str) -> None:
    folder.cell("links.csv", 2, "relationship", word)
    reading = folder.read()
    assert reading.links[0].relationship == "OTH"
    assert ids(reading) == ["relationship-unknown"]
    assert reading.sound


def test_a_link_to_nobody_is_an_error_with_a_guess(folder: Folder) -> None:
    where = folder.cell("links.csv", 3, "contact_id", "c0002")
    reading = folder.read()
    (problem,) = reading.problems
    assert (problem.id, problem.where, problem.severity) == ("link-to-nobody", where, Severity.ERROR)
    assert "Did you mean C0002?" in problem.sentence


def test_a_link_is_not_blamed_for_the_faults_of_its_contact(folder: Folder) -> None:
    folder.cell("contacts.csv", 3, "email", "nobody")
    assert ids(folder.read()) == ["email-unreadable"]


@pytest.mark.parametrize(
    ("column", "value", "id"),
    [
        ("priority", "first", "priority-unreadable"),
        ("priority", "0", "priority-unreadable"),
        ("lives_with", "sometimes", "word-unknown"),
        ("parental_responsibility", "perhaps", "word-unknown"),
        ("contract_signatory", "pending", "word-unknown"),
        ("emergency_contact", "2", "word-unknown"),
    ],
)
def test_a_word_that_is_not_understood_is_an_error(folder: Folder, column: str, value: str, id: str) -> None:
    where = folder.cell("links.csv", 2, column, value)
    assert [(problem.id, problem.where) for problem in folder.read().problems] == [(id, where)]


def test_a_court_order_that_cannot_be_read_silences_its_contact(folder: Folder) -> None:
    folder.cell("links.csv", 3, "court_order", "see file")
    reading = folder.read()
    assert ids(reading) == ["court-order-unreadable"]
    assert reading.silenced == {"C0002"}


def test_a_court_order_counts_though_another_cell_of_its_row_is_wrong(folder: Folder) -> None:
    folder.cell("links.csv", 3, "court_order", "yes")
    folder.cell("links.csv", 3, "priority", "last")
    assert folder.read().flags == {("C0002", "P0001")}


def test_two_different_links_of_one_pair_are_an_error(folder: Folder) -> None:
    folder.add("links.csv", "P0001,C0001,PAM,1,no,yes,yes,no,yes")
    assert ids(folder.read()) == ["id-twice"]


def test_a_row_that_has_slipped_silences_its_contact(folder: Folder) -> None:
    folder.change("links.csv", "P0001,C0002,father,", "P0001,C0002,father,,")
    reading = folder.read()
    assert ids(reading) == ["row-too-long"]
    assert reading.silenced == {"C0002"}
