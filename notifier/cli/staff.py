"""`staff pin`: a person's PIN, kept as an argon2id hash."""

import getpass
import itertools
import os
import sys

import typer
from argon2 import PasswordHasher

from notifier.cli import opening, output
from notifier.cli.authority import PIN_STDIN

SHORTEST = 4

staff_app = typer.Typer(help="The staff in config.toml.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(staff_app, name="staff")


@staff_app.callback()
def staff() -> None:
    """The staff in config.toml."""


@staff_app.command()
def pin(
    id: str = typer.Argument(..., help="The person's id in [[staff]]."),
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Set a person's PIN; it is asked twice, and only a hash of it is kept."""
    config = opening.open_config(pins_required=False)
    person = config.person(id)
    if person is None:
        known = ", ".join(one.id for one in config.staff) or "nobody yet"
        output.stop(f"Nobody on the staff has the id “{id}”. There are: {known}.")
    file = config.pin_files[id]
    if pin_stdin:
        wanted = sys.stdin.readline().strip()
    else:
        wanted = getpass.getpass(f"New PIN for {person.name}: ")
        if getpass.getpass("Once more: ") != wanted:
            output.stop("The two PINs differ. Nothing was changed.")
    if len(wanted) < SHORTEST:
        output.stop(f"A PIN needs {SHORTEST} digits or more. Nothing was changed.")
    if guessable(wanted) and not pin_stdin:
        output.stop(
            "Anybody would try that PIN first. Take digits in no order, and not all the same. Nothing was changed."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(PasswordHasher().hash(wanted) + "\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    output.say(f"{person.name} has a new PIN.")
    if guessable(wanted):  # a script has nobody who could think of another
        output.say(
            "Anybody would try that PIN first. Set another, with digits in no order and not all the same.", "yellow"
        )


def guessable(pin: str) -> bool:
    """One digit again and again, or digits counted up or down: 0000, 1234, 4321."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(pin)}
    return steps in ({0}, {1}, {-1})
