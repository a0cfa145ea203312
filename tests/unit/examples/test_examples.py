"""The two example schools are sound, complete, and what their generator writes."""

import csv
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from channels import REGISTRY
from notifier import calendar, directory
from notifier.config import load
from notifier.intake import IntakeFolder
from notifier.intake import read as read_message
from notifier.model.directory import Link, LivesWith, Sort
from notifier.model.message import Submission
from notifier.resources import resource
from tools.example_schools.__main__ import TODAY, write

SCHOOLS = ["woodgrange", "hyde-park"]
EXAMPLES = resource("examples")
MODELS = {name: channel.Settings for name, channel in REGISTRY.items()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("examples")
    write(folder)
    return folder


def test_what_is_committed_is_what_the_generator_writes(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) == 14
    for path in files:
        committed = EXAMPLES / path.relative_to(written)
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as mine, zipfile.ZipFile(committed) as theirs:
                assert {n: mine.read(n) for n in mine.namelist()} == {n: theirs.read(n) for n in theirs.namelist()}
        else:
            assert path.read_bytes() == committed.read_bytes(), f"{committed}; run: python -m tools.example_schools"


@pytest.mark.parametrize("name", SCHOOLS)
def test_an_example_school_has_no_error(name: str) -> None:
    config = load(EXAMPLES / name / "config.toml", MODELS, {}, today=TODAY)
    reading = directory.read(config.families)
    assert reading.sound
    assert len(reading.problems) <= 5
    found, problems = calendar.read(config.calendar, {pupil.class_ for pupil in reading.pupils.values()})
    assert problems == []
    assert found.terms
    assert {problem.id for problem in config.advice} <= {"pin-missing", "policy-review-due", "signatory-law"}
    assert config.profile == name


def test_woodgrange_has_every_case() -> None:
    reading = directory.read(EXAMPLES / "woodgrange" / "families")
    contacts, links = reading.contacts, reading.links
    assert 230 <= len({links_of[0].contact_id for links_of in _by_pupil(links).values()}) <= 260
    assert 280 <= len(reading.pupils) <= 320
    found = {row.sort for row in reading.arrangements}
    assert found == set(Sort)
    assert len({contact.language for contact in contacts.values()}) >= 7
    assert any(link.organisation for link in links)
    assert any(link.lives_with is LivesWith.SHARED for link in links)
    assert any(link.emergency_contact and link.responsibility.value == "no" for link in links)
    assert any(link.responsibility.value == "unknown" for link in links)
    ordered = {(row.contact_id, row.pupil_id) for row in reading.arrangements if row.sort is Sort.COURT_ORDER}
    flagged = {(link.contact_id, link.pupil_id) for link in links if link.court_order}
    assert flagged - ordered, "an order that nobody has recorded"
    assert any(row.sort is Sort.COURT_ORDER and row.until and row.until < TODAY for row in reading.arrangements)
    without = [contact for contact in contacts.values() if not contact.email]
    assert len(without) > 15
    assert any(not (contact.mobile or contact.phone or contact.address) for contact in without)
    assert any(pupil.left_on and pupil.left_on < TODAY for pupil in reading.pupils.values())
    assert any(pupil.admitted_on and pupil.admitted_on > TODAY for pupil in reading.pupils.values())


def _by_pupil(links: Iterable[Link]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in sorted(links, key=lambda link: (link.priority or 99, link.contact_id)):
        found.setdefault(link.pupil_id, []).append(link)
    return found


@pytest.mark.parametrize("name", SCHOOLS)
def test_every_number_and_address_is_invented(name: str) -> None:
    with (EXAMPLES / name / "families" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    mobiles = [row["mobile"] for row in rows if row["mobile"]]
    assert len(set(mobiles)) == len(mobiles)
    for row in rows:
        assert not row["mobile"] or re.fullmatch(r"07700 900\d{3}", row["mobile"])
        assert not row["phone"] or re.fullmatch(r"020 7946 0\d{3}", row["phone"])
        assert not row["email"] or row["email"].endswith("@example.org")


def test_the_demos_files_are_messages_without_a_problem() -> None:
    config = load(EXAMPLES / "woodgrange" / "config.toml", MODELS, {}, today=date(2026, 11, 23))
    messages = EXAMPLES / "woodgrange" / "messages"
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    intakes = {intake.name.removeprefix("drop/"): intake for intake in config.intakes}
    read: list[Submission] = []
    for folder in sorted(messages.iterdir()):
        intake = intakes[folder.name]
        authority = config.authority(intake.as_, intake.to)
        place = IntakeFolder(
            messages, intake.name, authority, intake.kind, intake.to, intake.template, intake.newsletter
        )
        for path in folder.iterdir():
            read += read_message(path, place, now, ZoneInfo("Europe/London"))
    assert len(read) == 3
    assert [problem for submission in read for problem in submission.problems] == []
    assert [len(submission.enclosures) for submission in read] == [0, 0, 1]


def test_no_code_lies_among_the_data() -> None:
    assert list(EXAMPLES.rglob("*.py")) == []
