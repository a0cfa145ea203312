"""What was saved beside the drop folders is not passed over in silence."""

from pathlib import Path

import pytest

from notifier.intake import Disk, IntakeFolder
from notifier.intake.astray import Astray
from notifier.model.staff import Authority, Role


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    for name in ("drop/office", "drop/oak", "elsewhere/in"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "drop"


def astray(drop: Path) -> Astray:
    home = drop.parent
    named = ("drop/office", "drop/oak", "inbox")
    folders = [IntakeFolder(home / name, name, Authority(Role.OFFICE)) for name in named]
    outside = IntakeFolder(home.parent / "share" / "in", "share", Authority(Role.OFFICE))
    return Astray([*folders, outside], home, Disk())


def problems(folder: Path) -> dict[str, str]:
    return {one.name: one.read_text("utf-8") for one in folder.glob("*.problem.txt")}


def test_a_letter_beside_the_drop_folders_is_told_where_to_go_and_left_alone(drop: Path) -> None:
    (drop / "trip.docx").write_bytes(b"PK")
    astray(drop).tell()
    said = problems(drop)["trip.docx.problem.txt"]
    assert "NOT SENT: “trip.docx”. Nobody got anything." in said
    assert "Move it into one of these: drop/oak, drop/office." in said
    assert (drop / "trip.docx").read_bytes() == b"PK"


def test_a_folder_that_nobody_watches_is_told_once_it_holds_a_letter(drop: Path) -> None:
    looks = astray(drop)
    (drop / "beech").mkdir()
    looks.tell()
    assert problems(drop) == {}
    (drop / "beech" / "walk.md").write_text("Hello")
    looks.tell()
    assert "“beech” is no drop folder" in problems(drop)["beech.problem.txt"]
    assert "[[intake]]" in problems(drop)["beech.problem.txt"]


def test_it_is_told_once_and_the_answer_goes_when_the_file_has_gone(drop: Path) -> None:
    looks = astray(drop)
    (drop / "trip.md").write_text("Hello")
    looks.tell()
    answer = drop / "trip.md.problem.txt"
    answer.unlink()
    looks.tell()
    assert not answer.exists(), "whoever deleted it has read it"
    (drop / "trip.md").unlink()
    looks.tell()
    (drop / "trip.md").write_text("Again")
    looks.tell()
    assert answer.exists()
    (drop / "trip.md").unlink()
    looks.tell()
    assert not answer.exists()


def test_nothing_is_said_about_what_is_in_a_drop_folder_or_half_copied_or_none_of_our_business(drop: Path) -> None:
    home = drop.parent
    for path in (drop / "office/a.md", drop / "b.md.part", drop / "~$c.docx", drop / "notes.xlsx", home / "d.md"):
        path.write_text("x")
    share = home.parent / "share"
    (share / "in").mkdir(parents=True, exist_ok=True)
    (share / "e.md").write_text("x")
    astray(drop).tell()
    assert not list(home.rglob("*.problem.txt"))
    assert not list(share.rglob("*.problem.txt"))
    (share / "e.md").unlink()
