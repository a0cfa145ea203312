"""`init`, `check`, `demo`: start a school folder, find every problem at once, see the whole thing work."""

import os
import re
from datetime import date
from pathlib import Path
from typing import NoReturn

import typer

from notifier.acceptance.preview import problem_json
from notifier.cli import demonstration, desk, opening, output
from notifier.clock import SystemClock
from notifier.config import Config, ConfigProblems, load
from notifier.config.lines import placed
from notifier.config.start import StartRefused, copy_example, start
from notifier.daemon import School
from notifier.fittings import channel_settings
from notifier.model.answer import Exit
from notifier.model.problem import Problem, Severity
from notifier.rendering.catalogues import Phrase

_CELL = re.compile(r".*\.csv:(\d+):(\d+)$")


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(check)
    app.command()(demo)


def init(folder: Path = typer.Argument(..., help="A new or empty folder.")) -> None:
    """Start a school's folder with sample families. It runs at once, in trial mode: nothing leaves the school."""
    try:
        start(folder, today=date.today())  # noqa: DTZ011 - the school year of whoever sits here
    except StartRefused as problem:
        output.stop(problem.sentence)

    async def made() -> None:
        config = load(folder / "config.toml", channel_settings(), {})
        async with School.opened(config, SystemClock(), create=True):
            pass

    opening.within(made)
    output.say(f"Made {folder}. Nothing leaves the school yet: it is in trial mode.", "bold")
    output.say()
    output.say("Next:")
    output.say(f"  cd {folder}")
    output.say("  notifier check                       finds every problem in the files")
    output.say("  notifier run                         starts it; then save a letter in drop/office")
    output.say("  open outbox/index.html               shows what each family would get")


def check(
    phrases: str = typer.Option(
        "", "--phrases", help="Instead: the fixed phrases in this language, such as ur, for somebody to read over."
    ),
    connect: bool = typer.Option(False, "--connect", help="Also try the accounts, without writing to anybody."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Every problem in the config, families, calendar and templates, all at once."""
    if phrases:
        _phrases(opening.open_config(), phrases, json)
    path = opening.config_path()
    try:
        config = load(path, channel_settings(), os.environ)
    except ConfigProblems as broken:
        found, ready = [*broken.problems, *desk.check_without_config(path.absolute().parent)], ""
    else:
        ready = f"{config.school.name}: ready, in {config.school.mode.value} mode."

        async def work() -> list[Problem]:
            async with opening.reading(config) as school:
                return await desk.check(school, connect)

        found = opening.within(work)
    found = placed(found, path)
    if json:
        output.as_json({"problems": [problem_json(problem) for problem in found]})
    else:
        output.problems(found)
        errors = sum(problem.severity is Severity.ERROR for problem in found)
        if errors:
            if cell := next((place for one in found if (place := _CELL.match(one.where))), None):
                output.say(f"{cell[0]} is cell {_letters(int(cell[2]))}{cell[1]} in a spreadsheet.", "dim")
            output.say(f"{errors} to mend." if errors > 1 else "One thing to mend.", "bold red")
        else:
            output.say(ready, "bold green")
    output.leave(output.exit_for(found))


def _letters(column: int) -> str:
    """How a spreadsheet names a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _phrases(config: Config, language: str, json: bool) -> NoReturn:
    """What stands around a message in a language, beside the English."""

    async def work() -> tuple[Phrase, ...]:
        async with opening.reading(config) as school:
            return school.renderer.phrases(language)

    found = opening.within(work)
    if not found:
        output.stop(f"There are no fixed phrases in “{language}”, or the school does not use that language.")
    if json:
        output.as_json(
            {"phrases": [{"english": one.english, "said": one.said, "reviewed": one.reviewed} for one in found]}
        )
    else:
        for one in found:
            output.say(one.english, "bold")
            output.say(f"  {one.said}" + ("" if one.reviewed else "   (nobody has read this over yet)"))
    output.leave(Exit.DONE)


def demo(
    folder: Path | None = typer.Argument(None, help="Where to put it (default: a new folder called demo)."),
) -> None:
    """The whole thing on an example school of about 240 families. Takes well under a minute; nothing is sent."""
    target = folder or demonstration.new_folder()
    try:
        copy_example(demonstration.EXAMPLE, target, today=date.today())  # noqa: DTZ011 - as in init
    except StartRefused as problem:
        output.stop(problem.sentence)
    opening.within(lambda: demonstration.show(target))
    output.leave(Exit.DONE)
