import pytest

from notifier.model.problem import Severity
from tests.unit.directory.folder import CONTACTS, LINKS, PUPILS, Folder, ids


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(CONTACTS.encode("utf-8-sig"), id="with a byte order mark"),
        pytest.param(CONTACTS.replace(",", ";").encode(), id="Excel's semicolons"),
        pytest.param(CONTACTS.replace(",", "\t").encode(), id="tabs"),
        pytest.param(CONTACTS.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(b"sep=;\r\n" + CONTACTS.replace(",", ";").encode(), id="Excel's first line"),
        pytest.param(CONTACTS.replace(",", "\t").encode("utf-16"), id="Excel's Unicode text"),
        pytest.param(b"\n\n" + CONTACTS.encode(), id="blank lines first"),
        pytest.param(CONTACTS.encode() + b",,,,,,,,,,,,,,\n\n,,\n", id="blank rows last"),
        pytest.param(CONTACTS.replace("contact_id,title", "Contact ID,TITLE").encode(), id="another spelling"),
    ],
)
def test_a_file_is_read_however_the_spreadsheet_saved_it(folder: Folder, data: bytes) -> None:
    (folder.path / "contacts.csv").write_bytes(data)
    reading = folder.read()
    assert reading.problems == ()
    assert reading.contacts["C0001"].address == ("1 High Road", "London")
    assert reading.contacts["C0003"].language == "pl"


def test_columns_may_stand_in_any_order_and_problems_name_their_true_place(folder: Folder) -> None:
    lines = [",".join(reversed(line.split(","))) for line in PUPILS.splitlines()]
    folder.write("pupils.csv", "\n".join(lines) + "\n")
    assert folder.read().problems == ()
    where = folder.cell("pupils.csv", 3, "admitted_on", "31/02/2026")
    assert where == "families/pupils.csv:3:2"
    assert [(problem.id, problem.where) for problem in folder.read().problems] == [("date-unreadable", where)]


def test_windows_text_is_read_with_advice(folder: Folder) -> None:
    (folder.path / "pupils.csv").write_bytes(PUPILS.replace("Amina", "Chloé").encode("cp1252"))
    reading = folder.read()
    assert ids(reading) == ["file-not-utf8"]
    assert reading.pupils["P0001"].forename == "Chloé"
    assert reading.sound


def test_letters_with_separate_accents_are_composed(folder: Folder) -> None:
    folder.change("pupils.csv", "Amina", "Chloe\u0301")
    assert folder.read().pupils["P0001"].forename == "Chloé"


@pytest.mark.parametrize(
    ("data", "id"),
    [
        (b"", "file-empty"),
        (b"\n\n", "file-empty"),
        (b",,,\n", "file-empty"),
        (b"PK\x03\x04\x14\x00\x06\x00\xff\x81", "file-unreadable"),
        (b"\xff\xfe\x00", "file-unreadable"),
    ],
)
def test_a_file_without_columns_is_an_error(folder: Folder, data: bytes, id: str) -> None:
    (folder.path / "links.csv").write_bytes(data)
    reading = folder.read()
    assert ids(reading) == [id]
    assert not reading.sound


def test_a_folder_in_the_place_of_a_file_is_an_error(folder: Folder) -> None:
    (folder.path / "links.csv").unlink()
    (folder.path / "links.csv").mkdir()
    assert ids(folder.read()) == ["file-unreadable"]


@pytest.mark.parametrize("file", ["pupils.csv", "contacts.csv", "links.csv"])
def test_a_missing_file_is_an_error(folder: Folder, file: str) -> None:
    (folder.path / file).unlink()
    reading = folder.read()
    assert ids(reading) == ["file-missing"]
    assert reading.problems[0].where == f"families/{file}"
    assert not reading.held


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("pupils.csv", "pupil_id"),
        ("pupils.csv", "class"),
        ("pupils.csv", "surname"),
        ("contacts.csv", "forename"),
        ("links.csv", "relationship"),
        ("links.csv", "court_order"),
        ("arrangements.csv", "pupil_id"),
    ],
)
def test_a_missing_required_column_is_an_error(folder: Folder, file: str, column: str) -> None:
    folder.change(file, f"{column},", f"{column}_of_old,")
    reading = folder.read()
    assert "column-missing" in ids(reading)
    assert any(column in problem.sentence for problem in reading.problems if problem.id == "column-missing")


def test_an_unknown_column_is_advice_with_a_guess(folder: Folder) -> None:
    folder.change("contacts.csv", "email,", "emial,")
    (problem,) = folder.read().problems
    assert (problem.id, problem.severity, problem.where) == (
        "column-unknown",
        Severity.ADVICE,
        "families/contacts.csv:1:6",
    )
    assert "Did you mean email?" in problem.sentence


