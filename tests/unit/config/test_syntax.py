"""What a school sees when its file is not TOML."""

from pathlib import Path

import pytest

from notifier.config import ConfigProblems, load
from notifier.config.syntax import parse_toml
from notifier.model.problem import Problem


def refused(text: str) -> Problem:
    with pytest.raises(ConfigProblems) as caught:
        parse_toml(text, "config.toml")
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        pytest.param("[school]\nname = Oak School\n", ":2:8", 'text needs quotes: name = "Oak School"', id="no quotes"),
        pytest.param("[school]\nname = “Oak”\n", ":2:", "straight quotation marks", id="curly quotes"),
        pytest.param('[school]\nname = "Oak\nmode = "trial"\n', ":2:", "closing quotation mark", id="unclosed"),
        pytest.param("[drop]\npolling = True\n", ":2:", "true or false, in small letters", id="capital True"),
        pytest.param("[drop]\npolling = yes\n", ":2:", "true or false", id="yes"),
        pytest.param('folder = "C:\\Users"\n', ":1:", "write folders with / instead", id="backslashes"),
        pytest.param("[school]\n[school]\n", ":2:", "stands in the file twice", id="a heading twice"),
        pytest.param('a = "x"\na = "y"\n', ":2:", "stands in the file twice", id="a setting twice"),
        pytest.param("name =\n", ":1:", "a value is missing", id="no value"),
        pytest.param("phone = 020 7946 0123\n", ":1:", "text needs quotes", id="a number with blanks"),
        pytest.param("at = 3pm\n", ":1:", "text needs quotes", id="a time in words"),
        pytest.param("[school\n", ":1:", "a heading is a name between brackets", id="half a heading"),
        pytest.param('name "Oak"\n', ":1:", "a line is a name, an =, and a value", id="no equals sign"),
        pytest.param('to = ["Oak", "Elm"\nas = "head"\n', ":1:", "closing bracket", id="an open list"),
    ],
)
def test_the_line_is_shown_with_what_to_do(text: str, where: str, hint: str) -> None:
    problem = refused(text)
    assert problem.id == "toml-syntax"
    assert where in problem.where
    assert hint in problem.sentence
    shown, caret = problem.sentence.split("\n")[1:]
    assert shown.strip() in text
    assert caret.strip() == "^"


def test_the_caret_stands_below_the_fault() -> None:
    shown, caret = refused("[school]\nname = Oak School\n").sentence.split("\n")[1:]
    assert shown[caret.index("^")] == "O"


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbf[school]\r\nname = "Oak"\r\n')
    assert load(path, {}, {}).school.name == "Oak"


@pytest.mark.parametrize(
    ("content", "id"),
    [
        pytest.param(None, "config-missing", id="no file"),
        pytest.param('name = "é"'.encode("utf-16"), "config-not-utf8", id="Notepad's Unicode"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes | None, id: str) -> None:
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigProblems) as caught:
        load(path, {}, {})
    assert [problem.id for problem in caught.value.problems] == [id]


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems) as caught:
        load(tmp_path, {}, {})
    assert [problem.id for problem in caught.value.problems] == ["config-unreadable"]
