"""How the command line speaks: plain sentences, tables where they help, JSON where it is asked for."""

import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from notifier.acceptance.answers import known
from notifier.model.answer import Exit
from notifier.model.problem import Problem, Severity, worst

MARKS = {Severity.ERROR: ("✗", "red"), Severity.HOLD: ("!", "yellow"), Severity.ADVICE: ("·", "cyan")}


def console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def say(text: str = "", style: str | None = None) -> None:
    console().print(Text(text, style=style or ""))


def stop(sentence: str, code: Exit = Exit.REFUSED) -> NoReturn:
    """End the command with one sentence that says what to do."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(sentence, style="red"))
    raise typer.Exit(code)


def caution(sentence: str) -> None:
    """Something to know while the command goes on; never part of what it says as JSON."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(sentence, style="yellow"))


def idle(at_work: bool | None) -> None:
    """Nobody who has just sent something may think that it goes, where no daemon is there to send it."""
    if at_work is False:
        say(
            "notifier is not running now: what is dropped is not taken, and what waits does not go out. "
            "Start it with: notifier run",
            "yellow",
        )


def leave(code: Exit) -> NoReturn:
    raise typer.Exit(code)


def as_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def problems(found: Sequence[Problem]) -> None:
    """One line each, gravest first."""
    order = [Severity.ERROR, Severity.HOLD, Severity.ADVICE]
    out = console()
    for problem in sorted(found, key=lambda p: order.index(p.severity)):
        mark, style = MARKS[problem.severity]
        line = Text(f"{mark} ", style=style)
        if problem.where:
            line.append(f"{problem.where}: ", style="bold")
        line.append(problem.sentence)
        if known(problem.rule):
            line.append(f" ({problem.rule})", style="dim")
        out.print(line)


def exit_for(found: Sequence[Problem]) -> Exit:
    return {Severity.ERROR: Exit.REFUSED, Severity.HOLD: Exit.ATTENTION}.get(
        worst([*found]) or Severity.ADVICE, Exit.DONE
    )


def table(*columns: str, rows: Sequence[Sequence[str]], title: str | None = None, whole: str = "") -> None:
    """``whole`` names the column of what is typed again, such as an id: it is never cut, however narrow the screen."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        longest = max((len(row[columns.index(column)]) for row in rows), default=0)
        made.add_column(column, min_width=longest if column == whole else None)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(made)
