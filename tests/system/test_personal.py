"""Export and erasure on the example school: everything of theirs, nothing of anybody else's, and no bar is lifted."""

import csv
import re
from pathlib import Path

import pytest

from tests.database import whole_database
from tests.system.school import SchoolFolder

LETTER = "---\nto: {to}\nsubject: {subject}\n---\n{{{{ greeting }}}},\n\nplease give {{{{ pupils }}}} a coat.\n"


def rows(school: SchoolFolder, file: str) -> list[dict[str, str]]:
    with (school.path / "families" / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def rewrite(school: SchoolFolder, file: str, keep: object) -> None:
    found = rows(school, file)
    with (school.path / "families" / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=[*found[0]])
        writer.writeheader()
        writer.writerows([row for row in found if keep(row)])  # type: ignore[operator]


@pytest.fixture
async def lived(large: SchoolFolder) -> SchoolFolder:
    """The example school after a few messages."""
    large.drop("coats.md", LETTER.format(to="whole school", subject="Coats"))
    large.drop("trip.md", LETTER.format(to="pupil P0002", subject="A word about your child"))
    await large("run", "--until-idle")
    assert len(large.rows("SELECT id FROM message")) == 2
    return large


def couple(school: SchoolFolder) -> tuple[str, str, str]:
    """Two adults of one household who are named together on one copy, and their child."""
    found = school.rows("SELECT value FROM delivery WHERE NOT public ORDER BY id")
    for row in found:
        ids = re.search(r'"contact_ids":\["([^"]+)","([^"]+)"\],"pupil_ids":\["([^"]+)"', row["value"])
        if ids:
            return ids[1], ids[2], ids[3]
    raise AssertionError("no couple")


def text_of(folder: Path) -> str:
    return "\n".join(one.read_text("utf-8", "replace") for one in sorted(folder.rglob("*")) if one.is_file())


async def test_an_adults_export_has_their_messages_and_nobody_elses_details(lived: SchoolFolder) -> None:
    mine, other, _ = couple(lived)
    people = {row["contact_id"]: row for row in rows(lived, "contacts.csv")}
    said = await lived("export", "--contact", mine, "--to", "handout", "--json")
    assert said.code == 0, said.text
    assert said.json["messages"] >= 1
    theirs = text_of(lived.path / "handout" / "for-them")
    assert people[mine]["surname"] in theirs
    assert "Coats" in theirs
    assert "a coat" in theirs
    for key in ("email", "mobile", "phone"):
        value = people[other][key].replace(" ", "")
        if value and value != people[mine][key].replace(" ", ""):
            assert value not in theirs.replace(" ", "")
    assert people[other]["forename"] not in theirs
    assert other not in theirs
    again = await lived("export", "--contact", mine, "--to", "handout")
    assert again.code == 2


async def test_a_childs_export_names_no_adult(lived: SchoolFolder) -> None:
    said = await lived("export", "--pupil", "P0002", "--to", "handout")
    assert said.code == 0, said.text
    theirs = text_of(lived.path / "handout" / "for-them")
    adults = {row["contact_id"] for row in rows(lived, "links.csv") if row["pupil_id"] == "P0002"}
    assert adults
    for one in rows(lived, "contacts.csv"):
        if one["contact_id"] in adults:
            assert one["contact_id"] not in theirs
            assert not one["email"] or one["email"] not in theirs
            assert one["surname"] not in re.sub(child(lived)["surname"], "", theirs)
    assert "A word about your child" in theirs


def child(school: SchoolFolder) -> dict[str, str]:
    return next(row for row in rows(school, "pupils.csv") if row["pupil_id"] == "P0002")


async def test_a_barred_adult_is_handed_nothing_about_the_child(lived: SchoolFolder) -> None:
    mine, _, pupil = couple(lived)
    lived.add("families/arrangements.csv", f"court-order,{mine},{pupil},,,,,,order 12 in the safe,head")
    said = await lived("export", "--contact", mine, "--to", "handout", "--json")
    assert said.code == 0, said.text
    assert said.json["left_out"] >= 1
    name = next(row for row in rows(lived, "pupils.csv") if row["pupil_id"] == pupil)
    theirs = text_of(lived.path / "handout" / "for-them")
    assert name["forename"] not in theirs
    assert "court" not in theirs.lower()
    assert "order 12 in the safe" in (lived.path / "handout" / "for-the-school.txt").read_text("utf-8")


async def test_erasing_takes_an_adult_out_of_everything_and_keeps_the_others(lived: SchoolFolder) -> None:
    mine, other, _ = couple(lived)
    email = next(row for row in rows(lived, "contacts.csv") if row["contact_id"] == mine)["email"]
    refused = await lived("erase", "--contact", mine, "--yes")
    assert refused.code == 2
    assert "contacts.csv" in refused.err
    for file in ("contacts.csv", "links.csv"):
        rewrite(lived, file, lambda row: row["contact_id"] != mine)
    rewrite(lived, "arrangements.csv", lambda row: mine not in (row["contact_id"], row["value"]))
    dry = await lived("erase", "--contact", mine)
    assert (dry.code, "Nothing was done" in dry.out) == (1, True)
    done = await lived("erase", "--contact", mine, "--yes")
    assert done.code == 0, done.text
    left = whole_database(lived.path)
    assert not re.search(rf"\b{mine}\b", re.sub(r"^INSERT INTO \"audit\".*$", "", left, flags=re.MULTILINE))
    assert other in left
    if email:
        assert email.encode() not in (lived.path / "state" / "notifier.db").read_bytes()
        assert email not in (lived.path / "state" / "directory.json").read_text("utf-8")
    (certificate,) = (lived.path / "certificates").iterdir()
    assert "What is gone" in certificate.read_text("utf-8")
    assert (await lived("audit")).code == 0
    assert (await lived("run", "--until-idle")).code in (0, 1)
    assert (await lived("status")).code in (0, 1)
    assert (await lived("erase", "--contact", mine, "--yes")).code == 2


async def test_erasing_a_barred_adult_leaves_them_barred_under_any_id(lived: SchoolFolder) -> None:
    mine, other, pupil = couple(lived)
    email = next(row for row in rows(lived, "contacts.csv") if row["contact_id"] == mine)["email"] or "x@example.org"
    lived.add("families/arrangements.csv", f"court-order,{mine},{pupil},,,,,,order 12,head")
    await lived("families", "accept")
    for file in ("contacts.csv", "links.csv"):
        rewrite(lived, file, lambda row: row["contact_id"] != mine)
    rewrite(lived, "arrangements.csv", lambda row: row["contact_id"] != mine or row["arrangement"] == "court-order")
    done = await lived("erase", "--contact", mine, "--yes")
    assert done.code == 0, done.text
    assert "Had to stay" in done.out
    found = [row for row in rows(lived, "contacts.csv") if row["contact_id"] == other]
    assert found
    text = (lived.path / "families" / "contacts.csv").read_text("utf-8-sig")
    (lived.path / "families" / "contacts.csv").write_text(text.replace(found[0]["email"] or "\0", email), "utf-8")
    lived.drop("new.md", LETTER.format(to=f"pupil {pupil}", subject="New"))
    await lived("run", "--until-idle")
    new = lived.rows(
        "SELECT delivery.value FROM delivery JOIN message ON message.id = message_id WHERE subject = 'New'"
    )
    assert new
    assert all(email not in row["value"] for row in new)


async def test_nobody_is_erased_while_something_is_on_its_way_to_them(lived: SchoolFolder) -> None:
    mine, _, _ = couple(lived)
    lived.change("UPDATE leg SET state = 'due', due_at = '2099-01-01T00:00:00.000000Z'")
    for file in ("contacts.csv", "links.csv"):
        rewrite(lived, file, lambda row: row["contact_id"] != mine)
    rewrite(lived, "arrangements.csv", lambda row: mine not in (row["contact_id"], row["value"]))
    said = await lived("erase", "--contact", mine, "--yes")
    assert said.code == 2
    assert "under way" in said.err
    assert re.search(rf"\b{mine}\b", whole_database(lived.path))


async def test_erasing_a_child_takes_their_own_letters_with_it(lived: SchoolFolder) -> None:
    for file in ("pupils.csv", "links.csv", "arrangements.csv"):
        rewrite(lived, file, lambda row: row["pupil_id"] != "P0002")
    done = await lived("erase", "--pupil", "P0002", "--yes")
    assert done.code == 0, done.text
    left = re.sub(r"^INSERT INTO \"audit\".*$", "", whole_database(lived.path), flags=re.MULTILINE)
    assert not re.search(r"\bP0002\b", left)
    assert "A word about your child" not in left
    assert "Coats" in left
