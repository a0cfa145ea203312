from datetime import date

import pytest

from notifier.model.directory import Sort
from notifier.model.message import Kind
from notifier.model.problem import Severity
from tests.unit.directory.folder import Folder, ids


def test_a_row_is_read_whole(folder: Folder) -> None:
    folder.add("arrangements.csv", "court-order,C0002,P0001,letter; Reports,,01/02/2026,2027-01-31,,scan 7,head")
    reading = folder.read()
    (row,) = reading.arrangements
    assert reading.problems == ()
    assert (row.sort, row.contact_id, row.pupil_id) == (Sort.COURT_ORDER, "C0002", "P0001")
    assert row.scope == {Kind.LETTER, Kind.REPORT}
    assert (row.from_, row.until, row.ended_on) == (date(2026, 2, 1), date(2027, 1, 31), None)


@pytest.mark.parametrize("word", ["Court Order", "COURT-ORDER", "court_order"])
def test_an_arrangement_may_be_written_as_people_write(folder: Folder, word: str) -> None:
    folder.add("arrangements.csv", f"{word},C0002,P0001,,,,,,scan 7,head")
    assert folder.read().arrangements[0].sort is Sort.COURT_ORDER


def test_a_header_alone_is_a_good_register(folder: Folder) -> None:
    reading = folder.read()
    assert (reading.arrangements, reading.problems, reading.held, reading.refuses) == ((), (), "", "")


@pytest.mark.parametrize(
    ("row", "id"),
    [
        ("cort-order,C0002,P0001,,,,,,scan,head", "arrangement-unknown"),
        (",C0002,P0001,,,,,,scan,head", "arrangement-unknown"),
        ("court-order,C0002,P0001,leters!,,,,,scan,head", "arrangement-scope"),
        ("court-order,C0002,P0001,,,31/02/2026,,,scan,head", "date-unreadable"),
        ("court-order,C0002,P0001,,,2026-02-01,2026-01-31,,scan,head", "date-order"),
        ("consent,C0002,P0001,,C0001,2026-02-01,,2026-01-31,scan,head", "date-order"),
        ("court-order,C0002,P9999,,,,,,scan,head", "arrangement-pupil-unknown"),
        ("court-order,C0002,P0001,,,,,,scan,head,,more", "row-too-long"),
    ],
)
def test_a_row_that_cannot_be_read_silences_the_contact_it_names(folder: Folder, row: str, id: str) -> None:
    folder.add("arrangements.csv", row)
    reading = folder.read()
    assert ids(reading) == [id]
    assert reading.problems[0].severity is Severity.ERROR
    assert reading.problems[0].where.startswith("families/arrangements.csv:2:")
    assert reading.silenced == {"C0002"}
    assert reading.held == ""


@pytest.mark.parametrize(
    ("row", "id"),
    [
        ("court-order,,P0001,,,,,,scan,head", "arrangement-contact-missing"),
        ("court-order,C9999,P0001,,,,,,scan,head", "arrangement-contact-unknown"),
        ('court-order,C0002,P0001,,,,,,"scan\npaper,C0001,,,,,,",head', "cell-over-lines"),
        ('court-order,C0002,P0001,,,,,,"scan,head', "file-broken-off"),
    ],
)
def test_a_row_that_names_nobody_holds_everything(folder: Folder, row: str, id: str) -> None:
    folder.add("arrangements.csv", row)
    reading = folder.read()
    assert id in ids(reading)
    assert "arrangements.csv" in reading.held
    assert not reading.sound


@pytest.mark.parametrize("data", ["", "\n", "arrangement,contact_id\n"])
def test_a_register_without_its_columns_holds_everything(folder: Folder, data: str) -> None:
    folder.write("arrangements.csv", data)
    reading = folder.read()
    assert reading.held
    assert not reading.refuses


def test_a_missing_register_refuses_everything(folder: Folder) -> None:
    (folder.path / "arrangements.csv").unlink()
    reading = folder.read()
    assert ids(reading) == ["arrangements-missing"]
    assert "arrangements.csv" in reading.refuses
    assert not reading.held


@pytest.mark.parametrize(
    ("row", "id"),
    [
        ("court-order,C0002,P0001,,,,,,,head", "order-without-evidence"),
        ("injunction,C0002,P0001,,,,,,,head", "order-without-evidence"),
        ("agreement,C0002,P0001,,,,,,,head", "agreement-without-evidence"),
        ("consent,C0002,P0001,,C0001,,,,,head", "consent-without-evidence"),
        ("consent,C0002,P0001,,,,,,letter,head", "consent-giver"),
        ("consent,C0002,P0001,,Mrs Okafor,,,,letter,head", "consent-giver"),
        ("consent,C0001,P0001,,C0001,,,,letter,head", "consent-giver"),
        pytest.param("consent,C0001,P0001,,C0002,,,,letter,head", "consent-giver", id="the giver did not sign"),
        ("court-order,C0003,P0001,,,,,,scan,head", "denial-without-link"),
    ],
)
def test_what_the_register_lacks_is_advice_and_the_row_stands(folder: Folder, row: str, id: str) -> None:
    folder.add("arrangements.csv", row)
    reading = folder.read()
    assert ids(reading) == [id]
    assert reading.sound
    assert len(reading.arrangements) == 1


def test_what_has_ended_is_not_nagged_about(folder: Folder) -> None:
    folder.add("arrangements.csv", "court-order,C0002,P0001,,,,,2026-01-01,,head")
    assert folder.read().problems == ()


def test_the_same_row_twice_is_advice_and_both_stand(folder: Folder) -> None:
    folder.add("arrangements.csv", "court-order,C0002,P0001,,,,,,scan,head")
    folder.add("arrangements.csv", "court-order,C0002,P0001,,,,,2026-01-01,scan,head")
    reading = folder.read()
    assert ids(reading) == ["arrangement-twice"]
    assert len(reading.arrangements) == 2
