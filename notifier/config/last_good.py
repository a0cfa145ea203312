"""The settings with which the program last worked, for what cannot wait until somebody mends config.toml: a closure."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from notifier.config.config import Config

NAME = "config.last-good.toml"


def keep(config: Config) -> None:
    """Once the program has begun to work by them. What cannot be written now is at the next start.

    For its own account alone: a password may stand in config.toml.
    """
    kept = place(config.root)
    fresh = kept.with_name(f".{kept.name}.new")
    with suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(config.path.read_bytes())
        fresh.replace(kept)


def place(root: Path) -> Path:
    """Where they are kept; ``root`` is the school's folder."""
    return root / "state" / NAME


def kept_at(root: Path) -> datetime | None:
    """When the program last began to work by them; None: there are none."""
    try:
        return datetime.fromtimestamp(place(root).stat().st_mtime, UTC)
    except OSError:
        return None
