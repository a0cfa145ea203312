"""What a person asks before anything happens: how a file would go, and what is wrong with the school's own files."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from channels.base import Checks, Connects
from notifier import calendar, directory, intake
from notifier.acceptance.understanding import Considered
from notifier.calendar.yearly import too_few
from notifier.config.start import sample_events
from notifier.daemon import School
from notifier.model.message import Kind, Submission
from notifier.model.problem import Problem, Severity, error, hold
from notifier.queue import AuditState
from notifier.rendering import Renderer, SchoolFacts
from notifier.rendering.prepared import Prepared


async def preview(
    school: School, file: Path, at: datetime | None, intake_name: str
) -> list[tuple[Submission, Considered]]:
    """Each message of a file with its plan, as ``considered``."""
    folder = next(one for one in school.folders if one.name == intake_name)
    now = at or school.clock.now()
    found = await asyncio.to_thread(intake.read, file, folder, now, school.config.school.timezone)
    return await considered(school, found, at)


async def considered(
    school: School, submissions: Sequence[Submission], at: datetime | None = None
) -> list[tuple[Submission, Considered]]:
    """Each with its plan on the folder as it stands, as if accepted; nothing is recorded."""
    before = school.families.current
    reading = await asyncio.to_thread(directory.read, school.config.families)
    reading = reading.known_again(before) if before else reading
    faults = tuple(problem for problem in reading.problems if problem.severity is Severity.ERROR)
    as_it_stands = directory.preview(reading, before)
    found = []
    for submission in submissions:
        school.families.current, school.families.problems = as_it_stands, faults
        if reading.refuses and submission.header.kind is Kind.EMERGENCY:
            # It goes by the last good directory and what was denied then; without one it is refused.
            school.families.current = directory.take_up(reading, before).directory
        else:
            submission = replace(submission, problems=(*faults, *submission.problems))
        found.append((submission, school.acceptance.preview(submission, at)))
    return found


async def check(school: School, connect: bool = False) -> list[Problem]:
    """Every problem in families, calendar, templates and channels, with the config's own advice.

    ``connect``: also try each account, without writing to anybody.

    A computer that only sends has neither families nor calendar.
    """
    found = [*school.config.advice]
    if not school.config.node.sends_only:
        found += await _of_the_folder(school)
    found += school.renderer.check()
    found += audit_problems(await school.store.check_audit())
    found += school.desk({}).means.wordings.problems
    for channel in school.channels().values():
        found += await channel.check() if isinstance(channel, Checks) else []
        await channel.close()
    return found + (await _connected(school) if connect else [])


def check_without_config(root: Path) -> list[Problem]:
    """What must be mended in families, calendar and templates, where config.toml itself must be mended first.

    Errors alone: advice depends on settings that cannot be read.
    """
    reading = directory.read(root / "families")
    found = [*directory.take_up(reading, None).problems]
    found += calendar.read(root / "calendar", {pupil.class_ for pupil in reading.pupils.values()})[1]
    nobody = SchoolFacts(name="", phone="", website="", timezone=ZoneInfo("Europe/London"))
    found += Renderer(nobody, overrides=root / "templates").check()
    return [problem for problem in found if problem.severity is Severity.ERROR]


async def _connected(school: School) -> list[Problem]:
    """The accounts themselves, also in trial, before anything goes by them."""
    found: list[Problem] = []
    for name, channel in school.channels(live=True).items():
        if isinstance(channel, Connects) and name in school.config.channels:
            found += await channel.connect()
        await channel.close()
    return found


def audit_problems(state: AuditState) -> list[Problem]:
    """Nothing where every line of the audit is as it was written."""
    if state.whole:
        return []
    found = (
        "lines are missing from it"
        if state.broken_at is None
        else f"it does not fit from {state.broken_at:%d/%m/%Y %H:%M}"
    )
    sentence = (
        f"The record of who did what was changed outside this program: {found}. Ask who can write to the database, "
        "and compare it with the latest backup."
    )
    return [hold("audit-broken", sentence, "audit")]


async def _of_the_folder(school: School) -> list[Problem]:
    folders = {**{folder.name: folder.path for folder in school.folders}, "outbox": school.config.outbox}
    found = [_unusable(name, path) for name, path in folders.items() if not _folder_or_nothing(path)]
    reading = await asyncio.to_thread(directory.read, school.config.families)
    taken = directory.take_up(reading, school.families.current)
    found += taken.problems
    today = school.clock.now().astimezone(school.config.school.timezone).date()
    if taken.directory is not None:
        found += directory.reviews(taken.directory.arrangements, today)
    classes = {pupil.class_ for pupil in reading.pupils.values()}
    calendar_, problems = calendar.read(school.config.calendar, classes, school.config.school.nation)
    found += problems
    if not sample_events(school.config.calendar):
        found += too_few(calendar_, school.config.policy_settings.yearly, today)
    return found + _prepared(school)


def _prepared(school: School) -> list[Problem]:
    """The school's own prepared words, and steps of sequences that name words there are not."""
    words = Prepared(school.config.templates, school.config.school.language)
    unknown = [
        error(
            "sequence-words-unknown",
            f"“{sequence.name}: {step.name}” names the words “{step.words}”, which stand in no file of "
            f"templates/notices. There are {', '.join(sorted(words.names))}.",
            f"{school.config.path.name}: sequence",
        )
        for sequence in school.config.sequences
        for step in sequence.steps
        if step.words and step.words not in words.names
    ]
    return [*words.problems, *unknown]


def _folder_or_nothing(path: Path) -> bool:
    """Whether a folder is there, or can come to be: nothing on the way to it is a file."""
    nearest = next((one for one in (path, *path.parents) if one.exists()), None)
    return nearest is None or nearest.is_dir()


def _unusable(name: str, path: Path) -> Problem:
    return error("not-a-folder", f"{name} should be a folder, but a file is there. Move the file away.", str(path))
