import re

import pytest

from notifier.directory import differences
from notifier.model.directory import Directory
from tests.unit.directory.folder import Folder

ORDER = "court-order,C0002,P0001,letter,,2026-01-01,,,scan 7,head"


@pytest.fixture
def before(folder: Folder) -> Directory:
    folder.crowd()
    return folder.directory()


def test_nothing_changed_is_no_sentence(before: Directory) -> None:
    assert differences(before, before) == []


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "sentence"),
    [
        ("pupils.csv", 2, "class", "Elm", "P0001 moves from Oak to Elm."),
        ("pupils.csv", 2, "surname", "Okafor-Bello", "P0001 has a new name."),
        ("pupils.csv", 2, "groups", "Art", "P0001 leaves the group Choir."),
        ("pupils.csv", 2, "left_on", "18/07/2026", "P0001 has the last day 18 July 2026."),
        ("pupils.csv", 2, "year", "", "P0001 has no year any more."),
        ("contacts.csv", 3, "email", "e@example.org", "C0002 has a new email address."),
        ("contacts.csv", 3, "mobile", "", "C0002 has no mobile number any more."),
        ("contacts.csv", 3, "phone", "020 7946 0002", "C0002 now has a phone number."),
        ("contacts.csv", 3, "postcode", "E7 9AE", "C0002 has a new postal address."),
        ("links.csv", 3, "relationship", "STF", "C0002 for P0001: relationship is now STF, was PAF."),
        (
            "links.csv",
            3,
            "parental_responsibility",
            "",
            "C0002 for P0001: parental responsibility is now unknown, was yes.",
        ),
    ],
)
def test_a_changed_cell_is_a_sentence(
    folder: Folder, before: Directory, file: str, line: int, column: str, value: str, sentence: str
) -> None:
    folder.cell(file, line, column, value)
    assert differences(before, folder.directory(before)) == [sentence]


def test_new_families_are_sentences(folder: Folder, before: Directory) -> None:
    folder.add("pupils.csv", "P0012,Li,Wei,Oak,2,,,")
    folder.add("contacts.csv", "C0012,,Na,Wei,,,,,,,,,,,")
    folder.add("links.csv", "P0012,C0012,mother,1,yes,yes,yes,no,yes")
    assert differences(before, folder.directory(before)) == [
        "New pupil P0012 in Oak.",
        "New contact C0012.",
        "C0012 is now linked to P0012 (mother).",
    ]


def test_an_order_is_followed_from_its_first_day_to_its_end(folder: Folder, before: Directory) -> None:
    what = "court-order for C0002 about P0001 (letter)"
    folder.add("arrangements.csv", ORDER)
    ordered = folder.directory(before)
    assert differences(before, ordered) == [f"New {what}."]
    folder.drop("arrangements.csv", "court-order")
    recorded = folder.directory(ordered)
    assert differences(ordered, recorded) == [
        f"The {what} is no longer in the files and stays in force from the record."
    ]
    folder.add("arrangements.csv", ORDER.replace(",,,scan", ",,2026-09-01,scan"))
    ended = folder.directory(recorded)
    assert differences(recorded, ended) == [
        f"The {what} is in the files again.",
        f"The {what} ends: ended on 1 September 2026.",
    ]


def test_what_is_held_back_is_told(folder: Folder, before: Directory) -> None:
    folder.cell("links.csv", 3, "court_order", "yes")
    folder.add("arrangements.csv", "cort-order,C0003,,,,,,,,")
    after = folder.directory(before)
    assert differences(before, after) == [
        "court_order is now yes for C0002 and P0001.",
        "C0003 receives nothing until a row about them can be read.",
    ]
    (folder.path / "arrangements.csv").unlink()
    refused = folder.directory(after)
    assert differences(after, refused) == [refused.refuses]
    assert differences(refused, after) == ["The register of arrangements can be read again."]


def test_a_whole_school_says_no_address_and_no_number(folder: Folder, before: Directory) -> None:
    folder.add("arrangements.csv", ORDER)
    text = "\n".join(differences(None, folder.directory(before)))
    assert len(text.splitlines()) > 100
    assert "@" not in text
    assert "Road" not in text
    assert not re.search(r"\d{6}", text)


def test_the_way_back_is_told_too(before: Directory) -> None:
    text = differences(before, None)
    assert "Pupil P0001 is no longer in the files." in text
    assert "C0001 is no longer linked to P0001 and hears nothing more about this child." in text
