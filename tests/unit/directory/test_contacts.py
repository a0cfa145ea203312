import pytest

from notifier.model.problem import Severity
from tests.unit.directory.folder import Folder, ids


def test_a_contact_is_read_whole(folder: Folder) -> None:
    contact = folder.read().contacts["C0001"]
    assert contact.name == "Mrs Ngozi Okafor"
    assert (contact.email, contact.mobile, contact.phone) == ("ngozi@example.org", "+447700900001", "+442079460001")
    assert (contact.address, contact.postcode) == (("1 High Road", "London"), "E7 9AB")


@pytest.mark.parametrize(
    ("column", "value", "id"),
    [
        ("email", "a@example.org; b@example.org", "email-two"),
        ("email", "a@example.org\x00", "email-control"),
        ("email", "nobody", "email-unreadable"),
        ("mobile", "7.70090E+09", "number-spoilt"),
        ("mobile", "077OO 900123", "number-letters"),
        ("phone", "7946 0456", "number-unreadable"),
        ("phone", "020 7946 0123 or 020 7946 0124", "number-two"),
    ],
)
def test_an_address_that_cannot_be_read_is_an_error_at_its_cell(
    folder: Folder, column: str, value: str, id: str
) -> None:
    where = folder.cell("contacts.csv", 3, column, value)
    reading = folder.read()
    (problem,) = reading.problems
    assert (problem.id, problem.where, problem.severity) == (id, where, Severity.ERROR)
    assert value not in problem.sentence
    assert "C0002" not in reading.contacts


def test_every_fault_of_a_row_is_told_at_once(folder: Folder) -> None:
    folder.cell("contacts.csv", 3, "email", "nobody")
    folder.cell("contacts.csv", 3, "mobile", "12")
    folder.cell("contacts.csv", 4, "phone", "x")
    assert ids(folder.read()) == ["email-unreadable", "number-unreadable", "number-letters"]


@pytest.mark.parametrize("number", ["020 7946 0123", "07012 345678", "07600 900123"])
def test_what_takes_no_text_moves_from_mobile_to_phone(folder: Folder, number: str) -> None:
    where = folder.cell("contacts.csv", 3, "mobile", number)
    reading = folder.read()
    contact = reading.contacts["C0002"]
    assert [(problem.id, problem.where) for problem in reading.problems] == [("mobile-not-mobile", where)]
    assert contact.mobile == ""
    assert contact.phone.startswith("+44")


def test_a_landline_under_mobile_stays_when_phone_is_taken(folder: Folder) -> None:
    folder.cell("contacts.csv", 2, "mobile", "020 7946 0123")
    contact = folder.read().contacts["C0001"]
    assert (contact.mobile, contact.phone) == ("+442079460123", "+442079460001")


@pytest.mark.parametrize("word", ["none", "N/A", "-"])
def test_a_word_for_nothing_is_a_blank_cell_with_advice(folder: Folder, word: str) -> None:
    folder.cell("contacts.csv", 3, "email", word)
    reading = folder.read()
    assert ids(reading) == ["address-words"]
    assert reading.contacts["C0002"].email == ""


def test_an_odd_postcode_stays_with_advice(folder: Folder) -> None:
    folder.cell("contacts.csv", 3, "postcode", "00-950")
    reading = folder.read()
    assert ids(reading) == ["postcode-doubtful"]
    assert reading.contacts["C0002"].postcode == "00-950"


@pytest.mark.parametrize(
    ("cell", "tag", "problems"),
    [
        ("ur", "ur", []),
        ("pt-BR", "pt-BR", []),
        ("pt_BR", "pt-BR", []),
        ("Urdu", "ur", []),
        ("Klingon?", "", ["language-unknown"]),
    ],
)
def test_a_language_is_a_tag_or_its_english_name(folder: Folder, cell: str, tag: str, problems: list[str]) -> None:
    folder.cell("contacts.csv", 3, "language", cell)
    reading = folder.read()
    assert reading.contacts["C0002"].language == tag
    assert ids(reading) == problems


def test_an_organisation_has_one_name(folder: Folder) -> None:
    folder.add("contacts.csv", "C0009,,,Newham Council,,,,,,,,,,,")
    assert folder.read().problems == ()


def test_a_misspelt_domain_is_advice_and_names_the_contact_alone(folder: Folder) -> None:
    folder.cell("contacts.csv", 3, "email", "emeka@gmial.com")
    (problem,) = folder.read().problems
    assert problem.id == "email-misspelt"
    assert "gmail.com" in problem.sentence
    assert "emeka@" not in problem.sentence


def test_a_town_and_a_postcode_alone_are_no_address_and_join_nobody(folder: Folder) -> None:
    for line in (2, 3):
        folder.cell("contacts.csv", line, "address_1", "")
        folder.cell("contacts.csv", line, "postcode", "E7 9AB")
    reading = folder.read()
    (problem,) = reading.problems
    assert (problem.id, problem.severity, problem.where) == (
        "address-incomplete",
        Severity.ADVICE,
        "families/contacts.csv:2:9",
    )
    assert [reading.contacts[id].address for id in ("C0001", "C0002")] == [(), ()]
    homes = folder.directory().home_of
    assert homes["C0001"] != homes["C0002"]


def test_an_address_without_postcode_is_pointed_out(folder: Folder) -> None:
    where = folder.cell("contacts.csv", 3, "postcode", "")
    (problem,) = folder.read().problems
    assert (problem.id, problem.where) == ("address-incomplete", where)


def test_an_address_that_begins_in_the_second_line_is_the_same_address(folder: Folder) -> None:
    folder.cell("contacts.csv", 3, "address_1", "")
    folder.cell("contacts.csv", 3, "address_2", "1 High Road")
    folder.cell("contacts.csv", 3, "postcode", "E7 9AB")
    homes = folder.directory().home_of
    assert homes["C0001"] == homes["C0002"]
