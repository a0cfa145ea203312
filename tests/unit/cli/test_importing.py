"""`families import` as it is typed: first a draft, then the files."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Typed

MANIFEST = "propertyName,value\noneroster.version,1.1\nfile.users,bulk\n"
USERS = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,givenName,familyName,email,sms,phone,agentSourcedIds,grades
P1,,,true,S,student,Amina,Okafor,,,,C1,02
C1,,,true,S,parent,Ngozi,Okafor,ngozi@example.org,07700 900001,,,
"""
CLASSES = "sourcedId,status,dateLastModified,title,classType,termSourcedIds\nK1,,,Oak,homeroom,\n"
ENROLLMENTS = "sourcedId,status,dateLastModified,classSourcedId,userSourcedId,role,endDate\nE1,,,K1,P1,student,\n"


@pytest.fixture
def school(tmp_path: Path, typed: Typed) -> Path:
    """A new school whose sample families have been taken out."""
    school = tmp_path / "school"
    assert typed("init", str(school)).returncode == 0
    for table in (school / "families").glob("*.csv"):
        table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return school


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    tables = {"manifest": MANIFEST, "users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS}
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_draft_changes_nothing_and_write_takes_it_over(school: Path, export: Path, typed: Typed) -> None:
    pupils = school / "families" / "pupils.csv"
    before = pupils.read_text("utf-8")
    said = typed("--config", str(school), "families", "import", str(export))
    assert said.returncode == 0, said.stdout + said.stderr
    assert "New pupil P1 in Oak." in said.stdout
    assert "Nothing is changed yet." in said.stdout
    assert pupils.read_text("utf-8") == before
    said = typed("--config", str(school), "families", "import", str(export), "--write", "--json")
    told = json.loads(said.stdout)
    assert (told["pupils"], told["contacts"], told["links"], told["draft"]) == (1, 1, 1, None)
    assert (Path(told["kept"]) / "pupils.csv").read_text("utf-8") == before
    assert pupils.read_text("utf-8") != before
    assert typed("--config", str(school), "check").returncode == 0


def test_what_has_errors_is_not_taken_over(school: Path, export: Path, typed: Typed) -> None:
    (export / "users.csv").write_text(USERS.replace("07700 900001", "7.70090E+09"), encoding="utf-8")
    pupils = school / "families" / "pupils.csv"
    before = pupils.read_text("utf-8")
    said = typed("--config", str(school), "families", "import", str(export), "--write")
    assert said.returncode == 2
    assert "users.csv:3:10" in said.stdout
    assert pupils.read_text("utf-8") == before


def test_no_source_is_one_sentence(school: Path, typed: Typed) -> None:
    said = typed("--config", str(school), "families", "import", str(school / "nowhere.zip"))
    assert said.returncode == 2
    assert "There is no" in said.stderr
    assert "Traceback" not in said.stderr
