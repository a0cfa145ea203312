"""The pages say what the code does: each list of the code has its place, and nothing there is made up."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer

from channels import REGISTRY
from notifier.cli import app as front
from notifier.directory.contacts import SCHEMA as CONTACTS
from notifier.directory.faults import FAULTS
from notifier.directory.links import SCHEMA as LINKS
from notifier.directory.pupils import SCHEMA as PUPILS
from notifier.directory.register import SCHEMA as REGISTER
from notifier.intake import IntakeFolder, read
from notifier.intake.entries import KEYS
from notifier.intake.names import is_document, split_language
from notifier.model.directory import Sort
from notifier.model.message import Kind
from notifier.model.staff import Authority, Role
from notifier.rendering import MERGE_FIELDS
from tests.repo.pages import DOCS, ROOT, anchors, cells, headings, page, tracked, without_code
from tests.repo.problem_ids import problem_ids

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def commands() -> list[str]:
    """Every command and sub-command that can be typed."""
    front.run(["--version"])  # registers the groups
    found = []

    def walk(group: typer.core.TyperGroup, before: str) -> None:
        for name, command in group.commands.items():
            found.append(f"{before}{name}")
            if isinstance(command, typer.core.TyperGroup):
                walk(command, f"{before}{name} ")

    top = typer.main.get_command(front.app)
    assert isinstance(top, typer.core.TyperGroup)
    walk(top, "")
    return found


def test_every_command_has_its_heading_and_no_heading_is_made_up() -> None:
    typed = set(commands())
    assert {"init", "check", "run", "submit", "tasks done", "families accept"} <= typed
    told = set(headings(page("commands.md"))) - {"Commands", "Exit codes", "Who may: --as and the PIN"}
    assert told == typed


def test_the_readme_names_only_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = set(re.findall(r"notifier ([a-z]+)\b", re.sub(r"https?://\S+", "", " ".join(re.findall(r"`[^`]+`", text)))))
    assert found
    assert found <= set(commands())


def test_the_readmes_two_commands_are_in_the_makefile() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    made = re.findall(r"^make (\w+)$", text, re.MULTILINE)
    assert made == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in made)


def test_every_channel_has_its_page_with_the_same_parts() -> None:
    pages = {path.stem: path for path in (DOCS / "channels").glob("*.md")}
    assert pages.keys() == REGISTRY.keys()
    for name, path in pages.items():
        told = headings(path.read_text(encoding="utf-8"))
        assert {"Settings", "In trial mode"} <= set(told), name
        assert any(heading.startswith("When ") for heading in told), name


@pytest.mark.parametrize("name", REGISTRY)
def test_the_settings_in_a_channels_page_are_good(name: str) -> None:
    found = re.findall(r"```toml\n(.*?)```", (DOCS / "channels" / f"{name}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found
    for block in found:
        REGISTRY[name].Settings.model_validate(tomllib.loads(block)["channels"][name])


def test_every_header_key_has_its_heading() -> None:
    told = headings(page("messages.md"))
    keys = told[told.index("The header") + 1 : told.index("Fields for each family")]
    assert sorted(keys) == sorted(KEYS)


def test_the_merge_fields_are_those_of_the_code_in_its_words() -> None:
    text = page("messages.md").split("## Fields for each family")[1].split("## Translations")[0]
    told = dict(re.findall(r"^\| `\{\{ (\w+) \}\}` \| (.+) \|$", text, re.MULTILINE))
    assert told == dict(MERGE_FIELDS)


def test_every_kind_is_named_in_the_header() -> None:
    assert len(Kind) == 5
    assert all(f"`{kind}`" in page("messages.md") for kind in Kind)


@pytest.mark.parametrize("schema", [PUPILS, CONTACTS, LINKS, REGISTER], ids=lambda schema: str(schema.file))
def test_every_column_has_its_row(schema: object) -> None:
    file, columns = getattr(schema, "file"), getattr(schema, "columns")  # noqa: B009
    part = re.split(r"^## ", page("families.md"), flags=re.MULTILINE)
    (own,) = [text for text in part if text.startswith(f"{file}\n")]
    rows = re.findall(r"^\| `(\w+)` \|", own.split("These take something away")[0], re.MULTILINE)
    assert rows == [*columns]


def test_every_arrangement_has_its_row() -> None:
    (register,) = re.findall(r"^## arrangements\.csv\n(.*?)^## ", page("families.md"), re.MULTILINE | re.DOTALL)
    taking, giving = register.split("These take something away")[1].split("These give something")
    assert cells(taking) | cells(giving) == {sort.value for sort in Sort}
    assert not cells(taking) & cells(giving)


def test_every_problem_has_its_row_and_no_row_is_made_up() -> None:
    found = problem_ids(ROOT)
    assert len(found.ids) > 150
    assert {"bad-*", "missing-*"} == found.patterns
    known = found.ids.keys() | FAULTS.keys()
    told = cells(page("problems.md"))
    assert sorted(known - told) == []
    patterns = [re.compile(pattern.replace("*", ".+")) for pattern in found.patterns]
    assert not [id for id in told - known if not any(pattern.fullmatch(id) for pattern in patterns)]


def test_no_problem_hides_its_id_from_the_walk() -> None:
    """A new way to make problems has to be taught to the walk, or its ids would be missing from the page."""
    assert [place for place in problem_ids(ROOT).unread if not place.endswith("same.first.id")] == []


def test_every_problem_row_says_what_to_do_in_full() -> None:
    rows = re.findall(r"^\| [·✗!] .*$", page("problems.md"), re.MULTILINE)
    assert len(rows) > 150
    assert not [row for row in rows if "…" in row or "???" in row or not row.rstrip(" |").endswith((".", "?"))]


MARKDOWN = sorted(path.relative_to(ROOT).as_posix() for path in tracked() if path.suffix == ".md")


@pytest.mark.parametrize("name", MARKDOWN)
def test_every_link_leads_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        aim = (path.parent / file).resolve() if file else path
        assert aim.exists(), f"{name} links to {target}"
        if anchor:
            assert anchor in anchors(aim.read_text(encoding="utf-8")), f"{name} links to {target}"


def test_pages_were_found() -> None:
    assert len(MARKDOWN) > 15


def samples() -> dict[str, dict[str, str]]:
    """The message files on the page, by the section in which they lie together."""
    found: dict[str, dict[str, str]] = {}
    for number, section in enumerate(re.split(r"^#{2,3} ", page("messages.md"), flags=re.MULTILINE)):
        blocks = re.findall(r"^```\w+ file=(\S+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        if blocks:
            found[f"{number} {section.splitlines()[0]}"] = dict(blocks)
    return found


def test_samples_were_found() -> None:
    assert len(samples()) >= 4


@pytest.mark.parametrize("section", samples())
def test_the_messages_on_the_page_are_read_without_a_problem(section: str, tmp_path: Path) -> None:
    files = samples()[section]
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        for attached in re.findall(r"[\w-]+\.pdf", text):
            (tmp_path / attached).write_bytes(b"%PDF-1.7 sample")
    intake = IntakeFolder(tmp_path, "drop/office", Authority(Role.OFFICE), Kind.LETTER, ("whole school",))
    mains = [name for name in files if is_document(name) and not split_language(name)[1]]
    assert mains
    for name in mains:
        for submission in read(tmp_path / name, intake, NOW, ZoneInfo("Europe/London")):
            assert submission.problems == (), name
            assert submission.bodies[0].plain
