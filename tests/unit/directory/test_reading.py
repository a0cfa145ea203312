import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.directory import preview, read, take_up
from notifier.model.problem import Severity
from tests.unit.directory.folder import ARRANGEMENTS, CONTACTS, LINKS, PUPILS, Folder, ids

FILES = {"pupils.csv": PUPILS, "contacts.csv": CONTACTS, "links.csv": LINKS, "arrangements.csv": ARRANGEMENTS}
SCRAPS = [
    '"',
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\x00",
    "\ufeff",
    "P0001",
    "C0002",
    "court-order",
    "31/02/2026",
    "@",
    "é",
    "۱",
]


def test_every_problem_of_all_files_comes_at_once_in_order(folder: Folder) -> None:
    folder.cell("pupils.csv", 3, "left_on", "31/02/2026")
    folder.cell("contacts.csv", 4, "email", "nobody")
    folder.cell("contacts.csv", 2, "mobile", "12")
    folder.cell("links.csv", 2, "priority", "first")
    folder.add("arrangements.csv", "cort-order,C0002,,,,,,,,")
    assert ids(folder.read()) == [
        "date-unreadable",
        "number-unreadable",
        "email-unreadable",
        "priority-unreadable",
        "arrangement-unknown",
    ]


def test_an_empty_folder_tells_of_all_four_files(tmp_path: Path) -> None:
    reading = read(tmp_path / "families")
    assert ids(reading) == ["file-missing", "file-missing", "file-missing", "arrangements-missing"]
    assert reading.refuses


def test_no_sentence_holds_an_address_or_a_number(folder: Folder) -> None:
    folder.cell("contacts.csv", 2, "email", "ngozi@example.org, emeka@example.org")
    folder.cell("contacts.csv", 3, "mobile", "07700 900xxx")
    folder.cell("contacts.csv", 4, "email", "zofia@gmial.com")
    sentences = " ".join(problem.sentence for problem in folder.read().problems)
    assert len(folder.read().problems) == 3
    assert "ngozi" not in sentences
    assert "07700 900x" not in sentences
    assert "zofia" not in sentences


@st.composite
def spoilt_files(draw: st.DrawFn) -> dict[str, bytes]:
    spoilt = {}
    for file, good in FILES.items():
        text = good
        for _ in range(draw(st.integers(0, 2))):
            place = draw(st.integers(0, len(text)))
            scrap = draw(st.sampled_from(SCRAPS) | st.text(max_size=5))
            text = text[:place] + scrap + text[place + draw(st.integers(0, 30)) :]
        data = text.encode(errors="replace")
        spoilt[file] = data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data
    return spoilt


@settings(max_examples=60, deadline=None)
@given(spoilt_files())
def test_whatever_the_files_hold_reading_never_fails_and_says_where(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as root:
        families = Path(root) / "families"
        families.mkdir()
        for file, data in files.items():
            (families / file).write_bytes(data)
        reading = read(families)
    for problem in reading.problems:
        assert problem.where.startswith("families/")
        assert problem.sentence.endswith((".", "?"))
    taken = take_up(reading, None)
    assert (taken.directory is not None) == reading.sound
    assert reading.sound == all(problem.severity is not Severity.ERROR for problem in reading.problems)
    preview(reading, None)
