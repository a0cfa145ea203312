"""Cells that hold a date, a yes or no, or a list."""

import re
from datetime import date
from functools import lru_cache

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

YES = frozenset({"yes", "y", "true", "t", "1"})
NO = frozenset({"no", "n", "false", "f", "0"})
UNKNOWN = frozenset({"unknown", "not known"})


class Unreadable(ValueError):
    """The cell cannot be understood; its text is the sentence for the secretary."""


@lru_cache(maxsize=4096)
def read_date(cell: str) -> date | None:
    """A day from YYYY-MM-DD or DD/MM/YYYY, never month first; None for a blank cell."""
    if not cell:
        return None
    iso, british = ISO.fullmatch(cell), BRITISH.fullmatch(cell)
    if iso:
        year, month, day = map(int, iso.groups())
    elif british:
        day, month, year = map(int, british.groups())
    else:
        raise Unreadable("This is not a date. Write it as 31/12/2026 or 2026-12-31.")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("There is no such day. Write the day first, as in 31/12/2026, or 2026-12-31.") from None


def read_yes_no(cell: str) -> bool | None:
    """True, False, or None for a blank cell."""
    word = cell.lower()
    if not word:
        return None
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unreadable("Write yes or no.")


def read_list(cell: str) -> tuple[str, ...]:
    """Parts between semicolons, each once, without blanks."""
    if not cell:
        return ()
    return tuple(dict.fromkeys(part for part in (piece.strip() for piece in cell.split(";")) if part))