def test_a_mistyped_column_of_the_register_is_read_all_the_same(folder: Folder) -> None:
    folder.change("arrangements.csv", "until", "untill")
    folder.add("arrangements.csv", "paper,C0001,,,,,2026-07-01,,,")
    reading = folder.read()
    assert ids(reading) == ["column-misspelt"]
    assert str(reading.arrangements[0].until) == "2026-07-01"


def test_two_columns_of_one_name_are_an_error(folder: Folder) -> None:
    folder.change("links.csv", "priority", "Court order")
    assert "column-twice" in ids(folder.read())


def test_a_row_with_more_cells_than_columns_is_an_error(folder: Folder) -> None:
    folder.add("contacts.csv", "C0009,,Ada,Bello,,,,,1, Low Road,,,London,E7 9AB,,en")
    (problem,) = folder.read().problems
    assert (problem.id, problem.where) == ("row-too-long", "families/contacts.csv:5:16")


def test_a_short_row_has_blank_cells_at_its_end(folder: Folder) -> None:
    folder.add("contacts.csv", "C0009,,Ada,Bello")
    assert folder.read().contacts["C0009"].name == "Ada Bello"


def test_a_quotation_mark_never_closed_is_an_error_where_it_begins(folder: Folder) -> None:
    folder.write("links.csv", LINKS.replace("P0002,C0003", 'P0002,"C0003'))
    (problem,) = [problem for problem in folder.read().problems if problem.severity is Severity.ERROR]
    assert (problem.id, problem.where) == ("file-broken-off", "families/links.csv:4:1")


def test_a_cell_over_several_lines_is_an_error_and_later_lines_keep_their_numbers(folder: Folder) -> None:
    folder.write("pupils.csv", PUPILS.replace("Okafor,Oak", '"Oka\nfor",Oak'))
    folder.cell("links.csv", 2, "relationship", "mother")
    folder.add("pupils.csv", "P0003,Li,Wei,Oak,2,,31/02/2026,")
    found = [(problem.id, problem.where) for problem in folder.read().problems]
    assert ("cell-over-lines", "families/pupils.csv:2:3") in found
    assert ("date-unreadable", "families/pupils.csv:5:7") in found


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u2028"])
def test_a_control_character_is_an_error(folder: Folder, character: str) -> None:
    folder.change("pupils.csv", "Nowak", f"No{character}wak")
    found = [(problem.id, problem.where) for problem in folder.read().problems]
    assert ("control-character", "families/pupils.csv:3:3") in found


def test_a_cell_as_long_as_a_book_is_an_error_with_its_own_sentence(folder: Folder) -> None:
    folder.cell("pupils.csv", 2, "forename", "A" * 200_000)
    (problem,) = folder.read().problems
    assert (problem.id, problem.where) == ("file-broken-off", "families/pupils.csv:2:1")
    assert "100,000 letters" in problem.sentence


def test_utf_16_without_its_mark_is_told_in_one_sentence(folder: Folder) -> None:
    (folder.path / "arrangements.csv").write_bytes(folder.text("arrangements.csv").encode("utf-16-le"))
    reading = folder.read()
    (problem,) = reading.problems
    assert (problem.id, problem.where) == ("file-unreadable", "families/arrangements.csv")
    assert reading.held


def test_many_unknown_columns_are_told_together(folder: Folder) -> None:
    header, *rows = folder.text("pupils.csv").splitlines()
    strange = ",".join(f"x{number}" for number in range(200))
    folder.write("pupils.csv", "\n".join([f"{header},{strange}", *rows]) + "\n")
    reading = folder.read()
    (problem,) = reading.problems
    assert (problem.id, problem.where) == ("column-unknown", "families/pupils.csv:1:9")
    assert problem.sentence.startswith("200 columns are not known")
    assert reading.sound


@pytest.mark.parametrize("id", ["p0001", "P 0001", "P0001\u200b", "P00\u00ad01"])
def test_two_ids_that_nobody_can_tell_apart_are_an_error(folder: Folder, id: str) -> None:
    folder.add("pupils.csv", f"{id},Li,Wei,Oak,2,,,")
    reading = folder.read()
    (problem, *_) = reading.problems
    assert (problem.id, problem.where, problem.severity) == ("id-alike", "families/pupils.csv:4:1", Severity.ERROR)
    assert list(reading.pupils) == ["P0001", "P0002"]


def test_an_adult_s_id_in_other_capitals_is_an_error_too(folder: Folder) -> None:
    folder.add("contacts.csv", "c0002,Mr,Emeka,Okafor,,,,,,,,,,,")
    assert ids(folder.read()) == ["id-alike"]
