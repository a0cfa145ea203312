"""Secrets that come from the environment or a file, read when they are needed and shown nowhere."""

import os
from pathlib import Path

from pydantic import SecretStr

from notifier.model.problem import Problem, error


class SecretMissing(Exception):
    """A sentence that says where the secret should be; never the secret."""


def reveal(given: SecretStr, variable: str, file: Path | None, folder: Path) -> str:
    """The secret: as loaded with the config, else from the variable or the file (relative to ``folder``).

    Empty where the settings name none. Raises SecretMissing where they name one that cannot be had.
    """
    if given.get_secret_value():
        return given.get_secret_value()
    if variable:
        found = os.environ.get(variable, "")
        if not found:
            raise SecretMissing(f"The environment variable {variable} is not set; set it where the program is started.")
        return found
    if file is not None:
        path = folder / file.expanduser()
        try:
            found = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError):
            raise SecretMissing(f"The file {path.name} cannot be read; write the secret into it.") from None
        if not found:
            raise SecretMissing(f"The file {path.name} is empty; write the secret into it.")
        return found
    return ""


def problems(given: SecretStr, variable: str, file: Path | None, folder: Path, where: str) -> list[Problem]:
    """What stands in the way of reading the secret, for ``check()``."""
    try:
        reveal(given, variable, file, folder)
    except SecretMissing as missing:
        return [error("secret-missing", str(missing), where)]
    return []
