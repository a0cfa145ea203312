"""A copy that waits because a barred adult has the same address, and the yes that lets a person ring (DESIGN 3.5)."""

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


async def test_a_yes_lets_a_person_ring_and_never_uses_the_shared_address(small: SchoolFolder, tmp_path: Path) -> None:
    folder = written(tmp_path / "meadow")

    async def typed(*argv: str) -> str:
        said = await small.processes.command(argv, cwd=folder)
        assert said.code in (0, 1), said.text
        return said.text

    await typed("submit", "trip.md")
    await typed("run", "--until-idle")
    status = (await small.processes.command(("status", "--json"), cwd=folder)).json
    (message,) = status["messages"]
    assert message["deliveries"]["held"] == 1
    assert "may go" in await typed("approve", message["id"], "--as", "g-okafor")
    await typed("run", "--until-idle")
    (sheet,) = folder.rglob("call-sheet.csv")
    rung = sheet.read_text(encoding="utf-8-sig")
    assert "07700 900001" in rung
    assert "07700 900002" not in rung
    assert not list(folder.rglob("*.eml"))
