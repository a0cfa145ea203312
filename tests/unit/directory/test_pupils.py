from datetime import date

from tests.unit.directory.folder import Folder, ids


def test_a_pupil_is_read_whole(folder: Folder) -> None:
    pupil = folder.read().pupils["P0001"]
    assert (pupil.name, pupil.class_, pupil.year, pupil.groups) == ("Amina Okafor", "Oak", "2", ("Choir", "Art"))
    assert (pupil.admitted_on, pupil.left_on) == (date(2024, 9, 1), None)


def test_an_id_that_comes_twice_is_an_error_and_nobody_is_guessed(folder: Folder) -> None:
    folder.add("pupils.csv", "P0001,Another,Child,Elm,1,,,")
    reading = folder.read()
    assert [(problem.id, problem.where) for problem in reading.problems] == [("id-twice", "families/pupils.csv:4:1")]
    assert "line 2" in reading.problems[0].sentence


def test_the_same_row_twice_is_advice(folder: Folder) -> None:
    folder.add("pupils.csv", "P0002,Tomasz,Nowak,Elm,1,,2025-09-01,")
    reading = folder.read()
    assert ids(reading) == ["row-twice"]
    assert reading.sound


def test_a_row_needs_an_id_and_a_name(folder: Folder) -> None:
    folder.add("pupils.csv", ",Li,Wei,Oak,2,,,")
    folder.add("pupils.csv", "P0003,,,Oak,2,,,")
    assert ids(folder.read()) == ["id-missing", "name-missing"]


def test_leaving_before_coming_is_an_error(folder: Folder) -> None:
    where = folder.cell("pupils.csv", 2, "left_on", "2024-08-31")
    assert [(problem.id, problem.where) for problem in folder.read().problems] == [("date-order", where)]


def test_blank_classes_are_told_once_with_their_number(folder: Folder) -> None:
    folder.crowd(9)
    folder.change("pupils.csv", "Rahman,Ash", "Rahman,")
    (problem,) = folder.read().problems
    assert problem.id == "class-blank"
    assert problem.where == "families/pupils.csv:4:4"
    assert problem.sentence.startswith("9 pupils have no class")
    assert problem.sentence.endswith("(first lines 4, 5 and 6).")


def test_a_header_without_pupils_is_advice(folder: Folder) -> None:
    for file in ("pupils.csv", "contacts.csv", "links.csv"):
        folder.write(file, folder.text(file).splitlines()[0] + "\n")
    reading = folder.read()
    assert ids(reading) == ["no-pupils"]
    assert reading.sound


def test_a_child_without_any_contact_is_told(folder: Folder) -> None:
    folder.add("pupils.csv", "P0003,Li,Wei,Oak,2,,,")
    (problem,) = folder.read().problems
    assert (problem.id, problem.where) == ("pupil-without-contact", "families/pupils.csv:4:1")
