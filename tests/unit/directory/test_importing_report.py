import re
from datetime import date
from pathlib import Path

import pytest

from notifier.directory.importing import Brought, bring, put_in_place
from tests.unit.directory.folder import ARRANGEMENTS, Folder
from tests.unit.directory.test_importing_oneroster import drafted, empty, told

PAGE = Path(__file__).resolve().parents[3] / "docs" / "importing.md"
TODAY = date(2026, 11, 2)
BLOCKS = dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


def imported(
    families: Path, report: str = BLOCKS["report.csv"], mapping: str = BLOCKS["mapping.toml"], today: date = TODAY
) -> Brought:
    (families / "mapping.toml").write_text(mapping, encoding="utf-8")
    source = families.parent / "report.csv"
    source.write_text(report, encoding="utf-8")
    return bring(source, families, today)


def test_the_example_on_the_page_gives_what_the_page_shows(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = imported(families)
    assert brought.problems == ()
    assert len(brought.changes) == 11
    for file in ("contacts.csv", "links.csv"):
        assert (families / "import" / file).read_text(encoding="utf-8") == BLOCKS[file]


def test_taking_the_draft_over_keeps_the_old_files_and_the_register(folder: Folder, tmp_path: Path) -> None:
    brought = imported(folder.path)
    assert brought.folder is not None
    old, new = folder.text("links.csv"), (brought.folder / "links.csv").read_text(encoding="utf-8")
    kept = put_in_place(brought.folder, folder.path, "2026-11-02")
    assert folder.text("links.csv") == new != old
    assert (kept / "links.csv").read_text(encoding="utf-8") == old
    assert folder.text("arrangements.csv") == ARRANGEMENTS
    again = imported(folder.path)
    assert again.changes == ()
    assert again.folder is not None
    assert put_in_place(again.folder, folder.path, "2026-11-02") != kept


def test_an_adult_with_a_new_address_keeps_the_id_the_school_knows(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = imported(families)
    assert brought.folder is not None
    put_in_place(brought.folder, families, "old")
    moved = BLOCKS["report.csv"].replace("samir@example.org", "s.haddad@example.org")
    brought = imported(families, moved)
    assert [*brought.changes] == ["A833d87d5f17c has a new email address."]


def test_a_report_never_clears_a_court_order_and_a_blank_never_clears_what_is_known(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = imported(families)
    assert brought.folder is not None
    put_in_place(brought.folder, families, "old")
    cleared = BLOCKS["report.csv"].replace("Dad,2,,Y", "Dad,2,,N").replace("Nan,1,N,N", "Nan,1,,N")
    assert imported(families, cleared).changes == ()
    links = drafted(families, "links.csv")
    assert [row["court_order"] for row in links] == ["no", "yes", "no", "no"]
    assert [row["parental_responsibility"] for row in links] == ["yes", "", "yes", "no"]


def test_all_the_mistakes_of_a_mapping_come_at_once(tmp_path: Path) -> None:
    mapping = BLOCKS["mapping.toml"].replace("surname = ", "surnam = ").replace('Y = "yes"', '"" = "yes"')
    brought = imported(empty(tmp_path), mapping=f"{mapping}\n[values.priority]\nA = 1\n[letters]\n")
    assert told(brought) == [
        ("import-mapping-blank", "families/mapping.toml:28:1"),
        ("import-mapping-column", "families/mapping.toml:4:1"),
        ("import-mapping-column", "families/mapping.toml:4:1"),
        ("import-mapping-needed", "families/mapping.toml"),
        ("import-mapping-needed", "families/mapping.toml"),
        ("import-mapping-table", "families/mapping.toml:38:1"),
        ("import-mapping-values", "families/mapping.toml:36:1"),
    ]
    assert brought.folder is None


@pytest.mark.parametrize(
    ("mapping", "id"),
    [
        pytest.param("[pupils\n", "import-mapping-unreadable", id="a bracket is missing"),
        pytest.param(BLOCKS["mapping.toml"].replace('"UPN"', '"ULN"'), "import-column-missing", id="no such column"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: str, id: str, tmp_path: Path) -> None:
    assert id in [problem.id for problem in imported(empty(tmp_path), mapping=mapping).problems]


def test_a_report_without_a_mapping_is_refused_with_where_to_find_an_example(tmp_path: Path) -> None:
    source = tmp_path / "report.csv"
    source.write_text(BLOCKS["report.csv"], encoding="utf-8")
    (problem,) = bring(source, empty(tmp_path), TODAY).problems
    assert problem.id == "import-mapping-missing"
    assert "docs/importing.md" in problem.sentence


@pytest.mark.parametrize(
    ("old", "new", "id", "where"),
    [
        pytest.param("P2002,", ",", "import-id", "report.csv:4:1", id="no id"),
        pytest.param(
            "P2002,Haddad,Omar,Elm", "P2001,Haddad,Omar,Elm", "import-rows-differ", "report.csv:4:1", id="two"
        ),
        pytest.param("samir@example.org", "samir", "email-unreadable", "report.csv:3:15", id="no address"),
        pytest.param("Dad,2,,Y", "Dad,2,,perhaps", "court-order-unreadable", "report.csv:3:12", id="no answer"),
        pytest.param("Nan,1", "Nan,first", "priority-unreadable", "report.csv:5:10", id="no number"),
    ],
)
def test_a_mistake_is_told_at_its_place_in_the_report(old: str, new: str, id: str, where: str, tmp_path: Path) -> None:
    assert old in BLOCKS["report.csv"]
    brought = imported(empty(tmp_path), BLOCKS["report.csv"].replace(old, new))
    assert (id, where) in told(brought)
    assert not brought.good


def test_an_adult_without_any_address_stands_alone(tmp_path: Path) -> None:
    families = empty(tmp_path)
    bare = "P2001,Haddad,Leila,Oak,2,,Noor,Haddad,Aunt,3,,N,,,,,\nP2002,Haddad,Omar,Elm,R,,Noor,Haddad,Aunt,3,,N,,,,,\n"
    brought = imported(families, BLOCKS["report.csv"] + bare)
    assert "import-contact-alone" in [problem.id for problem in brought.problems]
    assert len(drafted(families, "contacts.csv")) == 5


def test_windows_text_and_semicolons_are_read(tmp_path: Path) -> None:
    families = empty(tmp_path)
    (families / "mapping.toml").write_text(BLOCKS["mapping.toml"], encoding="utf-8")
    source = tmp_path / "report.csv"
    text = re.sub(r'"([^"\n]*)"', "Weg 1", BLOCKS["report.csv"]).replace(",", ";").replace("Wójcik", "Cortés")
    source.write_bytes(text.encode("cp1252"))
    brought = bring(source, families, TODAY)
    assert [problem.id for problem in brought.problems] == ["import-not-utf8", "address-incomplete"]
    assert "Cortés" in {row["surname"] for row in drafted(families, "contacts.csv")}
