"""What every command promises whoever types it, or calls it from a script (DESIGN 3.3)."""

import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.processes import Said, until
from tests.system.school import QUICK, SchoolFolder, letter

NOWHERE = Path("/nonexistent")
READING = (
    ("check",),
    ("status",),
    ("unreached",),
    ("tasks",),
    ("tasks", "--all"),
    ("audit",),
    ("families", "diff"),
    ("families", "show", "C001"),
    ("families", "show", "P001"),
    ("preview", "drop/office/accepted/trip.md"),
)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("once") / "begun"


@pytest.fixture
async def begun(small: SchoolFolder, once: Path) -> SchoolFolder:
    """A school that has sent one letter, in trial; made once, and a copy for each test."""
    if not made_before(small, once):
        small.letter("trip.md", to="Oak class")
        said = await small("run", "--until-idle")
        assert said.code == 0, said.text
        shutil.copytree(small.path, once)
    return small


def made_before(small: SchoolFolder, once: Path) -> bool:
    if not once.exists():
        return False
    shutil.rmtree(small.path)
    shutil.copytree(once, small.path)
    return True


def message_of(school: SchoolFolder) -> str:
    return str(school.rows("SELECT id FROM message")[0]["id"])


def sentence(said: Said, code: int = 2) -> None:
    """Refused in words: no traceback, no name of a thing of ours, something to do."""
    assert said.code == code, said.text
    assert said.err.strip() or said.out.strip()
    assert "Traceback" not in said.text
    assert "Something went wrong inside the program" not in said.text


async def test_every_reading_command_has_json_that_parses(begun: SchoolFolder) -> None:
    message = message_of(begun)
    keys = {}
    for argv in (*READING, ("status", message), ("unreached", message), ("explain", message)):
        said = await begun(*argv, "--json")
        assert said.code in (0, 1), said.text
        keys[argv[0]] = set(said.json)
    assert keys["check"] == {"problems"}
    assert keys["unreached"] == {"unreached"}
    assert keys["tasks"] == {"tasks"}
    assert {"lines", "whole", "seal", "seal_found"} <= keys["audit"]
    narrow = (await begun("explain", message, "--contact", "C001", "--json")).json
    assert narrow["steps"]
    assert {step["contact_id"] for step in narrow["steps"]} <= {"", "C001"}
    assert (await begun("status", "--json")).json["messages"][0]["deliveries"] == {"handed_over": 6}
    assert (await begun("run", "--until-idle", "--json")).json == {"answers": [], "left": [], "problems": []}


async def test_what_may_be_read_out_to_a_parent_names_nobody(begun: SchoolFolder) -> None:
    message = message_of(begun)
    families = (begun.path / "families" / "pupils.csv").read_text("utf-8").splitlines()[1:]
    told = await begun("explain", message, "--contact", "C001", "--for-parent")
    assert told.code == 0, told.text
    assert told.out.strip()
    words = told.out.split()
    assert not [name for row in families for name in row.split(",")[:3] if name in words]
    stranger = await begun("explain", message, "--contact", "C999", "--for-parent", "--json")
    assert stranger.code == 2
    assert "C999" in stranger.text
    sentence(await begun("explain", message, "--for-parent"))


async def test_how_the_school_tells_families_is_a_page_that_names_nobody(small: SchoolFolder) -> None:
    said = await small("policy", "explain", "--html", "how.html")
    assert said.code == 0, said.text
    html = (small.path / "how.html").read_text("utf-8")
    assert html.count("<h2>") >= 7
    assert "W39" not in html
    read = (await small("policy", "explain", "--json")).json
    assert read["kinds"]["letter"]["ladder"][-1] == "call"
    assert not (small.path / "state" / "notifier.db").exists()
    sentence(await small("policy", "explain", "--html", "no/such/folder/how.html"), 3)


