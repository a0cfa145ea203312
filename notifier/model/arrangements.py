"""Whether an arrangement holds on a day (DESIGN 3.1)."""

from datetime import date

from notifier.model.directory import BARRING, Arrangement, Sort


def in_force(row: Arrangement, day: date) -> bool:
    """``until`` is the last day, ``ended_on`` the first of the new state; a blank ``from`` means already in force.

    For the sorts that bar, ``until`` passing lifts nothing: only ``ended_on`` does (H34).
    """
    if row.from_ is not None and day < row.from_:
        return False
    if row.ended_on is not None and day >= row.ended_on:
        return False
    return row.sort in BARRING or row.until is None or day <= row.until


def holds(row: Arrangement, day: date) -> bool:
    """Whether a barring row is in force: an agreement without evidence never is (H36)."""
    return in_force(row, day) and (row.sort is not Sort.AGREEMENT or bool(row.evidence))
