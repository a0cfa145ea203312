"""A school year of the example school, as it should come out, and what is done for it afterwards.

After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1 pytest tests/simulation/test_school_year.py``, and read what changed.
"""

import asyncio
import csv
import os
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.care import backup, erase, export, restore
from notifier.care.governors import page
from notifier.care.governors_files import as_html
from notifier.care.retention import Keeping
from notifier.care.term import Span, Term
from notifier.cli.report import called, of_term
from notifier.clock import FixedClock
from notifier.config import load
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.model.message import Kind
from tests.database import whole_database
from tests.simulation.hyde_park_year import BEGIN, END, prepared
from tests.simulation.school_year import Year

EXPECTED = Path(__file__).parents[1] / "golden" / "school-year.txt"


@dataclass(frozen=True)
class Lived:
    year: Year
    seconds: float


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """One year for all of them; whoever changes anything takes a copy."""
    year = prepared(tmp_path_factory.mktemp("year") / "school")
    began = time.process_time()
    asyncio.run(year.live(BEGIN, END))
    return Lived(year, time.process_time() - began)


def test_the_school_year_comes_out_as_expected(lived: Lived) -> None:
    made = lived.year.text()
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        EXPECTED.write_text(made, encoding="utf-8", newline="\n")
    assert made == EXPECTED.read_text(encoding="utf-8")
    assert lived.seconds < 60, f"{lived.seconds:.1f} s of the processor for {lived.year.looks} looks"


# What is done for such a year afterwards

DOCS = Path(__file__).parents[2] / "docs" / "reports"
WHOLE = Span("the school year 2026/27", BEGIN.date(), END.date())
APART, HER, CHILD = "C0002", "C0001", "P0001"
"""A father who lives apart and asked for copies, the mother, and their child."""
BARRED, KEPT_FROM = "C0109", "P0079"


@asynccontextmanager
async def opened(folder: Path, at: datetime = END) -> AsyncIterator[School]:
    async with School.opened(load(folder / "config.toml", channel_settings(), {}), FixedClock(at)) as school:
        yield school


@pytest.fixture
def folder(lived: Lived, tmp_path: Path) -> Path:
    """The school's folder after its year, to be changed."""
    copied = tmp_path / "school"
    shutil.copytree(lived.year.folder, copied, copy_function=os.link)  # thousands of letters, of which few change
    for name in ("state", "families"):
        shutil.rmtree(copied / name)
        shutil.copytree(lived.year.folder / name, copied / name)
    return copied


