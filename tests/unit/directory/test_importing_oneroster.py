import csv
import os
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from notifier.directory.importing import BadSource, Brought, bring
from notifier.directory.importing import parcel as parcels
from tests.unit.directory.folder import ARRANGEMENTS, Folder

SHARED = Path(os.environ.get("NOTIFIER_SHARED") or Path(__file__).resolve().parents[4] / "shared")
ARCHIVES = SHARED / "data" / "oneroster"
TERM = date(2022, 5, 2)

MANIFEST = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,bulk\n"
USERS = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
P0001,,,true,S1,student,,,Amina,Okafor,,,,,,C0001,02,
P0002,,,true,S1,student,,,Tomasz,Nowak,,,,,,,01,
C0001,,,true,S1,parent,,,Ngozi,Okafor,,,ngozi@example.org,07700 900001,,,,
C0002,,,true,S1,guardian,,,Emeka,Okafor,,,emeka@example.org,07700 900002,,P0001,,
C0003,,,true,S1,relative,,,Zofia,Nowak,,,zofia@example.org,07700 900003,,P0002,,
"""
CLASSES = """\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
K1,,,Oak,,,,homeroom,,S1,,,,
K2,,,Choir,,,,scheduled,,S1,,,,
"""
ENROLLMENTS = """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
E1,,,K1,S1,P0001,student,,,
E2,,,K2,S1,P0001,student,,,
E3,,,K2,S1,P0002,student,,,
"""
TABLES = {"manifest.csv": MANIFEST, "users.csv": USERS, "classes.csv": CLASSES, "enrollments.csv": ENROLLMENTS}


def export(root: Path, tables: Mapping[str, str] = TABLES) -> Path:
    source = root / "export"
    source.mkdir(exist_ok=True)
    for name, text in tables.items():
        (source / name).write_text(text, encoding="utf-8")
    return source


def empty(root: Path) -> Path:
    families = root / "school" / "families"
    families.mkdir(parents=True)
    (families / "arrangements.csv").write_text(ARRANGEMENTS, encoding="utf-8")
    return families


def drafted(families: Path, file: str) -> list[dict[str, str]]:
    with (families / "import" / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def told(brought: Brought) -> list[tuple[str, str]]:
    return sorted((problem.id, problem.where) for problem in brought.problems)


def archive(name: str) -> Path:
    path = ARCHIVES / name
    if not path.exists():
        pytest.skip(f"{name} is not there: the public archives lie outside the repository")
    return path


def test_the_full_archive_of_1_1_gives_its_pupils_and_these_problems(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = bring(archive("Test_full_data_set.zip"), families, TERM)
    assert told(brought) == [
        ("class-blank", "families/import/pupils.csv:2:4"),
        ("court-order-blank", "families/import/links.csv:2:8"),
        ("import-agent-role", "users.csv:3:16"),
        ("import-enrolment", "enrollments.csv:3:1"),
        ("import-odd-writing", "users.csv:2:4"),
        ("import-status", "academicSessions.csv:2:2"),
        ("import-status", "classes.csv:3:2"),
        ("mobile-not-mobile", "users.csv:4:14"),
        ("pupil-without-contact", "families/import/pupils.csv:3:1"),
    ]
    assert [row["pupil_id"] for row in drafted(families, "pupils.csv")] == [
        "usr-222-66778899",
        "usr-222-1234561232",
        "usr-222-567891",
    ]
    (link,) = drafted(families, "links.csv")
    assert (link["pupil_id"], link["contact_id"]) == ("usr-222-66778899", "usr-222-1234561")
    assert link["parental_responsibility"] == link["court_order"] == link["lives_with"] == ""


def test_the_minimal_archive_of_1_1_gives_its_pupils_and_these_problems(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = bring(archive("Test_minimal_data_set.zip"), families, TERM)
    assert told(brought) == [
        ("class-blank", "families/import/pupils.csv:2:4"),
        ("import-adult-alone", "users.csv:4:1"),
        ("import-enrolment", "enrollments.csv:3:1"),
        ("import-odd-writing", "users.csv:2:4"),
        ("pupil-without-contact", "families/import/pupils.csv:2:1"),
    ]
    assert brought.counts == (3, 0, 0)
    assert drafted(families, "pupils.csv")[1]["class"] == "History - 2"


def test_the_archive_of_1_2_with_its_dirty_headers_gives_its_pupils_and_these_problems(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = bring(archive("v1p2_full_dataset.zip"), families, TERM)
    assert told(brought) == [
        ("class-blank", "families/import/pupils.csv:2:4"),
        ("court-order-blank", "families/import/links.csv:2:8"),
        ("import-agent-role", "users.csv:4:14"),
        ("import-column-misspelt", "roles.csv:1:3"),
        ("import-column-misspelt", "users.csv:1:18"),
        ("import-column-misspelt", "users.csv:1:19"),
        ("import-column-misspelt", "users.csv:1:20"),
        ("import-enrolment", "enrollments.csv:3:1"),
        ("import-odd-writing", "users.csv:2:3"),
        ("import-odd-writing", "users.csv:2:4"),
        ("import-status", "academicSessions.csv:2:2"),
        ("import-status", "classes.csv:3:2"),
        ("import-wrong-columns", "userprofiles.csv:1:1"),
        ("mobile-not-mobile", "users.csv:2:12"),
        ("pupil-without-contact", "families/import/pupils.csv:4:1"),
    ]
    assert [(row["pupil_id"], row["contact_id"], row["relationship"]) for row in drafted(families, "links.csv")] == [
        ("usr-222-66778899", "usr-222-123456", "CAR"),
        ("usr-222-1234561232", "usr-222-123456", "CAR"),
    ]


def test_a_role_that_has_ended_is_the_pupils_last_day_and_takes_the_adult_out(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = bring(archive("v1p2_full_dataset.zip"), families, date(2026, 11, 2))
    assert {"import-role-ended", "import-pupil-left"} <= {problem.id for problem in brought.problems}
    assert {row["left_on"] for row in drafted(families, "pupils.csv")} == {"2025-09-23"}
    assert drafted(families, "contacts.csv") == []


def test_a_link_is_found_from_either_end(tmp_path: Path) -> None:
    families = empty(tmp_path)
    brought = bring(export(tmp_path), families, TERM)
    assert [(row["pupil_id"], row["contact_id"], row["relationship"]) for row in drafted(families, "links.csv")] == [
        ("P0001", "C0001", "OTH"),
        ("P0001", "C0002", "CAR"),
        ("P0002", "C0003", "REL"),
    ]
    assert [(row["class"], row["groups"], row["year"]) for row in drafted(families, "pupils.csv")] == [
        ("Oak", "Choir", "2"),
        ("Choir", "", "1"),
    ]
    assert brought.good


def test_a_mistake_in_an_address_is_told_at_its_place_in_the_export(tmp_path: Path) -> None:
    users = USERS.replace("emeka@example.org", "emeka").replace("07700 900003", "7.70090E+09")
    brought = bring(export(tmp_path, {**TABLES, "users.csv": users}), empty(tmp_path), TERM)
    assert {("email-unreadable", "users.csv:5:13"), ("number-spoilt", "users.csv:6:14")} <= {*told(brought)}
    assert not brought.good


@pytest.mark.parametrize(
    ("file", "old", "new", "id"),
    [
        pytest.param("manifest.csv", "users,bulk", "users,delta", "import-delta", id="changes only"),
        pytest.param("manifest.csv", "version,1.1", "version,1.0", "import-version", id="another version"),
        pytest.param("users.csv", "agentSourcedIds", "agents", "import-column-missing", id="a column is missing"),
        pytest.param("users.csv", ",role,", ",position,", "import-column-missing", id="nobody has a role"),
        pytest.param("users.csv", USERS, "\n\n", "import-file-empty", id="an empty table"),
        pytest.param("users.csv", "Ngozi", "Ngo\x07zi", "control-character", id="an invisible character"),
        pytest.param("users.csv", "C0003,", "C0002,", "import-id", id="an id twice"),
        pytest.param("users.csv", "Zofia", 'Zo"fia"x\n"', "import-broken-off", id="a stray quotation mark"),
        pytest.param("users.csv", "P0002,,,true,S1", "P0002,,,true,S2", "import-several-schools", id="two schools"),
        pytest.param("users.csv", ",01,", ",01,,,x", "import-row-too-long", id="a row that slipped"),
    ],
)
def test_what_cannot_be_trusted_is_refused(file: str, old: str, new: str, id: str, tmp_path: Path) -> None:
    assert old in TABLES[file]
    source = export(tmp_path, {**TABLES, file: TABLES[file].replace(old, new)})
    brought = bring(source, empty(tmp_path), TERM)
    assert id in [problem.id for problem in brought.problems]
    assert not brought.good


def test_blank_lines_before_the_header_and_no_manifest_are_forgiven(tmp_path: Path) -> None:
    tables = {**TABLES, "users.csv": f"\n,,,\n{USERS}"}
    del tables["manifest.csv"]
    brought = bring(export(tmp_path, tables), empty(tmp_path), TERM)
    assert told(brought) == [
        ("court-order-blank", "families/import/links.csv:2:8"),
        ("import-manifest-missing", "manifest.csv"),
    ]
    assert brought.counts == (2, 3, 3)


def test_every_table_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    brought = bring(export(tmp_path, {"manifest.csv": MANIFEST}), empty(tmp_path), TERM)
    assert told(brought) == [
        ("import-file-missing", "classes.csv"),
        ("import-file-missing", "enrollments.csv"),
        ("import-file-missing", "users.csv"),
    ]


def test_one_school_of_several_can_be_named(tmp_path: Path) -> None:
    users = USERS.replace("P0002,,,true,S1", "P0002,,,true,S2")
    families = empty(tmp_path)
    assert bring(export(tmp_path, {**TABLES, "users.csv": users}), families, TERM, org="S1").good
    assert [row["pupil_id"] for row in drafted(families, "pupils.csv")] == ["P0001"]
    assert [row["contact_id"] for row in drafted(families, "contacts.csv")] == ["C0001", "C0002"]


def test_deleted_rows_and_adults_with_a_shut_account_are_left_out_and_told(tmp_path: Path) -> None:
    users = USERS.replace("C0001,,,true", "C0001,tobedeleted,,true").replace("C0002,,,true", "C0002,,,false")
    users = users.replace("P0002,,,true", "P0002,,,false")
    families = empty(tmp_path)
    brought = bring(export(tmp_path, {**TABLES, "users.csv": users}), families, TERM)
    assert {"import-status", "import-disabled", "import-agent-unknown"} <= {problem.id for problem in brought.problems}
    assert [row["contact_id"] for row in drafted(families, "contacts.csv")] == ["C0003"]
    assert len(drafted(families, "pupils.csv")) == 2


def test_what_the_school_wrote_itself_and_court_orders_are_kept(folder: Folder, tmp_path: Path) -> None:
    folder.cell("links.csv", 3, "court_order", "yes")
    folder.cell("contacts.csv", 3, "household", "low")
    register = folder.text("arrangements.csv")
    users = USERS.replace("07700 900001", "07700 900777")
    brought = bring(export(tmp_path, {**TABLES, "users.csv": users}), folder.path, TERM)
    assert brought.good
    links = {row["contact_id"]: row for row in drafted(folder.path, "links.csv")}
    assert links["C0002"]["court_order"] == "yes"
    assert links["C0002"]["lives_with"] == "no"
    assert links["C0001"]["parental_responsibility"] == "yes"
    assert [links[id]["relationship"] for id in ("C0001", "C0002", "C0003")] == ["PAM", "father", "mother"]
    contacts = {row["contact_id"]: row for row in drafted(folder.path, "contacts.csv")}
    assert (contacts["C0002"]["household"], contacts["C0001"]["address_1"]) == ("low", "1 High Road")
    assert "C0001 has a new mobile number." in brought.changes
    assert not [line for line in brought.changes if "court_order" in line or "responsibility" in line]
    assert folder.text("arrangements.csv") == register


def test_the_link_with_a_court_order_stays_when_the_export_has_lost_it(folder: Folder, tmp_path: Path) -> None:
    folder.cell("links.csv", 3, "court_order", "yes")
    users = "".join(line for line in USERS.splitlines(keepends=True) if not line.startswith("C0002"))
    brought = bring(export(tmp_path, {**TABLES, "users.csv": users}), folder.path, TERM)
    assert ("import-kept", "families/contacts.csv") in told(brought)
    kept = [row for row in drafted(folder.path, "links.csv") if row["contact_id"] == "C0002"]
    assert [row["court_order"] for row in kept] == ["yes"]


def test_a_barred_adult_under_a_new_id_is_refused(folder: Folder, tmp_path: Path) -> None:
    folder.add("arrangements.csv", "court-order,C0002,P0001,,,,,,Order 12,head")
    source = export(tmp_path, {**TABLES, "users.csv": USERS.replace("C0002", "X0002")})
    brought = bring(source, folder.path, TERM)
    assert "import-order-new-id" in [problem.id for problem in brought.problems]
    assert not brought.good


def test_an_order_that_only_the_record_knows_is_guarded_too(folder: Folder, tmp_path: Path) -> None:
    folder.add("arrangements.csv", "court-order,C0002,P0001,,,,,,Order 12,head")
    before = folder.directory()
    folder.drop("arrangements.csv", "court-order")
    source = export(tmp_path, {**TABLES, "users.csv": USERS.replace("C0002", "X0002")})
    brought = bring(source, folder.path, TERM, before)
    assert "import-order-new-id" in [problem.id for problem in brought.problems]


def test_an_order_about_a_child_long_gone_does_not_stand_in_the_way(folder: Folder, tmp_path: Path) -> None:
    folder.add("arrangements.csv", "court-order,C0003,P0002,,,,,,Order 12,head")
    before = folder.directory()
    folder.drop("pupils.csv", "P0002")
    folder.drop("links.csv", "P0002")
    users = "".join(line for line in USERS.splitlines(keepends=True) if "P0002" not in line)
    brought = bring(export(tmp_path, {**TABLES, "users.csv": users}), folder.path, TERM, before)
    assert brought.good, told(brought)
    assert "import-kept" in [problem.id for problem in brought.problems]


def test_a_new_adult_with_the_name_of_a_barred_one_is_pointed_out(folder: Folder, tmp_path: Path) -> None:
    folder.add("arrangements.csv", "court-order,C0002,,,,,,,Order 12,head")
    again = "C0009,,,true,S1,parent,,,Emeka,Okafor,,,other@example.org,,,P0002,,\n"
    brought = bring(export(tmp_path, {**TABLES, "users.csv": USERS + again}), folder.path, TERM)
    assert ("import-order-namesake", "families/contacts.csv") in told(brought)
    assert brought.good


def test_an_export_cut_short_is_pointed_out(folder: Folder, tmp_path: Path) -> None:
    folder.crowd(40)
    brought = bring(export(tmp_path), folder.path, TERM, before=folder.directory())
    assert "mass-removal" in [problem.id for problem in brought.problems]


def test_an_order_about_a_child_who_is_not_in_the_export_is_refused_unless_the_child_has_left(
    folder: Folder, tmp_path: Path
) -> None:
    folder.cell("links.csv", 3, "court_order", "yes")
    source = export(tmp_path, {**TABLES, "users.csv": USERS.replace("P0001", "X0001")})
    assert "import-order-pupil-gone" in [problem.id for problem in bring(source, folder.path, TERM).problems]
    folder.cell("pupils.csv", 2, "left_on", "2022-04-01")
    folder.cell("pupils.csv", 2, "admitted_on", "")
    assert "import-order-pupil-gone" not in [problem.id for problem in bring(source, folder.path, TERM).problems]


def test_own_files_that_cannot_be_read_are_not_written_over(folder: Folder, tmp_path: Path) -> None:
    folder.add("links.csv", 'P0001,"C0002')
    brought = bring(export(tmp_path), folder.path, TERM)
    assert ("import-own-file", "families/links.csv") in told(brought)
    assert not brought.good


def test_a_zip_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", b"0" * (8 << 20))
    with pytest.raises(BadSource, match="far more"):
        bring(bomb, empty(tmp_path), TERM)


def test_a_zip_with_the_tables_in_a_folder_is_read(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in TABLES.items():
            archive.writestr(f"export/{name}", text)
        archive.writestr("__MACOSX/export/users.csv", "nothing")
    assert bring(packed, empty(tmp_path), TERM).counts == (2, 3, 3)


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path) -> None:
    families = empty(tmp_path)
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"PK\x05\x06" + b"\0" * 18)
    with pytest.raises(BadSource, match=r"no users\.csv"):
        bring(nothing, families, TERM)
    with pytest.raises(BadSource, match="There is no"):
        bring(tmp_path / "elsewhere.zip", families, TERM)
    words = tmp_path / "words.csv"
    words.write_bytes(b"no table")
    assert not bring(words, families, TERM).good


def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in TABLES.items():
            archive.writestr(name, text)
    whole = packed.read_bytes()
    families = empty(tmp_path)
    for damaged in (whole.replace(b"Ngozi", b"Ngoxi", 1), whole[: len(whole) // 2], b"no zip at all"):
        packed.write_bytes(damaged)
        with pytest.raises(BadSource, match="damaged"):
            bring(packed, families, TERM)


def test_the_limits_let_the_largest_schools_through() -> None:
    assert parcels.LARGEST >= 200 << 20
    assert parcels.LARGEST_TOGETHER >= parcels.LARGEST
