"""A backup made while it sends, put back later: nothing that went since goes again by itself."""

import json
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.servers.smtp import MailServer
from tests.system.post import Post
from tests.system.processes import Said, until
from tests.system.school import PIN, SchoolFolder, email


def all_gone(school: SchoolFolder) -> bool:
    return not school.states()["planned"] + school.states()["sending"]


def only_backup(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


async def test_what_went_after_the_backup_does_not_go_again_until_a_person_says_so(
    large: SchoolFolder, mail: MailServer, post: Post, tmp_path: Path
) -> None:
    large.go_live(email(mail.port, "connections = 4"))
    large.letter("before.md", to="Beech class")
    assert (await large("run", "--until-idle")).code in (0, 1)
    before = len(post.taken)
    assert before > 5
    large.letter("coats.md")
    large.letter("later.md", more="send: 2099-03-01T10:00\n")
    made: list[Said] = []

    def hold_the_line(count: int) -> None:
        if count == before + 60:
            post.open.clear()

    post.after = hold_the_line
    daemon = await large.start()
    await large.answer("coats.md")
    await large.answer("later.md")
    await until(lambda: len(post.waiting) >= 4, "four emails on the wire")
    made.append(await large("backup", str(tmp_path / "backups"), "--json"))
    assert made[0].code == 0, made[0].text
    assert set(made[0].json["files"]) >= {"notifier.db", "config.toml", "families/arrangements.csv"}
    post.open.set()
    await until(lambda: all_gone(large), "the last email")
    large.letter("after.md", to="Beech class")  # the backup knows nothing of it
    await large.answer("after.md")
    await until(lambda: all_gone(large), "the last email")
    refused = await large("restore", str(tmp_path / "backups"))
    assert refused.code == 2
    assert "Stop it" in refused.err
    await daemon.stop()
    everything = Counter(post.ids)
    assert set(everything.values()) == {1}

    said = await large("restore", str(tmp_path / "backups"), "--json")
    assert said.code == 1, said.text
    held = {one["subject"]: one["copies"] for one in said.json["held"]}
    assert set(held) == {"coats.md", "later.md"}
    assert held["later.md"] == 0
    assert held["coats.md"] > 100
    assert said.json["filled"] == []
    (aside,) = said.json["aside"]
    assert aside in map(str, (large.path / "state").glob("*.db"))
    assert (await large("check")).code == 0

    again = await large("run", "--until-idle")
    assert again.code == 1
    assert Counter(post.ids) == everything
    assert not [leg for leg in large.rows("SELECT due_at FROM leg WHERE state IN ('due', 'unknown')") if leg["due_at"]]

    (coats,) = [one["message"] for one in said.json["held"] if one["subject"] == "coats.md"]
    assert (await large("cancel", coats, "--as", "r-adeyemi", "--pin-stdin", stdin=f"{PIN}\n")).code in (0, 1)
    (later,) = [one["message"] for one in said.json["held"] if one["subject"] == "later.md"]
    assert (await large("approve", later, "--as", "r-adeyemi", "--pin-stdin", stdin=f"{PIN}\n")).code == 0
    await large("run", "--until-idle")
    assert Counter(post.ids) == everything
    assert large.rows("SELECT state FROM message WHERE id = ?", later)[0]["state"] == "waiting"


async def test_an_emergency_that_was_under_way_is_held_and_named_first(small: SchoolFolder, tmp_path: Path) -> None:
    small.drop(
        "closed.md",
        "---\nkind: emergency\nto: whole school\nsubject: Closed today\n---\nThe school is closed.\n",
        "head",
    )
    small.drop("trip.md", "---\nto: Oak\nsend: 2099-03-01T10:00\n---\n# A trip\n\nBring a coat.\n", "office")
    await small("run", "--until-idle")
    small.change(  # as live, where the provider has told nothing yet
        "UPDATE leg SET state = 'sent' WHERE state = 'delivered'",
        "UPDATE delivery SET state = 'handed_over' WHERE state = 'confirmed' AND message_id LIKE 'emergency%'",
    )
    assert small.states()["handed_over"] > 0
    assert (await small("backup", str(tmp_path / "safe"))).code == 0
    shutil.rmtree(small.path / "outbox")
    said = await small("restore", str(tmp_path / "safe"))
    assert said.code == 1
    assert "An emergency is among them" in said.out
    assert said.out.index("EMERGENCY Closed today") < said.out.index("A trip")
    small.change("UPDATE delivery SET rung_at = '2026-01-01T00:00:00.000000Z'")
    await small("run", "--until-idle")
    assert [*(small.path / "outbox").rglob("*.eml"), *(small.path / "outbox").rglob("*.txt")] == []
    assert small.states()["handed_over"] == 0


async def test_a_backup_becomes_a_school_on_a_new_computer(small: SchoolFolder, tmp_path: Path) -> None:
    small.letter("trip.md")
    await small("run", "--until-idle")
    assert (await small("backup", str(tmp_path / "safe"))).code == 0
    backup = only_backup(tmp_path / "safe")
    assert not [file for file in backup.rglob("*") if "pin" in file.name or "secret" in str(file)]
    assert {file.stat().st_mode & 0o077 for file in backup.rglob("*") if file.is_file()} == {0}
    shutil.rmtree(small.path)
    new = tmp_path / "new computer"
    said = await small.processes.command(("restore", str(backup), str(new)), cwd=tmp_path)
    assert said.code == 0, said.text
    assert "court order since then" in said.out
    moved = SchoolFolder(new, small.processes)
    assert "trip.md" in (await moved("status")).out
    assert (await moved("check")).code == 0
    moved.letter("again.md")
    await moved("run", "--until-idle")
    assert len(moved.rows("SELECT id FROM message")) == 2


async def test_what_is_in_the_folder_is_not_written_over_and_newer_denials_stay(
    small: SchoolFolder, tmp_path: Path
) -> None:
    small.letter("trip.md")
    await small("run", "--until-idle")
    await small("backup", str(tmp_path / "safe"))
    rows = (small.path / "families" / "arrangements.csv").read_text("utf-8")
    small.add("families/arrangements.csv", "welfare-hold,C001,,,,,,,note,head")
    small.letter("next.md")
    await small("run", "--until-idle")
    newest = small.directory_version()
    (small.path / "families" / "arrangements.csv").write_text(rows, "utf-8")  # the row vanishes: the record has it
    assert (await small("restore", str(tmp_path / "safe"))).code == 0
    assert small.directory_version() == newest
    shown = await small("families", "show", "C001", "--json")
    assert "welfare-hold" in shown.out


@pytest.mark.parametrize("file", ["notifier.db", "families/links.csv", "backup.json"])
async def test_a_backup_that_is_not_as_it_was_written_is_refused_and_nothing_is_touched(
    small: SchoolFolder, tmp_path: Path, file: str
) -> None:
    small.letter("trip.md")
    await small("run", "--until-idle")
    await small("backup", str(tmp_path / "safe"))
    damaged = only_backup(tmp_path / "safe") / file
    damaged.write_bytes(damaged.read_bytes()[:-7])
    was = (small.path / "state" / "notifier.db").read_bytes()
    said = await small("restore", str(tmp_path / "safe"))
    assert said.code == 2
    assert "Take another" in said.err
    assert (small.path / "state" / "notifier.db").read_bytes() == was


async def test_a_backup_of_another_school_is_refused(small: SchoolFolder, large: SchoolFolder, tmp_path: Path) -> None:
    for school in (small, large):
        await school("run", "--until-idle")
    await small("backup", str(tmp_path / "safe"))
    said = await large("restore", str(tmp_path / "safe"))
    assert said.code == 2
    assert "another school" in said.err


async def test_what_was_being_taken_and_messages_toml_are_set_aside(small: SchoolFolder, tmp_path: Path) -> None:
    await small("run", "--until-idle")
    await small("backup", str(tmp_path / "safe"))
    half = small.path / "drop" / "office" / "processing" / "2026-11-20T09.00.00.000000+0000--trip.md"
    half.mkdir(parents=True)
    (half / "trip.md").write_text("---\nto: whole school\n---\n# Trip\n", "utf-8")
    (small.path / "messages.toml").write_text('[[message]]\nto = "Oak"\nsubject = "A"\nbody = "B"\n', "utf-8")
    said = await small("restore", str(tmp_path / "safe"))
    assert said.code == 1
    await small("run", "--until-idle")
    assert small.rows("SELECT id FROM message") == []
    assert (small.path / "messages.before-restore.toml").exists()


async def test_old_backups_go_where_the_school_says_how_many_to_keep(small: SchoolFolder, tmp_path: Path) -> None:
    await small("run", "--until-idle")
    safe = tmp_path / "safe"
    for number in (1, 2, 3):
        await small("backup", str(safe))
        made = max(safe.iterdir())
        made.rename(safe / f"notifier-2026-11-0{number}T02.00.00Z")
    (safe / "holiday pictures").mkdir()
    said = await small("backup", str(safe), "--keep", "2", "--json")
    assert said.json["deleted"] == 2
    assert len([one for one in safe.iterdir() if one.name.startswith("notifier-")]) == 2
    assert (safe / "holiday pictures").exists()
    inside = await small("backup", str(small.path / "backups"))
    assert inside.code == 3


async def test_the_copy_is_whole_and_has_its_audit(small: SchoolFolder, tmp_path: Path) -> None:
    small.letter("trip.md")
    await small("run", "--until-idle")
    await small("backup", str(tmp_path / "safe"))
    backup = only_backup(tmp_path / "safe")
    contents = json.loads((backup / "backup.json").read_text("utf-8"))
    with sqlite3.connect(backup / "notifier.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT mark FROM audit_seal").fetchone() == (contents["seal"],)
    connection.close()