def rows(folder: Path, file: str) -> list[dict[str, str]]:
    with (folder / "families" / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def text_of(folder: Path) -> str:
    return "\n".join(one.read_text("utf-8", "replace") for one in sorted(folder.rglob("*")) if one.is_file())


async def exported(school: School, id: str, to: Path) -> tuple[int, int]:
    directory = school.families.current
    assert directory is not None
    found = await school.store.find_person(id)
    stored = {one.message_id: await school.store.message(one.message_id) for one in found.deliveries}
    messages = {message: one for message, one in stored.items() if one is not None}
    zone = school.config.school.timezone
    person = export.Person(id, False, "Abbey Fields", directory, found, messages, zone, END)
    return await export.export(person, to, school.renderer, school.store.blob)


async def test_the_report_in_the_docs_is_that_of_this_year(folder: Path) -> None:
    async with opened(folder) as school:
        made = await of_term(school, WHOLE)
        shown = page(made, lambda name: called(school, name), school.config.school.timezone)
    wanted = (DOCS / "school-year.html").read_text(encoding="utf-8")
    assert as_html(shown) == wanted, "run: python -m tools.write_report"
    assert (made.messages, made.short) == (58, 0)


async def test_a_year_of_one_parent_is_handed_out_without_anybody_else(folder: Path, tmp_path: Path) -> None:
    async with opened(folder) as school:
        messages, left_out = await exported(school, APART, tmp_path / "handout")
    assert (messages, left_out) == (sum(1 for line in EXPECTED.read_text("utf-8").splitlines() if to_all(line)), 0)
    theirs = text_of(tmp_path / "handout" / "for-them")
    mine = next(one for one in rows(folder, "contacts.csv") if one["contact_id"] == APART)
    child = next(one for one in rows(folder, "pupils.csv") if one["pupil_id"] == CHILD)
    for known in (mine["surname"], mine["email"], child["forename"], "School is closed today", "News of 3 September"):
        assert known in theirs
    for one in rows(folder, "contacts.csv"):
        if one["contact_id"] != APART:
            assert one["contact_id"] not in theirs
            assert not one["email"] or one["email"] not in theirs
    assert all(one["pupil_id"] not in theirs for one in rows(folder, "pupils.csv") if one["pupil_id"] != CHILD)


def to_all(line: str) -> bool:
    """Whether this line of the account is the first about a message for whole classes of which email went."""
    return bool(re.search(r"(newsletter|letter|notice|emergency) “.*”: .*\bemail\b", line)) and "Swimming" not in line


async def test_a_year_was_silent_towards_a_parent_whom_a_court_keeps_away(folder: Path, tmp_path: Path) -> None:
    async with opened(folder) as school:
        assert await exported(school, BARRED, tmp_path / "handout") == (0, 0)
        found = await school.store.find_person(BARRED)
    assert len({message for message, *_ in found.withheld}) > 40
    child = next(one for one in rows(folder, "pupils.csv") if one["pupil_id"] == KEPT_FROM)
    theirs = text_of(tmp_path / "handout" / "for-them")
    assert child["forename"] not in theirs
    mine = next(one for one in rows(folder, "contacts.csv") if one["contact_id"] == BARRED)
    assert mine["email"] not in text_of(folder / "outbox")
    assert mine["email"] in theirs


async def test_a_parent_is_erased_from_a_year_and_the_numbers_stay(folder: Path) -> None:
    mine = next(one for one in rows(folder, "contacts.csv") if one["contact_id"] == APART)
    async with opened(folder) as school:
        before, counts = await of_term(school, WHOLE), await school.store.status()
    for file in ("contacts.csv", "links.csv", "arrangements.csv"):
        kept = [one for one in rows(folder, file) if one["contact_id"] != APART]
        with (folder / "families" / file).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, fieldnames=[*kept[0]])
            writer.writeheader()
            writer.writerows(kept)
    assert mine["email"] in whole_database(folder)
    assert mine["email"] in text_of(folder / "outbox")
    async with opened(folder) as school:
        await school.families.refresh(END, settled=True)
        who = await erase.wanted(school.config, school.families, APART, child=False)
        gone, certificate = await erase.erase(school.config, school.store, school.families, who, "c-doyle", END)
        assert gone.copies > 40
        assert await of_term(school, WHOLE) == before
        after = await school.store.status()
        assert (after.deliveries, after.legs) == (counts.deliveries, counts.legs)
    left = re.sub(r"^INSERT INTO \"audit\".*$", "", whole_database(folder), flags=re.MULTILINE)
    for known in (APART, mine["email"], mine["mobile"].replace(" ", "")[1:], mine["address_1"]):
        assert known not in left, known
    assert HER in left
    assert mine["email"] not in text_of(folder / "outbox")
    assert "What is gone" in certificate.read_text("utf-8")


async def test_a_year_is_put_back_on_a_new_computer_and_nothing_goes_again(folder: Path, tmp_path: Path) -> None:
    async with opened(folder) as school:
        before, counts = await of_term(school, WHOLE), await school.store.status()
        target, _, _ = await asyncio.to_thread(backup.make, school.config, tmp_path / "safe", END)
    new = tmp_path / "new"
    put = await restore.put_back(target, new, FixedClock(END), escalating={Kind.EMERGENCY})
    assert put.held == ()
    async with opened(new) as school:
        assert await of_term(school, WHOLE) == before
        assert (await school.store.status()).legs == counts.legs
        assert (await school.store.check_audit()).whole
        found = await school.until_idle()
        assert found.answers == ()
        assert (await school.store.status()).legs == counts.legs
    assert [*(new / "outbox").rglob("*.eml")] == []


async def test_years_later_nobody_is_known_any_more_and_the_report_says_the_same(folder: Path) -> None:
    email = next(one["email"] for one in rows(folder, "contacts.csv") if one["contact_id"] == HER)
    async with opened(folder, END + timedelta(days=1200)) as school:
        for task in await school.store.tasks():  # whoever is still to be rung is kept until somebody says so
            await school.store.task_done(task.id, "office", END)
        before, counts = await reported(school), await school.store.status()
        own = school.config
        assert email in text_of(folder / "outbox" / "trial")
        keeping = Keeping(
            school.store, school.families, own.retention, own.outbox, own.state, school.clock, own.school.timezone
        )
        gone = await keeping.do()
        assert gone["without who got them: {}"] == len(await school.store.messages()) > 60
        assert await reported(school) == before
        assert before.copies > 5000
        after = await school.store.status()
        assert (after.deliveries, after.legs) == (counts.deliveries, counts.legs)
        assert not [one for stored in await school.store.messages() for one in await school.store.deliveries(stored.id)]
    assert email not in text_of(folder / "outbox" / "trial")
    assert "We had a busy week" not in whole_database(folder)


async def reported(school: School) -> Term:
    """As it was asked for at the end of the year."""
    at, school.clock = school.clock, FixedClock(END)
    try:
        return replace(await of_term(school, WHOLE), made=END.date())
    finally:
        school.clock = at