async def test_a_preview_has_exactly_the_shape_of_the_design_and_records_nothing(small: SchoolFolder) -> None:
    file = small.path / "trip.md"
    file.write_text(letter("Trip", to="whole school"), "utf-8")
    said = await small("preview", "trip.md", "--json", "--on", "2026-12-01")
    assert said.code == 0, said.text
    plan = said.json
    assert set(plan) == {"message", "deliveries", "public", "withheld", "tasks", "problems"}
    wanted = {"contact_ids", "pupil_ids", "household", "basis", "ladder", "addresses", "language", "text_language"}
    for delivery in plan["deliveries"]:
        assert wanted | {"rules"} <= set(delivery)
        assert delivery["basis"] in {"main", "copy", "consent", "equal"}
        assert delivery["ladder"][-1] == "call"
        assert set(delivery["addresses"]) <= {"email", "text", "letter", "voice", "call"}
    assert {frozenset(one) for one in plan["withheld"]} == {frozenset({"contact_id", "pupil_ids", "rule", "reason"})}
    assert {frozenset(one) for one in plan["tasks"]} == {frozenset({"what", "about", "rule"})}
    for problem in plan["problems"]:
        assert set(problem) == {"id", "severity", "where", "rule", "sentence"}
        assert problem["severity"] in {"error", "hold", "advice"}
    assert [one["contact_id"] for one in plan["withheld"] if one["pupil_ids"] == ["P010"]] == ["C013"]
    assert not (small.path / "state" / "notifier.db").exists()
    assert not list((small.path / "drop").rglob("*.txt"))

    file.write_text(letter("Trip", to="Oka class"), "utf-8")
    refused = await small("preview", "trip.md", "--json")
    assert refused.code == 2
    assert refused.json["deliveries"] == []
    (error,) = [one for one in refused.json["problems"] if one["severity"] == "error"]
    assert "Oak" in error["sentence"]

    file.write_text(letter("A head injury at school"), "utf-8")
    held = await small("preview", "trip.md", "--json")
    assert held.code == 1
    assert {one["severity"] for one in held.json["problems"]} >= {"hold"}
    assert held.json["deliveries"]


