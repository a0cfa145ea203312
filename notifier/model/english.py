"""Numbers and lists as a sentence says them."""

from collections.abc import Sequence


def counted(number: int, one: str, many: str = "") -> str:
    """``1 copy``, ``1,200 copies``; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def the_first(named: Sequence[str], most: int) -> str:
    """``A, B and 3 more``."""
    return ", ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")
