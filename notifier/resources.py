"""Where the package's own data lies: templates, catalogues, examples, the example config."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@cache
def resource(name: str) -> Path:
    """The path of a data folder or file, in an installed wheel or in a checkout.

    Inside the package first; beside it only where ``pyproject.toml`` is also
    there, so that a stray ``templates/`` in site-packages is never taken.
    """
    inside = PACKAGE / name
    if inside.exists():
        return inside
    beside = PACKAGE.parent / name
    if (PACKAGE.parent / "pyproject.toml").exists() and beside.exists():
        return beside
    raise FileNotFoundError(f"The program's own {name} is missing. Install notifier again.")
