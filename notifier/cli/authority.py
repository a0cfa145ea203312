"""In whose name a command acts: ``--as STAFF`` with that person's PIN (DESIGN 3.3)."""

import getpass
import sys

import typer
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from notifier.cli import output
from notifier.cli.pins import Tries
from notifier.clock import SystemClock
from notifier.config import Config, ConfigProblems
from notifier.model.message import Mode
from notifier.model.staff import Authority, Role

AS = typer.Option("", "--as", help="Who you are: an id from [[staff]] in config.toml.")
PIN_STDIN = typer.Option(False, "--pin-stdin", help="Read the PIN from standard input instead of asking.")


def who(config: Config, as_: str, pin_stdin: bool, *, asks_pin: bool = True) -> Authority:
    """The authority of ``--as``, once the PIN is right.

    In trial, where nothing leaves the school, a person without a PIN is believed, and nobody need be named.
    """
    trial = config.school.mode is Mode.TRIAL
    if not as_:
        if trial or not asks_pin:
            return Authority(Role.OFFICE)
        output.stop(f"Say who you are: add --as and your id{_for_example(config)}.")
    try:
        authority = config.authority(as_)
    except ConfigProblems as found:
        output.stop(found.problems[0].sentence)
    if not asks_pin:
        return authority
    person = config.person(as_)
    if person is None:
        if trial:
            return authority
        known = _for_example(config, authority.role)
        output.stop(f"“{as_}” is a role. Here a person must stand for it: use the id of a member of staff{known}.")
    if not person.pin_hash:
        if trial:
            return authority
        output.stop(f"{person.name} has no PIN yet. Set one with: notifier staff pin {person.id}")
    tries, clock = Tries(config.state), SystemClock()
    if (until := tries.wait_until(person.id, clock.now())) is not None:
        at = until.astimezone(config.school.timezone)
        output.stop(f"Too many wrong PINs for {person.name}. Wait until {at:%H:%M:%S}, then try again.")
    pin = sys.stdin.readline().strip() if pin_stdin else getpass.getpass(f"PIN of {person.name}: ")
    fits = right(person.pin_hash, pin)
    tries.note(person.id, clock.now(), right=fits)
    if not fits:
        output.stop("That PIN is wrong. Nothing was done.")
    return authority


def _for_example(config: Config, role: Role = Role.HEAD) -> str:
    ids = [person.id for person in config.staff if person.role is role] or [person.id for person in config.staff]
    return f", for example --as {ids[0]}" if ids else ""


def right(pin_hash: str, pin: str) -> bool:
    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (Argon2Error, InvalidHashError):
        return False