@pytest.mark.parametrize("argv", [("preview", "trip.md"), ("check",), ("families", "diff")], ids=lambda argv: argv[0])
async def test_what_only_looks_writes_nothing_into_a_folder_that_never_ran(
    small: SchoolFolder, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    fresh = tmp_path / "fresh"
    for part in ("families", "calendar", "config.toml"):
        source = small.path / part
        (shutil.copytree if source.is_dir() else _copied)(source, fresh / part)
    (fresh / "trip.md").write_text(letter("Trip", to="Oak class"), encoding="utf-8")
    before = sorted(fresh.rglob("*"))
    said = await small.processes.command(argv, cwd=fresh)
    assert said.code == 0, said.text
    assert sorted(fresh.rglob("*")) == before


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


async def test_the_config_may_be_named_before_or_after_the_command_or_in_the_environment(begun: SchoolFolder) -> None:
    config, away = str(begun.path / "config.toml"), begun.path / "outbox"
    ways = [
        await begun.processes.command(("--config", config, "status", "--json"), cwd=away),
        await begun.processes.command(("status", "--config", config, "--json"), cwd=away),
        await begun.processes.command(("status", "--json", f"--config={begun.path}"), cwd=away),
        await begun.processes.command(("status", "--json"), cwd=away, env={"NOTIFIER_CONFIG": config}),
        await begun("status", "--json"),
    ]
    assert {said.code for said in ways} == {0}
    assert len({said.out for said in ways}) == 1
    sentence(await begun.processes.command(("status",), cwd=away))
    sentence(await begun.processes.command(("status", "--config"), cwd=away))
    named = await begun("status", "--config", str(NOWHERE / "config.toml"))
    sentence(named)
    assert "nonexistent" in named.text
    sentence(await begun.processes.command(("status",), cwd=away, env={"NOTIFIER_CONFIG": str(NOWHERE)}))


@pytest.mark.parametrize(
    "argv",
    [
        ("statsu",),
        ("status", "--jsn"),
        ("status", "letter-nope99"),
        ("explain",),
        ("explain", "letter-nope99"),
        ("unreached", "letter-nope99"),
        ("cancel", "letter-nope99"),
        ("approve", "letter-nope99"),
        ("resolve", "leg-nope"),
        ("resolve", "leg-nope", "--sent"),
        ("tasks", "done", "x"),
        ("tasks", "done", "77"),
        ("tasks", "undo"),
        ("families", "show", "C999"),
        ("families", "eat"),
        ("families", "show", "C001", "C002"),
        ("staff", "pin", "nobody"),
        ("preview", "missing.md"),
        ("preview", "families"),
        ("preview", "README.md", "--on", "Tuesday"),
        ("submit",),
        ("submit", "missing.md"),
        ("submit", "families/pupils.csv"),
        ("submit", "START-HERE.txt", "--intake", "elsewhere"),
        ("submit", "START-HERE.txt", "--as", "nobody"),
        ("init",),
        ("init", "."),
        ("init", "config.toml"),
        ("demo", "."),
    ],
    ids=" ".join,
)
async def test_what_is_mistyped_is_refused_in_a_sentence(begun: SchoolFolder, argv: tuple[str, ...]) -> None:
    sentence(await begun(*argv))


async def test_a_command_as_the_shell_starts_it_ends_with_the_same_codes(begun: SchoolFolder) -> None:
    for argv, code in (
        (("--version",), 0),
        (("--help",), 0),
        (("status",), 0),
        (("statsu",), 2),
    ):
        said = await begun.processes.cold(*argv, cwd=begun.path)
        assert said.code == code, said.text
        assert "Traceback" not in said.text


async def test_a_second_run_in_one_folder_is_refused_and_disturbs_nothing(small: SchoolFolder) -> None:
    daemon = await small.start()
    for argv in (("run",), ("run", "--until-idle")):
        said = await small(*argv)
        sentence(said)
        assert f"process {daemon.pid}" in said.text
    small.letter("trip.md", to="Oak class")
    assert (await small.answer("trip.md")).startswith("ACCEPTED")
    assert await daemon.stop() == 0


BROKEN_CONFIGS = {
    "empty": b"",
    "binary": bytes(range(256)),
    "utf-16": '[school]\nname = "x"\n'.encode("utf-16"),
    "half a table": b"[school\nname =",
    "another shape": b'school = 3\nstaff = "x"\nchannels = []\n[[policy]]\nprofile = 1\n',
    "nothing known": b"[scool]\nnmae = 'x'\n",
    "deep": b"a = " + b"[" * 5000,
    "a NUL": b'[school]\nname = "x\x00"\n',
}


@pytest.mark.parametrize("broken", BROKEN_CONFIGS)
async def test_a_broken_config_is_told_in_sentences(small: SchoolFolder, broken: str) -> None:
    (small.path / "config.toml").write_bytes(BROKEN_CONFIGS[broken])
    for argv in (("check",), ("run", "--until-idle")):
        sentence(await small(*argv))


async def test_folders_in_place_of_files_and_files_in_place_of_folders_are_told_in_sentences(
    small: SchoolFolder, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(small.path, whole)
    spoilt = ["config.toml", "families/pupils.csv", "families/arrangements.csv", "calendar/terms.toml"]
    spoilt += ["families", "calendar", "drop", "outbox", "state", "templates", "drop/office"]
    for name in spoilt:
        shutil.rmtree(small.path)
        shutil.copytree(whole, small.path)
        target = small.path / name
        if target.is_dir():
            shutil.rmtree(target)
            target.write_text("a file")
        else:
            target.unlink()
            target.mkdir()
        for argv in (("check",), ("run", "--until-idle"), ("status",)):
            said = await small(*argv)
            assert said.code in (0, 1, 2, 3), said.text
            assert "Traceback" not in said.text, (name, argv)
            assert "Something went wrong inside the program" not in said.text, (name, argv, said.text)


async def test_missing_files_are_told_in_sentences(small: SchoolFolder, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(small.path, whole)
    for name in ("families", "families/links.csv", "families/arrangements.csv", "calendar", "drop", "templates"):
        shutil.rmtree(small.path)
        shutil.copytree(whole, small.path)
        target = small.path / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        for argv in (("check",), ("run", "--until-idle")):
            said = await small(*argv)
            assert said.code in (0, 1, 2), (name, argv, said.text)
            assert "Something went wrong inside the program" not in said.text, (name, argv, said.text)


async def test_a_damaged_a_foreign_and_a_newer_database_are_refused_and_left_as_they_are(
    begun: SchoolFolder, tmp_path: Path
) -> None:
    file = begun.path / "state" / "notifier.db"
    good = tmp_path / "good.db"
    shutil.copy(file, good)

    def foreign(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE recipes (cake TEXT)")
        connection.close()

    def newer(path: Path) -> None:
        shutil.copy(good, path)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
        connection.close()

    def another_school(path: Path) -> None:
        shutil.copy(good, path)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE school SET stamp = 'anothers', folder = '/srv/other-school'")
        connection.close()

    def nonsense(path: Path) -> None:
        path.write_bytes(b"not a database" * 1000)

    def cut(path: Path) -> None:
        path.write_bytes(good.read_bytes()[:5000])

    ways: dict[str, Callable[[Path], None]] = {
        "nonsense": nonsense,
        "cut": cut,
        "foreign": foreign,
        "newer": newer,
        "another school's": another_school,
        "a folder": Path.mkdir,
    }
    for name, spoil in ways.items():
        for left in (begun.path / "state").glob("notifier.db*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        spoil(file)
        before = file.read_bytes() if file.is_file() else b""
        for argv in (("run", "--until-idle"), ("status",), ("submit", "START-HERE.txt")):
            said = await begun(*argv)
            assert said.code == 3, (name, argv, said.text)
            assert "Traceback" not in said.text, name
            assert "Something went wrong inside the program" not in said.text, (name, argv, said.text)
        assert (file.read_bytes() if file.is_file() else b"") == before, name


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
async def test_a_folder_that_may_not_be_written_is_told_in_a_sentence(small: SchoolFolder) -> None:
    for folder in ("state", "drop/office", "outbox"):
        path = small.path / folder
        path.chmod(0o500)
        said = await small("run", "--until-idle")
        path.chmod(0o700)
        assert said.code in (1, 2, 3), (folder, said.text)
        assert "Something went wrong inside the program" not in said.text, (folder, said.text)


async def test_submitting_goes_the_way_of_the_drop_folder_with_and_without_a_daemon(small: SchoolFolder) -> None:
    file = small.path / "trip.md"
    file.write_text(letter("Trip", to="Oak class"), "utf-8")
    first = await small("submit", "trip.md", "--json")
    assert first.code == 0, first.text
    assert [one["outcome"] for one in first.json] == ["accepted"]
    again = await small("submit", "trip.md")
    assert again.code == 0
    assert "again: yes" in again.out
    assert small.states() == {"planned": 6}

    daemon = await small.start()
    await until(lambda: small.states() == {"handed_over": 6}, "what was submitted before, sent")
    file.write_text(letter("Another", to="Oak class"), "utf-8")
    other = await small("submit", "trip.md", "--intake", "head", "--as", "b-malik", "--json")
    assert [one["outcome"] for one in other.json] == ["accepted"]
    await until(lambda: small.states() == {"handed_over": 12}, "what was submitted meanwhile, sent")
    small.drop("trip.md", letter("Trip", to="Oak class"), "head")
    assert (await small.answer("trip.md", "head")).startswith("ACCEPTED")
    assert await daemon.stop() == 0

    file.write_text(letter("Trip", to="Oka class"), "utf-8")
    refused = await small("submit", "trip.md")
    assert refused.code == 2
    assert "Oak" in refused.text
    file.write_text(letter("A head injury", to="Oak class"), "utf-8")
    held = await small("submit", "trip.md", "--json")
    assert held.code == 1
    assert [one["outcome"] for one in held.json] == ["held"]
    assert file.exists()


async def test_messages_toml_is_read_in_place_and_each_message_goes_once(small: SchoolFolder) -> None:
    file = small.path / "messages.toml"
    entry = '[[message]]\nkind = "letter"\nto = "{to}"\nsubject = "{subject}"\nbody = "Please bring a coat."\n'
    file.write_text(entry.format(to="Oak class", subject="One") + entry.format(to="Elm class", subject="Two"), "utf-8")
    assert (await small("run", "--until-idle")).code in (0, 1)
    subjects = [row["subject"] for row in small.rows("SELECT subject FROM message ORDER BY subject")]
    assert subjects == ["One", "Two"]
    assert file.exists()
    assert "ACCEPTED" in (small.path / "messages.answer.txt").read_text("utf-8")
    await small("run", "--until-idle")
    file.write_text(entry.format(to="Oka class", subject="Three") + file.read_text("utf-8"), "utf-8")
    said = await small("run", "--until-idle", "--json")
    assert said.code == 1, said.text
    assert [one["outcome"] for one in said.json["answers"]].count("accepted") == 0
    assert len(small.rows("SELECT id FROM message")) == 2
    assert "Oak" in (small.path / "messages.answer.txt").read_text("utf-8")


async def test_init_and_check_and_json_agree(small: SchoolFolder) -> None:
    fresh = await small.processes.command(("init", "fresh"), cwd=small.path.parent)
    assert fresh.code == 0, fresh.text
    school = SchoolFolder(small.path.parent / "fresh", small.processes)
    school.add("config.toml", QUICK)
    plain, as_json = await school("check"), await school("check", "--json")
    assert (plain.code, as_json.code) == (0, 0)
    assert {problem["severity"] for problem in json.loads(as_json.out)["problems"]} == {"advice"}
    for problem in as_json.json["problems"]:
        assert problem["sentence"] in plain.out
    assert (await school("status")).code == 0
    assert not list((school.path / "state").glob("directory*"))


async def test_files_that_are_not_in_force_as_they_stand_are_told_wherever_one_looks(begun: SchoolFolder) -> None:
    links = begun.path / "families" / "links.csv"
    kept = links.read_text("utf-8").splitlines(keepends=True)
    links.write_text("".join(kept[:-4]), "utf-8")
    begun.letter("walk.md", to="Oak class")
    run = await begun("run", "--until-idle")
    assert run.code == 1
    assert "families accept" in run.out
    assert "not in order" in await begun.answer("walk.md")
    diff = await begun("families", "diff", "--json")
    assert diff.code == 1
    assert "mass-removal" in {one["id"] for one in diff.json["problems"]}
    links.write_text("".join(kept), "utf-8")
    assert (await begun("run", "--until-idle")).code == 0


async def test_a_flag_that_was_taken_out_is_told_until_a_person_accepts_it(begun: SchoolFolder) -> None:
    links = begun.path / "families" / "links.csv"
    text = links.read_text("utf-8")
    links.write_text(text.replace("P010,C013,PAF,2,no,yes,no,yes,no", "P010,C013,PAF,2,no,yes,no,no,no"), "utf-8")
    assert links.read_text("utf-8") != text
    assert (await begun("run", "--until-idle")).code == 0
    assert "families accept" in (await begun("families", "diff")).out
    assert (await begun("families", "accept", "--as", "b-malik")).code == 0
    assert "families accept" not in (await begun("families", "diff")).out


async def test_the_audit_shows_who_did_what_and_a_seal_that_vouches_for_it(begun: SchoolFolder) -> None:
    message = message_of(begun)
    said = await begun("audit")
    assert said.code == 0, said.text
    assert "accepted" in said.out
    assert message in said.out
    assert "C001" not in said.out
    mark = (await begun("policy", "explain", "--json")).json["mark"]
    lines = (await begun("audit", "--json")).json["lines"]
    assert [one["policy"] for one in lines if one["about"] == message] == [mark]
    assert f"The mark of these rules is {mark}." in (await begun("policy", "explain")).out
    seal = (await begun("audit", "--json")).json["seal"]
    assert (await begun("audit", "--seal", seal)).code == 0
    assert (await begun("audit", "--seal", "0000-0000-0000-0000")).code == 1
    sentence(await begun("audit", "--since", "yesterday"))
    with sqlite3.connect(begun.path / "state" / "notifier.db") as connection:
        connection.execute("DROP TRIGGER audit_unchanged")
        connection.execute("UPDATE audit SET by = 'somebody'")
    connection.close()
    assert (await begun("audit")).code == 1
    found = (await begun("check", "--json")).json["problems"]
    assert "audit-broken" in [problem["id"] for problem in found]


async def test_what_waits_for_a_yes_is_told_with_the_command_that_says_it(small: SchoolFolder) -> None:
    small.drop("gate.md", "---\nkind: emergency\nto: whole school\nsubject: Gate\n---\nUse the side gate.\n")
    await small("run", "--until-idle")
    yes = f"notifier approve {message_of(small)} --as ID"
    assert f"1 message waits for a yes: {yes}" in (await small("status")).out
    assert f"It waits for a yes: {yes}" in (await small("status", message_of(small))).out
    for argv in (("unreached",), ("unreached", message_of(small))):
        said = (await small(*argv)).out
        assert "Everybody is reached" not in said
        assert "There is nobody to ring." in said
        assert yes in said


async def test_an_id_that_is_typed_again_is_whole_on_a_narrow_screen(small: SchoolFolder) -> None:
    small.drop("trip.md", "---\nto: Oak class\nsubject: A very long walk to a park far away\n---\nHello.\n")
    await small("run", "--until-idle")
    assert message_of(small) in (await small("status", env={"COLUMNS": "40"})).out


async def test_a_head_who_does_not_say_who_she_is_hears_how_to(small: SchoolFolder) -> None:
    said = await small("closure", "start", "--state", "closed", "--yes")
    sentence(said)
    assert "add --as and your id" in said.text
    small.configure('mode = "trial"', 'mode = "live"')
    said = await small("closure", "start", "--state", "closed", "--yes")
    sentence(said)
    assert "for example --as b-malik." in said.text
    said = await small("closure", "start", "--state", "closed", "--yes", "--as", "deputy")
    sentence(said)
    assert "for example --as d-ferreira." in said.text


async def test_a_broken_config_hides_no_mistake_in_the_other_files(small: SchoolFolder) -> None:
    small.configure('day = "Friday"', 'day = "Fryday"')
    with (small.path / "families" / "links.csv").open("a") as links:
        links.write("P999,C001,PAM,,,,,,\n")
    with (small.path / "calendar" / "terms.toml").open("a") as terms:
        terms.write("bad = [\n")
    letters = small.path / "templates" / "email" / "letter.html"
    letters.parent.mkdir(parents=True, exist_ok=True)
    letters.write_text("{% if %}")
    said = await small("check")
    sentence(said)
    line = (small.path / "config.toml").read_text().splitlines().index('day = "Fryday"') + 1
    assert f"config.toml:{line}: newsletter[1].day: Write the day of the week" in said.out
    assert "families/links.csv" in said.out
    assert "cannot be read: bad = [ — write" in said.out
    assert "templates/email/letter.html" in said.out
    row = len((small.path / "families" / "links.csv").read_text().splitlines())
    assert f"families/links.csv:{row}:1 is cell A{row} in a spreadsheet." in said.out
    found = (await small("check", "--json")).json["problems"]
    assert {one["id"] for one in found} >= {"bad-value", "terms-syntax"}
    assert len([one for one in found if one["severity"] == "error"]) >= 3


async def test_status_says_when_nobody_sends(small: SchoolFolder) -> None:
    idle = "notifier is not running now"
    await small("run", "--until-idle")
    assert idle in (await small("status")).out
    small.letter("trip.md", to="Oak class")
    await small("run", "--until-idle")
    assert idle in (await small("status")).out
    (small.path / "gate.md").write_text("---\nkind: emergency\nto: Oak\nsubject: Gate\n---\nUse the side gate.\n")
    said = await small("submit", "gate.md", "--intake", "office")
    assert said.out.startswith("WAITING FOR A YES")
    assert idle in said.out
    held = [one["id"] for one in (await small("status", "--json")).json["messages"] if one["state"] == "held"]
    said = await small("approve", *held)
    sentence(said)
    assert "If that is you, add --as and your id." in said.text
    said = await small("approve", *held, "--as", "b-malik")
    assert "“Gate” may go" in said.out
    assert idle in said.out
    daemon = await small.start()
    assert idle not in (await small("status")).out
    assert (await small("status", "--json")).json["running"] is True
    assert await daemon.stop() == 0
    assert "running in trial mode" in daemon.out
    assert (await small("status", "--json")).json["running"] is False


async def test_a_state_that_is_none_is_answered_with_those_there_are(small: SchoolFolder) -> None:
    said = await small("closure", "start", "--state", "close", "--as", "b-malik", "--yes")
    sentence(said)
    assert "“close” is none. Write closed, late, early or reopened." in said.text


async def test_a_closure_that_leaves_families_to_ring_says_where_their_sheet_is(small: SchoolFolder) -> None:
    file = small.path / "families" / "contacts.csv"
    with file.open(encoding="utf-8-sig", newline="") as read:
        rows = list(csv.DictReader(read))
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, rows[0])
        writer.writeheader()
        writer.writerows(one | {"email": "", "mobile": "", "phone": ""} for one in rows)
    said = await small("closure", "start", "--state", "closed", "--as", "b-malik", "--yes")
    assert said.code == 1, said.text
    assert "Ring from the call sheet in outbox/." in said.out
    assert list(small.path.glob("outbox/**/call-sheet.pdf"))


async def test_an_arrangement_is_shown_with_the_dates_that_it_has(small: SchoolFolder) -> None:
    await small("run", "--until-idle")
    said = await small("families", "show", "C013")
    assert "court-order about P010: since 02/03/2026\n" in said.out
