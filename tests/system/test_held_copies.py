"""Copies that wait for a yes: because a barred adult has the same address, or because they were asked for later."""

from pathlib import Path

from tests.system.school import SchoolFolder

FILES = {
    "config.toml": """
[school]
name = "Meadow Bank"
mode = "trial"
[policy]
profile = "woodgrange"
[[staff]]
id = "g-okafor"
name = "Grace Okafor"
role = "head"
[[intake]]
folder = "drop/office"
as = "office"
kind = "letter"
[drop]
settle_seconds = 0.1
""",
    "families/pupils.csv": "pupil_id,forename,surname,class\nP1,Amira,Khan,Oak\n",
    "families/contacts.csv": (
        "contact_id,forename,surname,email,mobile\n"
        "C1,Sara,Khan,both@example.org,07700 900001\nC2,Omar,Khan,both@example.org,07700 900002\n"
    ),
    "families/links.csv": (
        "pupil_id,contact_id,relationship,priority,lives_with,parental_responsibility,court_order\n"
        "P1,C1,mother,1,yes,yes,no\nP1,C2,father,2,no,yes,no\n"
    ),
    "families/arrangements.csv": (
        "arrangement,contact_id,pupil_id,scope,value,from,until,ended_on,evidence,recorded_by\n"
        "court-order,C2,P1,,,,,,file 7,g-okafor\n"
    ),
    "trip.md": "---\nto: Oak\nsubject: Trip\n---\nPlease send a coat.\n",
}


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


async def _typed(small: SchoolFolder, folder: Path, *argv: str) -> str:
    said = await small.processes.command(argv, cwd=folder)
    assert said.code in (0, 1), said.text
    return said.text


async def test_a_copy_asked_for_after_the_letter_went_is_offered_and_goes_by_the_offices_yes(
    small: SchoolFolder, tmp_path: Path
) -> None:
    folder = written(tmp_path / "meadow")
    contacts = folder / "families" / "contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("C2,Omar,Khan,both@", "C2,Omar,Khan,omar@"), "utf-8")
    register = folder / "families" / "arrangements.csv"
    columns = FILES["families/arrangements.csv"].splitlines()[0]
    register.write_text(f"{columns}\n", "utf-8")
    await _typed(small, folder, "submit", "trip.md")
    await _typed(small, folder, "run", "--until-idle")
    assert len(list(folder.rglob("*.eml"))) == 1
    register.write_text(f"{columns}\ncopy,C2,P1,letter,,,,,,office\n", "utf-8")
    await _typed(small, folder, "run", "--until-idle")
    assert len(list(folder.rglob("*.eml"))) == 1, "nothing goes by itself"
    (message,) = (await small.processes.command(("status", "--json"), cwd=folder)).json["messages"]
    assert f"notifier approve {message['id']} --contact C2" in " ".join((await _typed(small, folder, "tasks")).split())
    said = await _typed(small, folder, "approve", message["id"], "--contact", "C2", "--as", "g-okafor")
    assert "gets a copy" in said
    await _typed(small, folder, "run", "--until-idle")
    assert sum("omar@example.org" in one.read_text("utf-8") for one in folder.rglob("*.eml")) == 1
    told = await _typed(small, folder, "explain", message["id"], "--contact", "C2")
    assert "asked for a copy" in told
    assert "has not asked" not in told
    again = await small.processes.command(("approve", message["id"], "--contact", "C2", "--as", "g-okafor"), cwd=folder)
    assert again.code == 2
    assert "no copy" in again.text


async def test_a_yes_lets_a_person_ring_and_never_uses_the_shared_address(small: SchoolFolder, tmp_path: Path) -> None:
    folder = written(tmp_path / "meadow")
    await _typed(small, folder, "submit", "trip.md")
    await _typed(small, folder, "run", "--until-idle")
    status = (await small.processes.command(("status", "--json"), cwd=folder)).json
    (message,) = status["messages"]
    assert message["deliveries"]["held"] == 1
    assert "may go" in await _typed(small, folder, "approve", message["id"], "--as", "g-okafor")
    await _typed(small, folder, "run", "--until-idle")
    (sheet,) = folder.rglob("call-sheet.csv")
    rung = sheet.read_text(encoding="utf-8-sig")
    assert "07700 900001" in rung
    assert "07700 900002" not in rung
    assert not list(folder.rglob("*.eml"))


async def test_a_yes_lets_a_person_ring_also_where_the_address_came_to_be_shared_after_it_was_planned(
    small: SchoolFolder, tmp_path: Path
) -> None:
    folder = written(tmp_path / "meadow")
    contacts = folder / "families" / "contacts.csv"
    shared = contacts.read_text(encoding="utf-8").replace("07700 900002", "07700 900001")
    contacts.write_text(shared.replace("C2,Omar,Khan,both", "C2,Omar,Khan,omar"), encoding="utf-8")
    await _typed(small, folder, "submit", "trip.md")
    contacts.write_text(shared, encoding="utf-8")
    assert "copies wait for the office" in await _typed(small, folder, "run", "--until-idle")
    (message,) = (await small.processes.command(("status", "--json"), cwd=folder)).json["messages"]
    assert "may go" in await _typed(small, folder, "approve", message["id"], "--as", "g-okafor")
    assert "copies wait" not in await _typed(small, folder, "run", "--until-idle")
    (sheet,) = folder.rglob("call-sheet.csv")
    rung = sheet.read_text(encoding="utf-8-sig")
    assert "Sara Khan" in rung
    assert "07700" not in rung
    assert not list(folder.rglob("*.eml"))
