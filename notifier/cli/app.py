"""The command's front door: `--config` anywhere, one exit code, never a traceback."""

import errno
import logging
import os
import sys
import traceback
from pathlib import Path

import typer

from notifier import __version__
from notifier.cli import opening
from notifier.cli.output import stop
from notifier.logs import configure
from notifier.model.answer import Exit

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

app = typer.Typer(
    name="notifier",
    help="School messages that reach every family, and nobody whom a court has excluded.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"notifier {__version__}")
        raise typer.Exit


@app.callback()
def front(
    context: typer.Context,
    config: Path | None = typer.Option(None, "--config", help="The school's config.toml (or its folder)."),
    verbose: bool = typer.Option(False, "--verbose", help="Say more in the log."),
    version: bool = typer.Option(
        False, "--version", help="Show the version and stop.", is_eager=True, callback=_show_version
    ),
) -> None:
    # The daemon keeps a log; a command that a person typed speaks for itself.
    quiet = logging.INFO if context.invoked_subcommand == "run" else logging.WARNING
    configure(logging.DEBUG if verbose else quiet, json=not sys.stderr.isatty())
    if config is not None:
        opening.CONFIG.set(config)


def config_first(argv: list[str]) -> list[str]:
    """``--config PATH`` may stand before or after the command (DESIGN 3.3); it is moved before it."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word == "--config":
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.startswith("--config="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def run(argv: list[str]) -> int:
    """Carry out one command and return its exit code."""
    from notifier.cli import (
        acts,
        audit,
        calendar,
        care,
        closure,
        families,
        messages,
        personal,
        policy,
        progress,
        report,
        running,
        staff,
        start,
        tasks,
    )

    for group in (
        start,
        running,
        messages,
        progress,
        acts,
        closure,
        tasks,
        families,
        calendar,
        policy,
        report,
        audit,
        care,
        personal,
        staff,
    ):
        group.register(app)
    try:
        app(config_first(argv), prog_name="notifier")
    except SystemExit as ended:
        return int(ended.code or 0)
    except KeyboardInterrupt:
        return Exit.FAULT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as fault:
        return _fault(fault)
    return Exit.DONE


def _fault(fault: Exception) -> int:
    """A fault in the program itself: one sentence, and the details where a technician asks for them."""
    if os.environ.get("NOTIFIER_DEBUG"):
        traceback.print_exception(fault)
    if isinstance(fault, OSError) and fault.filename:
        sentence = f"{fault.filename} cannot be used: {fault.strerror}. Put that right, then try again."
    elif isinstance(fault, OSError) and fault.errno in FULL:
        sentence = "The disk is full, so nothing can be recorded. Make room, then start again."
    else:
        sentence = (
            f"Something went wrong inside the program ({type(fault).__name__}). Nothing that was accepted is lost. "
            "Try again; if it comes back, run it with NOTIFIER_DEBUG=1 and send the text to your technician."
        )
    try:
        stop(sentence, Exit.FAULT)
    except typer.Exit:
        return Exit.FAULT
